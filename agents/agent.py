"""An agent of the simulation (customer or representative): a persona with an open session on an engine.

It hears, it speaks, it draws again until a reply passes. What passes is for the caller to judge.
"""

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final, Generic, Protocol, TypeVar

from agents import randomness
from agents.dialogue import MOVES, Speaker, Turn
from agents.gpt2.engine import Written
from agents.gpt2.sampling import Sampling
from agents.gpt2.writing import Manner, Stop, Writer
from agents.models import Model
from agents.persona import CustomerPersona, Persona
from agents.prompt import Utterance, View


class Fault(Protocol):
    """What may stand against a candidate."""

    @property
    def vital(self) -> bool:
        """Whether the candidate must not be said at all."""


_T = TypeVar("_T", bound=Fault)

_WORDS: Final = (
    "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "twelve", "fifteen", "twenty", "thirty",
    "forty", "fifty", "sixty", "seventy", "eighty", "ninety", "hundred", "thousand",
)  # fmt: skip
_NUMBERS: Final = (*_WORDS, *(word.capitalize() for word in _WORDS))
"""Figures in words, which its own words around evidence do not hold either."""
_FREE: Final = (
    "is free", "are free", "it's free", "that's free", "be free", "for free", "free of",
    "costs nothing", "cost nothing", "costs you nothing", "cost you nothing",
    "no charge", "no fee", "no cost", "no extra",
)  # fmt: skip
"""Prices of nothing, which are figures too: words of its own without figures do not hold them."""
_OPENING: Final = 1.5
"""The factor of the temperature for the first words of a turn."""
_DECIDING: Final = frozenset({"accept", "refuse", "close"})
_TOKENS_A_WORD: Final = 2
_TOKENS_OF_MOVES: Final = 24


@dataclass(frozen=True, slots=True)
class Brief:
    """What a turn is to be: its word band and moves (none: the model chooses), what it may rest on and must hold.

    `passages` are shown to the model. `evidence` is the text that the turn is built around where no attempt passes, or
    at once where it is not to be tried `unaided`; `value` is a fact's value that it must give. Without `figures`, its
    own words hold none; with `known`, only those (see `agents.gpt2.figures`). `lead` are moves of the words before the
    evidence, which the model is told and nobody else. With `alone`, the evidence by itself is the last resort; with
    `brief`, a turn around it ends as soon as it may. `unsaid` are phrases that it must not complete. Of `drafts` that
    pass, the most fluent is kept.
    """

    words: tuple[int, int]
    whole_sentences: bool
    moves: tuple[str, ...] = ()
    passages: tuple[str, ...] = ()
    evidence: str = ""
    value: str = ""
    lead: tuple[str, ...] = ()
    alone: bool = False
    brief: bool = False
    figures: bool = True
    known: frozenset[str] | None = None
    attempts: int = 1
    unaided: bool = True
    unsaid: tuple[str, ...] = ()
    drafts: int = 1


@dataclass(frozen=True, slots=True)
class Reply(Generic[_T]):
    """What an agent says, and what it took: `objections` holds those to each attempt, the kept one's last.

    `sampled` counts the tokens of all attempts, `forgot` the earliest turns that no longer fit into the window.
    `spliced`: it was built around the evidence.
    """

    text: str
    moves: tuple[str, ...]
    attempts: int
    objections: tuple[tuple[_T, ...], ...]
    sampled: int
    forgot: int
    spliced: bool


@dataclass(frozen=True, slots=True)
class _Drawn(Generic[_T]):
    written: Written
    objections: tuple[_T, ...]
    spliced: bool

    @property
    def rank(self) -> tuple[int, int, bool, float]:
        """The lower, the better: vital faults, faults, whether it lacks the evidence, how unlikely its words are."""
        vital = sum(one.vital for one in self.objections)
        return vital, len(self.objections), not self.spliced, -self.written.fluency


