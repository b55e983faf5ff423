"""Whether the conversations of a scenario fit into a model's window: an estimate from words, without a tokenizer."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from agents.persona import CustomerPersona
from orchestrator.grounding.passages import Passage
from orchestrator.plan import ConversationSpec
from orchestrator.scenario import GroundingMode, Scenario

WINDOW: Final = 1024
"""Positions of a GPT-2."""

TOKENS_A_WORD: Final = 1.4
_ROOM_A_WORD: Final = 2
_MOVES: Final = 24
_FRAME: Final = 80


@dataclass(frozen=True, slots=True)
class Budget:
    """Tokens of the longer role prompt, the longest opening, a reply's passages, a turn, and the `room` for a reply.

    `turns` is the most that a conversation has.
    """

    role: int
    opening: int
    passages: int
    turn: int
    room: int
    turns: int

    @property
    def whole(self) -> int:
        """What the longest conversation has when nothing is left out of it."""
        return self.role + self.opening + (self.turns - 1) * self.turn + (self.turns // 2) * self.passages

    @property
    def least(self) -> int:
        """What has to be there at once for a reply to be drawn."""
        return self.role + max(self.opening, self.turn) + self.passages + self.room

    @property
    def remembered(self) -> int:
        """How many turns a speaker still sees when the longest conversation ends."""
        free = WINDOW - self.role - self.passages - self.room
        return max(0, min(self.turns - 1, free // self.turn))

    @property
    def warning(self) -> str | None:
        """What does not fit, in one line; None where everything does."""
        if self.least > WINDOW:
            return f"a reply may need {self.least:,} tokens and the window has {WINDOW:,}; shorten {self._largest}"
        if self.remembered < self.turns - 1:
            return f"in long conversations a speaker sees about the last {self.remembered} turns only"
        return None

    @property
    def _largest(self) -> str:
        sizes = {
            "the role prompts": self.role,
            "the openings": self.opening - self.turn,
            "reply.words": self.room,
            "grounding.passages": self.passages,
        }
        return max(sizes, key=lambda name: sizes[name])


def estimate(scenario: Scenario, spec: ConversationSpec, passages: Sequence[Passage]) -> Budget:
    """Return the budget of `scenario`; `spec` is any of its conversations, `passages` are those of its help content."""
    grounded = passages and scenario.grounding.mode is not GroundingMode.OFF
    words = scenario.reply.words[1]
    return Budget(
        role=_FRAME + max(_customer(spec.customer), tokens(spec.agent.prompt or "")),
        opening=max(map(tokens, scenario.opening_texts)),
        passages=math.ceil(scenario.grounding.passages * _mean(passages)) if grounded else 0,
        turn=math.ceil(words * TOKENS_A_WORD) + _MOVES // 4,
        room=words * _ROOM_A_WORD + _MOVES,
        turns=scenario.turns.max,
    )


def tokens(text: str) -> int:
    """Return about how many tokens `text` has."""
    return math.ceil(len(text.split()) * TOKENS_A_WORD)


def _mean(passages: Sequence[Passage]) -> float:
    return sum(tokens(passage.prompt) for passage in passages) / len(passages)


def _customer(persona: CustomerPersona) -> int:
    facts = [f"{fact.name} {fact.value}" for fact in persona.facts]
    parts = [persona.disposition.description, persona.motivation.description, persona.product, persona.prompt, *facts]
    return tokens(" ".join(part for part in parts if part))
