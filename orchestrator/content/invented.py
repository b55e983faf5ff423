"""Strings that are no words: a small model glues pieces of words together ("hopard", "seapped").

A word is known by its stem, from the list in `stems.txt` (the gold dialogues, the drills and people's turns; written by
`python -m benchmarks.guards --write`) or because it was said or shown before. It knows no grammar and no meaning.
"""

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import ClassVar, Final

from orchestrator.grounding.words import stem, words
from orchestrator.guards import Objection, Scene

STEMS: Final = Path(__file__).with_name("stems.txt")
_ADDRESS: Final = re.compile(r"\S*[@/*]\S*|\w+\.\w\S*")
_NAME: Final = re.compile(r"(?<=[a-z,;] )[A-Z]\w*")
_SHORT: Final = 2


@cache
def stems() -> frozenset[str]:
    """Return the stems of all words that are known."""
    return frozenset(STEMS.read_text(encoding="utf-8").split())


@dataclass(frozen=True)
class Invented:
    """A string that is no word; names (a capital inside a sentence) are left to `names`. `allow` are other words."""

    name: ClassVar[str] = "invented"

    allow: tuple[str, ...] = ()

    def check(self, candidate: str, scene: Scene) -> Objection | None:
        """Return the objection to `candidate` by the first such string."""
        unknown = [word for word in _words(candidate) if _stem(word) not in stems()]
        if not unknown:
            return None
        given = " ".join([scene.said(), scene.ledger, *self.allow, *(hit.passage.prompt for hit in scene.hits)])
        known = {_stem(word) for word in words(given)}
        invented = next((word for word in unknown if _stem(word) not in known), None)
        return Objection(self.name, invented, "it is no word") if invented else None


def stems_of(text: str) -> frozenset[str]:
    """Return the stems of the words of `text`, names, addresses and what has a figure apart."""
    return frozenset(_stem(word) for word in _words(text))


def _words(text: str) -> list[str]:
    plain = _NAME.sub(" ", _ADDRESS.sub(" ", text))
    return [word for word in words(plain) if len(word) > _SHORT and not any(sign.isdigit() for sign in word)]


def _stem(word: str) -> str:
    return stem(word.partition("'")[0])
