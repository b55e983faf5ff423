"""Many runs at once on one machine, each as if it were alone: exit codes, bytes, folders, compiled kernels."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

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
