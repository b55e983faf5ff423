"""How a side chooses its moves: the agenda of a customer, of a support agent, of a salesperson; free chooses none.

An agenda keeps what is wanted, what was told, what was answered and what is still owed, and draws the moves of the next
turn from that (agenda-based user simulation: Schatzmann et al., "Agenda-based user simulation for bootstrapping a POMDP
dialogue system", NAACL 2007). The words are the model's. It knows what was done in the other side's turns, not their
text, and it draws with counter-based random numbers, so a turn's choice hangs on the conversation alone.
"""

from collections.abc import Sequence, Set
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Final

from agents import randomness
from agents.persona import CustomerPersona, Domain, Fact, Reveal

_ANSWERING: Final = frozenset({"inform", "guide", "offer", "counter"})
_UNCONVINCED: Final = frozenset({"doubt", "vent", "push"})


def _without_asking(moves: Sequence[str]) -> tuple[str, ...]:
    """Return `moves` for a customer who has nothing left to ask, and says what it wants again where none remain."""
    return tuple(move for move in moves if move != "ask") or ("push",)


class Stage(StrEnum):
    """Where a sale stands."""

    NEED = "need"
    OFFER = "offer"
    OBJECTION = "objection"
    CLOSE = "close"


@dataclass(frozen=True, slots=True)
class Heard:
    """What the agent's last turn did: its moves, whether it rested on a passage, the facts that it asked for."""

    moves: tuple[str, ...]
    supported: bool
    asked: tuple[str, ...] = ()

    @property
    def answers(self) -> bool:
        return self.supported and not _ANSWERING.isdisjoint(self.moves)


@dataclass(frozen=True, slots=True)
class CustomerChoice:
    """The moves of a customer's turn, the fact that it tells and the question of its own that it asks, if any.

    `lead` is what the words before that question are like, where the moves do not say it.
    """

    moves: tuple[str, ...]
    fact: Fact | None = None
    question: str | None = None
    lead: tuple[str, ...] = ()


@dataclass(slots=True)
class CustomerAgenda:
    """A customer's agenda: `stream` keys its draws."""

    persona: CustomerPersona
    domain: Domain
    stream: int
    _told: set[str] = field(default_factory=set)
    _answers: int = 0
    _believed: bool = False
    _asked: int = 0
    _questions: int = field(init=False)
    _patience: int = field(init=False)

    def __post_init__(self) -> None:
        disposition, motivation = self.persona.disposition, self.persona.motivation
        self._patience = max(1, disposition.patience + motivation.patience)
        self._questions = motivation.questions
        self._told = {fact.name for fact in self.persona.facts if fact.reveal is Reveal.START}

    def choose(self, n: int, heard: Heard) -> CustomerChoice:
        """Return the choice for turn `n`, after the agent's turn `heard`."""
        choice = self._chosen(n, heard)
        if "ask" not in choice.moves or not self.persona.questions:
            return choice
        question = next(iter(self.persona.questions[self._asked :]), None)
        self._asked += 1
        if question is None:
            return replace(choice, moves=_without_asking(choice.moves))
        return replace(choice, question=question, lead=self._lead(n, heard) if choice.moves == ("ask",) else ())

    def _lead(self, n: int, heard: Heard) -> tuple[str, ...]:
        """Return a move to begin with: told of the question alone, a model asks another one before it."""
        content = heard.answers and not self._chance(n, "lead", self.persona.disposition.vents)
        return ("accept",) if content else ("vent",)

    def _chosen(self, n: int, heard: Heard) -> CustomerChoice:
        self._answers += heard.answers
        wanted = self._fact_for(heard)
        if not heard.answers:
            self._patience -= self._told.issuperset(heard.asked)
            if self._patience <= 0:
                return CustomerChoice(("refuse", "close"))
            if wanted:
                return self._telling(n, wanted)
            return CustomerChoice(self._feeling(n, "ask"))
        if self._believes(n):
            return self._decided(n, wanted)
        self._patience -= 1
        if self._patience <= 0:
            return CustomerChoice(("refuse", "close"))
        return self._telling(n, wanted) if wanted else CustomerChoice(self._feeling(n, "doubt"))

    def settle(self, moves: Sequence[str], told: Set[str], *, asked: int) -> None:
        """Take what the last turn really did in place of what was chosen.

        That is its moves, all facts `told` so far, and how many of the customer's questions were `asked` so far.
        """
        self._asked = asked
        self._told = {fact.name for fact in self.persona.facts if fact.reveal is Reveal.START} | told
        self._believed = "accept" in moves or (self._believed and _UNCONVINCED.isdisjoint(moves))

    def _decided(self, n: int, wanted: Fact | None) -> CustomerChoice:
        """Go on after an answer that was believed: tell what was asked, ask what is open, then decide."""
        if wanted:
            return self._telling(n, wanted)
        late = next((f for f in self.persona.facts if f.reveal is Reveal.LATE and f.name not in self._told), None)
        if late and self._chance(n, "late", 0.5):
            return self._telling(n, late, "ask")
        if self._questions > 0 and self._has_question and self._chance(n, "question", 0.75):
            self._questions -= 1
            return CustomerChoice(("ask",))
        if self.domain is Domain.SALES and not self._chance(n, "buys", self.persona.motivation.buys):
            return CustomerChoice(("refuse", "close"))
        return CustomerChoice(("accept", "close") if self._chance(n, "close", 0.7) else ("accept",))

    @property
    def _has_question(self) -> bool:
        return not self.persona.questions or self._asked < len(self.persona.questions)

    def _fact_for(self, heard: Heard) -> Fact | None:
        """Return the first fact that was asked for and may be told now."""
        facts = (fact for fact in self.persona.facts if fact.name in heard.asked and fact.name not in self._told)
        return next((fact for fact in facts if fact.reveal is not Reveal.LATE or self._answers), None)

    def _telling(self, n: int, fact: Fact, *more: str) -> CustomerChoice:
        self._told.add(fact.name)
        vents = self._chance(n, "vents", self.persona.disposition.vents / 2)
        return CustomerChoice(("tell", *more, *(("vent",) if vents and not more else ())), fact)

    def _believes(self, n: int) -> bool:
        if not self._believed:
            trust = self.persona.disposition.trust + self.persona.motivation.trust + 0.15 * (self._answers - 1)
            self._believed = self._chance(n, "believes", min(0.97, max(0.05, trust)))
        return self._believed

    def _feeling(self, n: int, otherwise: str) -> tuple[str, ...]:
        """Return the moves of a customer who is not content."""
        disposition = self.persona.disposition
        shown = {"vent": disposition.vents, "doubt": disposition.doubts, "push": disposition.pushes}
        moves = tuple(move for move, chance in shown.items() if self._chance(n, move, chance))[:2]
        return moves or (otherwise,)

    def _chance(self, n: int, what: str, chance: float) -> bool:
        return randomness.uniform(randomness.key(self.stream, "customer", n, what), 0) < chance


