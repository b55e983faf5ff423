"""What a rewritten turn must keep: its figures, its facts, its meaning, its length. It understands no meaning."""

from collections import Counter
from collections.abc import Iterator
from enum import StrEnum
from functools import lru_cache
from typing import Final

from curation.restyle.kinds import Register, Said
from curation.restyle.shortening import MOST
from curation.restyle.wording import contracted, expanded, replaced
from orchestrator.grounding import figures
from orchestrator.grounding.words import is_content, is_negation, stem, words

CLOSE: Final = {Register.SOCIAL: 0.3, Register.EMAIL: 0.9, Register.PHONE: 0.9, Register.FORMAL: 0.75}
"""The least share of the original's words of content that a rule's text must have; a post drops courtesies."""
CLOSE_BY_MODEL: Final = 0.5
"""The same for a model's text, which may say the same in other words; in both directions."""
_LONGER: Final = 2.0
_ROOM: Final = 25
"""Words that a text may have beyond `_LONGER` times those of the original: greetings and closings."""


class Refusal(StrEnum):
    """Why a rewritten turn was not taken."""

    EMPTY = "empty"
    FIGURES = "figures changed"
    FACT = "a fact is missing"
    FAR = "meaning too far"
    NEGATION = "negation changed"
    LENGTH = "too long"


def refusal(text: str, said: Said, register: Register, *, by_model: bool = False) -> Refusal | None:
    """Return why `text` may not stand for what was said, None where it may."""
    return next((reason for reason, broken in _faults(text, said, register, by_model=by_model) if broken), None)


def _faults(text: str, said: Said, register: Register, *, by_model: bool) -> Iterator[tuple[Refusal, bool]]:
    """Yield each reason, and whether it is one here."""
    post = register is Register.SOCIAL
    yield Refusal.EMPTY, not text.strip()
    yield Refusal.FIGURES, Counter(figures(text)) != Counter(figures(said.text))
    yield Refusal.FACT, any(part.casefold() not in text.casefold() for part in said.keep)
    yield Refusal.LENGTH, post and len(text) > MOST
    yield Refusal.LENGTH, len(text.split()) > _LONGER * len(said.text.split()) + _ROOM
    yield Refusal.FAR, _likeness(said.text, text) < (CLOSE_BY_MODEL if by_model else CLOSE[register])
    yield Refusal.FAR, by_model and _likeness(text, said.text) < CLOSE_BY_MODEL
    yield Refusal.NEGATION, (by_model or not post) and _negations(text) != _negations(said.text)


def _likeness(one: str, other: str) -> float:
    """Return the share of the words of content of `one` that `other` has, in whatever register."""
    wanted = {word for word in words(one) if is_content(word) and not any(map(str.isdigit, word))}
    there = {stem(word) for version in _versions(other) for word in words(version)}
    known = sum(bool(_stems(word) & there) for word in wanted)
    return known / len(wanted) if wanted else 1.0


def _versions(text: str) -> tuple[str, ...]:
    return (text, expanded(text), contracted(text))


@lru_cache(maxsize=20_000)
def _stems(word: str) -> frozenset[str]:
    """Return the stems that may stand for a word in some register."""
    other = replaced(replaced(word, "social.words"), "social.shorter")
    return frozenset((word, stem(word), stem(other), *(stem(part) for part in words(replaced(word, "formal.words")))))


def _negations(text: str) -> int:
    return sum(is_negation(word) for word in words(expanded(text)) if word not in {"none", "nothing", "nobody"})
