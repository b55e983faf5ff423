"""When a conversation stops: stop rules that are values, composed with `|` and `&`, and the typed endings they give.

A rule looks at what was said and at the moves, where they are known. Moves come from a language model and may be wrong,
so a rule that reads a decision never fires on moves alone: the words of the turn must say so too, and they are the
evidence. It knows nothing of models, policies or files.
"""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Annotated, ClassVar, Final

from pydantic import Field

from agents.dialogue import Speaker, Turn
from agents.persona import Domain
from orchestrator.overlap import Run, grams, sentences, share, words
from orchestrator.phrases import Reading, is_courtesy, is_question, read
from orchestrator.transcript import Ending, Reason

_ANSWERS: Final = frozenset({"inform", "guide", "offer", "counter", "confirm"})
_UNDECIDED: Final = frozenset({"open", "ask", "doubt", "push", "vent"})
_DECIDED: Final = frozenset(
    {Reason.RESOLVED, Reason.UNRESOLVED, Reason.SALE_CLOSED, Reason.SALE_DECLINED, Reason.GOODBYE}
)


@dataclass(frozen=True, slots=True)
class EndingScene:
    """What was said so far, and the limits of the conversation, counted in turns (messages)."""

    turns: Sequence[Turn]
    min_turns: int
    max_turns: int
    domain: Domain


@dataclass(frozen=True, repr=False)
class Rule(ABC):
    """When to stop. Rules are values: `a | b` fires where either does, `a & b` where both do."""

    @abstractmethod
    def check(self, scene: EndingScene) -> Ending | None:
        """Return the ending, or None to go on. To be asked after every turn, whoever spoke."""

    def __or__(self, other: "Rule") -> "Rule":
        return AnyOf((*_parts(self, AnyOf), *_parts(other, AnyOf)))

    def __and__(self, other: "Rule") -> "Rule":
        return AllOf((*_parts(self, AllOf), *_parts(other, AllOf)))

    def __repr__(self) -> str:
        values = (repr(getattr(self, field.name)) for field in fields(self))
        return f"{type(self).__name__}({', '.join(values)})"


@dataclass(frozen=True, repr=False)
class AnyOf(Rule):
    """The first of `rules` that fires."""

    rules: tuple[Rule, ...]

    def check(self, scene: EndingScene) -> Ending | None:
        return next((ending for rule in self.rules if (ending := rule.check(scene))), None)

    def __repr__(self) -> str:
        return " | ".join(map(repr, self.rules))


@dataclass(frozen=True, repr=False)
class AllOf(Rule):
    """All of `rules` at once: the first one's ending, with the evidence of every one, joined by "; "."""

    rules: tuple[Rule, ...]

    def check(self, scene: EndingScene) -> Ending | None:
        endings = [ending for rule in self.rules if (ending := rule.check(scene))]
        if len(endings) < len(self.rules):
            return None
        evidence = "; ".join(dict.fromkeys(ending.evidence for ending in endings if ending.evidence))
        return endings[0].model_copy(update={"evidence": evidence})

    def __repr__(self) -> str:
        return " & ".join(f"({rule!r})" if isinstance(rule, AnyOf) else repr(rule) for rule in self.rules)


def _parts(rule: Rule, kind: type[AnyOf] | type[AllOf]) -> tuple[Rule, ...]:
    return rule.rules if isinstance(rule, kind) else (rule,)


@dataclass(frozen=True, repr=False)
class MaxTurns(Rule):
    """So many turns were said. It is a limit, never an outcome."""

    n: Annotated[int, Field(strict=True, ge=2, le=60)]

    def check(self, scene: EndingScene) -> Ending | None:
        said = len(scene.turns)
        return Ending(reason=Reason.MAX_TURNS, turn=said) if said >= min(self.n, scene.max_turns) else None


