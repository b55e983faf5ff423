"""A scenario made ready for a person: the one conversation to have, as scenario, seed and wishes say.

It loads no model.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any, Final, TypeVar

from agents.dialogue import Speaker
from agents.errors import UsageError
from agents.persona import DISPOSITIONS, MOTIVATIONS, CustomerPersona, Disposition, Motivation
from orchestrator.faults import unknown
from orchestrator.plan import ConversationSpec, Plan
from orchestrator.scenario import Scenario
from orchestrator.schema import Turns

MOST_TURNS: Final = 60
"""Turns of a conversation with a person, whatever the scenario says: people end it when they like."""
HOTTEST: Final = 2.0

_Named = TypeVar("_Named", bound=Disposition | Motivation)


@dataclass(frozen=True, slots=True)
class Wishes:
    """What a person may choose; None leaves it to the scenario and the seed."""

    disposition: str | None = None
    motivation: str | None = None
    model: str | None = None
    temperature: float | None = None
    seed: int | None = None


def seat(scenario: Scenario, person: Speaker, wishes: Wishes) -> ConversationSpec:
    """Return the conversation that a person is to have on the side of `person`. Raises UsageError."""
    first = scenario.reply.model_copy(update={"drafts": 1})  # words are shown as they come: the first that pass stay
    longer = scenario.model_copy(update={"turns": Turns(min=2, max=MOST_TURNS), "reply": first})
    spec = Plan(with_models(longer, wishes, (person.other,)), seed=wishes.seed)[0]
    return replace(spec, customer=as_wished(spec, wishes))


def with_models(scenario: Scenario, wishes: Wishes, sides: Iterable[Speaker]) -> Scenario:
    """Return `scenario` with the model that is wished for, and with the temperature on `sides`. Raises UsageError."""
    hot = wishes.temperature
    if hot is not None and not 0 <= hot <= HOTTEST:
        raise UsageError(f"--temperature: {hot:g} is out of range; 0 to {HOTTEST:g}")
    changed: dict[str, Any] = {}
    for side in Speaker:
        old = getattr(scenario, side)
        warmer = {"temperature": hot} if hot is not None and side in sides else {}
        sampling = old.sampling.model_copy(update=warmer)
        changed[side.value] = old.model_copy(update={"model": wishes.model or old.model, "sampling": sampling})
    return scenario.model_copy(update=changed)


def as_wished(spec: ConversationSpec, wishes: Wishes) -> CustomerPersona:
    """Return the customer of `spec` with the disposition and motivation that are wished for. Raises UsageError."""
    side = spec.scenario.customer
    update: dict[str, Disposition | Motivation] = {}
    if wishes.disposition is not None:
        update["disposition"] = named("disposition", wishes.disposition, side.dispositions, DISPOSITIONS.values())
    if wishes.motivation is not None:
        update["motivation"] = named("motivation", wishes.motivation, side.motivations, MOTIVATIONS.values())
    return spec.customer.model_copy(update=update)


def named(kind: str, name: str, own: Iterable[_Named], shipped: Iterable[_Named]) -> _Named:
    """Return the disposition or motivation called `name`: the scenario's own, or one that ships."""
    found = {item.name: item for item in (*shipped, *own)}
    if name not in found:
        raise UsageError(f"--{kind}: {unknown(name, kind, list(found))}")
    return found[name]
