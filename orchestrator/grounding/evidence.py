"""How far a text is borne out by passages, judged by its words and figures. It understands no meaning.

A sentence is held against every sentence of the passages, and every two that follow each other: what counts is the
share of its content words (stems, all of equal weight) and figures that stand there too, less a penalty where a shared
word is negated on one side only or the two pull opposite ways (free and paid, before and after). Weights by inverse
document frequency were tried and told true replies from others less well.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import Final, NamedTuple

from orchestrator.grounding.numerals import figures, mentioned
from orchestrator.grounding.passages import Passage
from orchestrator.grounding.polarity import Poles, contradicts, poles
from orchestrator.grounding.splitting import sentences
from orchestrator.grounding.words import ANTONYMS, MODAL, is_content, is_negation, stem, tokens

SUPPORTED: Final = 0.18
"""The least score of a whole reply that its passages bear out.

On the 1,383 cited replies of the gold dialogues, each held against its own passages and against those of other
articles, this and no missing figure give precision 0.96 and recall 0.94.
"""

_FIGURE: Final = 2.0
"""The weight of a figure; a content word has 1."""
_HEADING: Final = 0.5
"""The weight of a content word that stands in the title or heading and not in the span."""
_LONGER: Final = 0.03
"""What a span of two sentences must gain over one."""
_OPPOSED: Final = 0.5
"""The factor where a word is negated on one side only, or a pole of the one stands against the other's."""
_CLAUSE_ENDS: Final = frozenset(
    (*".,;:!?()", "and", "but", "or", "because", "so", "if", "unless", "until", "then", "when", "while")
)


@dataclass(frozen=True, slots=True)
class Support:
    """What `support` found: `figures` are those of the text, `missing` those that no passage has.

    `span` is the passage and the (start, end) in its article that bears out the best sentence.
    """

    score: float
    span: tuple[Passage, int, int] | None
    figures: tuple[str, ...]
    missing: tuple[str, ...]


class Match(NamedTuple):
    """How a sentence fits a span: `fit` is the share of its `weight` that is `shared`, `score` that less penalties."""

    score: float
    fit: float
    shared: float
    weight: float
    passage: Passage
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class _Span:
    passage: Passage
    start: int
    end: int
    words: Mapping[str, frozenset[bool]]
    heading: frozenset[str]
    figures: frozenset[str]
    poles: Poles
    least: float


def support(text: str, passages: Sequence[Passage], *, said: str = "") -> Support:
    """Return how far `passages` bear out `text`, a sentence or a whole reply.

    The score is 0 to 1: for a sentence its best match, for more the mean over its sentences by their weight (talk that
    states nothing lowers it). `said` is what was said before: its figures are not missing either.

    Negations, quantifiers and the like count as `polarity` and `words` list them. Blind to synonyms, to who does what
    to whom, to conditions left out, to units (30 days, $30) and to one product's figure given to another where a
    passage has both.
    """
    spans = spans_of(passages)
    matches = [match for start, end in sentences(text) if (match := best_match(text[start:end], spans))]
    best = max(matches, key=lambda match: match.score, default=None)
    weight = sum(match.weight for match in matches)
    return Support(
        score=sum(match.score * match.weight for match in matches) / weight if weight else 0.0,
        span=(best.passage, best.start, best.end) if best and best.score else None,
        figures=figures(text),
        missing=missing_figures(text, passages, said),
    )


def missing_figures(text: str, passages: Iterable[Passage], said: str) -> tuple[str, ...]:
    """Return the figures of `text` that stand neither in a passage, with its headings, nor in what was `said`."""
    known = mentioned(said).union(*(_figures_of(passage) for passage in passages))
    return tuple(figure for figure in figures(text) if figure not in known)


@lru_cache(maxsize=4096)
def _figures_of(passage: Passage) -> frozenset[str]:
    return mentioned(passage.prompt)


def spans_of(passages: Iterable[Passage]) -> list[_Span]:
    """Return what a sentence may rely on: the sentences of `passages`, and each two that follow each other."""
    return [span for passage in passages for span in _spans(passage)]


def best_match(sentence: str, spans: Iterable[_Span]) -> Match | None:
    """Return how `sentence` fits the span that fits it best; None without words to compare or without spans."""
    content, stated, claim = _polarities(sentence), figures(sentence), poles(sentence)
    weight = len(content) + _FIGURE * len(stated)
    if not weight:
        return None
    return max(
        (_match(content, stated, claim, weight, span) for span in spans),
        key=lambda match: (match.fit, match.score),
        default=None,
    )


def _match(
    content: Mapping[str, frozenset[bool]], stated: Sequence[str], claim: Poles, weight: float, span: _Span
) -> Match:
    common = content.keys() & span.words.keys()
    headed = content.keys() & span.heading - common
    shared = len(common) + _HEADING * len(headed) + _FIGURE * sum(figure in span.figures for figure in stated)
    opposed = contradicts(claim, span.poles) or any(not content[word] & span.words[word] for word in common)
    fit = max(shared / weight - span.least, 0.0)
    score = fit * _OPPOSED if opposed else fit
    return Match(score, fit, shared, weight, span.passage, span.start, span.end)


@lru_cache(maxsize=4096)
def _spans(passage: Passage) -> tuple[_Span, ...]:
    single = sentences(passage.text)
    double = [(start, end) for (start, _), (_, end) in pairwise(single)]
    spans = [_span(passage, start, end, least=0.0) for start, end in single]
    return (*spans, *(_span(passage, start, end, least=_LONGER) for start, end in double))


def _span(passage: Passage, start: int, end: int, *, least: float) -> _Span:
    text, head = passage.text[start:end], f"{passage.title}. {passage.heading}"
    return _Span(
        passage=passage,
        start=passage.start + start,
        end=passage.start + end,
        words=_polarities(text),
        heading=frozenset(_polarities(head)),
        figures=mentioned(text) | mentioned(head),
        poles=poles(text),
        least=least,
    )


def _polarities(text: str) -> dict[str, frozenset[bool]]:
    """Return the stems of the content words of `text`, figures apart, each with whether it occurs negated or not.

    A negation reaches the next content word of its clause, or the last one where no other follows ("costs nothing"),
    and past "possible" the next as well. The opposite of a word is that word negated.
    """
    found: defaultdict[str, set[bool]] = defaultdict(set)
    negated, last = False, ""
    for token, following in pairwise((*tokens(text), "", "")):
        if token in _CLAUSE_ENDS or not token:
            if negated and last:
                found[last] = {True}
            negated, last = False, ""
        elif is_negation(token):
            negated = following != "only"
        elif is_content(token) and not any(character.isdigit() for character in token):
            meant = ANTONYMS.get(token, token)
            last, negated = stem(meant), negated != (token in ANTONYMS)
            found[last].add(negated)
            negated = negated and meant in MODAL
    return {word: frozenset(polarities) for word, polarities in found.items()}
