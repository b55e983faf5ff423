"""One conversation, turn by turn: who speaks, what the agent may rely on, what passes, when it is over.

It draws no conclusions of its own: guards judge replies, rules find endings, the index finds passages. It knows nothing
of other conversations, of files or of progress.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias

from agents import randomness
from agents.agent import Agent, Reply
from agents.dialogue import Speaker, Turn
from agents.gpt2.engine import Written
from agents.gpt2.writing import Stop
from agents.models import Model
from agents.persona import Fact
from agents.policy import Heard
from agents.prompt import ContextFullError
from orchestrator.briefing import AgentSide, CustomerSide, Task, heard
from orchestrator.endings import EndingScene, Rule, wants_closing
from orchestrator.fact_guards import Figures, Names, Undisclosed, Units, Unsupported, Untold
from orchestrator.grounding import HelpIndex, cite
from orchestrator.guards import STANDARD, Guard, Objection, Scene, objections
from orchestrator.plan import ConversationSpec
from orchestrator.scenario import GroundingMode
from orchestrator.transcript import (
    AgentRecord,
    Citation,
    CustomerRecord,
    Ending,
    FactRecord,
    ModelsRecord,
    Reason,
    Transcript,
    TurnRecord,
)

FACTUAL: Final[tuple[Guard, ...]] = (Figures(), Names(), Units(), Unsupported(), Untold(), Undisclosed())
"""The guards of the grounding modes verify and splice."""

TurnListener: TypeAlias = Callable[[TurnRecord, int], None]
"""Told of every turn as it is said, and of the tokens that were sampled for it."""


@dataclass(frozen=True, slots=True)
class Stage:
    """What the conversations of a scenario share: models, passages, stop rules and guards."""

    customer: Model
    agent: Model
    index: HelpIndex | None
    rule: Rule
    guards: Sequence[Guard] = STANDARD


class GuardedError(Exception):
    """No attempt at a turn could be let through; the message says what stood against the best."""


class Conversation:
    """A conversation in progress. `run` it once; what was said before a fault is kept."""

    def __init__(self, spec: ConversationSpec, stage: Stage, *, on_turn: TurnListener | None = None) -> None:
        self._spec = spec
        self._stage = stage
        self._on_turn = on_turn
        self._turns: list[Turn] = []
        self._records: list[TurnRecord] = []
        stream = randomness.key(spec.seed, spec.id)
        scenario = spec.scenario
        warmed = scenario.customer.sampling.warmed(spec.customer.disposition.warmth)
        self._customer = Agent(spec.customer, stage.customer, sampling=warmed, stream=stream)
        self._agent = Agent(spec.agent, stage.agent, sampling=scenario.agent.sampling, stream=stream)
        self._customer_side = CustomerSide.of(spec, stream, moves=stage.customer.form.moves)
        self._agent_side = AgentSide.of(spec, stage.index, stream, moves=stage.agent.form.moves)
        self._heard = Heard((), supported=False)

    async def run(self) -> Transcript:
        """Hold the conversation to its end and return its record. An unexpected error ends it as `error`."""
        try:
            ending = await self._converse()
        except ContextFullError:
            ending = self._cut(Reason.CONTEXT_FULL, "")
        except GuardedError as error:
            ending = self._cut(Reason.GUARDED, str(error))
        except Exception as error:  # one conversation must not end the others
            ending = self._cut(Reason.ERROR, f"{type(error).__name__}: {error}")
        finally:
            self._customer.close()
            self._agent.close()
        return self._transcript(ending)

    async def _converse(self) -> Ending:
        self._open()
        while True:
            speaker = self._turns[-1].speaker.other
            await (self._agent_speaks() if speaker is Speaker.AGENT else self._customer_speaks())
            ending = self._ending()
            if ending is not None:
                room = len(self._turns) < self._spec.scenario.turns.max
                if room and wants_closing(ending, said=len(self._turns)):
                    await self._agent_speaks(settled=True)
                return ending

    def _open(self) -> None:
        turn = Turn(1, Speaker.CUSTOMER, self._spec.opening, ("open",))
        self._customer.take_in(turn)
        self._agent.take_in(turn)
        self._keep(turn, TurnRecord(n=1, speaker=turn.speaker, moves=turn.moves, text=turn.text), 0)

    async def _customer_speaks(self) -> None:
        task = self._customer_side.task(len(self._turns) + 1, self._heard)
        reply = await self._draw(self._customer, task, None)
        self._agent.take_in(self._recorded(reply, task, None))

    async def _agent_speaks(self, *, settled: bool = False) -> None:
        task = self._agent_side.task(len(self._turns) + 1, self._turns, settled=settled)
        reply = await self._draw(self._agent, task, task.brief.words)
        citations = tuple(cite(reply.text, task.hits, said=" ".join(turn.text for turn in self._turns)))
        self._agent_side.said(reply.text)
        turn = self._recorded(reply, task, citations)
        self._customer.take_in(turn)
        self._heard = heard(turn, supported=bool(citations), facts=self._spec.customer.facts)

    async def _draw(self, side: Agent, task: Task, band: tuple[int, int] | None) -> Reply[Objection]:
        """Let `side` speak and return what it says. Raises GuardedError where every attempt has a vital fault."""

        def judge(written: Written) -> list[Objection]:
            scene = Scene(
                side.side,
                self._turns,
                band,
                forced_stop=written.stop is Stop.FORCED,
                hits=task.hits,
                must_cite=task.must_cite,
                ledger=task.ledger,
                value=task.brief.value,
                secrets=task.secrets,
            )
            return objections(written.text, scene, self._guards)

        reply = await side.reply(len(self._turns) + 1, task.brief, judge)
        vital = next((objection for objection in reply.objections[-1] if objection.vital), None)
        if vital:
            raise GuardedError(f"{vital.guard}: {vital.why}")
        return reply

    @property
    def _guards(self) -> Sequence[Guard]:
        checked = self._spec.scenario.grounding.mode in (GroundingMode.VERIFY, GroundingMode.SPLICE)
        return (*self._stage.guards, *(FACTUAL if checked else ()))

    def _recorded(self, reply: Reply[Objection], task: Task, citations: tuple[Citation, ...] | None) -> Turn:
        turn = Turn(len(self._turns) + 1, self._turns[-1].speaker.other, reply.text, reply.moves)
        record = TurnRecord(
            n=turn.n,
            speaker=turn.speaker,
            stage=task.stage,
            moves=reply.moves,
            text=reply.text,
            attempts=reply.attempts,
            citations=citations,
            spliced=reply.spliced or None,
            forgot=reply.forgot or None,
        )
        self._keep(turn, record, reply.sampled)
        return turn

    def _keep(self, turn: Turn, record: TurnRecord, sampled: int) -> None:
        self._turns.append(turn)
        self._records.append(record)
        if self._on_turn:
            self._on_turn(record, sampled)

    def _ending(self) -> Ending | None:
        turns = self._spec.scenario.turns
        return self._stage.rule.check(EndingScene(self._turns, turns.min, turns.max, self._spec.scenario.domain))

    def _cut(self, reason: Reason, why: str) -> Ending:
        """Return the ending of a conversation that could not go on after its last turn."""
        return Ending(reason=reason, turn=len(self._turns), evidence=why)

    def _transcript(self, ending: Ending) -> Transcript:
        spec = self._spec
        persona = spec.customer
        return Transcript(
            id=spec.id,
            scenario=spec.scenario.name,
            domain=spec.scenario.domain,
            seed=spec.seed,
            customer=CustomerRecord(
                disposition=persona.disposition.name,
                motivation=persona.motivation.name,
                tone=persona.tone,
                style=persona.style,
                product=persona.product,
                facts=tuple(
                    FactRecord(name=fact.name, value=fact.value, reveal=fact.reveal, told_in=self._told_in(fact))
                    for fact in persona.facts
                ),
            ),
            agent=AgentRecord(role=spec.agent.role),
            turns=tuple(self._records),
            ending=ending,
            models=ModelsRecord(customer=self._stage.customer.label, agent=self._stage.agent.label),
        )

    def _told_in(self, fact: Fact) -> int | None:
        value = fact.value.casefold()
        said = (turn for turn in self._turns if turn.speaker is Speaker.CUSTOMER)
        return next((turn.n for turn in said if value in turn.text.casefold()), None)
