"""Where sentences begin and end in prose and in Markdown. It knows English abbreviations and no grammar."""

import re
from collections.abc import Iterator
from typing import Final

_NEVER: Final = frozenset(("e.g", "i.e", "mr", "mrs", "ms", "dr", "prof", "vs", "cf", "st"))
"""Abbreviations that never end a sentence."""
_SELDOM: Final = frozenset((
    "a.m", "p.m", "am", "pm", "etc", "approx", "incl", "excl", "min", "max", "no", "nos", "tel", "ext", "fig", "inc",
    "ltd", "co", "dept", "est", "u.s", "u.k", "jan", "feb", "mar", "apr", "jun", "jul", "aug", "sep", "sept", "oct",
    "nov", "dec", "mon", "tue", "tues", "wed", "thu", "thur", "thurs", "fri", "sat", "sun",
))  # fmt: skip
"""Abbreviations that end one only before a capital."""
_END: Final = re.compile(r"""(?<![.!?…])[.!?…]++["'”’)\]*_]*+(?=\s|$)|[。！？]+[」』”’）]*""")
_LAST_WORD: Final = re.compile(r"[^\s(\[\"“”‘’]*$")
MARKER: Final = re.compile(r"[ \t]*(?:(?:[-*+•–]|\d{1,3}[.)]|#{1,6}|>)[ \t]+)+|[ \t]*>+")
"""What a list item, a quotation or a heading begins with."""
_ALONE: Final = re.compile(r"[ \t]*(?:[-*+•–][ \t]|\d{1,3}[.)][ \t]|#{1,6}[ \t]|>|\|)")
RULE: Final = re.compile(r"[\s|:=*_-]*$|[ \t]*(?:```|~~~)")
"""Lines without words: blank, ruled, or the edge of a code fence."""


def sentences(text: str) -> list[tuple[int, int]]:
    """Return the sentences of `text` as (start, end) offsets, in order, without markers and surrounding white space.

    List items, table rows and paragraphs end a sentence; a line break inside a paragraph does not. "$4.95", "e.g. this"
    and "2 p.m. on Friday" hold together. Code fences are no sentences; what they hold is.
    """
    return [span for start, end in blocks(text) for span in _split(text, start, end)]


def blocks(text: str) -> Iterator[tuple[int, int]]:
    """Yield as (start, end) the runs of lines that make one paragraph, list item or table row."""
    start = offset = 0
    for line in text.splitlines(keepends=True):
        blank = RULE.match(line) is not None
        if (blank or _ALONE.match(line)) and start < offset:
            yield start, offset
            start = offset
        offset += len(line)
        if blank:
            start = offset
    if start < offset:
        yield start, offset


def _split(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    marker = MARKER.match(text, start, end)
    begin = marker.end() if marker else start
    for match in _END.finditer(text, begin, end):
        if _ends_here(text, begin, match.start(), match.end(), end):
            yield from _trimmed(text, begin, match.end())
            begin = match.end()
    yield from _trimmed(text, begin, end)


def _ends_here(text: str, begin: int, stop: int, after: int, limit: int) -> bool:
    if not text.startswith(".", stop):
        return True
    following = text[after : min(after + 8, limit)].lstrip()[:1]
    if text.startswith("..", stop):
        return not following.islower()
    match = _LAST_WORD.search(text, max(begin, stop - 40), stop)
    word = match.group().lower() if match else ""
    if word in _NEVER or text[begin:stop].strip().isdigit() or (len(word) == 1 and word.isalpha() and word != "i"):
        return False
    return not (word in _SELDOM and (following.islower() or following.isdigit()))


def _trimmed(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    piece = text[start:end]
    start += len(piece) - len(piece.lstrip())
    end = start + len(piece.strip())
    if any(character.isalnum() for character in text[start:end]):
        yield start, end
