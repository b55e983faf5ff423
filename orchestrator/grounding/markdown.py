"""Markdown as far as help articles use it: its headings, and plain prose out of a piece. It is no renderer."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from html import unescape
from typing import Final

from orchestrator.grounding.splitting import MARKER, RULE, blocks

_FENCE: Final = re.compile(r" {0,3}(`{3,}|~{3,})(.*)")
_ATX: Final = re.compile(r" {0,3}(#{1,6})[ \t]+(\S.*)")
_SETEXT: Final = re.compile(r" {0,3}(={2,}|-{2,})[ \t]*$")
_FRONT_MATTER: Final = re.compile(r"---[ \t]*\n(?:(?:[\w-]+:|[ \t#-]).*\n|\n)*?(?:---|\.\.\.)[ \t]*(?:\n|\Z)")
_FRONT_TITLE: Final = re.compile(r"^title:[ \t]*(['\"]?)(.+?)\1[ \t]*$", re.MULTILINE)

_COMMENT: Final = re.compile(r"<!--.*?(?:-->|\Z)", re.DOTALL)
_LINK: Final = re.compile(r"!?\[([^\[\]]*)\](?:\([^()\s]*(?:\s+(?:\"[^\"]*\"|'[^']*'))?\)|\[[^\[\]]*\])")
_AUTOLINK: Final = re.compile(r"<((?:https?://|mailto:)[^<>\s]+)>")
_TAG: Final = re.compile(r"</?[a-zA-Z][^<>]{0,500}>")
_CODE: Final = re.compile(r"(`{1,2})([^`\n]+)\1")
_STARS: Final = re.compile(r"(\*{1,3}|~~)(?=[^\s*])([^*~]+)(?<=\S)\1")
_UNDERSCORES: Final = re.compile(r"(?<!\w)(_{1,3})(?=[^\s_])(.{1,500}?)(?<=\S)\1(?!\w)")
_ESCAPE: Final = re.compile(r"\\([\\`*_{}\[\]()#+.!|>~-])")


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading of an article: where its lines stand in the text, its level (1 to 6) and its words."""

    start: int
    end: int
    level: int
    text: str


def headings(text: str) -> tuple[Heading, ...]:
    """Return the headings of a Markdown text in order; lines in code fences are none.

    Front matter counts as a heading of level 1 with its title as words ("" where it has none).
    """
    front = _FRONT_MATTER.match(text)
    start = front.end() if front else 0
    found = list(_scan(text, start))
    if front is None:
        return tuple(found)
    title = _FRONT_TITLE.search(front.group())
    return (Heading(0, start, 1, plain(title.group(2)) if title else ""), *found)


def _scan(text: str, start: int) -> Iterator[Heading]:
    above: tuple[int, str] | None = None
    alone = True
    for begin, end, line in _unfenced(text, start):
        if atx := _ATX.match(line):
            yield Heading(begin, end, len(atx.group(1)), plain(_unclosed(atx.group(2))))
        elif above and (rule := _SETEXT.match(line)):
            yield Heading(above[0], end, 1 if rule.group(1)[0] == "=" else 2, plain(above[1]))
        prose = bool(line.strip()) and not (atx or RULE.match(line) or MARKER.match(line) or "|" in line)
        above = (begin, line) if prose and alone else None
        alone = not line.strip() or atx is not None or RULE.match(line) is not None


def _unclosed(words: str) -> str:
    """Return the words of a heading without the `#` that may close it."""
    bare = words.rstrip().rstrip("#")
    return bare if bare.endswith((" ", "\t")) else words


def _unfenced(text: str, start: int) -> Iterator[tuple[int, int, str]]:
    """Yield (start, end, line) of what follows `start`; a fenced line is given as an empty one."""
    fence = ""
    for raw in text[start:].splitlines(keepends=True):
        line, end = raw.rstrip("\r\n"), start + len(raw)
        mark = _FENCE.match(line)
        inside = bool(fence or mark)
        if mark and not fence:
            fence = mark.group(1)
        elif mark and mark.group(1).startswith(fence) and not mark.group(2).strip():
            fence = ""
        yield start, end, "" if inside else line
        start = end


def plain(text: str) -> str:
    """Return the words of a piece of Markdown as one line of prose: no bullets, numbers, emphasis, links or tags.

    A list item or table row that ends without a full stop gets one; cells are joined by commas.
    """
    text = _COMMENT.sub(" ", text)
    return " ".join(_inline(" ".join(_plain_block(text[start:end]) for start, end in blocks(text))).split())


def _plain_block(block: str) -> str:
    marker = MARKER.match(block)
    if block.lstrip().startswith("|"):
        return _stopped(", ".join(cell.strip() for cell in block.strip().strip("|").split("|") if cell.strip()))
    return _stopped(block[marker.end() :].strip()) if marker else block


def _stopped(item: str) -> str:
    return item if item.endswith((".", "!", "?", ":", ";", ",")) or not item else item + "."


def _inline(text: str) -> str:
    text = _AUTOLINK.sub(r"\1", _LINK.sub(r"\1", text))
    text = _CODE.sub(r"\2", _TAG.sub(" ", text))
    text = _UNDERSCORES.sub(r"\2", _STARS.sub(r"\2", _STARS.sub(r"\2", text)))
    return unescape(_ESCAPE.sub(r"\1", text))
