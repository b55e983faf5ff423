"""Which spans of the passages found a reply relies on. It judges by words and figures, as evidence.py does."""

from collections.abc import Iterator, Sequence
from typing import Final

from orchestrator.grounding.evidence import Match, best_match, missing_figures, spans_of
from orchestrator.grounding.index import Hit
from orchestrator.grounding.splitting import sentences
from orchestrator.transcript import Citation

CITED: Final = 0.25
"""The least support of a sentence that is cited."""
_SHARED: Final = 2.0
"""What a sentence must share at least with a span: two content words, or a figure."""


def cite(reply: str, hits: Sequence[Hit], *, said: str = "") -> list[Citation]:
    """Return what `reply` relies on, by passage rank, then by place; nothing where no sentence is borne out.

    Each sentence cites the one span that bears it out best, where its support reaches CITED, the two share two content
    words or a figure, and all its figures stand in some hit or in `said`, which is what was said before. Spans of a
    passage that overlap become one citation with the best support of its parts.
    """
    passages = [hit.passage for hit in hits]
    spans = spans_of(passages)
    stated = [reply[start:end] for start, end in sentences(reply)]
    grounded = [sentence for sentence in stated if not missing_figures(sentence, passages, said)]
    matches = [match for sentence in grounded if (match := best_match(sentence, spans))]
    cited = [match for match in matches if match.score >= CITED and match.shared >= _SHARED]
    return [citation for hit in hits for citation in _citations(hit, cited)]


def _citations(hit: Hit, matches: Sequence[Match]) -> Iterator[Citation]:
    mine = sorted((match for match in matches if match.passage == hit.passage), key=lambda match: match.start)
    for start, end, score in _merged(mine):
        yield Citation(passage=hit.passage.id, start=start, end=end, score=round(hit.score, 4), support=round(score, 3))


def _merged(matches: Sequence[Match]) -> Iterator[tuple[int, int, float]]:
    """Yield (start, end, support) of the spans, those that overlap as one; `matches` are ordered by start."""
    merged: list[tuple[int, int, float]] = []
    for match in matches:
        if merged and match.start < merged[-1][1]:
            start, end, score = merged.pop()
            merged.append((start, max(end, match.end), max(score, match.score)))
        else:
            merged.append((match.start, match.end, match.score))
    yield from merged
