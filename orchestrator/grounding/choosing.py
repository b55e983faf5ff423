"""Which words of the passages answer a question best: the evidence that a reply is built around.

It judges by shared words and by whether a figure is asked for; it understands no meaning.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from orchestrator.grounding.index import Hit
from orchestrator.grounding.instructions import speaks_to_a_machine
from orchestrator.grounding.numerals import figures
from orchestrator.grounding.splitting import sentences
from orchestrator.grounding.words import is_content, stem, words

_CONTEXT: Final = 0.3
"""The weight of a word of earlier turns."""
_HEADING: Final = 0.5
"""The weight of a word that stands in the passage's title or heading."""
_FIGURE: Final = 1.0
"""What a figure adds where one is asked for."""
_RANK: Final = 0.7
"""The factor from one passage to the next."""
_SHORT: Final = 14
"""Words under which a sentence takes the next one along."""
_ENOUGH: Final = 40
"""Words under which evidence takes the following sentences along."""
_PLAINLY: Final = 1.0
"""What a sentence used before must gain over every fresh one to be given again: one word of the question."""
_ASKS_FIGURE: Final = re.compile(
    r"\b(how (long|much|many|soon|often|far|late)|when|limit|deadline|costs?|price|pays?|fee|days?)\b", re.I
)
_INSTRUCTION: Final = re.compile(
    r"(hold|press|charge|delete|keep|switch|turn|open|choose|select|remove|clean|plug|unplug|restart|reset|update|check|"
    r"pack|print|send|sign|go|tap|enter|place|put|connect|wait|take|use|install|move|set)\b",
    re.I,
)


@dataclass(frozen=True, slots=True)
class Evidence:
    """One or two sentences of a passage, as they stand there; `steps` where they tell what to do."""

    text: str
    hit: Hit

    @property
    def steps(self) -> bool:
        return bool(_INSTRUCTION.match(self.text))


def best_evidence(
    hits: Sequence[Hit], question: str, *, context: str = "", used: Sequence[str] = (), most: int
) -> Evidence | None:
    """Return what answers `question` best in at most `most` words, what was `used` before left out; None for nothing.

    The score of a sentence is the number of content words that it shares with the question, those of its heading and
    of `context` at a lower weight, and what a figure adds to a question that wants one; later passages count less. What
    is short takes along the sentences that follow it in its paragraph.
    """
    wanted, earlier = _stems(question), _stems(context)
    asks_figure = bool(_ASKS_FIGURE.search(question))
    best: tuple[float, Evidence] | None = None
    for rank, hit in enumerate(hits):
        headed = _HEADING * len(_stems(f"{hit.passage.title} {hit.passage.heading}") & wanted)
        for text in _candidates(hit.passage.text, most):
            if any(text in said or said in text for said in used):
                continue
            score = _RANK**rank * (headed + _score(text, wanted, earlier, asks_figure=asks_figure))
            if best is None or score > best[0]:
                best = (score, Evidence(text, hit))
    return _grown(best[1], used, most) if best else None


def evidence_again(hits: Sequence[Hit], question: str, *, used: Sequence[str], most: int) -> Evidence | None:
    """Return the sentence `used` before that the question's own words single out; None where a fresh one does as well.

    It takes along fresh sentences only. What was given twice is not given again.
    """
    wanted = _stems(question)
    asks_figure = bool(_ASKS_FIGURE.search(question))
    fresh, given = 0.0, []
    for rank, hit in enumerate(hits):
        headed = _HEADING * len(_stems(f"{hit.passage.title} {hit.passage.heading}") & wanted)
        for text in _alone(hit.passage.text, most):
            score = _RANK**rank * (headed + _score(text, wanted, frozenset(), asks_figure=asks_figure))
            times = sum(text in said for said in used)
            if not times:
                fresh = max(fresh, score)
            elif times == 1 and _stems(text) & wanted:
                given.append((score, Evidence(text, hit)))
    score, best = max(given, key=lambda one: one[0], default=(0.0, None))
    return _grown(best, used, most) if best and score >= fresh + _PLAINLY else None


def _grown(evidence: Evidence, used: Sequence[str], most: int) -> Evidence:
    """Return the evidence with as many of the next sentences as it needs to reach _ENOUGH words, if they fit."""
    passage, text = evidence.hit.passage.text, evidence.text
    begin = passage.index(text)
    end = begin + len(text)
    for start, stop in _plain_sentences(passage):
        sentence = passage[start:stop]
        fresh = not any(sentence in said for said in used)
        fits = len(passage[begin:stop].split()) <= most and "\n" not in passage[begin:stop]
        if start >= end and not passage[end:start].strip(" ") and fresh and fits and len(text.split()) < _ENOUGH:
            text, end = passage[begin:stop], stop
    return Evidence(text, evidence.hit)


def _score(text: str, wanted: frozenset[str], earlier: frozenset[str], *, asks_figure: bool) -> float:
    own = _stems(text)
    figure = _FIGURE if asks_figure and figures(text) else 0.0
    return len(own & wanted) + _CONTEXT * len((own & earlier) - wanted) + figure + 0.1


def _stems(text: str) -> frozenset[str]:
    return frozenset(stem(word) for word in words(text) if is_content(word))


def _candidates(text: str, most: int) -> Iterator[str]:
    """Yield the sentences of `text`, a short one with the next where the two stand in one paragraph."""
    spans = [span for span in _plain_sentences(text) if len(text[slice(*span)].split()) <= most]
    following = dict(pairwise(spans))
    for start, end in spans:
        sentence = text[start:end]
        after = following.get((start, end))
        if len(sentence.split()) < _SHORT and after and not text[end : after[0]].strip(" "):
            both = text[start : after[1]]
            if len(both.split()) <= most and "\n" not in both:
                yield both
                continue
        if "\n" not in sentence:
            yield sentence


def _alone(text: str, most: int) -> Iterator[str]:
    """Yield the sentences of `text` on one line, of at most `most` words."""
    plain = (text[start:end] for start, end in _plain_sentences(text))
    return (sentence for sentence in plain if "\n" not in sentence and len(sentence.split()) <= most)


def _plain_sentences(text: str) -> list[tuple[int, int]]:
    return [(start, end) for start, end in sentences(text) if not speaks_to_a_machine(text[start:end])]
