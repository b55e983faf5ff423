"""Chat talk: contractions, everyday words, capitals and marks left out. It adds no news and takes none away."""

import re
from collections.abc import Iterator, Sequence
from typing import Final

from agents.draws import Draws
from agents.styles.edits import Edit
from agents.styles.kept import Span, starts_sentence
from agents.styles.tables import swaps

_SHARE: Final = 0.75
"""How many of the words that can be said in a more everyday way are."""
_SMALL: Final = 0.8
"""How many writers leave out capitals; who does, does so everywhere."""
_OPENS: Final = 0.2
_CAPITAL: Final = re.compile(r"(?<![\w'’])[A-Z](?=[a-z]+\b|\b)")
_COMMA: Final = re.compile(r"(?<=[a-z]),(?= (?:and|but|or|so|because|then|please|though|if|when|i|I)\b)")
_STOP: Final = re.compile(r"(?<=[\w)])\.(?=\s*$)|(?<=[\w)])\?(?=\s*$)|(?<=[\w)])!(?=\s*$)")
_OPENERS: Final = ("ok so ", "so ", "hey, ", "right, ", "um ")
_GREETED: Final = re.compile(r"\s*(?:hi|hey|hello|hiya|morning|good|dear|thank|yes|no|ok|so|right|well|um)\b", re.I)


def colloquial(text: str, draws: Draws, kept: Sequence[Span]) -> list[Edit]:
    """Return what turns a text into chat talk."""
    del kept
    small = draws.chance(_SMALL)
    edits = [_lower(text, edit) if small else edit for edit in _words(text, draws)]
    if small:
        edits += _small_letters(text)
    edits += [Edit(m.start(), m.end(), "", "mark") for m in _COMMA.finditer(text) if draws.chance(0.5)]
    edits += [Edit(m.start(), m.end(), "", "mark") for m in _STOP.finditer(text) if draws.chance(_leave_out(m.group()))]
    if small and not _GREETED.match(text) and draws.chance(_OPENS):
        edits.append(Edit(0, 0, draws.choose(_OPENERS), "opener"))
    return edits


def _words(text: str, draws: Draws) -> Iterator[Edit]:
    for swap in swaps("colloquial"):
        for edit in swap.edits(text, draws):
            if draws.chance(_SHARE):
                yield edit


def _lower(text: str, edit: Edit) -> Edit:
    """Return an edit without the capital that only the start of a sentence, or an I, gives."""
    if starts_sentence(text, edit.start) or re.match(r"I\b", edit.new):
        return Edit(edit.start, edit.end, edit.new[:1].lower() + edit.new[1:], edit.kind)
    return edit


def _small_letters(text: str) -> Iterator[Edit]:
    for match in _CAPITAL.finditer(text):
        alone = not text[match.end() : match.end() + 1].isalpha()
        if (alone and match.group() == "I") or starts_sentence(text, match.start()):
            yield Edit(match.start(), match.end(), match.group().lower(), "capital")


def _leave_out(mark: str) -> float:
    return {".": 0.8, "?": 0.5, "!": 0.3}[mark]
