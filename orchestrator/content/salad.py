"""Language salad: words that do not follow each other as English words do, and strings that are no words.

The surprise of a text is its mean negative log-probability per word (natural logarithm) under a class bigram model with
absolute discounting (Ney, Essen and Kneser, "On structuring probabilistic dependences in stochastic language
modelling", 1994): frequent words stand for themselves, the others for their ending. The counts come from the gold
dialogues (`speech.json`, written by `python -m benchmarks.guards --write`). It is not the perplexity under the model
that speaks, which its engine does not record; it knows no grammar and no meaning.
"""

import json
import math
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import pairwise
from pathlib import Path
from typing import Annotated, Any, ClassVar, Final

from pydantic import Field

from orchestrator.guards import Count, Objection, Scene, Share

SPEECH: Final = Path(__file__).with_name("speech.json")
_TOKEN: Final = re.compile(r"[^\W\d_]+(?:'[^\W\d_]+)*|[.,;:!?]")
_NAME: Final = re.compile(r"\b[A-Z][\w']*")
_ENDINGS: Final = (
    "ing", "tion", "ness", "ment", "able", "ful", "less", "est", "ers", "ed", "ly", "er", "al", "ic", "es", "s", "y",
    "e",
)  # fmt: skip
_FREQUENT: Final = 2000
_DISCOUNT: Final = 0.75
_EDGE: Final = "^"


@dataclass(frozen=True)
class Speech:
    """Counts of word pairs, by classes, and all words that were seen."""

    pairs: Mapping[tuple[str, str], int]
    frequent: frozenset[str]
    known: frozenset[str]
    after: Mapping[str, int]
    kinds_after: Mapping[str, int]
    kinds_before: Mapping[str, int]

    @classmethod
    def of(cls, pairs: Mapping[tuple[str, str], int], frequent: Iterable[str], known: Iterable[str]) -> "Speech":
        """Return the model of `pairs`."""
        after: Counter[str] = Counter()
        for (first, _), count in pairs.items():
            after[first] += count
        kinds_after, kinds_before = Counter(first for first, _ in pairs), Counter(second for _, second in pairs)
        return cls(pairs, frozenset(frequent), frozenset(known), after, kinds_after, kinds_before)

    @classmethod
    def learnt(cls, texts: Sequence[str]) -> "Speech":
        """Return the model of `texts`; pairs seen once are left out."""
        counts = Counter(word for text in texts for word in tokens(text))
        frequent = frozenset(word for word, _ in counts.most_common(_FREQUENT))
        pairs: Counter[tuple[str, str]] = Counter()
        for text in texts:
            pairs.update(_pairs(tokens(text), frequent))
        return cls.of({pair: count for pair, count in pairs.items() if count > 1}, frequent, counts)

    def surprise(self, text: str) -> float:
        """Return how surprising the words of `text` are, on the mean, after the words before them."""
        pairs = _pairs(tokens(text), self.frequent)
        return -sum(math.log(self._chance(*pair)) for pair in pairs) / len(pairs)

    def unknown(self, text: str, given: str = "") -> float:
        """Return the share of words that were never seen, names and what stands in `given` apart."""
        said = [word for word in tokens(text) if word[0].isalpha()]
        fine = {name.lower() for name in _NAME.findall(text)} | set(tokens(given))
        return sum(word not in self.known and word not in fine for word in said) / max(1, len(said))

    def _chance(self, first: str, second: str) -> float:
        general = (self.kinds_before.get(second, 0) + 0.5) / (len(self.pairs) + 0.5 * (_FREQUENT + len(_ENDINGS)))
        after = self.after.get(first)
        if not after:
            return general
        seen = max(self.pairs.get((first, second), 0) - _DISCOUNT, 0.0)
        return (seen + _DISCOUNT * self.kinds_after[first] * general) / after

    def record(self) -> dict[str, Any]:
        """Return what `speech.json` holds."""
        pairs = sorted(f"{first} {second} {count}" for (first, second), count in self.pairs.items())
        rare = " ".join(sorted(self.known - self.frequent))
        return {"frequent": " ".join(sorted(self.frequent)), "rare": rare, "pairs": pairs}


@cache
def speech() -> Speech:
    """Return the model that ships."""
    record = json.loads(SPEECH.read_text(encoding="utf-8"))
    parts = (line.rsplit(" ", 2) for line in record["pairs"])
    frequent = record["frequent"].split()
    return Speech.of({(a, b): int(n) for a, b, n in parts}, frequent, [*frequent, *record["rare"].split()])


@lru_cache(maxsize=4096)
def tokens(text: str) -> tuple[str, ...]:
    """Return the lower-cased words and marks of `text`, figures left out."""
    return tuple(_TOKEN.findall(text.replace("’", "'").lower()))


def _pairs(said: Sequence[str], frequent: frozenset[str]) -> list[tuple[str, str]]:
    classes = [_EDGE, *(word if word in frequent else _ending(word) for word in said), _EDGE]
    return list(pairwise(classes))


def _ending(word: str) -> str:
    return "*" + next((end for end in _ENDINGS if word.endswith(end) and len(word) > len(end) + 2), "")


@dataclass(frozen=True)
class Salad:
    """Words in no English order, or no English words: `unknown` is the share of non-words allowed.

    The surprise allowed is `most` and `slack` over the square root of the number of words, as a mean over few words
    varies more. Texts under `words` words are too short to tell.
    """

    name: ClassVar[str] = "salad"

    most: Annotated[float, Field(gt=0)] = 5.8
    slack: Annotated[float, Field(ge=0)] = 4.0
    unknown: Share = 0.45
    words: Count = 12

    def check(self, candidate: str, scene: Scene) -> Objection | None:
        """Return the objection to `candidate`, after what was said and shown before it."""
        if len(candidate.split()) < self.words:
            return None
        if (surprise := speech().surprise(candidate)) > self.allowed(candidate):
            return Objection(self.name, f"surprise {surprise:.1f}", "its words do not go together")
        given = " ".join([scene.said(), scene.ledger, *(hit.passage.prompt for hit in scene.hits)])
        if (share := speech().unknown(candidate, given)) > self.unknown:
            return Objection(self.name, f"{share:.0%} of its words", "they are no known words")
        return None

    def allowed(self, text: str) -> float:
        """Return the surprise that a text of this length may have."""
        return self.most + self.slack / math.sqrt(max(1, len(text.split())))
