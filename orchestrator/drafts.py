"""What a turn tells while it is drawn: the words as they come, and why an attempt is withdrawn."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

from orchestrator.guards import Objection


@dataclass(frozen=True, slots=True)
class Draft:
    """The words of an attempt so far; nothing has judged them yet. Attempts count from 1."""

    attempt: int
    text: str


@dataclass(frozen=True, slots=True)
class Withdrawn:
    """An attempt that the guards objected to. It may still be what is said in the end, where no other does better."""

    attempt: int
    text: str
    objections: tuple[Objection, ...]

    @property
    def why(self) -> str:
        """The objections in words."""
        return "; ".join(f"{objection.guard}: {objection.why}" for objection in self.objections)


Tell: TypeAlias = Callable[[Draft | Withdrawn], None]
"""Told from the engine's thread and from the conversation's, in the order in which things happen."""
