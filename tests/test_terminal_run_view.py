import io
from pathlib import Path
from xml.etree import ElementTree

import pytest
from rich.console import Console

from agents.dialogue import Speaker
from orchestrator.progress import RunStarted, TurnDone
from orchestrator.transcript import Ending, Reason, TurnRecord
from terminal.run_follow import LineLog, LiveView, follower
from terminal.run_state import Mark, Talk, ViewState, advance
from terminal.run_view import render, render_svg

CUSTOMER = TurnRecord(n=3, speaker=Speaker.CUSTOMER, moves=("doubt", "push"), text="I have heard that before.")
AGENT = TurnRecord(n=4, speaker=Speaker.AGENT, moves=("inform",), text="A card refund takes 5 to 7 working days.")
STARTED = RunStarted(folder=Path("outputs/returns"), total=200, finished=0, parallel=32, models=("house@6c1f0a9e",))
STATE = ViewState(
    marks=(Mark(20.0, 400, 20_000), Mark(30.0, 600, 30_000)),
    begun=0.0,
    started=STARTED,
    done=50,
    turns_of_done=450,
    replies=600,
    tokens=30_000,
    endings={Reason.RESOLVED: 30, Reason.UNRESOLVED: 15, Reason.MAX_TURNS: 5},
    talk=Talk("returns-00051-3f9a2c", (CUSTOMER, AGENT)),
)

NARROW = """\
╭─ duologue · house@6c1f0a9e ──────────────────────────────╮
│ ━━━━━━━━━━━━━━                                           │
│ 50 of 200 conversations                       1:00 to go │
│ 600 replies, 20.0/s                       1,000 tokens/s │
│ 32 at once, 0:30 so far                                  │
│ resolved 30  unresolved 15  max_turns 5                  │
│                                                          │
╰──────────────────────────────────────────────────────────╯
╭─ returns-00051-3f9a2c ───────────────────────────────────╮
│ customer  3  doubt push                                  │
│ I have heard that before.                                │
│                                                          │
│                                                          │
│                                                          │
│                                                          │
│ agent  4  inform                                         │
│ A card refund takes 5 to 7 working days.                 │
│                                                          │
│                                                          │
│                                                          │
│                                                          │
╰──────────────────────────────────────────────────────────╯
"""


def drawn(state: ViewState, width: int, now: float = 30.0) -> str:
    console = Console(file=io.StringIO(), width=width, markup=False, emoji=False, highlight=False)
    with console.capture() as capture:
        console.print(render(state, now=now, width=width))
    return capture.get()


def test_the_narrow_view() -> None:
    assert drawn(STATE, 60) == NARROW


def test_the_wide_view_stands_side_by_side() -> None:
    lines = drawn(STATE, 120).splitlines()
    assert len(lines) == 14
    assert {len(line) for line in lines} == {120}
    assert "duologue · house@6c1f0a9e" in lines[0]
    assert "returns-00051-3f9a2c" in lines[0]
    assert "unresolved 15 ━━━━━━" in "\n".join(lines)


@pytest.mark.parametrize("width", [40, 60, 100, 140])
def test_the_view_keeps_its_height_whatever_is_said(width: int) -> None:
    long = TurnRecord(n=5, speaker=Speaker.CUSTOMER, text="Nobody answers me. " * 60)
    states = [
        ViewState.at(0.0),
        advance(ViewState.at(0.0), STARTED, 0.0),
        STATE,
        advance(STATE, TurnDone("returns-00051-3f9a2c", long, 60), 30.0),
    ]
    assert len({drawn(state, width).count("\n") for state in states}) == 1


def test_a_low_terminal_shows_the_progress_alone() -> None:
    console = Console(file=io.StringIO(), width=60, markup=False, emoji=False, highlight=False)
    with console.capture() as capture:
        console.print(render(STATE, now=30.0, width=60, height=20))
    assert capture.get() == "".join(NARROW.splitlines(keepends=True)[:8])


def test_a_long_turn_is_cut_with_a_sign() -> None:
    long = TurnRecord(n=5, speaker=Speaker.CUSTOMER, text="Nobody answers me. " * 60)
    assert " …" in drawn(advance(STATE, TurnDone("returns-00051-3f9a2c", long, 60), 30.0), 60)


def test_before_the_model_is_there_the_view_says_so() -> None:
    assert "Getting ready" in drawn(ViewState.at(0.0), 80)


def test_the_ending_of_the_conversation_on_show_is_named() -> None:
    talk = Talk("returns-00051-3f9a2c", (CUSTOMER, AGENT), Ending(reason=Reason.GOODBYE, turn=4))
    state = ViewState(marks=STATE.marks, begun=0.0, started=STARTED, talk=talk)
    assert "returns-00051-3f9a2c · goodbye" in drawn(state, 80)


def test_text_of_a_model_is_neither_markup_nor_escape() -> None:
    evil = TurnRecord(
        n=5, speaker=Speaker.CUSTOMER, moves=("[red]",), text="[bold]no[/bold] \x1b[2J :smile: \u202eback"
    )
    shown = drawn(advance(STATE, TurnDone("returns-00051-3f9a2c", evil, 60), 30.0), 80)
    assert "[bold]no[/bold] ␛[2J :smile: \ufffdback" in shown
    assert "[red]" in shown
    assert "\x1b" not in shown


def test_the_picture_is_an_svg_that_fetches_nothing() -> None:
    picture = render_svg(STATE, width=120)
    ElementTree.fromstring(picture)
    assert "returns-00051" in picture
    assert "@font-face" not in picture
    assert picture.count("http") == picture.count("http://www.w3.org") + picture.count("https://www.textualize.io")


def test_the_picture_is_the_same_every_time() -> None:
    assert render_svg(STATE, width=80) == render_svg(STATE, width=80)


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def logged(total: int, steps: list[tuple[float, int]]) -> str:
    """Return what a run of `total` conversations logs that has said (time, turns of one conversation)."""
    clock = Clock()
    console = Console(file=io.StringIO(), width=80)
    with console.capture() as capture, LineLog(console, clock=clock) as log:
        log(RunStarted(folder=Path("out"), total=total, finished=0, parallel=2, models=("house@1",)))
        for time, n in steps:
            clock.now = time
            log(TurnDone("a", TurnRecord(n=n, speaker=Speaker.AGENT, text="words"), 50))
    return capture.get()


def test_without_a_terminal_the_start_is_one_line() -> None:
    assert logged(20, []) == "20 conversations, 2 at once, house@1 -> out\n"


def test_without_a_terminal_a_line_comes_after_ten_seconds() -> None:
    assert logged(20, [(4.0, 2), (9.0, 4), (10.0, 6), (19.0, 8)]) == (
        "20 conversations, 2 at once, house@1 -> out\n"
        "  0 %  0 of 20 conversations  3 replies  0.3 replies/s  15 tokens/s\n"
    )


def test_only_a_terminal_gets_the_live_view() -> None:
    assert isinstance(follower(Console(file=io.StringIO())), LineLog)
    assert isinstance(follower(Console(file=io.StringIO(), force_terminal=True)), LiveView)


def test_the_live_view_leaves_the_screen_as_it_was() -> None:
    file = io.StringIO()
    console = Console(file=file, force_terminal=True, width=80, height=40)
    with LiveView(console) as live:
        live(STARTED)
    assert "\x1b[?25l" in file.getvalue()
    assert file.getvalue().rstrip("\r\n").endswith("\x1b[1A\x1b[2K")
    assert file.getvalue().count("\x1b[?25h") == 1
