"""Courtesies that one turn needs once: thanks, a farewell, an invitation to come back. English, by their wording."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated, ClassVar, Final

from pydantic import Field

from orchestrator.guards import Objection, Scene
from orchestrator.overlap import sentences

_KINDS: Final = {
    "thanks": re.compile(r"\b(?:thank you|thanks|i thank)\b|\bgrateful (?:to|for)\b", re.I),
    "farewell": re.compile(
        r"\b(?:good)?bye\b|\bfarewell\b|\bhave an? (?:\w+ )?\w+ (?:day|evening|morning|afternoon|weekend|week|one)\b|"
        r"\b(?:wish|hope) (?:you|the rest|your)\b.{0,40}\b"
        r"(?:day|evening|weekend|week|well)\b|\btake care\b|\ball the best\b|\brest of (?:the|your) \w+",
        re.I,
    ),
    "invitation": re.compile(
        r"\b(?:comes?|pops?|crops?) up\b|\b(?:write|come back|get back|return) to (?:us|me|this chat)\b|"
        r"\bfurther questions?\b|\bmore questions\b|\b(?:need|want) (?:a hand|anything|more)\b|\bjust ask\b|"
        r"\bat your (?:service|disposal)\b|\bdrop us a line\b|\bif you ever\b",
        re.I,
    ),
}


@dataclass(frozen=True)
class Courtesies:
    """A courtesy in more than `most` sentences of one turn: thanks again. Of farewells there may be one more."""

    name: ClassVar[str] = "courtesies"

    most: Annotated[int, Field(strict=True, ge=1, le=100)] = 1

    def check(self, candidate: str, scene: Scene) -> Objection | None:
        """Return the objection to `candidate`, wherever it would be said."""
        del scene
        parts = list(sentences(candidate))
        found = (self._again(parts, kind, pattern) for kind, pattern in _KINDS.items())
        return next((objection for objection in found if objection), None)

    def _again(self, parts: list[str], kind: str, pattern: re.Pattern[str]) -> Objection | None:
        those: Iterator[str] = (part for part in parts if pattern.search(part))
        again = next((part for n, part in enumerate(those) if n >= self.most + (kind == "farewell")), None)
        return Objection(self.name, again, f"{kind} once more") if again else None
