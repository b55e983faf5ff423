"""How a customer words its turns: its style laid over what it means, turn after turn.

What is said is what the partner hears and the transcript records. What is meant stays known here, so that guards and
stop rules judge the words without their typing errors. It draws from the conversation's seed and the turn's number.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Self

from agents.dialogue import Turn
from agents.draws import Draws
from agents.persona import Style
from agents.styles import Revision, revised
from orchestrator.plan import ConversationSpec
from orchestrator.transcript import Ending


@dataclass(slots=True)
class Wording:
    """One customer's way of writing; the values of its facts and its product stay as they are."""

    style: Style
    seed: int
    name: str
    keep: tuple[str, ...]
    _said: dict[int, tuple[str, Revision]] = field(default_factory=dict)

    @classmethod
    def of(cls, spec: ConversationSpec) -> Self:
        """Return the wording of the customer of `spec`."""
        customer = spec.customer
        values = (*(fact.value for fact in customer.facts), customer.product or "")
        return cls(customer.style, spec.seed, spec.id, tuple(value for value in values if value))

    def say(self, n: int, text: str) -> str:
        """Return `text` as the customer writes it in turn `n`."""
        said = revised(text, self.style, Draws(self.seed, self.name, "style", n), self.keep)
        if said.changes:
            self._said[n] = (text, said)
        return said.text

    def meant(self, turns: Sequence[Turn]) -> Sequence[Turn]:
        """Return `turns` with the words that the customer meant."""
        if not self._said:
            return turns
        return [replace(turn, text=self._said[turn.n][0]) if turn.n in self._said else turn for turn in turns]

    def quoted(self, ending: Ending | None) -> Ending | None:
        """Return an ending found in what was meant, with its evidence as it was said."""
        if ending is None or ending.turn not in self._said:
            return ending
        meant, said = self._said[ending.turn]
        place = meant.find(ending.evidence)
        if not ending.evidence or place < 0:
            return ending
        evidence = said.image(place, place + len(ending.evidence)).strip()
        return ending.model_copy(update={"evidence": evidence})
