"""Scenario -> conversations, lazily, each with its place, its id and its seed. It knows nothing of models or runs."""

from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from operator import index as as_index
from typing import Final

from agents.errors import UsageError
from agents.persona import AgentPersona, CustomerPersona, Fact, Reveal
from agents.randomness import key, permuted
from orchestrator.scenario import Scenario
from orchestrator.schema import FactTemplate, Sample
from orchestrator.values import fill, substitute

MOST_QUESTIONS: Final = 12
"""Questions that a customer comes with at most, from which its agenda takes as many as it gets to."""


@dataclass(frozen=True, slots=True)
class ConversationSpec:
    """One conversation to be had: `index` is its place in the plan, `seed` has 32 bits."""

    index: int
    id: str
    seed: int
    scenario: Scenario
    customer: CustomerPersona
    agent: AgentPersona
    opening: str


class Plan:
    """The conversations of a scenario in a fixed order, made when asked for and never held.

    The matrix of all axes is walked in a random order that the scenario's content and seed fix. Any first part of a
    plan is thereby a fair sample of every axis: `limit`, an interrupted run and a glance at the first lines all see the
    whole variety, where nested loops would show one opening and one disposition only. `{sample: n}` takes the first n
    cells of the order, and each repeat walks the same cells again, with other seeds.

    `seed` has the same effect as that seed in the file. Raises UsageError for a seed or limit out of range.
    """

    def __init__(self, scenario: Scenario, *, seed: int | None = None, limit: int | None = None) -> None:
        if seed is not None and not 0 <= seed < 2**63:
            raise UsageError(f"seed: {seed} is out of range; 0 to 2**63 - 1")
        if limit is not None and limit < 1:
            raise UsageError(f"limit: {limit} is too small; at least 1")
        self.scenario = scenario if seed is None else scenario.model_copy(update={"seed": seed})
        self.axes = scenario.axes
        self.cells = scenario.cells
        self._per_repeat = scenario.matrix.sample if isinstance(scenario.matrix, Sample) else self.cells
        total = self._per_repeat * scenario.repeats
        self._length = total if limit is None else min(limit, total)
        self._digest = self.scenario.digest
        self._order = key(self._digest, self.scenario.seed, "order")
        self._agent = AgentPersona(role=scenario.agent.role, domain=scenario.domain, prompt=scenario.agent.prompt)

    def __len__(self) -> int:
        return self._length

    def __iter__(self) -> Iterator[ConversationSpec]:
        return map(self._spec, range(self._length))

    def __getitem__(self, place: int) -> ConversationSpec:
        """Return the conversation at `place`; negative places count from the end."""
        index = as_index(place)
        index += self._length if index < 0 else 0
        if not 0 <= index < self._length:
            raise IndexError(f"place {place} in a plan of {self._length} conversations")
        return self._spec(index)

    def sample(self, n: int, stream: int) -> tuple[ConversationSpec, ...]:
        """Return `n` different conversations, drawn with `stream`; all of them where there are no more than `n`."""
        places = range(min(n, self._length))
        return tuple(self._spec(permuted(place, self._length, stream)) for place in places)

    def _spec(self, index: int) -> ConversationSpec:
        opening, *coordinates = self._cell(index)
        seed = key(self._digest, self.scenario.seed, index) & 0xFFFFFFFF
        customer = self._customer(coordinates, seed)
        first = _worded(self.scenario.opening_texts[opening], customer)
        if self.scenario.question_texts:
            asked = questions_of(self.scenario, customer, opening=first, seed=seed)
            customer = customer.model_copy(update={"questions": asked})
        return ConversationSpec(
            index=index,
            id=self._id(index),
            seed=seed,
            scenario=self.scenario,
            customer=customer,
            agent=self._agent,
            opening=first,
        )

    def _id(self, index: int) -> str:
        tag = sha256(f"{self._digest} {self.scenario.seed} {index}".encode()).hexdigest()[:6]
        return f"{self.scenario.name}-{index:05d}-{tag}"

    def _cell(self, index: int) -> list[int]:
        """Return where the conversation at `index` lies on each axis but repeats."""
        cell = permuted(index % self._per_repeat, self.cells, self._order)
        coordinates = []
        for axis in list(self.axes)[:-1]:
            cell, coordinate = divmod(cell, self.axes[axis])
            coordinates.append(coordinate)
        return coordinates

    def _customer(self, coordinates: list[int], seed: int) -> CustomerPersona:
        side = self.scenario.customer
        product, disposition, motivation, tone, style = coordinates
        thing = self.scenario.products[product] if self.scenario.products else None
        return CustomerPersona(
            disposition=side.dispositions[disposition],
            motivation=side.motivations[motivation],
            tone=side.tones[tone],
            style=side.styles[style],
            product=thing,
            facts=tuple(_fact(fact, seed, thing) for fact in side.facts),
            prompt=side.prompt,
        )


def questions_of(scenario: Scenario, customer: CustomerPersona, *, opening: str, seed: int) -> tuple[str, ...]:
    """Return what this customer may still ask after `opening`, in its order."""
    texts, stream = scenario.question_texts, key(seed, "questions")
    places = (permuted(place, len(texts), stream) for place in range(min(len(texts), MOST_QUESTIONS)))
    asked = (_worded(texts[place], customer) for place in places)
    return tuple(question for question in dict.fromkeys(asked) if question != opening)


def _fact(template: FactTemplate, seed: int, product: str | None) -> Fact:
    value = fill(template.value, stream=key(seed, "fact", template.name), product=product)
    return Fact(name=template.name, value=value, reveal=template.reveal)


def _worded(text: str, customer: CustomerPersona) -> str:
    known = {fact.name: fact.value for fact in customer.facts if fact.reveal is Reveal.START}
    return substitute(text, known if customer.product is None else {"product": customer.product, **known})
