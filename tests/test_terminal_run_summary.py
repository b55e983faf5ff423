from dataclasses import replace
from pathlib import Path

import pytest

from agents.errors import UsageError
from orchestrator.progress import RunFinished
from orchestrator.run_folder import new_folder
from orchestrator.transcript import Reason
from terminal.palette import counted, duration
from terminal.run_settings import Settings, latest_folder, parse_rate
from terminal.run_summary import summary

OVER = RunFinished(
    folder=Path("outputs/returns"),
    conversations=24,
    replies=1233,
    tokens=70_000,
    seconds=41.2,
    endings={Reason.MAX_TURNS: 4, Reason.RESOLVED: 20},
)


@pytest.mark.parametrize(("text", "rate"), [("5/s", 5.0), ("5", 5.0), ("0.5/s", 0.5), (" 12 / s ", 12.0)])
def test_a_rate_is_a_number_a_second(text: str, rate: float) -> None:
    assert parse_rate(text) == rate


@pytest.mark.parametrize("text", ["", "fast", "-1", "0", "0.0/s", "5/m", "5/ss", "1e3", "nan", "inf", "9" * 400, "٣"])
def test_what_is_no_rate_is_refused(text: str) -> None:
    with pytest.raises(UsageError, match="write a number a second, such as 5/s"):
        parse_rate(text)


@pytest.mark.parametrize(
    ("seconds", "text"), [(0.4, "0:00"), (59.6, "1:00"), (65, "1:05"), (3599, "59:59"), (7390, "2:03:10")]
)
def test_a_duration_reads_like_a_clock(seconds: float, text: str) -> None:
    assert duration(seconds) == text


def test_numbers_agree_with_their_nouns() -> None:
    assert [counted(1, "turn"), counted(0, "turn"), counted(1204, "reply", "replies")] == [
        "1 turn",
        "0 turns",
        "1,204 replies",
    ]


def test_the_end_of_a_run() -> None:
    assert summary(OVER, [Path("scenarios/returns.yaml")], Settings()).plain == (
        "outputs/returns: 24 conversations, 1,233 replies in 0:41 (29.9/s)\n"
        "resolved 20, max_turns 4\n"
        "To read it: duologue replay outputs/returns"
    )


def test_the_end_of_a_run_that_was_cut_short_says_how_to_go_on() -> None:
    over = RunFinished(Path("my runs/a"), 3, 20, 900, 10.0, {Reason.RESOLVED: 3}, cut_short=True)
    settings = Settings(out=Path("my runs/a"), seed=5, limit=10, model="gpt2", parallel=4, resume="never", rate=2.0)
    assert summary(over, [Path("a.yaml"), Path("b c.yaml")], settings).plain == (
        "my runs/a: 3 conversations, 20 replies in 0:10 (2.0/s)\n"
        "resolved 3\n"
        "Stopped early; what was written is valid.\n"
        "To go on: duologue run a.yaml 'b c.yaml' --out 'my runs/a' --limit 10 --seed 5 --model gpt2 --resume always\n"
        "To read it: duologue replay 'my runs/a'"
    )


def test_the_end_of_a_run_tells_what_the_guards_sent_back() -> None:
    counts = {"figures": 1200, "names": 9, "units": 7, "echo": 5, "words": 3, "promises": 2, "abuse": 1}
    over = replace(OVER, attempts=2400, objections=counts)
    assert summary(over, [], Settings()).plain.splitlines()[2] == (
        "objections in 2,400 attempts: figures 1,200, names 9, units 7, echo 5, words 3, promises 2 and 1 more"
    )


def test_the_end_of_a_run_of_nothing() -> None:
    over = RunFinished(Path("outputs/returns"), 0, 0, 0, 0.0, {})
    assert summary(over, [], Settings()).plain == "outputs/returns: 0 conversations, 0 replies in 0:00"


def test_what_was_done_before_is_said() -> None:
    over = RunFinished(Path("outputs/returns"), 12, 0, 0, 0.1, {Reason.GOODBYE: 12})
    assert summary(over, [], Settings(), before=12).plain == (
        "outputs/returns: 12 conversations (12 done before), 0 replies in 0:00\n"
        "goodbye 12\n"
        "To read it: duologue replay outputs/returns"
    )


def test_the_latest_run_of_some_scenarios_is_found(tmp_path: Path) -> None:
    names = ["returns", "upsell"]
    assert latest_folder(names, outputs=tmp_path) is None
    for _ in range(3):
        new = new_folder(tmp_path, "+".join(names))
        assert latest_folder(names, outputs=tmp_path) == new
