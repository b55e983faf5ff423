"""Which passages fit a question: BM25 over words, fused with the likeness of character n-grams, which forgives typos.

BM25 is Lucene's variant (Kamphuis et al., "Which BM25 do you mean?", ECIR 2020) as bm25s computes it. It is lexical: a
question in words that the article does not use finds nothing. It knows no language model and no conversation.
"""

import hashlib
import logging
import math
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from orchestrator.grounding.loading import load_articles
from orchestrator.grounding.passages import Passage, passages_of
from orchestrator.grounding.spelling import Speller
from orchestrator.grounding.words import is_content, stem, words

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    _Floats: TypeAlias = NDArray[np.float64]

RELEVANT: Final = 0.5
"""Where the best hit scores lower, the help content probably does not answer the question.

Calibrated on the 1,383 questions of the gold dialogues with their context: 64 % of them reach it against the articles
of the company that they were put to, 19 % against those of another company, where many would be in place too.
"""

_HALF: Final = 0.052
"""The fused score that becomes 0.5."""
_CONTEXT: Final = 0.7
"""The weight of the context; that of the question is 1."""
_CLEAR: Final = 0.7
"""The score from which a question needs no context.

Of 704 follow-up questions of the shipped scenarios that say all themselves, each after an opening and another question,
96 % get the evidence that they get alone (84 % without this); recall on gold stays as it is.
"""
_PRIOR: Final = 30.0
"""Added to the weight of a question's words, so that a chance match of a short question counts for little."""
_GRAMS: Final = (3, 4, 5)
_LONGEST: Final = 10_000
"""Characters of a question, and of its context, that are looked at."""


@dataclass(frozen=True, slots=True)
class Hit:
    """A passage that was found, with its score from 0 to 1 (see `HelpIndex.search`)."""

    passage: Passage
    score: float


class HelpIndex:
    """A searchable set of passages. It never changes, and any number of threads may search it."""

    def __init__(self, passages: Iterable[Passage]) -> None:
        self.passages: Final = tuple(passages)
        bags = [_bag(passage.prompt) for passage in self.passages]
        self._speller = Speller(bags)
        self._words = _WordScorer(bags)
        self._grams = _GramScorer(bags)

    @classmethod
    def load(cls, paths: Iterable[Path | str]) -> "HelpIndex":
        """Read the articles at `paths` (files and folders) and index their passages. Raises HelpContentError."""
        return cls(passage for article in load_articles(paths) for passage in passages_of(article))

    @cached_property
    def digest(self) -> str:
        """SHA-256 of all passages with their headings and places, in order, as 64 hexadecimal digits."""
        digest = hashlib.sha256()
        for passage in self.passages:
            for part in (passage.id, passage.title, passage.heading, passage.text, str(passage.start)):
                digest.update(len(part).to_bytes(8, "little") + part.encode("utf-8", "surrogatepass"))
        return digest.hexdigest()

    def search(self, text: str, k: int = 3, *, context: str = "") -> list[Hit]:
        """Return the at most `k` passages that fit `text` best, best first; equal scores stand in passage order.

        `context` (earlier turns) counts with a lower weight, and not at all where `text` is clear by itself. Scores
        lie between 0 and 1, whatever the length of the question, and compare across questions; RELEVANT is the middle.
        Passages that share nothing with the question are left out, so there may be fewer than `k`, or none. No text
        makes it raise.
        """
        import numpy as np

        question, earlier = (self._speller.corrected(_bag(part)) for part in (text[:_LONGEST], context[-_LONGEST:]))
        scores = self._scores(question, Counter())
        if earlier and scores.max(initial=0.0) < _CLEAR:
            scores = self._scores(question, earlier)
        scores = scores.round(6)
        order = np.lexsort((np.arange(len(scores)), -scores))[: max(k, 0)]
        return [Hit(self.passages[i], float(scores[i])) for i in order if scores[i] > 0]

    def _scores(self, question: "_Bag", context: "_Bag") -> "_Floats":
        weight = _CONTEXT if context else 0.0
        mass = self._words.mass(question) + weight * self._words.mass(context) + _PRIOR
        by_word = (self._words.scores(question) + weight * self._words.scores(context)) / mass
        by_gram = (self._grams.scores(question) + weight * self._grams.scores(context)) / (1 + weight)
        raw = (2 * by_word + by_gram) / 3
        return raw / (raw + _HALF)


