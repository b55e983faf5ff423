"""The readable text of a web page, with its headings. It needs Beautiful Soup and knows nothing of style sheets."""

import re
import warnings
from collections import Counter
from collections.abc import Container, Iterator
from itertools import groupby, islice
from typing import Final, NamedTuple

from bs4 import BeautifulSoup
from bs4.element import NavigableString, PageElement, PreformattedString, Tag

from orchestrator.grounding.markdown import Heading

_DROPPED: Final = [
    "script", "style", "noscript", "template", "head", "nav", "footer", "button", "select", "textarea", "svg", "iframe",
]  # fmt: skip
_HEADING: Final = re.compile(r"h([1-6])$")
_BLOCKS: Final = frozenset((
    "address", "article", "aside", "blockquote", "body", "caption", "dd", "details", "div", "dl", "dt", "fieldset",
    "figcaption", "figure", "form", "h1", "h2", "h3", "h4", "h5", "h6", "header", "hr", "li", "main", "ol", "p",
    "pre", "section", "summary", "table", "td", "th", "tr", "ul", "[document]",
))  # fmt: skip
_CELLS: Final = frozenset(("td", "th"))
_FRAMES: Final = frozenset(("table", "tr", "ul", "ol"))
"""Blocks in which white space means nothing."""
_DEEPEST: Final = 64
"""Further up than this no block is looked for, so that no page takes long."""


class _String(NamedTuple):
    """A readable string, the block that it stands in and the number of line breaks before it."""

    text: str
    block: Tag
    breaks: int


class _Block(NamedTuple):
    text: str
    level: int = 0
    packed: bool = False


def read_html(page: str) -> tuple[str, str, tuple[Heading, ...]]:
    """Return the title ("" where there is none), the readable text and the headings of an HTML page.

    The text is that of <main> (else of the only <article>, else of the body): a paragraph for each block, a line for
    each list item ("- " or "1. ") and table row ("| a | b |"). Scripts, styles, navigation, footers and controls are
    left out.
    """
    soup = _soup(page)
    title = " ".join(soup.title.get_text().split()) if soup.title else ""
    for tag in soup.find_all(_DROPPED):
        tag.extract()
    text, found = _joined(_blocks(_root(soup)))
    return next((heading.text for heading in found if heading.level == 1), title), text, found


def _soup(page: str) -> BeautifulSoup:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return BeautifulSoup(page, "html.parser")


def _root(soup: BeautifulSoup) -> Tag:
    articles = soup.find_all("article")
    return soup.find("main") or (articles[0] if len(articles) == 1 else None) or soup.body or soup


def _blocks(root: Tag) -> Iterator[_Block]:
    listed: set[int] = set()
    numbers: Counter[int] = Counter()
    for _, group in groupby(_strings(root), key=lambda string: (id(_line_of(string.block)), string.breaks)):
        strings = list(group)
        block = strings[0].block
        if text := _row(strings) if block.name in _CELLS else _words(strings):
            level = _HEADING.match(block.name)
            marker = "" if level else _marker(block, listed, numbers)
            yield _Block(marker + text, int(level.group(1)) if level else 0, bool(marker) or block.name in _CELLS)


def _strings(root: Tag) -> Iterator[_String]:
    breaks = 0
    for node in root.descendants:
        if isinstance(node, Tag):
            breaks += node.name == "br"
        elif isinstance(node, NavigableString) and not isinstance(node, PreformattedString):
            block = _nearest(node, _BLOCKS) or root
            if block.name not in _FRAMES or node.strip():
                yield _String(str(node), block, breaks)


def _nearest(element: PageElement, names: Container[str]) -> Tag | None:
    return next((tag for tag in islice(element.parents, _DEEPEST) if tag.name in names), None)


def _line_of(block: Tag) -> Tag:
    """Return the table row of a cell, and any other block itself: what is written in one line."""
    return block.parent if block.name in _CELLS and block.parent else block


def _row(strings: list[_String]) -> str:
    cells = [_words(list(cell)) for _, cell in groupby(strings, key=lambda string: id(string.block))]
    return f"| {' | '.join(cells)} |" if any(cells) else ""


def _words(strings: list[_String]) -> str:
    text = "".join(string.text for string in strings)
    return text.strip("\n").rstrip() if strings[0].block.name == "pre" else " ".join(text.split())


def _marker(block: Tag, listed: set[int], numbers: Counter[int]) -> str:
    """Return what a list item begins with; "" where `block` is not the first one in its item."""
    item = block if block.name == "li" else _nearest(block, ("li",))
    if item is None or id(item) in listed:
        return ""
    listed.add(id(item))
    if item.parent is None or item.parent.name != "ol":
        return "- "
    numbers[id(item.parent)] += 1
    return f"{numbers[id(item.parent)]}. "


def _joined(blocks: Iterator[_Block]) -> tuple[str, tuple[Heading, ...]]:
    parts: list[str] = []
    found: list[Heading] = []
    offset, packed = 0, False
    for block in blocks:
        gap = "" if not parts else "\n" if packed and block.packed else "\n\n"
        start = offset + len(gap)
        offset = start + len(block.text)
        if block.level:
            found.append(Heading(start, offset, block.level, block.text))
        parts += gap, block.text
        packed = block.packed
    return "".join(parts), tuple(found)
