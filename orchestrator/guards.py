"""What a reply must pass before it is said: guards, each a small value that objects to a candidate or lets it pass.

A guard is pure and fast, and gives the words that it objects to. It knows nothing of models or of how a candidate came
about; what becomes of a reply that no attempt gets through is the conversation's business.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Annotated, ClassVar, Final, Protocol, TypeAlias

from pydantic import Field

from agents.dialogue import Speaker, Turn
from orchestrator.grounding import Hit
from orchestrator.overlap import Run, grams, runs, sentences, share, words

Count: TypeAlias = Annotated[int, Field(strict=True, ge=1, le=1000)]
Share: TypeAlias = Annotated[float, Field(strict=True, ge=0, le=1)]


@dataclass(frozen=True, slots=True)
class Objection:
    """Which guard objects, the words that it saw and why they will not do; `vital`: it must not be said at all."""

    guard: str
    saw: str
    why: str
    vital: bool = False


@dataclass(frozen=True, slots=True)
class Scene:
    """Where a candidate would be said: by whom, after which turns of both sides, in how many words at least and most.

    `forced_stop`: the decoder had to end the text, which may have stopped in the middle of a sentence. `hits` are the
    passages shown; `must_cite`: the turn has to rest on them. `ledger` holds the values that the speaker may tell,
    `value` the one that it must, `secrets` those that it must not yet, `misnomers` the names of other facts.
    `evidence` is the part of a passage that answers, `recap` what it may say once more, `question` the one that it
    came with.
    """

    speaker: Speaker
    turns: Sequence[Turn]
    words: tuple[int, int] | None
    forced_stop: bool = False
    hits: Sequence[Hit] = ()
    must_cite: bool = False
    ledger: str = ""
    value: str = ""
    secrets: tuple[str, ...] = ()
    misnomers: tuple[str, ...] = ()
    evidence: str = ""
    recap: str = ""
    question: str = ""

    def said(self) -> str:
        """Return all that was said before, by both sides."""
        return " ".join(turn.text for turn in self.turns)

    def own(self) -> Iterator[str]:
        """Yield what the speaker said before."""
        return (turn.text for turn in self.turns if turn.speaker is self.speaker)

    def partner(self) -> str:
        """Return the partner's last turn, empty where there is none."""
        return next((turn.text for turn in reversed(self.turns) if turn.speaker is not self.speaker), "")


class Guard(Protocol):
    """One thing that a reply must pass."""

    @property
    def name(self) -> str: ...

    def check(self, candidate: str, scene: Scene) -> Objection | None:
        """Return the objection to `candidate`, or None where it passes."""


@dataclass(frozen=True)
class EmptyReply:
    """Nothing is said: no letter and no figure."""

    name: ClassVar[str] = "empty"

    def check(self, candidate: str, scene: Scene) -> Objection | None:
        """Return the objection to `candidate`, wherever it would be said."""
        del scene
        return None if words(candidate) else Objection(self.name, candidate, "it says nothing", vital=True)


@dataclass(frozen=True)
class WordBand:
    """More or fewer words, split at white space, than the scene's band; a customer without one has up to `most`."""

    name: ClassVar[str] = "words"

    most: Count = 60

    def check(self, candidate: str, scene: Scene) -> Objection | None:
        """Return the objection to `candidate` by its number of words."""
        if scene.words is None and scene.speaker is Speaker.AGENT:
            return None
        low, high = scene.words or (0, self.most)
        count = len(candidate.split())
        if low <= count <= high:
            return None
        why = f"under {low} words" if count < low else f"over {high} words"
        return Objection(self.name, f"{count} words", why, vital=True)


@dataclass(frozen=True)
class RepeatsItself:
    """The reply goes round: over `most` of its word 4-grams again, a sentence again, a word three times running."""

    name: ClassVar[str] = "repeats_itself"

    most: Share = 0.12

    def check(self, candidate: str, scene: Scene) -> Objection | None:
        """Return the objection to `candidate`, wherever it would be said."""
        del scene
        said = words(candidate)
        threes = runs(said, 3)
        stuck = any(len(three) == 3 and len(set(three)) == 1 for three in threes)
        if stuck and (found := _THRICE.search(candidate)):
            return Objection(self.name, found.group(), "a word three times running")
        if len(set(threes)) == len(threes):
            return None
        if twice := _first_again([part for part in sentences(candidate) if len(words(part)) >= 3]):
            return Objection(self.name, twice, "a sentence twice")
        fours = runs(said, 4)
        if 1 - len(set(fours)) / len(fours) > self.most:
            return Objection(
                self.name, _first_again([" ".join(four) for four in fours]), "the same words over and over"
            )
        return None


@dataclass(frozen=True)
class RepeatsEarlier:
    """The speaker has said this before: the whole turn, or a sentence of it, to `near` of its word 5-grams."""

    name: ClassVar[str] = "repeats_earlier"

    near: Share = 0.6
    sentence_words: Count = 6

    def check(self, candidate: str, scene: Scene) -> Objection | None:
        """Return the objection to `candidate` after the speaker's own turns."""
        fresh = candidate.replace(scene.recap, " ") if scene.recap else candidate
        fives = grams(fresh, 5)
        for earlier in scene.own():
            if fives.isdisjoint(grams(earlier, 5)):
                continue
            if len(words(fresh)) >= 3 and self._is_copy(fresh, earlier):
                return Objection(self.name, candidate, "near to an earlier turn")
            if copied := next((part for part in self._long(fresh) if self._is_copy(part, earlier)), None):
                return Objection(self.name, copied, "a sentence from an earlier turn")
        return None

    def _is_copy(self, text: str, earlier: str) -> bool:
        return share(grams(text, 5), grams(earlier, 5)) >= self.near

    def _long(self, text: str) -> Iterator[str]:
        return (part for part in sentences(text) if len(words(part)) >= self.sentence_words)


