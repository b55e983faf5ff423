"""The live view of a run, drawn from a `ViewState`: a pure function of state, time and width. It reads no events."""

from collections.abc import Iterator
from typing import Final

from rich.console import Console, ConsoleOptions, Group, RenderableType
from rich.panel import Panel
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from orchestrator.transcript import Reason, TurnRecord
from terminal.cluster_lines import engines_line
from terminal.palette import ENDINGS, SPEAKERS, counted, duration
from terminal.run_state import Talk, ViewState, rates, remaining_seconds
from terminal.text import one_line

WIDE: Final = 110
"""From so many columns on, progress and conversation stand side by side."""

_LINES_OF_A_TURN: Final = 5
_ROWS_OF_ENDINGS: Final = 6
_PROGRESS_HEIGHT: Final = 8
_TALK_HEIGHT: Final = 2 * (_LINES_OF_A_TURN + 1) + 2


class _Exactly:
    """A text on exactly so many lines, cut or padded, so that the view keeps its height."""

    def __init__(self, text: Text, lines: int) -> None:
        self.text, self.lines = text, lines

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> Iterator[Text]:
        lines = list(self.text.wrap(console, options.max_width))
        if len(lines) > self.lines:
            lines = lines[: self.lines]
            lines[-1].truncate(options.max_width - 2)
            lines[-1].append(" …", "dim")
        yield from (*lines, *[Text()] * (self.lines - len(lines)))


def render(state: ViewState, *, now: float, width: int, height: int | None = None) -> RenderableType:
    """Return what to show of a run at `now`; where `height` is too low for both, the progress without the talk."""
    if width >= WIDE:
        return _side_by_side(state, now)
    rows = _PROGRESS_HEIGHT + len(list(_elsewhere(state)))
    progress = _panel(Group(_progress(state, now), _endings_line(state)), _title(state), height=rows)
    if height is not None and height <= rows + _TALK_HEIGHT:
        return progress
    return Group(progress, _panel(_talk(state.talk), _talk_title(state.talk)))


def _side_by_side(state: ViewState, now: float) -> RenderableType:
    left = Group(_progress(state, now), Text(), _endings_bars(state))
    grid = Table.grid(expand=True)
    grid.add_column(width=48)
    grid.add_column(ratio=1)
    right = _panel(_talk(state.talk), _talk_title(state.talk))
    grid.add_row(_panel(left, _title(state), height=_TALK_HEIGHT), right)
    return grid


def render_svg(state: ViewState, *, width: int) -> str:
    """Return the view at the time of the latest mark as a picture."""
    from terminal.pictures import exported

    return exported(render(state, now=state.marks[-1].time, width=width), to="svg", width=width, title="duologue run")


def _panel(content: RenderableType, title: Text, height: int | None = None) -> Panel:
    return Panel(content, title=title, title_align="left", border_style="dim", height=height)


def _title(state: ViewState) -> Text:
    title = Text().append("duologue", "bold not dim")
    if state.started:
        title.append(" · " + one_line(", ".join(state.started.models)))
    return title


def _progress(state: ViewState, now: float) -> RenderableType:
    if state.started is None:
        return Text("Getting ready: scenarios, help content, model …", "dim")
    left = remaining_seconds(state, now)
    speed, tokens = rates(state, now)
    bar = ProgressBar(total=max(1, state.total), completed=state.finished, complete_style="cyan")
    to_go = "" if left is None else f"{duration(left)} to go"
    return Group(
        _row(bar),
        _row(Text(f"{state.finished:,} of {counted(state.total, 'conversation')}"), Text(to_go)),
        _row(Text(f"{counted(state.replies, 'reply', 'replies')}, {speed:.1f}/s"), Text(f"{tokens:,.0f} tokens/s")),
        Text(f"{state.started.parallel} at once, {duration(now - state.begun)} so far", "dim"),
        *_elsewhere(state),
    )


def _elsewhere(state: ViewState) -> Iterator[Text]:
    """Yield a line on what is waited for, or else on the engines of a cluster."""
    if state.waits:
        model, why = next(iter(state.waits.items()))
        yield Text(one_line(f"paused: {model}, {why}"), "bold yellow", no_wrap=True, overflow="ellipsis")
    elif state.cluster:
        rates = " ".join(f"{engine.replies_per_second:.1f}" for engine in state.cluster.ready)
        yield Text(f"{engines_line(state.cluster)}: {rates} replies/s", no_wrap=True, overflow="ellipsis")


def _row(*cells: RenderableType) -> Table:
    grid = Table.grid(expand=True)
    grid.add_column(no_wrap=True)
    if len(cells) > 1:
        grid.add_column(no_wrap=True, justify="right")
    grid.add_row(*cells)
    return grid


def _counts(state: ViewState) -> list[tuple[Reason, int]]:
    return [(reason, state.endings[reason]) for reason in Reason if state.endings.get(reason)]


def _endings_line(state: ViewState) -> RenderableType:
    parts = [Text(f"{reason} {count:,}", ENDINGS[reason]) for reason, count in _counts(state)]
    return _Exactly(Text("  ").join(parts) if parts else Text("no endings yet", "dim"), 2)


def _endings_bars(state: ViewState) -> RenderableType:
    counts = sorted(_counts(state), key=lambda pair: -pair[1])[:_ROWS_OF_ENDINGS]
    if not counts:
        return Text("no endings yet", "dim")
    grid = Table.grid(padding=(0, 1))
    for reason, count in counts:
        bar = Text("━" * max(1, round(20 * count / state.done)), ENDINGS[reason])
        grid.add_row(Text(reason, ENDINGS[reason]), Text(f"{count:,}", justify="right"), bar)
    return grid


def _talk_title(talk: Talk | None) -> Text:
    if talk is None:
        return Text("no conversation yet", "dim")
    title = Text().append(one_line(talk.id), "bold not dim")
    if talk.ending:
        title.append(" · ").append(talk.ending.reason, f"{ENDINGS[talk.ending.reason]} not dim")
    return title


def _talk(talk: Talk | None) -> RenderableType:
    turns = talk.turns if talk else ()
    missing = [_Exactly(Text(), _LINES_OF_A_TURN + 1)] * (2 - len(turns))
    return Group(*[_turn(turn) for turn in turns], *missing)


def _turn(turn: TurnRecord) -> RenderableType:
    head = Text(no_wrap=True, overflow="ellipsis")
    head.append(turn.speaker, SPEAKERS[turn.speaker])
    head.append(f"  {turn.n}  {one_line(' '.join(turn.moves))}", "dim")
    return Group(head, _Exactly(Text(one_line(turn.text)), _LINES_OF_A_TURN))