_Bag: TypeAlias = Counter[str]


def _bag(text: str) -> _Bag:
    """Return the content words of `text`, unstemmed, with their counts."""
    return Counter(word for word in words(text) if is_content(word))


class _WordScorer:
    """BM25 over stems; each stem of a question counts once."""

    def __init__(self, bags: Sequence[_Bag]) -> None:
        import bm25s

        logging.getLogger("bm25s").setLevel(logging.WARNING)  # it sets itself to DEBUG
        stems = [[stem(word) for word in bag.elements()] for bag in bags]
        frequency = Counter(term for document in stems for term in set(document))
        self._size = len(bags)
        self._idf = {term: self._idf_of(number) for term, number in frequency.items()}
        self._bm25: Any = bm25s.BM25(k1=1.2, b=0.5, method="lucene", backend="numpy", dtype="float64")
        if frequency:
            self._bm25.index(stems, show_progress=False)

    def _idf_of(self, documents: int) -> float:
        return math.log(1 + (self._size - documents + 0.5) / (documents + 0.5))

    def mass(self, bag: _Bag) -> float:
        """Return the sum of the weights of the stems in `bag`, known or not."""
        unknown = self._idf_of(0)
        return math.fsum(self._idf.get(term, unknown) for term in {stem(word) for word in bag})

    def scores(self, bag: _Bag) -> "_Floats":
        import numpy as np

        known = sorted({stem(word) for word in bag} & self._idf.keys())
        found: _Floats = self._bm25.get_scores(known) if known else np.zeros(self._size)
        return found


class _GramScorer:
    """Cosine likeness of TF-IDF vectors of the character n-grams in words."""

    def __init__(self, bags: Sequence[_Bag]) -> None:
        import numpy as np
        from scipy.sparse import csr_array

        counts = [_grams(bag) for bag in bags]
        frequency = Counter(gram for document in counts for gram in document)
        self._rows = {gram: row for row, gram in enumerate(frequency)}
        unknown = math.log(1 + len(bags)) + 1
        known = unknown - np.log1p(np.fromiter(frequency.values(), float, len(frequency)))
        self._idf = np.append(known, unknown)  # row -1 is that of every unknown n-gram
        rows = np.array([self._rows[gram] for document in counts for gram in document], dtype=np.intp)
        columns = np.repeat(np.arange(len(bags)), [len(document) for document in counts])
        values = self._idf[rows] * _damped([number for document in counts for number in document.values()])
        values /= np.sqrt(np.bincount(columns, values**2, len(bags)))[columns]
        self._matrix = csr_array((values, (rows, columns)), shape=(len(frequency), len(bags)))

    def scores(self, bag: _Bag) -> "_Floats":
        import numpy as np

        counts = _grams(bag)
        rows = np.array([self._rows.get(gram, -1) for gram in counts], dtype=np.intp)
        weights = self._idf[rows] * _damped(list(counts.values()))
        known = rows >= 0
        found: _Floats = weights[known] @ self._matrix[rows[known]]
        return found / (math.sqrt(float(weights @ weights)) or 1.0)


def _grams(bag: _Bag) -> Counter[str]:
    return Counter(chain.from_iterable(map(_grams_of, bag.elements())))


@lru_cache(maxsize=20_000)
def _grams_of(word: str) -> tuple[str, ...]:
    padded = f" {word[:50]} "
    return tuple(padded[i : i + size] for size in _GRAMS for i in range(len(padded) - size + 1))


def _damped(counts: list[int]) -> "_Floats":
    import numpy as np

    damped: _Floats = 1 + np.log(np.array(counts, dtype=np.float64))
    return damped
