"""Two conversations side by side: a fork and its original, from the turn on in which they part."""

from collections.abc import Sequence
from itertools import takewhile, zip_longest

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from orchestrator.transcript import Transcript, TurnRecord
from terminal.palette import SPEAKERS, counted
from terminal.text import one_line, plain
from terminal.transcript_view import Indented, closing


def beside(left: Transcript, right: Transcript) -> Group:
    """Return both conversations, what they share once, the rest in two columns."""
    shared = shared_turns(left, right)
    grid = Table(box=None, pad_edge=False, expand=True, header_style="bold", padding=(0, 2, 1, 0))
    for transcript in left, right:
        grid.add_column(Text(one_line(transcript.id)), ratio=1, overflow="fold")
    grid.add_row(_about(left), _about(right))
    for one, other in zip_longest(left.turns[shared:], right.turns[shared:]):
        grid.add_row(_turn(one), _turn(other))
    grid.add_row(closing(left), closing(right))
    before = [Text(f"{counted(shared, 'turn')} in common", "dim"), *_spread(left.turns[:shared]), Text()]
    return Group(*before, grid)


def shared_turns(left: Transcript, right: Transcript) -> int:
    """Return how many turns from the first the two have in common, word for word."""
    pairs = zip(left.turns, right.turns, strict=False)
    return sum(1 for _ in takewhile(lambda pair: pair[0].text == pair[1].text, pairs))


def _about(transcript: Transcript) -> Text:
    customer = transcript.customer
    axes = [customer.disposition, customer.motivation, f"seed {transcript.seed}", transcript.models.agent]
    return Text(one_line(", ".join(axes)), "dim")


def _spread(turns: Sequence[TurnRecord]) -> list[RenderableType]:
    return [part for turn in turns for part in (_head(turn), Indented(Text(plain(turn.text))))]


def _turn(turn: TurnRecord | None) -> Text:
    return Text("") if turn is None else _head(turn).append("\n").append(Text(plain(turn.text)))


def _head(turn: TurnRecord) -> Text:
    head = Text(f"{turn.n:>2}  ", "dim").append(turn.speaker, SPEAKERS[turn.speaker])
    return head.append(f"  {one_line(' '.join(turn.moves))}" if turn.moves else "", "dim")
