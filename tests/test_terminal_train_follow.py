"""How a training run is followed, on a terminal and in a log."""

import io
from pathlib import Path

from rich.console import Console

from agents.training.progress import CheckpointSaved, Evaluated, Event, Measured, StepsDone, TrainingStarted
from terminal.train_follow import TrainState, advance, follower, log_line, remaining_seconds, render, sparkline

STARTED = TrainingStarted(0, 100, 14_200_000, 14_200_000, 2, "cpu", "bf16")
EVENTS: list[Event] = [
    STARTED,
    Evaluated(0, {"agent": Measured(40.0, 2.5)}),
    StepsDone(10, 3.25, 1e-3, 120_000, 1500.0),
    Evaluated(10, {"agent": Measured(20.0, 2.0)}),
    CheckpointSaved(10, Path("somewhere")),
]


def state_after(events: list[Event]) -> TrainState:
    state = TrainState(0.0)
    for now, event in enumerate(events):
        state = advance(state, event, float(now))
    return state


def shown(state: TrainState, *, now: float, width: int = 80) -> str:
    console = Console(file=io.StringIO(), width=width, force_terminal=False)
    console.print(render(state, now=now, width=width))
    return console.file.getvalue()  # type: ignore[attr-defined]


def test_the_view_shows_progress_loss_and_perplexity_with_what_it_was() -> None:
    text = shown(state_after(EVENTS), now=20.0)
    for part in ("step 10 of 100", "3:00 to go", "loss 3.2500", "1,500 tokens/s", "saved at step 10"):
        assert part in text
    assert "20.00 per token (was 40.00), 2.000 per byte" in text


def test_the_view_keeps_its_height() -> None:
    heights = {len(shown(state_after(EVENTS[:n]), now=9.0).splitlines()) for n in range(len(EVENTS) + 1)}
    assert len(heights) == 1


def test_the_rest_is_reckoned_from_where_the_run_was_taken_up() -> None:
    resumed = TrainingStarted(90, 100, 1, 1, 1, "cpu", "fp32")
    state = state_after([resumed, StepsDone(95, 1.0, 0.1, 10, 1.0)])
    assert remaining_seconds(state, 10.0) == 10.0


def test_a_log_has_a_line_for_what_counts() -> None:
    state = state_after(EVENTS)
    lines = [log_line(state, event, 10.0) for event in EVENTS]
    assert lines == [
        "training 14.20 of 14.2 million parameters on 2 x cpu in bf16, 100 steps",
        "step 0  held out: agent 40.00 per token, 2.500 per byte",
        "step 10 of 100  loss 3.2500  120,000 tokens  1,500 tokens/s  1:30 to go",
        "step 10  held out: agent 20.00 per token, 2.000 per byte",
        "",
    ]


def test_where_there_is_no_terminal_lines_are_printed() -> None:
    console = Console(file=io.StringIO(), force_terminal=False, width=200)
    with follower(console) as follow:
        for event in EVENTS:
            follow(event)
    assert console.file.getvalue().count("\n") == 4  # type: ignore[attr-defined]


def test_a_sparkline_spans_lowest_to_highest() -> None:
    assert sparkline((1.0, 2.0, 3.0), 10) == "▁▄█" or sparkline((1.0, 2.0, 3.0), 10) == "▁▅█"
    assert sparkline((), 10) == ""
    assert len(sparkline(tuple(range(50)), 20)) == 20
