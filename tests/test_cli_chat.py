"""`duologue chat` from a pipe and from a terminal, on the shipped model."""

import os
import pty
import re
import select
import subprocess
import sys
from collections.abc import Callable
from io import StringIO
from pathlib import Path

import pytest

from orchestrator.transcript import read_transcripts
from terminal.main import main
from tests.web_helpers import COMMAND, workspace

CHAT = ["chat", "--scenario", "scenarios/lamps.yaml", "--seed", "1"]


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(workspace(tmp_path))
    monkeypatch.setenv("COLUMNS", "200")
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    return tmp_path


def chat(monkeypatch: pytest.MonkeyPatch, *lines: str, options: tuple[str, ...] = ()) -> int:
    monkeypatch.setattr(sys, "stdin", StringIO("".join(f"{line}\n" for line in lines)))
    return main([*CHAT, *options])


def test_a_chat_from_a_pipe(here: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    lines = (
        "My lamp flickers.",
        "/cite",
        "/retry",
        "Who pays for the label?",
        "/undo",
        "/dance",
        "/save mine",
        "/quit",
    )
    assert chat(monkeypatch, *lines) == 0
    out, err = capsys.readouterr()
    assert out.startswith("  You are the customer. amiable, neutral. You want: my money back. It is")
    assert "customer  open\n    My lamp flickers.\nagent" in out
    assert re.search(r"  2 turns; the model holds \d+ of 1,024 tokens\n", out)
    assert "  2 turns taken back\n" in out
    assert out.count("kept; to read it: duologue replay mine\n") == 1
    assert err == "duologue: there is no /dance; /help lists what there is\n"
    [transcript] = read_transcripts("mine")
    assert [turn.speaker for turn in transcript.turns] == ["customer", "agent"]
    assert transcript.ending.reason == "ended"


def test_a_reply_that_was_drawn_again_after_saving_is_kept(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert chat(monkeypatch, "My lamp flickers.", "/save mine", "/quit") == 0
    [first] = read_transcripts("mine")
    assert chat(monkeypatch, "My lamp flickers.", "/save again", "/retry", "/quit") == 0
    [second] = read_transcripts("again")
    assert first.turns[0] == second.turns[0]
    assert first.turns[1].text != second.turns[1].text


def test_what_was_said_is_kept_at_the_end_of_the_input(
    here: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert chat(monkeypatch, "/cite", "/cite 9", "/cite 1", "Tighten the bulb.", options=("--as", "agent")) == 0
    out, err = capsys.readouterr()
    assert "customer  open\n    My lamp flickers all evening. What can I do about it?\n" in out
    assert "  [1] lamps.md#a-lamp-that-flickers  Tighten the bulb first." in out
    assert "your next turn rests on lamps.md#a-lamp-that-flickers\n" in out
    assert err == "duologue: /cite: '9' is none of the passages, 1 to 2\n"
    assert "kept; to read it: duologue replay outputs/chat\n" in out
    [transcript] = read_transcripts("outputs/chat")
    assert [turn.text for turn in transcript.turns][1] == "Tighten the bulb."
    assert transcript.turns[1].citations

    assert main(["replay", "outputs/chat", "lamps", "--cite"]) == 0
    assert "ending    ended by the agent in turn 3" in capsys.readouterr().out


def test_nothing_said_is_nothing_kept(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert chat(monkeypatch, "/help", "/undo", "/retry", "/save", "/end", "hello") == 0
    assert not (here / "outputs").exists()


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (("--disposition", "angry"), "--disposition: 'angry' is not a known disposition (known: "),
        (("--temperature", "9"), "--temperature: 9 is out of range; 0 to 2"),
        (("--out", "scenarios"), "--out: scenarios is not an empty folder; name a new one"),
        (("--scenario", "none.yaml"), "none.yaml: "),
        (("--as", "judge"), "Invalid value for '--as'"),
    ],
)
def test_wrong_usage_is_one_line(
    here: Path, capsys: pytest.CaptureFixture[str], options: tuple[str, ...], message: str
) -> None:
    assert main([*CHAT, *options]) == 2
    out, err = capsys.readouterr()
    assert (out, err.count("\n")) == ("", 1)
    assert err.startswith(f"duologue: {message}")


ON_A_TERMINAL = f"import fcntl, termios; fcntl.ioctl(0, termios.TIOCSCTTY, 0); {COMMAND}"
"""The program takes standard input for the terminal that Ctrl-C comes from."""


PATIENCE = 60.0
"""Seconds in which a program must show something."""


class Terminal:
    """A program on a terminal of its own: what it shows is read until something has been shown."""

    def __init__(self, command: list[str]) -> None:
        self.side, inner = pty.openpty()
        self.program = subprocess.Popen(command, stdin=inner, stdout=inner, stderr=inner, start_new_session=True)
        os.close(inner)
        self.shown = ""

    def until(self, seen: Callable[[str], object]) -> None:
        while not seen(self.shown):
            if not select.select([self.side], [], [], PATIENCE)[0]:
                raise TimeoutError(f"nothing more was shown: {self.shown!r}")
            self.shown += os.read(self.side, 4096).decode("utf-8", "replace")

    def type(self, text: str) -> None:
        self.shown = ""
        os.write(self.side, text.encode())

    def ended(self) -> int:
        try:
            self.until(lambda _: False)
        except OSError:
            os.close(self.side)
        return self.program.wait()

    def __enter__(self) -> "Terminal":
        return self

    def __exit__(self, *_: object) -> None:
        self.program.kill()
        self.program.wait()


@pytest.mark.slow
def test_a_chat_on_a_terminal_streams_and_ctrl_c_keeps_what_was_said(here: Path) -> None:
    with Terminal([sys.executable, "-c", ON_A_TERMINAL, *CHAT]) as terminal:
        terminal.until(lambda shown: "customer> " in shown)
        terminal.type("My lamp flickers.\n")
        terminal.until(lambda shown: re.search(r"2 turns; the model holds.*customer> ", shown, re.S))
        terminal.type("How long does a repair take?\n")
        terminal.until(lambda shown: re.search(r"[34] turns; the model holds.*customer> ", shown, re.S))
        terminal.type("\x03")
        terminal.until(lambda shown: "kept; to read it: duologue replay outputs/chat" in shown)
        assert terminal.ended() == 130
        [transcript] = read_transcripts("outputs/chat")
        assert [turn.text for turn in transcript.turns][::2] == ["My lamp flickers.", "How long does a repair take?"]
        assert "How long does a repair take?" in (here / "state/duologue/chat_history").read_text()
