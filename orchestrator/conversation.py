"""One conversation, turn by turn: who speaks, what the agent may rely on, what passes, when it is over.

It draws no conclusions of its own: guards judge replies, rules find endings, the index finds passages. It knows nothing
of other conversations, of files or of progress.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Final, TypeAlias

from agents import randomness
from agents.agent import Agent, Reply
from agents.dialogue import Speaker, Turn
from agents.errors import RunError
from agents.gpt2.engine import Written
from agents.gpt2.writing import Stop
from agents.models import Model
from agents.persona import Fact
from agents.policy import Heard
from agents.prompt import ContextFullError
from orchestrator.briefing import AgentSide, CustomerSide, Task, heard
from orchestrator.drafts import Draft, Tell, Withdrawn
from orchestrator.endings import EndingScene, Rule, wants_closing
from orchestrator.extensions import ExtensionError
from orchestrator.grounding import HelpIndex, Hit, cite
from orchestrator.guards import STANDARD, Guard, Objection, Scene, objections
from orchestrator.overlap import says
from orchestrator.plan import ConversationSpec
from orchestrator.spoken import spoken
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
from orchestrator.wording import Wording

SHOWN: Final = 3
"""Passages that a person on the agent's side is shown."""

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
    """A conversation in progress. `run` it once, after whatever turns it was given; what was said is kept.

    `give` and `speak` take it further turn by turn, for who wants to have a say in it; `close` it then.
    `attempts` counts the candidates of all turns, `objections` those that each guard objected to.
    """

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
        self._wording = Wording.of(spec)
        self.attempts = 0
        self.objections: Counter[str] = Counter()

    async def run(self) -> Transcript:
        """Hold the conversation to its end and return its record. An unexpected error ends it as `error`."""
        try:
            ending = await self._converse()
        except ContextFullError:
            ending = self._cut(Reason.CONTEXT_FULL, "")
        except GuardedError as error:
            ending = self._cut(Reason.GUARDED, str(error))
        except ExtensionError as error:
            ending = self._cut(Reason.ERROR, str(error))
        except RunError:
            raise
        except Exception as error:  # one conversation must not end the others
            ending = self._cut(Reason.ERROR, f"{type(error).__name__}: {error}")
        finally:
            self.close()
        return self.transcript(ending)

    async def _converse(self) -> Ending:
        if not self._turns:
            self.open()
        while (ending := self.ending()) is None:
            await self.speak(settled=self._decided())
        if self.wants_closing(ending):
            with suppress(GuardedError, ContextFullError):  # a courtesy that cannot be had changes no outcome
                await self.speak(settled=True)
        return ending

    def open(self) -> None:
        """Say the scenario's opening."""
        text = self._wording.say(1, self._spec.opening)
        self.give(TurnRecord(n=1, speaker=Speaker.CUSTOMER, moves=("open",), text=text))

    def give(self, record: TurnRecord) -> None:
        """Take the next turn as it stands: the opening, a person's, or one of an earlier conversation.

        The agendas go on from what it did, as if they had chosen it.
        """
        turn = Turn(record.n, record.speaker, record.text, record.moves)
        shown: tuple[str, ...] = ()
        if self._turns and turn.speaker is Speaker.CUSTOMER:
            self._customer_side.catch_up(self._heard, turn, asked=bool(record.spliced))
        elif self._turns:
            shown = self._agent_side.task(turn.n, self._turns, settled=self._decided()).brief.passages
            self._agent_side.said(turn.text)
        self._customer.take_in(turn)
        self._agent.take_in(turn, shown)
        if turn.speaker is Speaker.AGENT:
            self._listen_to(turn, record.citations)
        self._keep(turn, record, 0)

    def say(self, words: str, *, cited: Sequence[Hit] = ()) -> None:
        """Take the next turn as a person says it; an agent's rests on what it was shown, and on `cited`."""
        found = self.passages(SHOWN) if self._turns else ()
        self.give(spoken(words, self._turns, self._spec, found=found, chosen=cited))

    async def speak(self, *, settled: bool = False, tell: Tell | None = None) -> TurnRecord:
        """Let the model whose turn it is say it; `settled`: the agent's last word after the customer's decision.

        `tell` is told of drafts. Raises GuardedError where no attempt may be said, ContextFullError where the window
        has no room; nothing is kept then.
        """
        speaker = self._turns[-1].speaker.other
        await (self._agent_speaks(settled, tell) if speaker is Speaker.AGENT else self._customer_speaks(tell))
        return self._records[-1]

    def ending(self) -> Ending | None:
        """Return the ending that the stop rules find after the last turn, None where it goes on."""
        return self._wording.quoted(self._found(self._spec.scenario.turns.min))

    def _decided(self) -> bool:
        """Tell whether the customer's last turn would have ended it, had there been turns enough."""
        if len(self._turns) >= self._spec.scenario.turns.min:
            return False
        ending = self._found(least=0)
        return ending is not None and wants_closing(ending, said=len(self._turns))

    def _found(self, least: int) -> Ending | None:
        turns = self._spec.scenario.turns
        meant = self._wording.meant(self._turns)
        return self._stage.rule.check(EndingScene(meant, least, turns.max, self._spec.scenario.domain))

    def wants_closing(self, ending: Ending) -> bool:
        """Tell whether the agent still has a last word."""
        room = len(self._turns) < self._spec.scenario.turns.max
        return room and wants_closing(ending, said=len(self._turns))

    def passages(self, k: int = SHOWN) -> list[Hit]:
        """Return the `k` passages of the help content that fit best what the agent is to answer now."""
        return self._agent_side.passages(self._turns, k)

    def memory(self, side: Speaker) -> tuple[int, int]:
        """Return how many tokens `side` holds of the conversation, and how many its window has."""
        return (self._customer if side is Speaker.CUSTOMER else self._agent).memory

    @property
    def records(self) -> tuple[TurnRecord, ...]:
        """What was said so far."""
        return tuple(self._records)

    def close(self) -> None:
        """Free the caches of both sides."""
        self._customer.close()
        self._agent.close()

    async def _customer_speaks(self, tell: Tell | None) -> None:
        task = self._customer_side.task(len(self._turns) + 1, self._heard)
        reply = await self._draw(self._customer, task, None, tell)
        self._agent.take_in(self._recorded(reply, task, None))

    async def _agent_speaks(self, settled: bool, tell: Tell | None) -> None:
        task = self._agent_side.task(len(self._turns) + 1, self._turns, settled=settled)
        reply = await self._draw(self._agent, task, task.brief.words, tell)
        citations = tuple(cite(reply.text, task.hits, said=" ".join(turn.text for turn in self._turns)))
        self._agent_side.said(reply.text)
        turn = self._recorded(reply, task, citations)
        self._customer.take_in(turn)
        self._listen_to(turn, citations)

    def _listen_to(self, turn: Turn, citations: Sequence[Citation] | None) -> None:
        self._heard = heard(turn, supported=bool(citations), facts=self._spec.customer.facts)

    async def _draw(self, side: Agent, task: Task, band: tuple[int, int] | None, tell: Tell | None) -> Reply[Objection]:
        """Let `side` speak and return what it says. Raises GuardedError where every attempt has a vital fault."""

        def judge(written: Written) -> list[Objection]:
            scene = Scene(
                side.side,
                meant,
                band,
                forced_stop=written.stop is Stop.FORCED,
                hits=task.hits,
                must_cite=task.must_cite,
                ledger=task.ledger,
                value=task.brief.value,
                secrets=task.secrets,
                misnomers=task.misnomers,
                evidence=task.brief.evidence if task.must_cite else "",
                recap=task.recap,
                question=task.question,
            )
            found = objections(written.text, scene, self._stage.guards)
            self.attempts += 1
            self.objections.update(objection.guard for objection in found)
            if tell and found:
                tell(Withdrawn(self.attempts - before, written.text, tuple(found)))
            return found

        def listen(words: str) -> None:
            if tell:
                tell(Draft(self.attempts - before + 1, words))

        before = self.attempts
        meant = self._wording.meant(self._turns)
        reply = await side.reply(len(self._turns) + 1, task.brief, judge, listen=listen if tell else None)
        vital = next((objection for objection in reply.objections[-1] if objection.vital), None)
        if vital:
            raise GuardedError(f"{vital.guard}: {vital.why}")
        return reply

    def _recorded(self, reply: Reply[Objection], task: Task, citations: tuple[Citation, ...] | None) -> Turn:
        n, speaker = len(self._turns) + 1, self._turns[-1].speaker.other
        text = self._wording.say(n, reply.text) if speaker is Speaker.CUSTOMER else reply.text
        turn = Turn(n, speaker, text, reply.moves)
        record = TurnRecord(
            n=turn.n,
            speaker=turn.speaker,
            stage=task.stage,
            moves=reply.moves,
            text=text,
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

    def _cut(self, reason: Reason, why: str) -> Ending:
        """Return the ending of a conversation that could not go on after its last turn."""
        return Ending(reason=reason, turn=len(self._turns), evidence=why)

    def transcript(self, ending: Ending) -> Transcript:
        """Return the record of what was said, as it ended."""
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
        said = (turn for turn in self._turns if turn.speaker is Speaker.CUSTOMER)
        return next((turn.n for turn in said if says(turn.text, fact.value)), None)