@dataclass(frozen=True)
class Echo:
    """The partner's last turn given back: `run` of its words in a row, unless half of them or more are figures."""

    name: ClassVar[str] = "echo"

    run: Count = 8

    def check(self, candidate: str, scene: Scene) -> Objection | None:
        """Return the objection to `candidate` after the partner's last turn."""
        heard = scene.partner()
        if self.run >= 5 and grams(candidate, 5).isdisjoint(grams(heard, 5)):
            return None
        theirs = grams(heard, self.run)
        for said in runs(words(candidate), self.run):
            if said in theirs and len(said) == self.run and not _is_figures(said):
                return Objection(self.name, " ".join(said), "the partner's own words")
        return None


@dataclass(frozen=True)
class RoleLeak:
    """What no person types: tags, labels, status words, a line break, a model's own name, the other side's part."""

    name: ClassVar[str] = "role_leak"

    def check(self, candidate: str, scene: Scene) -> Objection | None:
        """Return the objection to `candidate` in the mouth of the scene's speaker."""
        for pattern, why in (*_LEAKS, _OTHER_PART[scene.speaker]):
            if found := pattern.search(candidate):
                return Objection(self.name, found.group().strip(" "), why, vital=True)
        return None


@dataclass(frozen=True)
class CutShort:
    """The decoder had to stop the reply, and it stopped in the middle of a sentence."""

    name: ClassVar[str] = "cut_short"

    def check(self, candidate: str, scene: Scene) -> Objection | None:
        """Return the objection to `candidate` where its end was forced."""
        if not scene.forced_stop or _WHOLE.search(candidate):
            return None
        return Objection(self.name, candidate[-40:], "it stops in the middle of a sentence")


STANDARD: Final[tuple[Guard, ...]] = (
    EmptyReply(),
    RoleLeak(),
    WordBand(),
    CutShort(),
    RepeatsItself(),
    RepeatsEarlier(),
    Echo(),
)
"""The guards of every reply, in the order in which their objections are given."""


def objections(text: str, scene: Scene, guards: Sequence[Guard] = STANDARD) -> list[Objection]:
    """Return what `guards` object to in `text`, at most one objection each, none where it may be said."""
    return [found for guard in guards if (found := guard.check(text, scene))]


_WHOLE: Final = re.compile(r"[.!?…][\"')\]’”]*\s*$")
_THRICE: Final = re.compile(r"\b(?!ha\b)([^\W\d_]+)(?:\s+\1\b){2,}", re.I)
_STATUS: Final = r"(?:UN)?RESOLVED|SALE (?:CLOSED|DECLINED)|(?:CONVERSATION|CHAT|DIALOGUE) (?:END(?:ED)?|OVER|CLOSED)"
_LABEL: Final = (
    r"(?:customer|client|agent|support agent|sales ?person|sales ?rep|user|assistant|human|bot|system|"
    r"(?:person|speaker) ?\d)"
)
_LEAKS: Final = (
    (re.compile(r"[\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069]"), "a line break or a control character"),
    (re.compile("\ufffd"), "a broken character"),
    (re.compile(r"<\|[^|]{0,20}|\|>|</?(?:s|agent|customer|user|assistant|system|bot|eos|pad)>", re.I), "a tag"),
    (re.compile(r"\[/?(?:(?i:end|inst|sys|eos|agent|customer|user|assistant)|DONE|EXIT|STOP)\b[^\]]{0,20}\]"), "a tag"),
    (re.compile(rf"(?:^|[.!?]\s+|[\"'*]){_LABEL}(?: \d)?\*{{0,2}}\s?:", re.I), "a speaker's label"),
    (re.compile(rf"(?:^|[.!?:]\s+|[\[(*<])(?:{_STATUS})(?=[\])*>.!]|$)"), "a status word"),
    (re.compile(r"END_OF|MAX_TURNS|SALE_CLOSED|SALE_DECLINED|CONVERSATION_END"), "a status word"),
    (
        re.compile(r"\b(?:as|I am|I'm) an? (?:AI|artificial intelligence|language model|chatbot)\b", re.I),
        "a model that speaks of itself",
    ),
)
_OTHER_PART: Final = {
    Speaker.AGENT: (
        re.compile(
            r"\bI(?: want| would like|'d like| need) (?:my money back|a refund|my refund|to return my)\b|"
            r"\bmy (?:order|parcel|package|delivery) (?:hasn't|has not|never|still hasn't|arrived|is late|didn't)\b",
            re.I,
        ),
        "the customer's part",
    ),
    Speaker.CUSTOMER: (
        re.compile(
            r"\bhow (?:can|may) I (?:help|assist) you\b|\bthank(?:s| you) for (?:contacting|reaching out to) us\b|"
            r"\b(?:may|can|could) I have your (?:order|account|booking|customer) number\b|"
            r"\banything else I can (?:help|assist) you with\b",
            re.I,
        ),
        "the agent's part",
    ),
}


def _first_again(said: Sequence[str]) -> str:
    seen: set[Run] = set()
    for text in said:
        if words(text) in seen:
            return text
        seen.add(words(text))
    return ""


def _is_figures(said: Run) -> bool:
    return 2 * sum(any(sign.isdigit() for sign in word) for word in said) >= len(said)