@dataclass(frozen=True, slots=True)
class Asked:
    """What the customer's last turn did, as the agent takes it, and what the help content has for it.

    `relevant`: a passage answers. `steps`: it tells what to do. `settled`: the customer has decided.
    """

    moves: tuple[str, ...]
    relevant: bool
    steps: bool = False
    settled: bool = False


@dataclass(frozen=True, slots=True)
class AgentChoice:
    """The moves of an agent's turn; whether it must rest on a passage; the stage, in a sale."""

    moves: tuple[str, ...]
    needs_evidence: bool
    stage: Stage | None = None


@dataclass(slots=True)
class SupportAgenda:
    """A support agent's agenda: meet the feeling, answer from the passages, ask for what is missing, confirm, close."""

    wanted: Sequence[str]
    stream: int
    _asked: int = 0

    def choose(self, n: int, asked: Asked) -> AgentChoice:
        """Return the choice for turn `n`."""
        if asked.settled:
            return AgentChoice(("confirm", "close") if "accept" in asked.moves else ("feel", "close"), False)
        feeling = ("feel",) if {"vent", "push"} & set(asked.moves) or (n == 2 and self._chance(n, "feel", 0.5)) else ()
        if not asked.relevant:
            return AgentChoice((*feeling[:1], "admit"), False)
        answer = "counter" if "doubt" in asked.moves else "guide" if asked.steps else "inform"
        return AgentChoice((*feeling, answer, *self._request(n)), True)

    def _request(self, n: int) -> tuple[str, ...]:
        if self._asked >= len(self.wanted) or not self._chance(n, "request", 0.6):
            return ()
        self._asked += 1
        return ("request",)

    def _chance(self, n: int, what: str, chance: float) -> bool:
        return randomness.uniform(randomness.key(self.stream, "agent", n, what), 0) < chance


@dataclass(slots=True)
class SalesAgenda:
    """A salesperson's agenda: find the need, offer from the product pages, answer the objection, close or let go."""

    wanted: Sequence[str]
    stream: int
    _offers: int = 0

    def choose(self, n: int, asked: Asked) -> AgentChoice:
        """Return the choice for turn `n`, with the stage of the sale."""
        if asked.settled:
            return AgentChoice(
                ("confirm", "close") if "accept" in asked.moves else ("feel", "close"), False, Stage.CLOSE
            )
        if not asked.relevant:
            return AgentChoice(("admit",), False, Stage.NEED)
        if {"doubt", "push", "refuse"} & set(asked.moves):
            return AgentChoice(("counter",), True, Stage.OBJECTION)
        if n == 2 and self.wanted:
            return AgentChoice(("inform", "request"), True, Stage.NEED)
        self._offers += 1
        return AgentChoice(("offer",) if self._offers == 1 else ("inform", "offer"), True, Stage.OFFER)
