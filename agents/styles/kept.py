"""What no style may touch: figures with their units, dates, names, codes, addresses, slots, and what a caller keeps.

A name is a word with a capital where none is needed; at the start of a sentence, one that is no ordinary word. A name
in small letters is safe from typing errors, which fall on ordinary words only. It knows no lists of names.
"""

import re
from collections.abc import Iterable
from functools import cache, lru_cache
from pathlib import Path
from typing import Final, TypeAlias

Span: TypeAlias = tuple[int, int]

_UNITS: Final = (
    r"(?:seconds?|minutes?|mins?|hours?|hrs?|days?|nights?|weeks?|months?|years?|working|business|calendar|times|"
    r"per ?cent|percent|pounds?|dollars?|euros?|pence|cents?|quid|bucks|grams?|kilos?|kg|litres?|metres?|meters?|"
    r"miles?|inch(?:es)?|feet|degrees?|points?|people|persons|am|pm|o'clock)"
)
_NUMBERS: Final = (
    r"(?:one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|(?:thir|four|fif|six|seven|eigh|nine)teen|"
    r"twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety|hundreds?|thousands?|million|dozen|half|twice|once|third|"
    r"fourth|fifth|sixth|tenth|quarters?|double|triple)"
)
_DATES: Final = (
    r"(?:(?:mon|tues|wednes|thurs|fri|satur|sun)days?|january|february|march|april|june|july|august|september|october|"
    r"november|december|christmas|easter|yesterday|today|tomorrow|tonight|noon|midnight|weekends?|o'clock)"
)
_FIXED: Final = re.compile(
    rf"""
    \{{[^{{}}]*\}}                                       # a slot
    | \S+@\S+ | \S*(?:://|www\.)\S+ | \b\w+\.(?:\w+\.)*[a-z]{{2,}}\b(?<!\.\.)   # an address
    | [^\s(\[“"]*\d[^\s)\]”"]*(?:\s+(?:to|and|or|-)\s+\S*\d\S*)?(?:[\s-]+{_UNITS}\b){{0,2}}   # a figure
    | (?<!\w){_NUMBERS}(?:[\s-]+{_NUMBERS})*(?:\s+and\s+a\s+half)?(?:[\s-]+{_UNITS}){{0,2}}(?!\w)
    | (?<!\w){_DATES}(?!\w)
    """,
    re.VERBOSE | re.IGNORECASE,
)
_CAPITAL: Final = re.compile(r"(?<![\w'’])(?!I(?:['’](?:m|ve|ll|d))?(?![\w'’]))[^\W\d_a-zß-ÿ][\w-]*(?:['’]s)?")
_MIXED: Final = re.compile(r"(?<!\w)[a-z]+[A-Z]\w*|(?<!\w)\w*[A-Z_#]\w*[_#\d]\w*")
_START: Final = re.compile(r"(?:^|[.!?:…]['\"”’)]*\s+|\n\s*|^\W+)(?:['\"“‘(]*)$")
WORD: Final = re.compile(r"(?<![\w'’@/.-])[A-Za-z]+(?:['’][A-Za-z]+)?(?![\w'’@/]|[-.]\w)")
"""A word or a contraction; no part of an address or a hyphenated word."""


@cache
def ordinary_words() -> frozenset[str]:
    """Return ordinary words of three letters and more: what the project's own corpus writes small, and more."""
    return frozenset(Path(__file__).with_name("ordinary.txt").read_text(encoding="utf-8").split())


def starts_sentence(text: str, place: int) -> bool:
    """Tell whether a sentence begins at `place` of `text`."""
    return _START.search(text, max(0, place - 8) if place > 8 else 0, place) is not None


@lru_cache(maxsize=4096)
def kept_spans(text: str, keep: tuple[str, ...] = ()) -> tuple[Span, ...]:
    """Return the spans of `text` that must stay as they are; `keep` are values that a caller wants kept, case aside."""
    spans = [match.span() for pattern in (_FIXED, _MIXED) for match in pattern.finditer(text)]
    spans += _names(text)
    for value in filter(None, keep):
        spans += [match.span() for match in re.finditer(rf"(?<!\w){re.escape(value)}(?!\w)", text, re.IGNORECASE)]
    return _merged(spans)


def _names(text: str) -> Iterable[Span]:
    for match in _CAPITAL.finditer(text):
        if not starts_sentence(text, match.start()) or _is_name_at_start(text, match):
            yield match.span()


def _is_name_at_start(text: str, match: re.Match[str]) -> bool:
    """Tell whether a capitalised word at the start of a sentence is a name, as far as one can."""
    word = match.group()
    following = _CAPITAL.match(text, match.end() + 1)
    return len(word) > 1 and (following is not None or not _is_ordinary(word))


def _is_ordinary(word: str) -> bool:
    plain = re.split(r"['’-]", word.lower())[0]
    return len(plain) <= 2 or plain in ordinary_words() or f"{plain}s" in ordinary_words()


def _merged(spans: Iterable[Span]) -> tuple[Span, ...]:
    found: list[Span] = []
    for start, end in sorted(spans):
        if found and start <= found[-1][1]:
            found[-1] = (found[-1][0], max(end, found[-1][1]))
        else:
            found.append((start, end))
    return tuple(found)