@dataclass(frozen=True, slots=True)
class Said:
    """The customer's last turn: its moves, what its words say, and the turns before it."""

    moves: frozenset[str]
    words: Reading
    before: Sequence[Turn]


@dataclass(frozen=True, repr=False)
class Decision(Rule):
    """A rule that reads the customer's last turn, once the agent has spoken and `min_turns` were said.

    A decision that came too early counts as soon as there are turns enough, unless the customer has gone on since.
    """

    reason: ClassVar[Reason]
    domain: ClassVar[Domain | None] = None

    def check(self, scene: EndingScene) -> Ending | None:
        if len(scene.turns) < scene.min_turns or self.domain not in (None, scene.domain):
            return None
        last = next((turn for turn in reversed(scene.turns) if turn.speaker is Speaker.CUSTOMER), None)
        before = [turn for turn in scene.turns if last and turn.n < last.n]
        if last is None or all(turn.speaker is Speaker.CUSTOMER for turn in before):
            return None
        evidence = self.evidence(Said(frozenset(last.moves), read(last.text), before))
        return Ending(reason=self.reason, by=Speaker.CUSTOMER, turn=last.n, evidence=evidence) if evidence else None

    @abstractmethod
    def evidence(self, said: Said) -> str | None:
        """Return the sentence that shows the decision, or None where there is none."""


class Resolved(Decision):
    """The customer takes the answer or the remedy, after the agent has given one."""

    reason = Reason.RESOLVED
    domain = Domain.SUPPORT

    def evidence(self, said: Said) -> str | None:
        return _accepted(said, said.words.settles or said.words.takes)


class SaleClosed(Decision):
    """The customer buys, after the agent has offered or answered."""

    reason = Reason.SALE_CLOSED
    domain = Domain.SALES

    def evidence(self, said: Said) -> str | None:
        return None if said.words.declines else _accepted(said, said.words.takes)


class Unresolved(Decision):
    """The customer gives up, turns the remedy down or goes elsewhere."""

    reason = Reason.UNRESOLVED
    domain = Domain.SUPPORT

    def evidence(self, said: Said) -> str | None:
        if "accept" in said.moves and "refuse" not in said.moves:
            return None
        return _refused(said, said.words.gives_up, said.words.gives_up or said.words.declines)


GaveUp: Final = Unresolved
"""Another name for the same."""


class SaleDeclined(Decision):
    """The customer turns the offer down."""

    reason = Reason.SALE_DECLINED
    domain = Domain.SALES

    def evidence(self, said: Said) -> str | None:
        plain = said.words.declines or said.words.gives_up
        return None if "accept" in said.moves else _refused(said, plain, plain)


class Goodbye(Decision):
    """The customer takes leave or puts the decision off. Place it after the rules that find something settled."""

    reason = Reason.GOODBYE

    def evidence(self, said: Said) -> str | None:
        heard = said.words
        if heard.asks:
            return None
        if "close" in said.moves:
            return heard.defers or heard.leaves or heard.leans_later
        return None if said.moves & _UNDECIDED - {"vent"} else heard.defers or heard.leaves


def _accepted(said: Said, plain: str | None) -> str | None:
    """Return what shows a yes: `plain` words, faint ones that the move bears out, or leave taken after a yes."""
    heard, moves = said.words, said.moves
    if heard.asks or heard.mocks or heard.gives_up or "refuse" in moves or not _was_answered(said.before):
        return None
    if "accept" in moves:
        return None if "close" in moves and heard.defers else plain or heard.leans_yes
    if moves & _UNDECIDED or heard.hedged or heard.defers or heard.declines:
        return None
    return plain or (heard.leaves if _last_word(said.before) == "accept" else None)


def _refused(said: Said, plain: str | None, with_move: str | None) -> str | None:
    """Return what shows a no: `plain` words, those that the move bears out, or leave taken after a no."""
    heard, moves = said.words, said.moves
    if heard.asks or "open" in moves:
        return None
    if "refuse" in moves:
        return with_move or (None if heard.wishes else heard.leans_no)
    if moves & {"ask", "doubt", "push"} or heard.settles or heard.takes:
        return None
    return plain or (heard.leaves if not heard.defers and _last_word(said.before) == "refuse" else None)


