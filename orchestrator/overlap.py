"""How much of one text stands in another: words, sentences, runs of words, and the share that two texts have in common.

It knows nothing of turns or speakers. Results are kept, since a conversation asks for its earlier turns every time.
"""

import re
from collections.abc import Set as AbstractSet
from functools import lru_cache
from typing import Final, TypeAlias

Run: TypeAlias = tuple[str, ...]

_SENTENCE: Final = re.compile(r"\S.*?(?:[.!?…]+[\"')\]]*(?=\s|$)|$)", re.MULTILINE)
_WORD: Final = re.compile(r"\w+(?:[-'.,:/]\w+)*")


@lru_cache(maxsize=4096)
def words(text: str) -> Run:
    """Return the lower-case words of `text`; figures and hyphenated words stay whole."""
    return tuple(_WORD.findall(text.replace("’", "'").lower()))


@lru_cache(maxsize=4096)
def sentences(text: str) -> tuple[str, ...]:
    """Return the sentences of `text`, each an exact substring of it; an abbreviation may cut one in two."""
    return tuple(_SENTENCE.findall(text))


@lru_cache(maxsize=2048)
def grams(text: str, n: int) -> frozenset[Run]:
    """Return the different runs of `n` words in `text`."""
    return frozenset(runs(words(text), n))


def runs(said: Run, n: int) -> list[Run]:
    """Return every run of `n` words, in order; fewer words are one run, no words none."""
    if len(said) <= n:
        return [said] if said else []
    return list(zip(*(said[start:] for start in range(n)), strict=False))


def share(part: AbstractSet[Run], whole: AbstractSet[Run]) -> float:
    """Return which share of `part` is in `whole`, 0 where there is nothing to share."""
    return len(part & whole) / len(part) if part else 0.0


def says(text: str, value: str) -> bool:
    """Tell whether `value` stands in `text` by itself, whatever its capitals: "2" does not in "NW-482913"."""
    return bool(re.search(rf"(?<!\w){re.escape(value)}(?!\w)", text, re.I))
