"""Guards on what a reply states: figures that nobody gave, and answers that rest on no passage.

They judge by words and figures, as `grounding` does, and share its blind spots.
"""

import calendar
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, ClassVar, Final

from pydantic import Field

from orchestrator.goods import Goods
from orchestrator.grounding import Hit, figures, sentences
from orchestrator.grounding.evidence import Match, best_match, missing_figures, spans_of
from orchestrator.grounding.numerals import mentioned
from orchestrator.guards import Guard, Objection, Scene, Share
from orchestrator.overlap import says, words
from orchestrator.prices import Prices

_CODE: Final = re.compile(r"\b[A-Z]{2,}(?:-[A-Za-z]+)+\b")
"""What an order or serial number looks like without its digits."""
_NAME: Final = re.compile(r"(?<=[a-z,;] )[A-Z][a-z]{2,}\b")
_STATES_NOTHING: Final = re.compile(
    r"\?|\b(?:i|i'\w+|me|my|we|we'\w+|us|our|let's|please|kindly)\b|^(?:that|this|there|here|thanks?|ask|does|do)\b",
    re.I,
)
"""What a sentence has that speaks of the speaker, of what was just said or to the partner, and states nothing."""
_QUESTION: Final = re.compile(
    r"\?$|^(?:(?:and|but|so|or|also|then|well|ok|okay|oh|um),? )*(?:(?:and|but|what) if|how|why|who|whose|where|"
    r"what (?:is|are|was|does|do|did|can|happens|about)|when (?:is|are|does|do|did|can|will|should)|"
    r"(?:can|could|do|does|did|is|are|was|were|will|would|should|may|must|has|have) "
    r"(?:i|you|we|it|he|she|they|the|a|an|my|your|there|this|that|these))\b",
    re.I,
)
"""A sentence that asks, with its mark or without."""
_DATES: Final = frozenset([*calendar.day_name, *calendar.month_name])
_BEGINNING: Final = 4
"""Words at the beginning of a sentence by which it is taken for a quotation."""
_MEASURE: Final = re.compile(
    r"(?:(?P<from>\d[\d,.]*\d|\d) (?:to|or|and) )?(?P<to>\d[\d,.]*\d|\d)[ -](?:working |business |full )?"
    r"(?P<unit>seconds?|minutes?|hours?|days?|nights?|weeks?|months?|years?|grams?|kg|metres?|degrees|percent)\b",
    re.I,
)


@dataclass(frozen=True)
class Figures:
    """A figure or a code that stands in no passage shown, was not said before and is not the speaker's to tell."""

    name: ClassVar[str] = "figures"

    def check(self, candidate: str, scene: Scene) -> Objection | None:
        """Return the objection to `candidate` by the first such figure."""
        passages = [hit.passage for hit in scene.hits]
        known = f"{scene.said()} {scene.ledger}"
        given = " ".join([known, *(passage.prompt for passage in passages)])
        codes = (code for code in _CODE.findall(candidate) if code not in given)
        missing = next(iter((*missing_figures(candidate, passages, known), *codes)), None)
        return Objection(self.name, missing, "a figure that nobody gave", vital=True) if missing else None


@dataclass(frozen=True)
class Names:
    """A name that nobody gave, of a company, say: a word with a capital inside a sentence. Days and months may come."""

    name: ClassVar[str] = "names"

    def check(self, candidate: str, scene: Scene) -> Objection | None:
        """Return the objection to `candidate` by the first such name."""
        given = " ".join([scene.said(), scene.ledger, *(hit.passage.prompt for hit in scene.hits)]).casefold()
        named = (found for found in _NAME.findall(candidate) if found not in _DATES)
        unknown = next((found for found in named if found.casefold() not in given), None)
        return Objection(self.name, unknown, "a name that nobody gave") if unknown else None


@dataclass(frozen=True)
class Units:
    """A figure with another unit than it was given with: 30 minutes where the passage has 30 days."""

    name: ClassVar[str] = "units"

    def check(self, candidate: str, scene: Scene) -> Objection | None:
        """Return the objection to `candidate` by the first such measure."""
        given = _measures(" ".join([scene.said(), scene.ledger, *(hit.passage.prompt for hit in scene.hits)]))
        wrong = next((measure for measure in sorted(_measures(candidate)) if measure not in given), None)
        return Objection(self.name, " ".join(wrong), "a measure that nobody gave", vital=True) if wrong else None


def _measures(text: str) -> frozenset[tuple[str, str]]:
    """Return the figures of `text` with their units, both ends of a range with the same."""
    return frozenset(
        (figure.replace(",", ""), match["unit"].lower().rstrip("s"))
        for match in _MEASURE.finditer(text)
        for figure in (match["from"], match["to"])
        if figure
    )


