"""What was said: plain data that every room shares. It knows nothing of models, prompts or files."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final


class Speaker(StrEnum):
    """The two sides of a conversation."""

    CUSTOMER = "customer"
    AGENT = "agent"

    @property
    def other(self) -> "Speaker":
        return Speaker.AGENT if self is Speaker.CUSTOMER else Speaker.CUSTOMER


MOVES: Final[dict[Speaker, tuple[str, ...]]] = {
    Speaker.CUSTOMER: ("open", "tell", "ask", "doubt", "vent", "push", "accept", "refuse", "close"),
    Speaker.AGENT: (
        "greet", "feel", "request", "inform", "guide", "offer", "counter", "admit", "confirm", "close",
    ),
}  # fmt: skip
"""The moves (dialogue acts) of each side; a turn makes one to three."""


@dataclass(frozen=True, slots=True)
class Turn:
    """One message by one speaker; `n` counts from 1. `moves` may be empty where they are unknown."""

    n: int
    speaker: Speaker
    text: str
    moves: tuple[str, ...] = ()
