"""Whether a message says nothing of its product that another might not fit: all its words are known to be neutral.

`neutral.txt` holds the words of buying, sending and complaining, which fit any product. Around the product every word
must be one of them, or be presumed of the new product as well; elsewhere a few others are let through.
"""

import re
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import Final

from agents.styles.kept import kept_spans
from curation.augment.catalogue import Product, presumptions
from curation.augment.refusal import RefusedError
from orchestrator.grounding.words import is_content, stem

_ELSEWHERE: Final = 3
"""So many words that are not known may stand in sentences that do not speak of the product."""
_SENTENCE: Final = re.compile(r"\S.*?(?:[.!?]+(?=\s|$)|$)", re.MULTILINE)
_WORD: Final = re.compile(r"[A-Za-z]+(?:[-'’][A-Za-z]+)*")
_POINTS_BACK: Final = re.compile(r"\b(?:it|its|they|them|their)\b", re.IGNORECASE)


def check_understood(text: str, places: Sequence[int], product: Product) -> None:
    """Raise RefusedError where `text` says something that may not fit `product`; the old one stood at `places`."""
    understood = _understood(text, product)
    elsewhere = 0
    for sentence in _SENTENCE.finditer(text):
        strange = list(_strange(text, sentence.start(), sentence.end(), understood))
        near = any(sentence.start() <= place < sentence.end() for place in places)
        if strange and (near or _POINTS_BACK.search(sentence.group())):
            raise RefusedError("it says more of the product than can be judged")
        elsewhere += len(strange)
    if elsewhere > _ELSEWHERE:
        raise RefusedError("it tells of more than the product")


def _understood(text: str, product: Product) -> list[tuple[int, int]]:
    """Return the spans that need no judging: what fits the product, and figures, names and dates."""
    fitting = [
        match.span()
        for presumption in presumptions()
        if presumption.feature in product.features
        for match in presumption.words.finditer(text)
    ]
    return [*fitting, *kept_spans(text)]


def _strange(text: str, start: int, end: int, understood: Sequence[tuple[int, int]]) -> Iterator[str]:
    for match in _WORD.finditer(text, start, end):
        if any(a < match.end() and match.start() < b for a, b in understood):
            continue
        word = match.group().lower().replace("’", "'")
        if is_content(word) and stem(word) not in _neutral():
            yield word


@cache
def _neutral() -> frozenset[str]:
    words = Path(__file__).with_name("neutral.txt").read_text(encoding="utf-8").split()
    return frozenset(stem(word) for word in words)
