"""A style laid over a text: the style's edits, less those that would touch what must stay."""

from collections.abc import Callable, Sequence
from typing import Final, TypeAlias

from agents.draws import Draws
from agents.persona import Style
from agents.styles.colloquial import colloquial
from agents.styles.edits import Edit, Revision, applied, compatible
from agents.styles.kept import Span, kept_spans
from agents.styles.non_native import non_native
from agents.styles.typos import LEAST, typos

SHORTEST_TYPOS: Final = LEAST
"""How many typing errors a text has that has room for them."""

_Writer: TypeAlias = Callable[[str, Draws, Sequence[Span]], list[Edit]]

_STYLES: Final[dict[Style, _Writer]] = {
    Style.TYPOS: typos,
    Style.COLLOQUIAL: colloquial,
    Style.NON_NATIVE: non_native,
}


def revised(text: str, style: Style, draws: Draws, keep: tuple[str, ...] = ()) -> Revision:
    """Return `text` as somebody of that style writes it, with what changed; what stands in `keep` is left alone."""
    writer = _STYLES.get(style)
    if writer is None:
        return Revision(text)
    kept = kept_spans(text, keep)
    return applied(text, compatible(writer(text, draws, kept), kept))


def styled(text: str, style: Style, draws: Draws, keep: tuple[str, ...] = ()) -> str:
    """Return `text` as somebody of that style writes it."""
    return revised(text, style, draws, keep).text
