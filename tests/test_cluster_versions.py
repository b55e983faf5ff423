"""A Ray cluster on one of whose nodes another version of Duologue is installed, and what a run says of it."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from importlib.metadata import distribution
from pathlib import Path

import pytest

from terminal.main import main

pytest.importorskip("ray")

from tests.ray_cluster import LocalCluster, local_cluster

ROOT = Path(__file__).parents[1]
COMMAND = [sys.executable, "-c", "import sys; from terminal.main import main; sys.exit(main())"]
OURS, THEIRS = distribution("duologue").version, "0.0.9"
pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def other_version(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder as pip fills it: Duologue's packages, and metadata that call them 0.0.9."""
    site = tmp_path_factory.mktemp("other")
    for package in ("agents", "orchestrator", "curation", "terminal"):
        shutil.copytree(ROOT / package, site / package, ignore=shutil.ignore_patterns("__pycache__"))
    info = site / f"duologue-{THEIRS}.dist-info"
    info.mkdir()
    metadata = distribution("duologue").read_text("METADATA")
    assert metadata
    (info / "METADATA").write_text(re.sub(r"(?m)^Version: .*", f"Version: {THEIRS}", metadata, count=1))
    return site


@pytest.fixture(scope="module")
def cluster() -> Iterator[LocalCluster]:
    with local_cluster() as cluster:
        yield cluster


def run(cluster: LocalCluster, folder: Path, *options: str) -> "subprocess.CompletedProcess[str]":
    """Run the scenario of a new workspace on the cluster, from a folder that no node takes its modules from."""
    assert main(["init", str(folder / "coffee")]) == 0
    command = [*COMMAND, "run", "coffee/scenarios/first.yaml", "--limit", "2", "--out", "run"]
    command += ["--cluster", cluster.address, *options]
    env = os.environ | {"PYTHONPATH": str(ROOT)}
    return subprocess.run(command, cwd=folder, env=env, capture_output=True, text=True, check=False)


def test_a_node_with_another_version_is_named_in_one_line_and_nothing_is_written(
    cluster: LocalCluster, other_version: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    node = cluster.add()
    monkeypatch.setenv("PYTHONPATH", str(other_version))
    cluster.add()
    refused = r"duologue: node [\d.]+/\w+ has duologue %s, the driver has %s; all nodes must have the same, .*\n"
    both = run(cluster, tmp_path, "--engines", "2")
    assert both.returncode == 2
    assert re.fullmatch(refused % (THEIRS, OURS), both.stderr)
    cluster.kill(node)
    only = run(cluster, tmp_path / "only", "--engines", "1")
    assert only.returncode == 2
    assert re.fullmatch(refused % (THEIRS, OURS), only.stderr)
    assert not (tmp_path / "run").exists()
