"""What each side is to do next: a policy's choice made into a brief for the model and a scene for the guards.

The customer's side keeps the ledger of facts; the agent's side finds passages and evidence. It draws nothing and judges
nothing.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Final

from agents.agent import Brief
from agents.dialogue import Speaker, Turn
from agents.gpt2.figures import forms
from agents.persona import Domain, Fact, Reveal
from agents.policy import AgentChoice, Asked, CustomerAgenda, Heard, SalesAgenda, Stage, SupportAgenda
from orchestrator.chosen_guards import guards_of
from orchestrator.content.promises import Promises
from orchestrator.grounding import RELEVANT, Evidence, HelpIndex, Hit, best_evidence, evidence_again, sentences
from orchestrator.overlap import says
from orchestrator.plan import ConversationSpec
from orchestrator.scenario import GroundingMode, Policy

CUSTOMER_WORDS: Final = (1, 60)
"""How many words a customer's turn may have."""
_ANSWERS: Final = 0.8 * RELEVANT
"""The least score of a passage that is taken to answer: in the sample help centre, openings find theirs above it."""
_TRIES: Final = 2
"""Attempts of a customer for each of an agent: its turns are short, and there is no passage to build them around."""
_CHECKED: Final = frozenset({GroundingMode.VERIFY, GroundingMode.SPLICE})
_GIVING: Final = frozenset({"feel", "inform", "guide", "counter", "offer"})
"""Moves of an agent's turn that has said what it is for once the evidence is given."""
_ASKING: Final = frozenset({"open", "ask"})
_AROUND: Final = 18
"""Words that a customer may put around a question that it came with."""
_FRAME: Final = 22
"""Words of a reply that are the model's own around the evidence, at least."""
_WORD: Final = 5
"""Letters of a word that may well be said without giving a fact away."""
_RECAP: Final = 38
"""Words of a passage at most that sum a settled matter up."""
_ASKS: Final = re.compile(r"\?|\b(please|could you|can you|may i|tell me|i need|let me have|send me|give me)\b", re.I)


@dataclass(frozen=True, slots=True)
class Task:
    """A brief, and what the guards have to know besides."""

    brief: Brief
    hits: tuple[Hit, ...] = ()
    must_cite: bool = False
    ledger: str = ""
    secrets: tuple[str, ...] = ()
    misnomers: tuple[str, ...] = ()
    stage: Stage | None = None
    recap: str = ""
    question: str = ""


@dataclass(slots=True)
class CustomerSide:
    """The customer's tasks. `agenda` is None where the model is free."""

    spec: ConversationSpec
    agenda: CustomerAgenda | None
    _told: set[str] = field(default_factory=set)
    _asked: int = 0

    @classmethod
    def of(cls, spec: ConversationSpec, stream: int, *, moves: bool) -> "CustomerSide":
        """Return the side for `spec`; `moves`: the model takes moves."""
        by_agenda = spec.scenario.customer.policy is Policy.AGENDA and moves
        return cls(spec, CustomerAgenda(spec.customer, spec.scenario.domain, stream) if by_agenda else None)

    def task(self, n: int, heard: Heard) -> Task:
        """Return what the customer's turn `n` is to be."""
        reply = self.spec.scenario.reply
        attempts, drafts = _TRIES * reply.attempts, reply.drafts
        facts = self.spec.customer.facts
        if self.agenda is None:
            return Task(
                Brief(CUSTOMER_WORDS, whole_sentences=False, attempts=attempts, drafts=drafts),
                ledger=self._ledger(facts),
            )
        choice = self.agenda.choose(n, heard)
        value = choice.fact.value if choice.fact else ""
        if choice.fact:
            self._told.add(choice.fact.name)
        self._asked += choice.question is not None
        later = (f.value for f in facts if f.name not in self._told and f.reveal is not Reveal.START)
        secrets = tuple(value for value in later if _is_telling(value))
        question = choice.question or ""
        most = max(self.spec.customer.disposition.words, len(question.split()) + _AROUND if question else 0)
        brief = Brief(
            (1, most),
            whole_sentences=False,
            moves=choice.moves,
            evidence=question,
            unaided=not question,
            value=value,
            lead=choice.lead,
            alone=bool(question) and not value,
            figures=False,
            attempts=attempts,
            drafts=drafts,
        )
        ledger = self._ledger(f for f in facts if f.value not in secrets)
        others = tuple(fact.name for fact in facts if choice.fact and fact.name != choice.fact.name)
        return Task(brief, ledger=ledger, secrets=secrets, misnomers=others, question=question)

    def catch_up(self, heard: Heard, turn: Turn, *, asked: bool) -> None:
        """Bring the agenda to where it stands after `turn`, which was given; `asked` a question that it came with."""
        told = {fact.name for fact in self.spec.customer.facts if says(turn.text, fact.value)}
        self._asked += asked
        if self.agenda:
            self.agenda.choose(turn.n, heard)
            self.agenda.settle(turn.moves, self._told | told, asked=self._asked)
        self._told |= told

    def _ledger(self, facts: Iterable[Fact]) -> str:
        """Return what the customer may speak of: the values of `facts`, its product, its prompt and its questions."""
        customer = self.spec.customer
        values = (fact.value for fact in facts)
        return " ".join([*values, customer.product or "", customer.prompt or "", *customer.questions])


