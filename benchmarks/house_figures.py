"""Whether a model states the figure that it is asked for and that the passage before it holds: first draws, unaided.

Two sets, both of companies that no training sees. Plain questions: the rules of `duologue queries` put statements with
a price, a length of time, a weight or a number as questions, in several ways; the figure is the statement's first. Gold
turns: the model takes the agent's place in a gold dialogue, where the author's reply states a figure that its passage
has and nobody had said.
"""

import asyncio
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Final

from agents import randomness
from agents.agent import Agent, Brief
from agents.dialogue import Speaker, Turn
from agents.gpt2.engine import Written
from agents.gpt2.figures import forms
from agents.gpt2.sampling import Sampling
from agents.models import Model
from agents.persona import AgentPersona
from agents.prompt import ContextFullError
from agents.training.dialogues import TrainingDialogue
from agents.training.gold_corpus import GOLD
from benchmarks.house_talk import PARALLEL, SEED, gold_dialogues
from curation.queries.figures import figures as asks_for_figures
from curation.queries.phrasing import phrased
from curation.queries.statements import statements_of
from orchestrator.grounding import HelpIndex, Passage, figures
from orchestrator.grounding.numerals import mentioned
from orchestrator.guards import Objection

WAYS: Final = 4
"""In how many ways a plain question is put."""
_WORDS: Final = (50, 75)
_SAMPLING: Final = Sampling(temperature=0.35)


@dataclass(frozen=True, slots=True)
class Asked:
    """A place where a figure is due: after `turns`, with the passages `shown` before each and before the reply.

    `right` are the figures of which one must be stated, `known` those that may be.
    """

    id: str
    persona: AgentPersona
    turns: tuple[Turn, ...]
    shown: tuple[tuple[str, ...], ...]
    moves: tuple[str, ...]
    right: frozenset[str]
    known: frozenset[str]

    @property
    def given(self) -> frozenset[str]:
        """The figures of the passages and of what was said, as they stand there."""
        return forms(" ".join([*self.shown[-1], *(turn.text for turn in self.turns)]))

    def met(self, reply: str) -> bool:
        """Tell whether `reply` states a right figure, and none that neither passage nor customer has."""
        stated = set(figures(reply))
        return bool(stated & self.right) and stated <= self.known


def plain_questions() -> Iterator[Asked]:
    """Yield the questions that the held-out articles' statements with a figure answer."""
    for company, dialogue in dict(gold_dialogues()).items():
        persona = AgentPersona(role=dialogue.role, domain=dialogue.domain)
        for passage in HelpIndex.load([GOLD / company / "articles"]).passages:
            for statement in statements_of(passage):
                yield from _questions(persona, passage, statement)


def _questions(persona: AgentPersona, passage: Passage, statement: str) -> Iterator[Asked]:
    """Yield the first question that `statement` answers with a figure, in several ways."""
    stated, ask = figures(statement), next(asks_for_figures(statement), None)
    if not stated or ask is None:
        return
    stream = randomness.key(SEED, passage.id, statement)
    for text in islice(phrased(ask, stream), WAYS):
        yield Asked(
            f"{passage.id} {text}",
            persona,
            (Turn(1, Speaker.CUSTOMER, text, ("open", "ask")),),
            ((), (passage.prompt,)),
            ("inform",),
            frozenset(stated[:1]),
            mentioned(f"{passage.prompt} {text}"),
        )


def gold_turns() -> Iterator[Asked]:
    """Yield the agent's turns of the held-out dialogues that state a figure of their passages for the first time."""
    for _, dialogue in gold_dialogues():
        for place, turn in enumerate(dialogue.turns):
            if turn.speaker is Speaker.AGENT and turn.passages and turn.moves:
                said = " ".join(one.text for one in dialogue.turns[:place])
                held = mentioned(" ".join(turn.passages))
                due = (set(figures(turn.text)) & held) - mentioned(said)
                if due:
                    yield _gold_turn(dialogue, place, frozenset(due), held | mentioned(said))


def _gold_turn(dialogue: TrainingDialogue, place: int, right: frozenset[str], known: frozenset[str]) -> Asked:
    turns = [Turn(n, one.speaker, one.text, one.moves or ()) for n, one in enumerate(dialogue.turns[:place], 1)]
    return Asked(
        f"{dialogue.id} {place}",
        AgentPersona(role=dialogue.role, domain=dialogue.domain),
        tuple(turns),
        tuple(one.passages for one in dialogue.turns[: place + 1]),
        dialogue.turns[place].moves or (),
        right,
        known,
    )


def met(model: Model, asked: Sequence[Asked], *, held: bool = False) -> list[bool]:
    """Return for each place whether the first candidate of `model` states the figure.

    `held`: it may write the figures that it was given and no others, as the first candidate of a run.
    """
    return asyncio.run(_met(model, asked, held=held))


async def _met(model: Model, asked: Sequence[Asked], *, held: bool) -> list[bool]:
    found: list[bool] = []
    for start in range(0, len(asked), PARALLEL):
        batch = asked[start : start + PARALLEL]
        found += [one.met(text) for one, text in zip(batch, await _replies(model, batch, held=held), strict=True)]
    return found


async def _replies(model: Model, asked: Sequence[Asked], *, held: bool) -> list[str]:
    return await asyncio.gather(*(_reply(model, one, held=held) for one in asked))


async def _reply(model: Model, asked: Asked, *, held: bool) -> str:
    """Return the reply, empty where the window does not hold what comes before it."""
    agent = Agent(asked.persona, model, sampling=_SAMPLING, stream=randomness.key(SEED, asked.id))
    for turn, passages in zip(asked.turns, asked.shown, strict=False):
        agent.take_in(turn, passages)
    moves = asked.moves if model.form.moves else ()
    known = asked.given if held else None
    brief = Brief(_WORDS, whole_sentences=True, moves=moves, passages=asked.shown[-1], known=known)
    try:
        return (await agent.reply(len(asked.turns) + 1, brief, _pass)).text
    except ContextFullError:
        return ""
    finally:
        agent.close()


def _pass(_: Written) -> Sequence[Objection]:
    """Object to nothing."""
    return ()
