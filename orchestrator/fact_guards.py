"""Guards on what a reply states: figures that nobody gave, and answers that rest on no passage.

They judge by words and figures, as `grounding` does, and share its blind spots.
"""

import re
from dataclasses import dataclass
from typing import ClassVar, Final

from orchestrator.grounding import figures, sentences, support
from orchestrator.grounding.evidence import missing_figures
from orchestrator.grounding.numerals import mentioned
from orchestrator.guards import Objection, Scene

_CODE: Final = re.compile(r"\b[A-Z]{2,}(?:-[A-Za-z]+)+\b")
"""What an order or serial number looks like without its digits."""


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
class Unsupported:
    """An answer that no passage bears out, where the turn is to be one; and a figure in a sentence that none bears out.

    `least` is the support that a sentence needs, from 0 to 1.
    """

    name: ClassVar[str] = "unsupported"

    least: float = 0.6

    def check(self, candidate: str, scene: Scene) -> Objection | None:
        """Return the objection to `candidate` by its first sentence that needs a passage and has none."""
        if not scene.must_cite:
            return None
        passages = [hit.passage for hit in scene.hits]
        known = mentioned(f"{scene.said()} {scene.ledger}")
        stated = [candidate[start:end] for start, end in sentences(candidate)]
        scores = {sentence: support(sentence, passages).score for sentence in stated}
        for sentence, score in scores.items():
            if score < self.least and not set(figures(sentence)) <= known:
                return Objection(self.name, sentence, "a figure that its passage does not bear out", vital=True)
        if max(scores.values(), default=0.0) < self.least:
            return Objection(self.name, candidate, "no passage bears it out", vital=True)
        return None


@dataclass(frozen=True)
class Untold:
    """A turn that was to give a fact and does not."""

    name: ClassVar[str] = "untold"

    def check(self, candidate: str, scene: Scene) -> Objection | None:
        """Return the objection to `candidate` where it lacks the value that it was to tell."""
        if scene.value.casefold() in candidate.casefold():
            return None
        return Objection(self.name, scene.value, "the turn was to tell it", vital=True)


@dataclass(frozen=True)
class Undisclosed:
    """A fact that is told before its moment."""

    name: ClassVar[str] = "undisclosed"

    def check(self, candidate: str, scene: Scene) -> Objection | None:
        """Return the objection to `candidate` by the first secret in it."""
        words = candidate.casefold()
        told = next((secret for secret in scene.secrets if secret.casefold() in words), None)
        return Objection(self.name, told, "it is not yet time to tell it", vital=True) if told else None
