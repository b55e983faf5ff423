"""Guards on what a reply states: figures that nobody gave, and answers that rest on no passage.

They judge by words and figures, as `grounding` does, and share its blind spots.
"""

import calendar
import re
from dataclasses import dataclass
from typing import Annotated, ClassVar, Final

from pydantic import Field

from orchestrator.goods import Goods
from orchestrator.grounding import figures, sentences
from orchestrator.grounding.evidence import best_match, missing_figures, spans_of
from orchestrator.grounding.numerals import mentioned
from orchestrator.guards import Guard, Objection, Scene, Share
from orchestrator.overlap import says

_CODE: Final = re.compile(r"\b[A-Z]{2,}(?:-[A-Za-z]+)+\b")
"""What an order or serial number looks like without its digits."""
_NAME: Final = re.compile(r"(?<=[a-z,;] )[A-Z][a-z]{2,}\b")
_STATES_NOTHING: Final = re.compile(
    r"\?|\b(?:i|i'\w+|me|my|we|we'\w+|us|our|let's|please|kindly)\b|^(?:that|this|there|here|thanks?|ask|does|do)\b",
    re.I,
)
"""What a sentence has that speaks of the speaker, of what was just said or to the partner, and states nothing."""
_DATES: Final = frozenset([*calendar.day_name, *calendar.month_name])
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
    question nor about the speaker) and shares `stated`.
    """

    name: ClassVar[str] = "unsupported"

    least: Share = 0.75
    shared: Annotated[float, Field(ge=0)] = 3.0
    stated: Annotated[float, Field(ge=0)] = 1.0

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
        weak = [(sentence, match.shared) for sentence, match in matches if match.score < self.least]
        half = next((s for s, shared in weak if shared >= (self.stated if _states(s) else self.shared)), None)
        return Objection(self.name, half, "its passage bears it out in part only") if half else None


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
        asked = next((own[start:end] for start, end in sentences(own) if own[start:end].endswith("?")), None)
        return Objection(self.name, asked, "another question beside its own") if asked else None


FACTUAL: Final[tuple[Guard, ...]] = (
    Figures(),
    Names(),
    Goods(),
    Units(),
    Unsupported(),
    Untold(),
    Undisclosed(),
    AsksBesides(),
)
"""The guards of the grounding modes verify and splice."""
