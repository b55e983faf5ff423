"""A text made to fit a post: short words, then fewer sentences. Those with figures, facts and questions go last."""

import re
from collections.abc import Sequence
from typing import Final

from curation.restyle.wording import replaced, sentences
from orchestrator.grounding import figures
from orchestrator.grounding.words import is_content, words

MOST: Final = 280
"""Characters of a post at most."""
_ASIDE: Final = re.compile(r" ?\([^)]*\)")
_TALK: Final = re.compile(
    r"\b(?:glad|happy|sorry|regret|thank|thanks|understand|appreciate|trust|grateful|pleasure|leisure|remain|wish|hope|"
    r"would ask|let's see|i see|in short|i hear)\b", re.I
)  # fmt: skip
"""Words of sentences that are courtesy rather than matter."""


_FORMULA: Final = re.compile(
    r"\b(?:at your (?:leisure|disposal|service)|remain available|trust that this|further questions? arise|wish you|"
    r"thank you for your (?:attention|patience|understanding|time)|thanks for your (?:attention|patience|time)|"
    r"hesitate|look forward|grateful for your|thank you once more)\b", re.I
)  # fmt: skip


def without_formulas(text: str) -> str:
    """Return `text` without the sentences that letters end with, as far as others are left and no figure is lost."""
    parts = sentences(text)
    left = [one for one in parts if not _FORMULA.search(one) or figures(one)]
    return " ".join(left) if len(left) > len(parts) // 2 else text


def shortened(text: str, most: int, *, keep: Sequence[str] = ()) -> str:
    """Return `text` in at most `most` characters, by whole sentences where that can be had.

    One sentence that is too long by itself loses its asides and then its last clauses; what it lost is for a guard to
    see.
    """
    if len(text) <= most:
        return text
    tight = replaced(text, "social.shorter", keep=keep)
    parts = sentences(tight) or [tight]
    order = sorted(range(len(parts)), key=lambda place: (-_weight(parts[place], keep), place))
    chosen: list[int] = []
    for place in order:
        if len(" ".join(parts[one] for one in sorted([*chosen, place]))) <= most:
            chosen.append(place)
    if chosen:
        return " ".join(parts[place] for place in sorted(chosen))
    return _clauses(_ASIDE.sub("", parts[order[0]]), most)


def _weight(sentence: str, keep: Sequence[str]) -> float:
    """Return how much a sentence matters: facts and figures most, then questions, then what is no mere courtesy."""
    fact = 8.0 * sum(part in sentence for part in keep)
    content = sum(is_content(word) for word in words(sentence))
    talk = 3.0 if _TALK.search(sentence) else 0.0
    return fact + 4.0 * len(figures(sentence)) + (3.0 if sentence.endswith("?") else 0.0) + min(content, 10) / 5 - talk


def _clauses(sentence: str, most: int) -> str:
    parts = re.split(r"(?<=[,;:]) ", sentence)
    while len(parts) > 1 and len(" ".join(parts)) > most:
        parts.pop()
    text = " ".join(parts).rstrip(",;:")
    if len(text) <= most:
        return text
    return text[: most - 1].rsplit(" ", 1)[0].rstrip(",;:") + "…"