@dataclass(frozen=True)
class Unsupported:
    """An answer that no passage bears out, where the turn is to be one.

    A sentence needs a support of `least`, from 0 to 1, where it has a figure that was not said before, where it shares
    `shared` content words with a passage and so seems to speak of it, or where it states something (it is neither a
    question nor about the speaker) and shares `stated`. One that begins as a sentence of a passage has to go on as it,
    and one at least has to share `told` with the words that answer.
    """

    name: ClassVar[str] = "unsupported"

    least: Share = 0.75
    shared: Annotated[float, Field(ge=0)] = 3.0
    stated: Annotated[float, Field(ge=0)] = 1.0
    told: Annotated[float, Field(ge=0)] = 3.0

    def check(self, candidate: str, scene: Scene) -> Objection | None:
        """Return the objection to `candidate` by its first sentence that needs a passage and has none."""
        if not scene.must_cite:
            return None
        spans = spans_of(hit.passage for hit in scene.hits)
        known = mentioned(f"{scene.said()} {scene.ledger}")
        stated = [candidate[start:end] for start, end in sentences(candidate)]
        matches = [(sentence, match) for sentence in stated if (match := best_match(sentence, spans))]
        if max((match.score for _, match in matches), default=0.0) < self.least:
            return Objection(self.name, candidate, "no passage bears it out", vital=True)
        for sentence, match in matches:
            if match.score < self.least and not set(figures(sentence)) <= known:
                return Objection(self.name, sentence, "a figure that its passage does not bear out", vital=True)
        if not any(self._answers(match, scene) for _, match in matches):
            return Objection(self.name, candidate, "it rests on other words than answer")
        if bent := next((sentence for sentence in stated if _misquotes(sentence, scene.hits)), None):
            return Objection(self.name, bent, "it begins as a sentence of its passage and goes on otherwise")
        weak = [(sentence, match.shared) for sentence, match in matches if match.score < self.least]
        half = next((s for s, shared in weak if shared >= (self.stated if _states(s) else self.shared)), None)
        return Objection(self.name, half, "its passage bears it out in part only") if half else None

    def _answers(self, match: Match, scene: Scene) -> bool:
        """Tell whether a sentence says something of what answers: enough words of it, and of the evidence if any."""
        text = match.passage.text
        begin, end = match.start - match.passage.start, match.end - match.passage.start
        place = text.find(scene.evidence)
        beside = scene.evidence and place >= 0 and (end <= place or begin >= place + len(scene.evidence))
        return match.score >= self.least and match.shared >= self.told and not beside


def _misquotes(sentence: str, hits: Sequence[Hit]) -> bool:
    """Tell whether `sentence` begins as one of the passages and does not go on as that does, to its end."""
    said = words(sentence)
    given = [words(text[a:b]) for text in (hit.passage.text for hit in hits) for a, b in sentences(text)]
    alike, other = max(((_common(said, one), one) for one in given), default=(0, ()))
    return _BEGINNING <= alike < len(other)


def _common(one: Sequence[str], other: Sequence[str]) -> int:
    """Return with how many of the same words the two begin."""
    return next((n for n, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))


def _states(sentence: str) -> bool:
    return not _STATES_NOTHING.search(sentence)


@dataclass(frozen=True)
class Untold:
    """A turn that was to give a fact and does not."""

    name: ClassVar[str] = "untold"

    def check(self, candidate: str, scene: Scene) -> Objection | None:
        """Return the objection to `candidate` where it lacks the value that it was to tell."""
        if not scene.value or says(candidate, scene.value):
            return None
        return Objection(self.name, scene.value, "the turn was to tell it", vital=True)


@dataclass(frozen=True)
class Misnamed:
    """A fact that is told under the name of another: an order number that is "no membership"."""

    name: ClassVar[str] = "misnamed"

    def check(self, candidate: str, scene: Scene) -> Objection | None:
        """Return the objection to `candidate` by the other name, where the sentence that tells the fact has it."""
        if not scene.value:
            return None
        parts = [candidate[start:end] for start, end in sentences(candidate)]
        telling = " ".join(part for part in parts if says(part, scene.value))
        named = next((name for name in scene.misnomers if says(telling, name)), None)
        return Objection(self.name, named, "the name of another fact than it tells") if named else None


@dataclass(frozen=True)
class Undisclosed:
    """A fact that is told before its moment."""

    name: ClassVar[str] = "undisclosed"

    def check(self, candidate: str, scene: Scene) -> Objection | None:
        """Return the objection to `candidate` by the first secret in it."""
        told = next((secret for secret in scene.secrets if says(candidate, secret)), None)
        return Objection(self.name, told, "it is not yet time to tell it", vital=True) if told else None


@dataclass(frozen=True)
class AsksBesides:
    """A question of the model's own beside the one that the customer came with: which is to be answered?"""

    name: ClassVar[str] = "asks_besides"

    def check(self, candidate: str, scene: Scene) -> Objection | None:
        """Return the objection to `candidate` where it asks more than its question."""
        own = candidate.replace(scene.question, " ") if scene.question else ""
        asked = next((own[start:end] for start, end in sentences(own) if _QUESTION.search(own[start:end])), None)
        return Objection(self.name, asked, "another question beside its own") if asked else None


FACTUAL: Final[tuple[Guard, ...]] = (
    Figures(),
    Names(),
    Goods(),
    Units(),
    Prices(),
    Unsupported(),
    Untold(),
    Misnamed(),
    Undisclosed(),
    AsksBesides(),
)
"""The guards of the grounding modes verify and splice."""