@dataclass(slots=True)
class AgentSide:
    """The agent's tasks. `agenda` is None where the model is free."""

    spec: ConversationSpec
    index: HelpIndex | None
    agenda: SupportAgenda | SalesAgenda | None
    _used: list[str] = field(default_factory=list)

    @classmethod
    def of(cls, spec: ConversationSpec, index: HelpIndex | None, stream: int, *, moves: bool) -> "AgentSide":
        """Return the side for `spec`; `moves`: the model takes moves."""
        wanted = [fact.name for fact in spec.scenario.customer.facts if fact.reveal is Reveal.ASKED]
        kind = SalesAgenda if spec.scenario.domain is Domain.SALES else SupportAgenda
        by_agenda = spec.scenario.agent.policy is Policy.AGENDA and moves
        return cls(spec, index, kind(wanted, stream) if by_agenda else None)

    def task(self, n: int, turns: Sequence[Turn], *, settled: bool) -> Task:
        """Return what the agent's turn `n` is to be, after `turns`; `settled`: the customer has decided."""
        scenario = self.spec.scenario
        mode = scenario.grounding.mode
        question, context = _matter(turns, settled=settled)
        hits = self._hits(question, context)
        evidence = self._evidence(hits, question, context, turns[-1], settled=settled)
        choice = self._choice(n, turns[-1], evidence, settled=settled)
        serves = choice.needs_evidence or settled or self.agenda is None
        brief = Brief(
            scenario.reply.words,
            whole_sentences=True,
            moves=choice.moves,
            passages=tuple(hit.passage.prompt for hit in hits),
            evidence=evidence.text if evidence and serves and mode is GroundingMode.SPLICE else "",
            brief=bool(choice.moves) and _GIVING.issuperset(choice.moves),
            figures=choice.needs_evidence or self.agenda is None,
            known=self._known(hits, turns) if mode in _CHECKED else None,
            attempts=scenario.reply.attempts,
            drafts=scenario.reply.drafts,
            unaided=choice.needs_evidence or self.agenda is None,
            unsaid=self._unsaid,
        )
        must_cite = choice.needs_evidence and mode in _CHECKED
        ledger = self.spec.agent.prompt or ""
        recap = evidence.text if evidence and (settled or self._was_given(evidence)) else ""
        return Task(
            brief, tuple(hits), must_cite=must_cite and bool(hits), ledger=ledger, stage=choice.stage, recap=recap
        )

    def _known(self, hits: Sequence[Hit], turns: Sequence[Turn]) -> frozenset[str]:
        """Return the figures that a reply may give: those of its passages, and all that were told or said."""
        texts = [*(hit.passage.prompt for hit in hits), *(turn.text for turn in turns), self.spec.agent.prompt or ""]
        return frozenset(form for text in texts for form in forms(text))

    @property
    def _unsaid(self) -> tuple[str, ...]:
        """The phrases that the scenario's guards want kept from being written at all."""
        promises = (guard for guard in guards_of(self.spec.scenario) if isinstance(guard, Promises))
        return tuple(phrase for guard in promises for phrase in guard.unsaid)

    def passages(self, turns: Sequence[Turn], k: int) -> list[Hit]:
        """Return the `k` passages that fit best what is to be answered after `turns`."""
        question, context = _matter(turns, settled=False)
        return self.index.search(question, k, context=context) if self.index else []

    def said(self, text: str) -> None:
        """Remember what was said, so that no evidence is given twice."""
        self._used += [text[start:end] for start, end in sentences(text)]

    def _hits(self, question: str, context: str) -> list[Hit]:
        grounding = self.spec.scenario.grounding
        if self.index is None or grounding.mode is GroundingMode.OFF:
            return []
        return self.index.search(question, grounding.passages, context=context)

    def _evidence(
        self, hits: Sequence[Hit], question: str, context: str, last: Turn, *, settled: bool
    ) -> Evidence | None:
        """Return what a reply may rest on.

        Something new, or once more what a new question singles out, or what settled a matter that is summed up.
        """
        if settled:
            return best_evidence(hits, question, most=_RECAP) if "accept" in last.moves else None
        most = self.spec.scenario.reply.words[1] - _FRAME
        again = evidence_again(hits, question, used=self._used, most=most) if _puts_a_question(last) else None
        return again or best_evidence(hits, question, context=context, used=self._used, most=most)

    def _was_given(self, evidence: Evidence) -> bool:
        return any(said in evidence.text for said in self._used)

    def _choice(self, n: int, last: Turn, evidence: Evidence | None, *, settled: bool) -> AgentChoice:
        if self.agenda is None:
            return AgentChoice((), needs_evidence=False)
        relevant = evidence is not None and evidence.hit.score >= _ANSWERS
        steps = evidence is not None and evidence.steps
        return self.agenda.choose(n, Asked(last.moves, relevant, steps, settled))


