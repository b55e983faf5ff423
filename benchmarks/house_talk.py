"""Conversations of companies that no model was trained on, as a model holds them unaided, with how each turn was drawn.

Every turn is the first candidate: no guard, no second attempt, nothing spliced in. Passages are shown, as in a run. The
openings are the first turns of the two companies' gold dialogues, so no measure counts them.
"""

import asyncio
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from agents.dialogue import Speaker, Turn
from agents.gpt2.engine import Written
from agents.gpt2.sampling import Sampling
from agents.gpt2.writing import Manner, Writer
from agents.models import Engine, Model, Session
from agents.persona import DISPOSITIONS, Style, Tone
from agents.training.dialogues import TrainingDialogue
from agents.training.gold_corpus import GOLD, HELD_OUT, read_company
from orchestrator.chosen_endings import ending_rule
from orchestrator.conversation import Conversation, Stage
from orchestrator.grounding import HelpIndex
from orchestrator.plan import ConversationSpec, Plan
from orchestrator.scenario import Scenario

COMPANIES: Final = tuple(sorted(HELD_OUT))
PARALLEL: Final = 32
SEED: Final = 7
_REPLIES_EACH: Final = 4
"""Replies of an agent in a conversation, about."""
_MOTIVATIONS: Final = {
    "support": ["refund", "replacement", "information", "fairness", "distrust"],
    "sales": ["real need", "comparing", "gift", "bargain", "reluctance"],
}
_FACTS: Final = {
    "support": [
        {"name": "booking number", "value": "LC-{digits:5}"},
        {"name": "day of the appointment", "value": "{date}"},
    ],
    "sales": [
        {"name": "height", "value": "{int:155-192} cm"},
        {"name": "budget", "value": "£{choice:500|700|1,200|2,000}"},
    ],
}


@dataclass(frozen=True, slots=True)
class Said:
    """A turn after the opening; `written` is how the engine drew it, None where a person wrote it."""

    turn: Turn
    written: Written | None = None


@dataclass(frozen=True, slots=True)
class Talk:
    """A conversation with the traits that its customer was asked for."""

    id: str
    company: str
    traits: dict[str, str]
    opening: Turn
    said: tuple[Said, ...]

    def of(self, speaker: Speaker) -> list[Said]:
        return [one for one in self.said if one.turn.speaker is speaker]


def gold_dialogues() -> list[tuple[str, TrainingDialogue]]:
    """Return the dialogues of the held-out companies, each with its company."""
    return [(company, dialogue) for company in COMPANIES for dialogue in read_company(GOLD / company)]


def gold_talks() -> list[Talk]:
    """Return the dialogues of the held-out companies as their authors wrote them."""
    return [_gold_talk(company, dialogue) for company, dialogue in gold_dialogues()]


def _gold_talk(company: str, dialogue: TrainingDialogue) -> Talk:
    turns = [Turn(n, one.speaker, one.text, one.moves or ()) for n, one in enumerate(dialogue.turns, 1)]
    meta = dialogue.customer
    traits = {"tone": meta.tone or "", "style": meta.style or "", "disposition": meta.disposition or ""}
    return Talk(dialogue.id, company, traits, turns[0], tuple(map(Said, turns[1:])))


def scenario_of(company: str) -> Scenario:
    """Return a scenario for a company: its articles, the first turns of its dialogues, all traits of customers."""
    dialogues = list(read_company(GOLD / company))
    domain = str(dialogues[0].domain)
    data: dict[str, Any] = {
        "name": company,
        "domain": domain,
        "help_content": "articles",
        "openings": [dialogue.turns[0].text for dialogue in dialogues],
        "customer": {
            "dispositions": list(DISPOSITIONS),
            "motivations": _MOTIVATIONS[domain],
            "tones": [str(tone) for tone in Tone],
            "styles": [str(style) for style in Style],
            "facts": _FACTS[domain],
        },
        "agent": {"role": str(dialogues[0].role)},
        "reply": {"attempts": 1, "drafts": 1},
        "grounding": {"mode": "prompt"},
        "seed": SEED,
    }
    return Scenario.from_dict(data, base=GOLD / company)


def talks(model: Model, replies: int) -> list[Talk]:
    """Hold conversations on both sides with `model`, until the agent has given `replies` of them or a few more."""
    return asyncio.run(_talks(model, replies))


async def _talks(model: Model, replies: int) -> list[Talk]:
    scenarios = [scenario_of(company) for company in COMPANIES]
    indices = {one.name: HelpIndex.load(one.help_paths) for one in scenarios}
    specs = _alternating(scenarios)
    done: list[Talk] = []
    while (given := sum(len(talk.of(Speaker.AGENT)) for talk in done)) < replies:
        count = min(PARALLEL, -(-(replies - given) // _REPLIES_EACH))
        batch = [next(specs) for _ in range(count)]
        done += await asyncio.gather(*(_talk(spec, model, indices[spec.scenario.name]) for spec in batch))
    return done


def _alternating(scenarios: Sequence[Scenario]) -> Iterator[ConversationSpec]:
    plans = [Plan(scenario) for scenario in scenarios]
    for place in range(min(map(len, plans))):
        yield from (plan[place] for plan in plans)


async def _talk(spec: ConversationSpec, model: Model, index: HelpIndex) -> Talk:
    sides = {speaker: _Overheard(model.engine) for speaker in Speaker}
    customer, agent = (replace(model, engine=sides[speaker]) for speaker in (Speaker.CUSTOMER, Speaker.AGENT))
    stage = Stage(customer, agent, index, ending_rule(spec.scenario), guards=())
    transcript = await Conversation(spec, stage).run()
    turns = [Turn(one.n, one.speaker, one.text, one.moves) for one in transcript.turns]
    drawn = {speaker: iter(side.written) for speaker, side in sides.items()}
    said = tuple(Said(turn, next(drawn[turn.speaker])) for turn in turns[1:])
    person = spec.customer
    traits = {"tone": str(person.tone), "style": str(person.style), "disposition": person.disposition.name}
    return Talk(spec.id, spec.scenario.name, traits, turns[0], said)


class _Overheard:
    """An engine that keeps what it wrote."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self.window = engine.window
        self.precision = engine.precision
        self.vocabulary = engine.vocabulary
        self.written: list[Written] = []

    def open(self) -> "_Kept":
        return _Kept(self._engine.open(), self.written)

    def close(self) -> None:
        """Leave the engine to who made it."""


@dataclass(frozen=True, slots=True)
class _Kept:
    session: Session
    written: list[Written]

    async def write(self, prompt: Sequence[int], manner: Manner | Writer, sampling: Sampling, *, key: int) -> Written:
        found = await self.session.write(prompt, manner, sampling, key=key)
        self.written.append(found)
        return found

    def close(self) -> None:
        self.session.close()
