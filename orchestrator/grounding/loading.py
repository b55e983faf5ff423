"""Help articles from files and folders: which files count, their ids, their text. It knows no passages."""

import os
import stat
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from agents.errors import HelpContentError
from orchestrator.grounding.markdown import Heading, headings

SUFFIXES: Final = (".md", ".txt", ".html", ".htm")
MOST_BYTES: Final = 5_000_000
"""An article of more bytes is refused."""


@dataclass(frozen=True, slots=True)
class Article:
    """A help article: `text` is what every offset refers to; `headings` stand in it, in order.

    The text of .md and .txt is the file's, with line ends read as "\\n"; that of .html is the page's readable text.
    """

    id: str
    title: str
    text: str
    headings: tuple[Heading, ...] = ()


@dataclass(frozen=True, slots=True)
class _File:
    path: Path
    id: str
    root: str


def load_articles(paths: Iterable[Path | str]) -> list[Article]:
    """Read the articles among `paths` (files, or folders with everything below them), in a fixed order.

    An id is the path below the given folder in posix form, or the name of a file given directly. Where two roots give
    the same id, the name of the root goes in front. Hidden files and other suffixes in folders are passed over, and a
    file reached twice counts once. Raises HelpContentError.
    """
    files: dict[str, _File] = {}
    for path in map(Path, paths):
        for file in _files(path):
            files.setdefault(os.path.realpath(file.path), file)
    return [_read(file, name) for name, file in _named(list(files.values()))]


def _files(root: Path) -> list[_File]:
    """Return the article files at or below `root`, ordered by id."""
    kind = _kind(root)
    if not stat.S_ISDIR(kind):
        if root.suffix.lower() not in SUFFIXES:
            raise HelpContentError(f"not an article; known are {', '.join(SUFFIXES)}", path=root)
        return [_File(root, _normal(root.name), _normal(root.resolve().parent.name))]
    name = _normal(root.resolve().name)
    found = [_File(path, _normal(path.relative_to(root).as_posix()), name) for path in _walk(root, ())]
    if not found:
        raise HelpContentError(f"no article ({', '.join(SUFFIXES)}) in this folder", path=root)
    return sorted(found, key=lambda file: file.id)


def _walk(folder: Path, above: tuple[str, ...]) -> Iterator[Path]:
    real = os.path.realpath(folder)
    if real in above:
        raise HelpContentError("a link that leads back to a folder above it", path=folder)
    for path in _listed(folder):
        if path.name.startswith("."):
            continue
        if path.is_dir():
            yield from _walk(path, (*above, real))
        elif path.suffix.lower() in SUFFIXES:
            yield path


def _listed(folder: Path) -> list[Path]:
    try:
        return list(folder.iterdir())
    except OSError as error:
        raise HelpContentError(_reason(error), path=folder) from None


def _named(files: list[_File]) -> list[tuple[str, _File]]:
    """Return each file with its id; ids that occur twice have their root's name in front."""
    count = Counter(file.id for file in files)
    named = [(f"{file.root}/{file.id}" if count[file.id] > 1 else file.id, file) for file in files]
    first: dict[str, Path] = {}
    for name, file in named:
        if name in first:
            raise HelpContentError(f"its id {name!r} is also that of {first[name]}; rename one", path=file.path)
        first[name] = file.path
    return named


def _read(file: _File, name: str) -> Article:
    text = _text(file.path)
    if file.path.suffix.lower() in (".html", ".htm"):
        from orchestrator.grounding.html import read_html

        title, text, found = read_html(text)
    else:
        found = headings(text)
        title = _title(found)
    article = Article(name, title or _title_from(file.path), text, found)
    if not _has_prose(article):
        raise HelpContentError(
            "the article is empty" if not text.strip() else "no text below its headings", path=file.path
        )
    return article


def _title(found: tuple[Heading, ...]) -> str:
    """Return the words of the first heading of the highest level, unless several share it below level 1; else ""."""
    named = [heading for heading in found if heading.text]
    top = min((heading.level for heading in named), default=0)
    highest = [heading.text for heading in named if heading.level == top]
    return highest[0] if len(highest) == 1 or top == 1 else ""


def _title_from(path: Path) -> str:
    words = path.stem.replace("-", " ").replace("_", " ").strip()
    return words[:1].upper() + words[1:] or path.name


def _has_prose(article: Article) -> bool:
    edges = [0, *(edge for heading in article.headings for edge in (heading.start, heading.end)), len(article.text)]
    return any(article.text[a:b].strip() for a, b in zip(edges[::2], edges[1::2], strict=True))


def _text(path: Path) -> str:
    """Return the text of a file, which must be UTF-8 (a byte order mark is dropped), with line ends as "\\n"."""
    if not stat.S_ISREG(_kind(path)):
        raise HelpContentError("not a regular file", path=path)
    try:
        with path.open("rb") as file:
            data = file.read(MOST_BYTES + 1)
    except OSError as error:
        raise HelpContentError(_reason(error), path=path) from None
    if len(data) > MOST_BYTES:
        raise HelpContentError(f"larger than {MOST_BYTES // 1_000_000} MB, the most for one article", path=path)
    text = _decoded(data, path).removeprefix("\ufeff")
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _decoded(data: bytes, path: Path) -> str:
    try:
        text = data.decode()
    except UnicodeDecodeError as error:
        place, what = error.start, error.reason
    else:
        place, what = data.find(b"\0"), "a NUL"
        if place < 0:
            return text
    line = data.count(b"\n", 0, place) + 1
    raise HelpContentError(f"not UTF-8 text ({what} at byte {place}); save it as UTF-8", path=path, line=line)


def _kind(path: Path) -> int:
    try:
        return path.stat().st_mode
    except (OSError, ValueError) as error:
        raise HelpContentError(_reason(error), path=path) from None


def _reason(error: OSError | ValueError) -> str:
    return (error.strerror if isinstance(error, OSError) else None) or str(error)


def _normal(name: str) -> str:
    return unicodedata.normalize("NFC", name)
