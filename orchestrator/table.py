"""A conversation with a person on one side and a model on the other: said, taken back, tried again, ended, kept.

It is the conversation of a simulation, with the same grounding, guards and endings; only the person's turns come from
outside. It knows neither terminals nor browsers.
"""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import chain
from typing import Final, Self, TypeAlias

from agents import randomness
from agents.dialogue import Speaker
from agents.errors import UsageError
from agents.prompt import ContextFullError
from orchestrator.conversation import Conversation, GuardedError, Stage
from orchestrator.drafts import Draft, Tell, Withdrawn
from orchestrator.grounding import Hit
from orchestrator.host import Host, Work
from orchestrator.plan import ConversationSpec
from orchestrator.spoken import unsayable
from orchestrator.transcript import Ending, ModelsRecord, Reason, Transcript, TurnRecord

PERSON: Final = "person"
"""What a transcript has in place of a model's label where a person spoke."""


@dataclass(frozen=True, slots=True)
class Said:
    """A turn that stands."""

    turn: TurnRecord


@dataclass(frozen=True, slots=True)
class Over:
    """The conversation is over, until its last turns are taken back."""

    ending: Ending


TableEvent: TypeAlias = Draft | Withdrawn | Said | Over


class Table:
    """One person and one model. What makes the model speak gives an iterator; whoever leaves it early, stops it.

    `spec` is the conversation as a plan has it: the persona is the model's where it is the customer, and the person's
    part to play where it is not. Close it in the end.
    """

    def __init__(self, spec: ConversationSpec, stage: Stage, *, person: Speaker, host: Host) -> None:
        self.person = person
        self.ending: Ending | None = None
        self._first, self._spec, self._stage, self._host = spec, spec, stage, host
        self._tries = 0
        self._failure: Ending | None = None
        self._conversation = Conversation(spec, stage)

    @property
    def spec(self) -> ConversationSpec:
        return self._spec

    @property
    def turns(self) -> tuple[TurnRecord, ...]:
        """What was said so far."""
        return self._conversation.records

    @property
    def memory(self) -> tuple[int, int]:
        """How many tokens the model holds of the conversation, and how many its window has."""
        return self._conversation.memory(self.person.other)

    @property
    def closing(self) -> bool:
        """Whether the customer has decided and the person, as the agent, has a last word."""
        return self.person is Speaker.AGENT and self._wants_closing

    @property
    def waits_for_person(self) -> bool:
        """Whether it is the person's turn."""
        if self.ending:
            return self.closing
        return self._next is self.person

    @property
    def _wants_closing(self) -> bool:
        return self.ending is not None and self._conversation.wants_closing(self.ending)

    @property
    def _next(self) -> Speaker:
        return self.turns[-1].speaker.other if self.turns else Speaker.CUSTOMER

    def begin(self) -> Iterator[TableEvent]:
        """Say the scenario's opening, where the customer is a model; a person says their own."""
        if self.person is Speaker.AGENT and not self.turns:
            self._conversation.open()
            yield Said(self.turns[-1])

    def say(self, text: str, *, passages: Sequence[Hit] = ()) -> Iterator[TableEvent]:
        """Take the person's turn, with the `passages` that it cites by hand, and let the model answer.

        Raises UsageError where the text cannot be a turn, or where it is not the person's.
        """
        words = " ".join(text.split())
        self._check(words)
        self._give(words, passages)
        return chain([Said(self.turns[-1])], self.go_on())

    def go_on(self) -> Iterator[TableEvent]:
        """Let the model answer what stands, unless the conversation is over."""
        if self.ending and not (self.person is Speaker.CUSTOMER and self._wants_closing):
            yield Over(self.ending)
            return
        if self._next is not self.person:
            yield from self._answer()

    def retry(self) -> Iterator[TableEvent]:
        """Take the model's last turn back, if there is one, and draw it again with another seed."""
        keep = len(self.turns) - (bool(self.turns) and self.turns[-1].speaker is not self.person)
        if keep == 0:
            raise UsageError("there is no turn of the model's to draw again")
        self._tries += 1
        self._rebuild(keep)
        return self.go_on() if self._next is not self.person else iter(())

    def undo(self) -> int:
        """Take back the person's last turn and what followed; return how many turns went."""
        mine = [turn.n for turn in self.turns if turn.speaker is self.person]
        if not mine:
            return 0
        gone = len(self.turns) - mine[-1] + 1
        self._rebuild(mine[-1] - 1)
        return gone

    def end(self) -> Ending:
        """End the conversation as the person who leaves; an ending that the stop rules found stands."""
        self.ending = self.ending or Ending(reason=Reason.ENDED, by=self.person, turn=len(self.turns))
        return self.ending

    def passages(self) -> list[Hit]:
        """Return the passages that a person on the agent's side may rest the next turn on."""
        return self._conversation.passages() if self.person is Speaker.AGENT and self.waits_for_person else []

    def transcript(self) -> Transcript:
        """Return the record of what was said; one that is not over reads as ended by the person."""
        ending = self.ending or Ending(reason=Reason.ENDED, by=self.person, turn=len(self.turns))
        made = self._conversation.transcript(ending)
        labels = made.models.model_copy(update={self.person.value: PERSON})
        return made.model_copy(update={"id": self._id(), "models": ModelsRecord(**labels.model_dump())})

    def close(self) -> None:
        """Free the caches; what is said next fills them again."""
        self._conversation.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _check(self, words: str) -> None:
        if self.ending and not self.closing:
            raise UsageError("the conversation is over; undo takes its last turns back")
        if not self.waits_for_person:
            raise UsageError("it is the model's turn; retry draws it")
        if problem := unsayable(words):
            raise UsageError(problem)

    def _give(self, words: str, passages: Sequence[Hit]) -> None:
        last_word = self.closing
        if not self.turns:
            self._spec = replace(self._spec, opening=words)
        self._conversation.say(words, cited=passages)
        if not last_word:
            self.ending = self._conversation.ending()

    def _answer(self) -> Iterator[TableEvent]:
        """Let the model speak; where that is stopped midway, its agenda starts anew from what stands."""
        settled, before = self.ending is not None, len(self.turns)
        try:
            yield from self._drawn(settled)
        finally:
            if len(self.turns) == before:
                self._rebuild(before)
        if len(self.turns) > before:
            yield Said(self.turns[-1])
            self.ending = self.ending or self._conversation.ending()
        self.ending = self.ending or self._failure
        if self.ending:
            yield Over(self.ending)

    def _drawn(self, settled: bool) -> Iterator[Draft | Withdrawn]:
        self._failure = None

        async def work(tell: Tell) -> None:
            try:
                await self._conversation.speak(settled=settled, tell=tell)
            except GuardedError as error:
                self._failure = self._cut(Reason.GUARDED, str(error))
            except ContextFullError:
                self._failure = self._cut(Reason.CONTEXT_FULL, "")

        under_way: Work[Draft | Withdrawn] = self._host.begin(work)
        yield from under_way

    def _cut(self, reason: Reason, why: str) -> Ending:
        return Ending(reason=reason, turn=len(self.turns), evidence=why)

    def _rebuild(self, keep: int) -> None:
        """Go back to the first `keep` turns, with a seed of its own for every retry."""
        records = self.turns[:keep]
        self._conversation.close()
        seed = randomness.key(self._first.seed, "retry", self._tries) & 0xFFFFFFFF if self._tries else self._first.seed
        self._spec = replace(self._spec, seed=seed)
        self._conversation = Conversation(self._spec, self._stage)
        for record in records:
            self._conversation.give(record)
        self.ending = self._conversation.ending() if records else None

    def _id(self) -> str:
        """Return an id that hangs on what was said, so that two conversations of one scenario never share it."""
        said = "\x1f".join([self._first.id, self.person, *(turn.text for turn in self.turns)])
        return f"{self._spec.scenario.name}-chat-{hashlib.sha256(said.encode()).hexdigest()[:6]}"
