"""Runs that are killed, at any moment and any parallelism, and taken up again: the bytes of one that was not."""

import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from terminal.main import main

SCENARIO = "coffee/scenarios/first.yaml"
PROGRAM = [sys.executable, "-c", "import sys; from terminal.main import main; sys.exit(main())"]
CONVERSATIONS = 8


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A working folder with a workspace in it."""
    monkeypatch.chdir(tmp_path)
    assert main(["init", "coffee"]) == 0
    return tmp_path


def start(out: str, parallel: int) -> subprocess.Popen[bytes]:
    options = ["--limit", str(CONVERSATIONS), "--parallel", str(parallel), "--out", out, "--resume", "if-possible"]
    return subprocess.Popen([*PROGRAM, "run", SCENARIO, *options], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)


def finish(out: str, parallel: int) -> float:
    """Run to the end and return the seconds that it took."""
    begin = time.monotonic()
    with start(out, parallel) as run:
        assert run.wait() == 0
    return time.monotonic() - begin


def killed(out: str, parallel: int, after: float) -> bool:
    """Kill a run after so many seconds; return whether it was still going."""
    with start(out, parallel) as run:
        try:
            run.wait(after)
        except subprocess.TimeoutExpired:
            run.kill()
        return run.wait() == -signal.SIGKILL


def check(kills: int, seed: int) -> None:
    """Kill runs at random moments and parallelisms until there were `kills`; compare each that then finished."""
    moments = random.Random(seed)
    whole = finish("whole", 8)
    expected = Path("whole/transcripts.jsonl").read_bytes()
    done, runs = 0, 0
    while done < kills:
        runs += 1
        out = f"killed-{runs}"
        while done < kills and killed(out, moments.choice([1, 3, 8]), moments.uniform(0, whole)):
            done += 1
        whole = min(whole, finish(out, moments.choice([1, 8])))
        assert Path(out, "transcripts.jsonl").read_bytes() == expected


def test_a_run_killed_three_times_ends_with_the_bytes_of_one_that_was_not(here: Path) -> None:
    check(3, seed=1)


@pytest.mark.slow
def test_fifty_kills_at_random_moments_change_no_byte(here: Path) -> None:
    check(50, seed=2)
