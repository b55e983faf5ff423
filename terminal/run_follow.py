"""Following a run as its events come: a live view on a terminal, a line now and then where there is none."""

import time
from collections.abc import Callable
from types import TracebackType
from typing import Final, Self

from rich.console import Console, RenderableType
from rich.text import Text

from orchestrator.progress import Event, RunStarted
from terminal.cluster_lines import engine_rates, told
from terminal.palette import counted, duration
from terminal.run_state import ViewState, advance, rates, remaining_seconds
from terminal.text import one_line

_FRAMES_PER_SECOND: Final = 6
_SECONDS_BETWEEN_LINES: Final = 10.0


class Follower:
    """Takes the events of a run and keeps its state; used as a context manager around the run."""

    def __init__(self, console: Console, *, clock: Callable[[], float] = time.monotonic) -> None:
        self.console, self.clock = console, clock
        self.state = ViewState.at(clock())

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        return None

    def __call__(self, event: Event) -> None:
        self.state = advance(self.state, event, self.clock())


class LiveView(Follower):
    """Redraws the view in place, several times a second, and leaves the screen as it was."""

    def __enter__(self) -> Self:
        from rich.live import Live

        self._live = Live(
            get_renderable=self._draw,
            console=self.console,
            refresh_per_second=_FRAMES_PER_SECOND,
            transient=True,
        )
        self._live.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._live.stop()

    def _draw(self) -> RenderableType:
        from terminal.run_view import render

        return render(self.state, now=self.clock(), width=self.console.width, height=self.console.height)


class LineLog(Follower):
    """Prints a line at the start, and one at every tenth of the way or after ten seconds."""

    _tenths = 0
    _printed = 0.0

    def __call__(self, event: Event) -> None:
        super().__call__(event)
        now = self.clock()
        if isinstance(event, RunStarted):
            self._say(_start_line(event), now)
        elif line := told(event):
            self.console.print(Text(line), soft_wrap=True)
        elif self._due(now):
            self._say(_progress_line(self.state, now), now)

    def _due(self, now: float) -> bool:
        if self.state.over:
            return False
        return self._tenths_done() > self._tenths or now - self._printed >= _SECONDS_BETWEEN_LINES

    def _tenths_done(self) -> int:
        return 10 * self.state.finished // max(1, self.state.total)

    def _say(self, line: str, now: float) -> None:
        self._tenths, self._printed = self._tenths_done(), now
        self.console.print(Text(line), soft_wrap=True)


def follower(console: Console) -> Follower:
    """Return the way to follow a run that suits `console`."""
    return LiveView(console) if console.is_terminal and not console.is_dumb_terminal else LineLog(console)


def _start_line(event: RunStarted) -> str:
    resumed = f"{event.finished:,} done before, " if event.finished else ""
    where = f" -> {event.folder}" if event.folder else ""
    models = ", ".join(event.models)
    return one_line(f"{counted(event.total, 'conversation')}, {resumed}{event.parallel} at once, {models}{where}")


def _progress_line(state: ViewState, now: float) -> str:
    speed, tokens = rates(state, now)
    left = remaining_seconds(state, now)
    parts = [
        f"{100 * state.finished // max(1, state.total):3} %",
        f"{state.finished:,} of {counted(state.total, 'conversation')}",
        counted(state.replies, "reply", "replies"),
        f"{speed:.1f} replies/s",
        f"{tokens:,.0f} tokens/s",
        "" if left is None else f"{duration(left)} to go",
        engine_rates(state.cluster) if state.cluster else "",
    ]
    return "  ".join(part for part in parts if part)
