"""Following a training run as its events come: a live view on a terminal, a line at each log where there is none."""

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from types import TracebackType
from typing import Final, Self

from rich.console import Console, Group, RenderableType
from rich.panel import Panel
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from agents.training.progress import (
    CheckpointSaved,
    Evaluated,
    Event,
    Measured,
    StepsDone,
    TrainingFinished,
    TrainingStarted,
)
from terminal.palette import duration
from terminal.text import one_line

_BARS: Final = "▁▂▃▄▅▆▇█"
_MOST_LOSSES: Final = 400


@dataclass(frozen=True, slots=True)
class TrainState:
    """What is known of a run so far; `began` is when it did, by the follower's clock."""

    began: float
    started: TrainingStarted | None = None
    latest: StepsDone | None = None
    losses: tuple[float, ...] = ()
    evaluated: Evaluated | None = None
    first: Evaluated | None = None
    saved: CheckpointSaved | None = None
    over: TrainingFinished | None = None


def advance(state: TrainState, event: Event, now: float) -> TrainState:
    """Return the state after `event`."""
    match event:
        case TrainingStarted():
            return replace(state, started=event, began=now)
        case StepsDone():
            return replace(state, latest=event, losses=(*state.losses, event.loss)[-_MOST_LOSSES:])
        case Evaluated():
            return replace(state, evaluated=event, first=state.first or event)
        case CheckpointSaved():
            return replace(state, saved=event)
        case TrainingFinished():
            return replace(state, over=event)


def remaining_seconds(state: TrainState, now: float) -> float | None:
    """Return how long the rest takes at the speed so far, None before the first step."""
    if not state.started or not state.latest or state.latest.step <= state.started.step:
        return None
    done = state.latest.step - state.started.step
    return (now - state.began) / done * (state.started.steps - state.latest.step)


class Follower:
    """Takes the events of a run and prints a line for each; used as a context manager around the run."""

    def __init__(self, console: Console, *, clock: Callable[[], float] = time.monotonic) -> None:
        self.console, self.clock = console, clock
        self.state = TrainState(clock())

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        return None

    def __call__(self, event: Event) -> None:
        self.state = advance(self.state, event, self.clock())
        line = log_line(self.state, event, self.clock())
        if line:
            self.console.print(Text(one_line(line)), soft_wrap=True)


class LiveView(Follower):
    """Redraws the view in place and leaves the screen as it was."""

    def __enter__(self) -> Self:
        from rich.live import Live

        self._live = Live(get_renderable=self._draw, console=self.console, refresh_per_second=4, transient=True)
        self._live.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._live.stop()

    def __call__(self, event: Event) -> None:
        self.state = advance(self.state, event, self.clock())

    def _draw(self) -> RenderableType:
        return render(self.state, now=self.clock(), width=self.console.width)


def follower(console: Console) -> Follower:
    """Return the way to follow a run that suits `console`."""
    return LiveView(console) if console.is_terminal and not console.is_dumb_terminal else Follower(console)


def log_line(state: TrainState, event: Event, now: float) -> str:
    """Return `event` as a line of a log, empty where there is nothing to say."""
    match event:
        case TrainingStarted():
            return _start_line(event)
        case StepsDone():
            left = remaining_seconds(state, now)
            to_go = f"  {duration(left)} to go" if left else ""
            steps = state.started.steps if state.started else event.step
            rate = f"{event.rate:,.0f} tokens/s"
            return f"step {event.step:,} of {steps:,}  loss {event.loss:.4f}  {event.tokens:,} tokens  {rate}{to_go}"
        case Evaluated():
            return f"step {event.step:,}  held out: {_sides(event.sides)}"
    return ""


def _start_line(event: TrainingStarted) -> str:
    devices = f"{event.devices} x {event.device}" if event.devices > 1 else event.device
    of = f"{event.trainable / 1e6:.2f} of {event.parameters / 1e6:.1f} million parameters"
    resumed = f"from step {event.step:,}, " if event.step else ""
    return f"training {of} on {devices} in {event.precision}, {resumed}{event.steps:,} steps"


def _sides(sides: dict[str, Measured]) -> str:
    figures = (f"{side} {one.per_token:.2f} per token, {one.per_byte:.3f} per byte" for side, one in sides.items())
    return ", ".join(figures) or "not measured, as no dialogue is held out of so few"


def render(state: TrainState, *, now: float, width: int) -> RenderableType:
    """Return what to show of a run at `now`."""
    title = Text("duologue train", "bold not dim")
    content = _progress(state, now, width - 4) if state.started else Text("Getting ready: corpora, model …", "dim")
    return Panel(content, title=title, title_align="left", border_style="dim", height=10)


def _progress(state: TrainState, now: float, width: int) -> RenderableType:
    if state.started is None:
        return Text()
    step = state.latest.step if state.latest else state.started.step
    left = remaining_seconds(state, now)
    return Group(
        _row(ProgressBar(total=state.started.steps, completed=step, complete_style="cyan")),
        _row(Text(f"step {step:,} of {state.started.steps:,}"), "" if left is None else f"{duration(left)} to go"),
        _row(Text(f"loss {state.latest.loss:.4f}"), f"{state.latest.rate:,.0f} tokens/s") if state.latest else Text(),
        Text(sparkline(state.losses, width), "cyan", no_wrap=True),
        _perplexities(state),
        Text(f"{duration(now - state.began)} so far" + (f", saved at step {state.saved.step:,}" if state.saved else ""),
             "dim"),
    )  # fmt: skip


def _row(left: RenderableType, right: str = "") -> Table:
    grid = Table.grid(expand=True)
    grid.add_column(no_wrap=True)
    if right:
        grid.add_column(no_wrap=True, justify="right")
    grid.add_row(left, *([Text(right)] if right else []))
    return grid


def _perplexities(state: TrainState) -> RenderableType:
    if not state.evaluated or not state.first:
        return Text("not measured yet", "dim")
    grid = Table.grid(padding=(0, 2))
    for side, one in state.evaluated.sides.items():
        before = state.first.sides[side].per_token
        at = f"held out: {one.per_token:.2f} per token (was {before:.2f}), {one.per_byte:.3f} per byte"
        grid.add_row(Text(one_line(side), "bold"), Text(at))
    return grid


def sparkline(values: tuple[float, ...], width: int) -> str:
    """Return the last `width` values as one line of bars."""
    shown = values[-max(width, 1) :]
    if not shown:
        return ""
    low, high = min(shown), max(shown)
    scale = (len(_BARS) - 1) / (high - low) if high > low else 0.0
    return "".join(_BARS[round((value - low) * scale)] for value in shown)
