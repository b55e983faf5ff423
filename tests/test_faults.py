"""What goes wrong around a run, done to the real program: one line, the right exit code, nothing written is lost."""

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from agents.gpt2.catalogue import HOUSE_FOLDER
from orchestrator.transcript import read_transcripts
from terminal.main import main

SCENARIO = Path("coffee/scenarios/first.yaml")
MAIN = "import sys; from terminal.main import main; sys.exit(main())"
OPTIONS = ["run", str(SCENARIO), "--limit", "6", "--parallel", "2"]
JUMPING_CLOCK = """
import itertools, time
jumps, real = itertools.count(), time.time
time.time = lambda: real() + (-1) ** next(jumps) * 1e7
"""


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A working folder with a workspace in it."""
    monkeypatch.chdir(tmp_path)
    assert main(["init", "coffee"]) == 0
    return tmp_path


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of one mebibyte."""
    disk = tmp_path / "disk"
    disk.mkdir()
    if os.geteuid() or subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", disk], check=False).returncode:
        pytest.skip("only root may mount a file system here")
    yield disk
    subprocess.run(["umount", disk], check=True)


def run(*more: str, program: str = MAIN) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", program, *OPTIONS, *more]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def started(out: str, *more: str) -> subprocess.Popen[str]:
    """Start a run and return once its first conversation is on disk."""
    command = [sys.executable, "-c", MAIN, *OPTIONS, "--out", out, *more]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    while not any(path.stat().st_size for path in Path(out).glob("*.jsonl")):
        with pytest.raises(subprocess.TimeoutExpired):
            process.wait(0.01)
    return process


def one_line(finished: subprocess.CompletedProcess[str], code: int) -> str:
    assert finished.returncode == code
    assert finished.stderr.count("\n") == 1
    assert finished.stderr.startswith("duologue: ")
    return finished.stderr


@pytest.mark.slow
def test_a_full_disk_loses_nothing_and_the_run_goes_on_when_there_is_room(here: Path, small_disk: Path) -> None:
    assert run("--out", "whole").returncode == 0
    filler = small_disk / "filler"
    filler.write_bytes(b"x" * ((1 << 20) - 20_000))
    out = str(small_disk / "run")
    assert "No space left" in one_line(run("--out", out), 1)
    kept = list(read_transcripts(out)) if (small_disk / "run" / "transcripts.jsonl").exists() else []
    filler.unlink()
    assert run("--out", out, "--resume", "if-possible").returncode == 0
    assert (small_disk / "run" / "transcripts.jsonl").read_bytes() == Path("whole/transcripts.jsonl").read_bytes()
    assert len(kept) < 6


def test_a_folder_that_cannot_be_written_is_one_line(here: Path, small_disk: Path) -> None:
    subprocess.run(["mount", "-o", "remount,ro", small_disk], check=True)
    assert "Read-only file system" in one_line(run("--out", str(small_disk / "run")), 1)


@pytest.mark.slow
def test_an_article_that_changes_while_running_changes_nothing_but_forbids_to_resume(here: Path) -> None:
    assert run("--out", "whole").returncode == 0
    process = started("changed")
    article = next(Path("coffee/help_content").rglob("*.md"))
    article.write_text(article.read_text(encoding="utf-8") + "\nEverything is free.\n", encoding="utf-8")
    process.kill()
    process.communicate()
    whole = Path("whole/transcripts.jsonl").read_bytes()
    assert whole.startswith(Path("changed/transcripts.jsonl").read_bytes().rpartition(b"\n")[0])
    assert "help content" in one_line(run("--out", "changed", "--resume", "if-possible"), 2)


@pytest.mark.slow
def test_a_deleted_article_does_not_stop_a_run(here: Path) -> None:
    assert run("--out", "whole").returncode == 0
    process = started("deleted")
    for article in Path("coffee/help_content").rglob("*.md"):
        article.unlink()
    process.communicate()
    assert process.returncode == 0
    assert Path("deleted/transcripts.jsonl").read_bytes() == Path("whole/transcripts.jsonl").read_bytes()


def test_a_truncated_model_is_one_line(here: Path) -> None:
    shutil.copytree(HOUSE_FOLDER, "model")
    weights = Path("model/model.safetensors")
    weights.write_bytes(weights.read_bytes()[:100_000])
    assert "model" in one_line(run("--model", "model"), 2)


@pytest.mark.slow
def test_an_altered_model_is_not_taken_for_the_one_that_a_run_began_with(here: Path) -> None:
    shutil.copytree(HOUSE_FOLDER, "model")
    process = started("out", "--model", "model")
    process.kill()
    process.communicate()
    weights = Path("model/model.safetensors")
    data = bytearray(weights.read_bytes())
    data[-1000] ^= 1
    weights.write_bytes(data)
    assert "model" in one_line(run("--model", "model", "--out", "out", "--resume", "if-possible"), 2)


@pytest.mark.slow
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_a_run_within_five_seconds_and_it_can_be_resumed(here: Path, number: signal.Signals) -> None:
    assert run("--out", "whole").returncode == 0
    process = started("stopped")
    process.send_signal(number)
    process.communicate(timeout=5)
    assert process.returncode == (130 if number == signal.SIGINT else -number)
    assert run("--out", "stopped", "--resume", "always").returncode == 0
    assert Path("stopped/transcripts.jsonl").read_bytes() == Path("whole/transcripts.jsonl").read_bytes()


@pytest.mark.slow
def test_a_clock_that_jumps_changes_no_byte(here: Path) -> None:
    assert run("--out", "whole").returncode == 0
    assert run("--out", "jumped", program=JUMPING_CLOCK + MAIN).returncode == 0
    assert Path("jumped/transcripts.jsonl").read_bytes() == Path("whole/transcripts.jsonl").read_bytes()
