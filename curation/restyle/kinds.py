"""The registers that a conversation can be put into, and what a rewriting rule is told of a turn. No wording."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from agents import randomness
from agents.dialogue import Speaker
from agents.errors import UsageError
from agents.persona import Role, Tone
from orchestrator.faults import unknown


class Register(StrEnum):
    """How a conversation is written: a post of at most 280 characters, an email, a phone call, formal prose."""

    SOCIAL = "social"
    EMAIL = "email"
    PHONE = "phone"
    FORMAL = "formal"

    @classmethod
    def named(cls, name: str) -> "Register":
        """Return the register that `name` means. Raises UsageError where there is none."""
        try:
            return cls(name)
        except ValueError:
            raise UsageError(f"--style: {unknown(name, 'style', [one.value for one in cls])}") from None


@dataclass(frozen=True, slots=True)
class Said:
    """A turn as it is to be rewritten. `first`: it is its side's first; `product` is what the matter is about.

    `keep` are texts that must stay word for word: facts that were told. `stream` keys what is drawn for it.
    """

    text: str
    speaker: Speaker
    moves: Sequence[str]
    first: bool
    opening: bool
    role: Role
    tone: str
    product: str | None
    keep: tuple[str, ...]
    stream: int

    @property
    def annoyed(self) -> bool:
        return self.speaker is Speaker.CUSTOMER and self.tone == Tone.ANNOYED

    def chance(self, position: int, share: float) -> bool:
        return randomness.uniform(self.stream, position) < share

    def choose(self, position: int, options: Sequence[str]) -> str:
        return randomness.choose(self.stream, position, options)
