"""Sentences of a reply, as far as cutting it to its word band needs them. It knows nothing of servers."""

import re
from collections.abc import Iterator
from typing import Final

_END: Final = re.compile(r"[.!?…][\"')\]’”]*(?=\s|$)")
_ABBREVIATION: Final = re.compile(r"(?:\b(?:e\.g|i\.e|Mr|Mrs|Ms|Dr|No|St|vs|approx)|(?:^|\s)\d{1,2})\.$")


def sentence_ends(text: str) -> Iterator[int]:
    """Yield the places in `text` where a sentence is over."""
    for found in _END.finditer(text):
        if not _ABBREVIATION.search(text[: found.start() + 1]):
            yield found.end()


def is_whole(text: str) -> bool:
    """Tell whether `text` ends with a sentence."""
    return len(text.rstrip()) in sentence_ends(text.rstrip())


def first_sentence(text: str, most: int) -> str:
    """Return the first sentence of `text` where it has at most `most` words, else nothing."""
    end = next(sentence_ends(text), 0)
    return text[:end] if len(text[:end].split()) <= most else ""


def shortened(text: str, low: int, high: int) -> tuple[str, bool]:
    """Return `text` in at most `high` words, cut after a sentence, and whether a sentence could be kept whole.

    A text that fits is returned as it is where it is whole, else without the sentence that was begun, if `low` words
    are left then. Where no sentence ends in time, the words are cut off and closed with a point.
    """
    fits = len(text.split()) <= high
    if fits and is_whole(text):
        return text, True
    for end in reversed(list(sentence_ends(text))):
        if (count := len(text[:end].split())) <= high and (count >= low or not fits):
            return text[:end], True
    words = text.split()[:high]
    return " ".join(words).rstrip(",;:-") + ("" if not words else "."), False
