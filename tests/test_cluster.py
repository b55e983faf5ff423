"""Runs on a real Ray cluster of several nodes in local processes: one is killed, one is added, the bytes stay."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.remote_workspace import remote_workspace
from tests.tiny_models import tiny_folder

pytest.importorskip("ray")

from orchestrator import simulate
from tests.ray_cluster import LocalCluster, local_cluster

LIMIT = 40
COMMAND = "import sys; from terminal.main import main; sys.exit(main())"
BARRIER = """
import os
import time
from dataclasses import dataclass
from pathlib import Path

from orchestrator.endings import EndingScene, Rule
from orchestrator.transcript import Ending

CHECKS_BEFORE = 30
checks = 0


@dataclass(frozen=True, repr=False)
class Barrier(Rule):
    def check(self, scene: EndingScene) -> Ending | None:
        global checks
        checks += 1
        while checks > CHECKS_BEFORE and not Path(os.environ["TEST_BARRIER"]).exists():
            time.sleep(0.05)
        return None
"""
pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def barrier(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A file without which every engine stops after some turns: a run ends no sooner than a test wants it to.

    The stop rule that waits for it is a distribution's own, on the path of this process and of all nodes.
    """
    site = tmp_path_factory.mktemp("site")
    info = site / "barrier-1.0.dist-info"
    info.mkdir()
    (site / "barrier.py").write_text(BARRIER)
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: barrier\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text("[duologue.endings]\nbarrier = barrier:Barrier\n")
    opened = site / "opened"
    opened.touch()
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(site)
        patch.setenv("PYTHONPATH", os.pathsep.join([str(site), str(Path(__file__).parents[1])]))
        patch.setenv("TEST_BARRIER", str(opened))
        yield opened


@pytest.fixture(scope="module")
def cluster(barrier: Path) -> Iterator[LocalCluster]:
    assert barrier.exists()
    with local_cluster() as cluster:
        yield cluster


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory, barrier: Path) -> Path:
    """A workspace with a small model that says short nonsense, on which everything else depends."""
    folder = tmp_path_factory.mktemp("shop")
    remote_workspace(folder, "http://127.0.0.1:9/v1")
    tiny_folder(folder / "tiny", window=4096)
    path = folder / "shop.yaml"
    text = path.read_text(encoding="utf-8").replace("remote:big", str(folder / "tiny")).replace("max: 5", "max: 4")
    extra = "reply: {words: [4, 14], attempts: 1}\ngrounding: {mode: prompt}\nrepeats: 10\nendings: barrier\n"
    assert barrier.exists()
    path.write_text(text + extra, encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def single(shop: Path) -> Path:
    """The same run on this machine alone."""
    from orchestrator import Scenario

    simulate(Scenario.load(shop), out=shop.parent / "single", limit=LIMIT)
    return shop.parent / "single"


def driver(shop: Path, cluster: LocalCluster, out: Path, *options: str) -> "subprocess.Popen[str]":
    command = [sys.executable, "-c", COMMAND, "run", str(shop), "--limit", str(LIMIT), "--parallel", "4"]
    command += ["--out", str(out), "--cluster", cluster.address, "--engines", "2", *options]
    return subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=Path(__file__).parents[1]
    )


def read_until(run: "subprocess.Popen[str]", pattern: str) -> str:
    """Read what `run` says up to the line that begins like `pattern`, and return it."""
    assert run.stdout
    lines = []
    for line in run.stdout:
        lines.append(line)
        if re.match(pattern, line):
            return "".join(lines)
    error = run.stderr.read() if run.stderr else ""
    raise AssertionError(f"it never said {pattern!r} but {''.join(lines)!r} and {error!r}")


def test_a_node_dies_and_another_comes_and_the_bytes_are_those_of_one_machine(
    cluster: LocalCluster, shop: Path, single: Path, barrier: Path, tmp_path: Path
) -> None:
    nodes = [cluster.add(), cluster.add()]
    barrier.unlink()
    with driver(shop, cluster, tmp_path / "run") as run:
        said = read_until(run, r" +[1-9]\d* % .*2 engines on 2 nodes")
        cluster.kill(nodes.pop())
        said += read_until(
            run, r"engine \d on [\d.]+/\w+ is gone, \d+ conversations begin again; 1 of 2 engines on 1 node"
        )
        cluster.add()
        said += read_until(run, r"engine \d has come, on [\d.]+/\w+; 2 engines on 2 nodes")
        barrier.touch()
        out, error = run.communicate()
    assert run.returncode == 0, error
    said += out
    assert re.search(r"\([\d.]+/\w+: engine \d \d+\.\d/s; [\d.]+/\w+: engine \d \d+\.\d/s\)", said)
    assert (tmp_path / "run" / "transcripts.jsonl").read_bytes() == (single / "transcripts.jsonl").read_bytes()
    cluster_record, single_record = (
        json.loads((folder / "run.json").read_text(encoding="utf-8")) for folder in (tmp_path / "run", single)
    )
    for key in "identity", "models", "endings", "sha256":
        assert cluster_record[key] == single_record[key]


def test_a_driver_that_is_killed_resumes_and_ends_with_the_same_bytes(
    cluster: LocalCluster, shop: Path, single: Path, barrier: Path, tmp_path: Path
) -> None:
    barrier.unlink()
    with driver(shop, cluster, tmp_path / "run") as run:
        read_until(run, r" +[1-9]\d* % ")
        run.kill()
    barrier.touch()
    with driver(shop, cluster, tmp_path / "run", "--resume", "always") as again:
        out, _ = again.communicate()
    assert again.returncode == 0
    before = re.match(rf"{LIMIT} conversations, (\d+) done before", out)
    assert before
    assert 0 < int(before[1]) < LIMIT
    assert (tmp_path / "run" / "transcripts.jsonl").read_bytes() == (single / "transcripts.jsonl").read_bytes()


def test_what_an_engine_refuses_is_one_line(cluster: LocalCluster, shop: Path, tmp_path: Path) -> None:
    run = driver(shop, cluster, tmp_path / "run", "--model", "no-such-model")
    _, error = run.communicate()
    assert run.returncode == 2
    assert error.startswith("duologue: model 'no-such-model': ")
    assert error.count("\n") == 1
