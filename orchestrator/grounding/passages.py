"""Articles cut into passages: at their headings, and long sections at paragraphs or sentence ends.

It knows nothing of questions; what makes a passage fit one is the index's business.
"""

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import count, pairwise
from math import ceil
from typing import Final, TypeAlias

from orchestrator.grounding.loading import Article
from orchestrator.grounding.markdown import Heading, plain
from orchestrator.grounding.splitting import blocks, sentences

MOST_WORDS: Final = 110
"""A longer section is cut into pieces of about equal length, none longer than this."""

_Cut: TypeAlias = Callable[[str], Iterable[tuple[int, int]]]
_WORD: Final = re.compile(r"\S{1,20}")
_PARAGRAPH: Final = re.compile(r"\S.*(?:\n.*\S.*)*")


@dataclass(frozen=True, slots=True)
class Passage:
    """A piece of a help article: `text` is what stands at [start, end) in the article's text.

    `id` is `article.md#heading-slug`, with -2, -3 ... for later pieces and repeated headings; `article` is the id of
    the article and `title` its title. `heading` holds the headings above the text, outermost first, joined by ": "; for
    text below the title itself it is the title.
    """

    id: str
    article: str
    title: str
    heading: str
    text: str
    start: int
    end: int

    @property
    def prompt(self) -> str:
        """What a language model is shown: "Title: Heading. text", as one line of plain prose."""
        head = self.title if self.heading == self.title else f"{self.title}: {self.heading}"
        return f"{head}{'' if head.endswith(('.', '?', '!', ':')) else '.'} {plain(self.text)}".strip()


def passages_of(article: Article) -> list[Passage]:
    """Return the passages of `article` in the order of its text; all its sentences but the headings are in them."""
    sections = list(_sections(article))
    slugs = _Slugs(section.slug for section in sections)
    found: list[Passage] = []
    for section in sections:
        base = slugs.take(section.slug)
        for number, (start, end) in enumerate(_pieces(article.text, section.start, section.end)):
            slug = slugs.take(base) if number else base
            text = article.text[start:end]
            found.append(Passage(f"{article.id}#{slug}", article.id, article.title, section.heading, text, start, end))
    return found


class _Slugs:
    """Hands out slugs, each once; a numbered one is never what some heading would have by itself."""

    def __init__(self, headings: Iterable[str]) -> None:
        self._reserved = frozenset(headings)
        self._taken: set[str] = set()
        self._numbers: dict[str, count[int]] = {}

    def take(self, slug: str) -> str:
        name = slug
        while name in self._taken or (name != slug and name in self._reserved):
            name = f"{slug}-{next(self._numbers.setdefault(slug, count(2)))}"
        self._taken.add(name)
        return name


@dataclass(frozen=True, slots=True)
class _Section:
    slug: str
    heading: str
    start: int
    end: int


def _sections(article: Article) -> Iterator[_Section]:
    """Yield what stands below each heading, and before the first one, where that is not empty."""
    above: list[Heading] = []
    edges = (Heading(0, 0, 0, ""), *article.headings, Heading(len(article.text), len(article.text), 0, ""))
    for heading, following in pairwise(edges):
        above = [*(upper for upper in above if upper.level < heading.level), heading]
        start, end = _trimmed(article.text, heading.end, following.start)
        names = [upper.text for upper in above if upper.text and upper.text != article.title]
        if start < end:
            slug = _slug(heading.text) or _slug(article.title) or "section"
            yield _Section(slug, ": ".join(names) or article.title, start, end)


def _slug(heading: str) -> str:
    """Return the anchor that GitHub gives a heading, kept to ASCII."""
    ascii_only = unicodedata.normalize("NFKD", heading).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9 _-]", "", ascii_only).strip().replace(" ", "-")


def _pieces(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Yield spans of about equal length, none of more than MOST_WORDS words, that hold all sentences of the section."""
    total = _size(text, start, end)
    aim = total / ceil(total / MOST_WORDS)
    first, last, size = start, start, 0
    for unit_start, unit_end in _units(text, start, end, (_paragraphs, blocks, sentences, _words)):
        unit = _size(text, unit_start, unit_end)
        if size and (size + unit > MOST_WORDS or size + unit / 2 > aim):
            yield first, last
            first, size = unit_start, 0
        last, size = unit_end, size + unit
    yield first, last


def _units(text: str, start: int, end: int, cuts: tuple[_Cut, ...]) -> Iterator[tuple[int, int]]:
    """Yield what the first of `cuts` makes of the span; what is still too long is cut by the next one."""
    cut, *finer = cuts
    for unit_start, unit_end in list(cut(text[start:end])) or [(0, end - start)]:
        span = _trimmed(text, start + unit_start, start + unit_end)
        if finer and _size(text, *span) > MOST_WORDS:
            yield from _units(text, *span, tuple(finer))
        else:
            yield span


def _paragraphs(text: str) -> Iterator[tuple[int, int]]:
    return (match.span() for match in _PARAGRAPH.finditer(text))


def _words(text: str) -> Iterator[tuple[int, int]]:
    return (match.span() for match in _WORD.finditer(text))


def _size(text: str, start: int, end: int) -> int:
    return sum(1 for _ in _WORD.finditer(text, start, end))


def _trimmed(text: str, start: int, end: int) -> tuple[int, int]:
    piece = text[start:end]
    return start + len(piece) - len(piece.lstrip()), start + len(piece.rstrip())