def _matter(turns: Sequence[Turn], *, settled: bool) -> tuple[str, str]:
    """Return the question to be answered now, and the customer's other turns.

    A turn that asks nothing itself (a doubt, a complaint) goes with the last one that did; once the matter is settled,
    it is what the customer came with. Of a later turn, what counts is the sentences that ask.
    """
    said = [turn for turn in turns if turn.speaker is Speaker.CUSTOMER]
    asking = next((turn for turn in reversed(said) if _ASKING & set(turn.moves)), said[-1])
    first = said[0] if settled else asking
    asked, beside = _asked(first.text) if first is not said[0] else (first.text, "")
    question = asked if first is said[-1] or settled else f"{asked} {said[-1].text}"
    return question, " ".join([*(turn.text for turn in said[:-1] if turn is not first), beside]).strip()


def _puts_a_question(turn: Turn) -> bool:
    """Tell whether a customer's turn asks something: by its moves, or by its words where it has none."""
    return bool(_ASKING & set(turn.moves)) if turn.moves else "?" in turn.text


def _asked(text: str) -> tuple[str, str]:
    """Return the sentences of `text` that ask, and the others; the whole text and nothing where none does."""
    parts = [text[start:end] for start, end in sentences(text)]
    asking = [part for part in parts if _ASKS.search(part)]
    return (" ".join(asking), " ".join(part for part in parts if part not in asking)) if asking else (text, "")


def _is_telling(value: str) -> bool:
    """Tell whether a fact's value gives the fact away wherever it stands; "no" and "cash" are words like others."""
    return any(character.isdigit() for character in value) or " " in value or len(value) > _WORD


def heard(turn: Turn, *, supported: bool, facts: Sequence[Fact]) -> Heard:
    """Return what an agent's turn did: its moves, and which of `facts` it asks for by name."""
    asking = " ".join(turn.text[a:b] for a, b in sentences(turn.text) if _ASKS.search(turn.text[a:b])).casefold()
    return Heard(turn.moves, supported, tuple(fact.name for fact in facts if _names(asking, fact.name)))


def _names(text: str, name: str) -> bool:
    words = name.casefold().split()
    telling = [rf"\b{re.escape(word)}" for word in words if len(word) > 2]
    return all(re.search(word, text) for word in telling or [rf"\b{re.escape(word)}\b" for word in words])
