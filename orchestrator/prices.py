"""What is said to cost nothing, or to cost something that is no amount, although no passage says so of the thing.

It goes by words, as `grounding` does: which clause speaks of a price, and of what.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import ClassVar, Final

from agents.dialogue import Speaker
from orchestrator.grounding import sentences
from orchestrator.grounding.polarity import FREE
from orchestrator.grounding.words import is_content, stem, words
from orchestrator.guards import Objection, Scene

_CLAUSE: Final = re.compile(r"[,;:]\s|\s(?=(?:and|but|so|or|because|since|if|when|while|where)\b)")
_NO_AMOUNT: Final = re.compile(
    r"\b(?:costs?|charges?|priced at) (?:an?|the|one|each|per) (?:minute|hour|day|night|week|month|year)\b", re.I
)
_REFERS: Final = re.compile(r"(?:it|its|they|this|that|these|those|both|one|here|there)\b", re.I)
_PRICE: Final = frozenset(
    map(stem, ("free", "gratis", "complimentary", "charge", "cost", "fee", "pay", "paid", "extra", "additional"))
)


@dataclass(frozen=True)
class Prices:
    """A price that nobody gave, without a figure: what is free, costs nothing or "costs an hour".

    A passage, or an own earlier turn, must say so in a sentence that has a word for the thing.
    """

    name: ClassVar[str] = "prices"

    def check(self, candidate: str, scene: Scene) -> Objection | None:
        """Return the objection to `candidate` by its first such clause, where an agent says it."""
        if scene.speaker is not Speaker.AGENT:
            return None
        given = [*(hit.passage.prompt for hit in scene.hits), *scene.own()]
        free = [about for text in given for about in _free_things(text)]
        for clause in _clauses(candidate):
            found = _NO_AMOUNT.search(clause)
            if found and not any(found[0].casefold() in text.casefold() for text in given):
                return Objection(self.name, clause, "a price that is no amount", vital=True)
            if FREE.search(_plain(clause)) and not _is_among(_things(clause), free):
                return Objection(self.name, clause, "free of charge, which nobody said of it", vital=True)
        return None


def _is_among(thing: frozenset[str], free: Sequence[frozenset[str]]) -> bool:
    return any(not thing or thing & about for about in free)


def _free_things(text: str) -> Iterator[frozenset[str]]:
    """Yield the words for what `text` says is free; "it" is what the sentence before spoke of."""
    stated = _sentences(text)
    for before, sentence in zip(["", *stated], stated, strict=False):
        if FREE.search(_plain(sentence)):
            yield _things(f"{before} {sentence}" if _REFERS.match(sentence) else sentence)


def _clauses(text: str) -> Iterator[str]:
    """Yield the clauses of what `text` states; one that names no thing goes on from the one before."""
    for sentence in _sentences(text):
        clause = ""
        for part in () if sentence.endswith("?") else _CLAUSE.split(sentence):
            clause = part if _things(part) else f"{clause} {part}".strip()
            yield clause


def _sentences(text: str) -> list[str]:
    return [text[start:end] for start, end in sentences(text)]


def _plain(text: str) -> str:
    return text.replace("’", "'").lower()


def _things(text: str) -> frozenset[str]:
    return frozenset(stem(word) for word in words(text) if is_content(word)) - _PRICE