@dataclass(frozen=True, repr=False)
class Repeats(Rule):
    """One side says nearly the same thing for the `times`-th time; `overlap` is the share of its word trigrams.

    Under four words ("Yes, please.") may come back as often as they like.
    """

    times: Annotated[int, Field(strict=True, ge=2, le=60)] = 3
    overlap: Annotated[float, Field(strict=True, gt=0, le=1)] = 0.7

    def check(self, scene: EndingScene) -> Ending | None:
        if len(scene.turns) < max(scene.min_turns, self.times):
            return None
        last = scene.turns[-1]
        said = grams(last.text, 3)
        own = [turn for turn in scene.turns[:-1] if turn.speaker is last.speaker]
        alike = sum(share(said, grams(turn.text, 3)) >= self.overlap for turn in own)
        if alike + 1 < self.times or len(words(last.text)) < 4:
            return None
        return Ending(reason=Reason.STALLED, by=last.speaker, turn=last.n, evidence=last.text.strip())


@dataclass(frozen=True, repr=False)
class Stalled(Rule):
    """The last `turns` turns add nothing: courtesies, or word trigrams of which less than `fresh` are new here."""

    turns: Annotated[int, Field(strict=True, ge=1, le=60)] = 4
    fresh: Annotated[float, Field(strict=True, ge=0, le=1)] = 0.4

    def check(self, scene: EndingScene) -> Ending | None:
        said = scene.turns
        if len(said) < max(scene.min_turns, self.turns + 1):
            return None
        if not all(self._adds_nothing(said, place) for place in range(len(said) - self.turns, len(said))):
            return None
        return Ending(reason=Reason.STALLED, turn=said[-1].n, evidence=said[-1].text.strip())

    def _adds_nothing(self, said: Sequence[Turn], place: int) -> bool:
        text = said[place].text
        heard = frozenset[Run]().union(*(grams(turn.text, 3) for turn in said[:place]))
        return is_courtesy(text) or 1 - share(grams(text, 3), heard) < self.fresh


def standard_rules(domain: Domain, max_turns: int) -> Rule:
    """Return the rules that every conversation of `domain` stops by; what is decided goes before what is put off."""
    decided = SaleDeclined() | SaleClosed() if domain is Domain.SALES else Unresolved() | Resolved()
    return decided | Goodbye() | Repeats() | Stalled() | MaxTurns(max_turns)


def wants_closing(ending: Ending, *, said: int | None = None) -> bool:
    """Tell whether the agent should answer the ending turn once, politely, before the conversation stops.

    `said` is the number of turns so far: a turn that has its answer already wants no second one.
    """
    by_customer = ending.by is Speaker.CUSTOMER and ending.reason in _DECIDED
    return by_customer and (said is None or said == ending.turn)


def _was_answered(before: Sequence[Turn]) -> bool:
    return any(_answers(turn) for turn in before if turn.speaker is Speaker.AGENT)


def _answers(turn: Turn) -> bool:
    if turn.moves:
        return not _ANSWERS.isdisjoint(turn.moves)
    return any(len(sentence.split()) >= 4 and not is_question(sentence) for sentence in sentences(turn.text))


def _last_word(before: Sequence[Turn]) -> str | None:
    """Return the last decision that the customer had voiced: accept, refuse or None."""
    for turn in reversed(before):
        if turn.speaker is Speaker.CUSTOMER:
            said, moves = read(turn.text, after_questions=False), turn.moves
            if said.declines or said.gives_up or ("refuse" in moves and said.leans_no):
                return "refuse"
            if "accept" in moves and said.leans_yes:
                return "accept"
    return None
