"""Many runs at once on one machine, each as if it were alone: exit codes, bytes, folders, compiled kernels."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from agents.gpt2.int8.tiles import has_vnni
from orchestrator.transcript import read_transcripts
from terminal.main import main

PROGRAM = [sys.executable, "-c", "import sys; from terminal.main import main; sys.exit(main())", "run"]
FIRST, SECOND = "coffee/scenarios/first.yaml", "coffee/scenarios/second.yaml"
KINDS = [(FIRST, 1), (FIRST, 2), (SECOND, 1)]
LIMIT = 2
pytestmark = pytest.mark.slow


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A working folder with a workspace of two scenarios."""
    monkeypatch.chdir(tmp_path)
    assert main(["init", "coffee"]) == 0
    text = Path(FIRST).read_text(encoding="utf-8").replace("name: first", "name: second").replace("max: 12", "max: 6")
    Path(SECOND).write_text(text.replace("espresso machine", "kettle"), encoding="utf-8")
    return tmp_path


def start(scenario: str, seed: int, *more: str) -> "subprocess.Popen[str]":
    command = [*PROGRAM, scenario, "--seed", str(seed), "--limit", str(LIMIT), *more]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def finished(run: "subprocess.Popen[str]") -> str:
    """Wait for the end of a run that goes well, and return what it said."""
    said, error = run.communicate()
    assert (run.returncode, error) == (0, "")
    return said


def transcripts(folder: Path | str) -> bytes:
    return Path(folder, "transcripts.jsonl").read_bytes()


def alone(scenario: str, seed: int, out: str) -> bytes:
    finished(start(scenario, seed, "--out", out))
    return transcripts(out)


def test_ten_runs_at_once_are_each_what_they_are_alone(here: Path) -> None:
    expected = [alone(*kind, f"alone-{n}") for n, kind in enumerate(KINDS)]
    assert len(set(expected)) == len(KINDS)
    runs = [start(*KINDS[n % len(KINDS)], "--out", f"together-{n}") for n in range(10)]
    for run in runs:
        finished(run)
    for n in range(10):
        folder = Path(f"together-{n}")
        assert transcripts(folder) == expected[n % len(KINDS)]
        assert {path.name for path in folder.iterdir()} == {"transcripts.jsonl", "run.json"}
        assert json.loads((folder / "run.json").read_text(encoding="utf-8"))["status"] == "finished"
        assert len(list(read_transcripts(folder))) == LIMIT


def test_runs_that_compile_the_kernels_at_once_disturb_neither_each_other_nor_later_ones(
    here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    expected = alone(FIRST, 1, "alone")
    monkeypatch.setenv("NUMBA_CACHE_DIR", str(here / "kernels"))
    runs = [start(FIRST, 1, "--out", f"together-{n}") for n in range(3)]
    for run in runs:
        finished(run)
    assert [transcripts(f"together-{n}") for n in range(3)] == [expected] * 3
    assert alone(FIRST, 1, "later") == expected


def test_runs_at_once_without_a_folder_get_one_each(here: Path) -> None:
    runs = [start(SECOND, seed, "--limit", "1") for seed in range(4)]
    folders = {finished(run).splitlines()[0].rpartition(" -> ")[2] for run in runs}
    assert folders == {str(Path("outputs", name)) for name in ("second", "second-2", "second-3", "second-4")}
    assert len({transcripts(folder) for folder in folders}) == len(runs)


STEPS = """
import hashlib, random, sys, torch
from agents.gpt2.attention import Segment
from agents.gpt2.catalogue import find
from agents.gpt2.loading import Precision, runner_of
from agents.gpt2.paging import PageTable
draws = random.Random(1)
runner = runner_of(find("house"), Precision(sys.argv[1]))
pool = runner.new_pool()
tables = [PageTable(pool) for _ in range(2)]
digest = hashlib.sha256()
with torch.inference_mode():
    for table in tables:
        table.reserve(100)
        runner.logits(pool, [Segment(table, 0, 60)], [draws.randrange(8000) for _ in range(60)])
    for place in range(60, 80):
        segments = [Segment(table, place, 1) for table in tables]
        digest.update(runner.logits(pool, segments, [draws.randrange(8000) for _ in tables]).numpy())
print(digest.hexdigest())
"""


@pytest.mark.parametrize("precision", ["fp32", "bf16", "int8"])
def test_the_process_that_compiles_computes_what_later_ones_do(
    precision: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if precision == "int8" and not has_vnni():
        pytest.skip("int8 needs AVX-512 VNNI")
    monkeypatch.setenv("NUMBA_CACHE_DIR", str(tmp_path))
    command = [sys.executable, "-c", STEPS, precision]
    first, second = (subprocess.run(command, capture_output=True, text=True, check=True).stdout for _ in range(2))
    assert first == second