class Agent:
    """One side of one conversation. `stream` keys its random numbers; close it when the conversation is over."""

    def __init__(self, persona: Persona, model: Model, *, sampling: Sampling, stream: int) -> None:
        self.side = Speaker.CUSTOMER if isinstance(persona, CustomerPersona) else Speaker.AGENT
        self._model = model
        self._sampling = sampling
        self._stream = stream
        self._view = View(model.form, persona, window=model.engine.window)
        self._session = model.engine.open()

    def take_in(self, turn: Turn, passages: Sequence[str] = ()) -> None:
        """Remember a turn that was not drawn by this agent: the partner's, or an own one given, with its passages."""
        self._view.add(Utterance(turn.speaker, turn.text, turn.moves, passages=tuple(passages)))

    @property
    def memory(self) -> tuple[int, int]:
        """The tokens that this side holds of the conversation, and how many its window has."""
        return self._view.length, self._model.engine.window

    async def reply(
        self,
        n: int,
        brief: Brief,
        judge: Callable[[Written], Sequence[_T]],
        *,
        listen: Callable[[str], None] | None = None,
    ) -> Reply[_T]:
        """Write turn `n`: draw until `judge` objects to nothing in as many drafts as are wanted, and keep the best.

        `listen` is told the words of each attempt as they come, on the engine's thread. Where none of `brief.attempts`
        passes, others are built around the brief's evidence, if it has any; where none of these passes either, and it
        may stand alone, it is judged by itself. Raises ContextFullError where prompt and reply cannot fit into the
        model's window.
        """
        budget = brief.words[1] * _TOKENS_A_WORD + _TOKENS_OF_MOVES
        prompt = self._view.prompt(brief.passages, (*brief.lead, *brief.moves) or None, reply=budget)
        drawn: list[_Drawn[_T]] = []
        for group in self._manners(brief):
            for manner in group:
                key = randomness.key(self._stream, n, self.side, len(drawn) + 1)
                written = await self._session.write(
                    prompt.tokens, self._writer(manner, listen), self._sampling, key=key
                )
                if listen and self._model.engine.vocabulary is None:
                    listen(written.text)
                drawn.append(_Drawn(written, tuple(judge(written)), spliced=bool(manner.evidence)))
                if sum(not one.objections for one in drawn) == brief.drafts:
                    break
            if not all(one.objections for one in drawn):
                break
        if brief.alone and all(one.objections for one in drawn):
            alone = Written(brief.evidence, (), (), Stop.OWN, fluency=math.inf)
            drawn.append(_Drawn(alone, tuple(judge(alone)), spliced=True))
        best = min(drawn, key=lambda one: one.rank)
        moves = brief.moves or best.written.moves
        chosen = bool(brief.moves)
        cue = (*brief.lead, *moves)
        said = Utterance(self.side, best.written.text, cue, best.written.tokens, brief.passages, chosen=chosen)
        self._view.add(said)
        return Reply(
            text=best.written.text,
            moves=moves,
            attempts=len(drawn),
            objections=(*(one.objections for one in drawn if one is not best), best.objections),
            sampled=sum(len(one.written.tokens) for one in drawn),
            forgot=prompt.forgot,
            spliced=best.spliced,
        )

    def _varies(self, brief: Brief) -> bool:
        """Tell whether a turn is to begin unlike others; a decision is not, as it must be heard as what it is."""
        return self._model.form.moves and _DECIDING.isdisjoint(brief.moves)

    def _writer(self, manner: Manner, listen: Callable[[str], None] | None) -> Manner | Writer:
        """Return what tells the engine how to write; an engine without a vocabulary here tells no words on the way."""
        vocabulary = self._model.engine.vocabulary
        return Writer(vocabulary, manner, listen=listen) if listen and vocabulary else manner

    def _manners(self, brief: Brief) -> Iterator[list[Manner]]:
        """Yield how the attempts are to be written: those without the evidence, then those around it."""
        form = self._model.form
        plain = Manner(
            brief.words,
            brief.whole_sentences,
            form.stops(self.side),
            MOVES[self.side] if form.moves and not brief.moves else None,
            brief=brief.brief,
            value=brief.value,
            figures=brief.figures,
            known=brief.known,
            opening=_OPENING if self._varies(brief) else 1.0,
            unsaid=brief.unsaid if brief.figures or self.side is Speaker.CUSTOMER else (*brief.unsaid, *_FREE),
        )
        if not brief.evidence:
            yield [plain] * brief.attempts
            return
        if brief.unaided:
            yield [plain]
        unsaid = (*brief.unsaid, *_NUMBERS, *_FREE)
        yield [replace(plain, evidence=brief.evidence, figures=False, unsaid=unsaid)] * brief.attempts

    def close(self) -> None:
        self._session.close()
