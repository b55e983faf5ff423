"""The sections of help articles in Markdown, as passages in the form that an agent is shown. It knows no retrieval."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from agents.errors import UsageError

MOST_WORDS: Final = 110
_HEADING: Final = re.compile(r"(#{1,6})\s+(.*\S)")
_SENTENCE: Final = re.compile(r"(?<=[.!?])\s+(?=[A-Z0-9“\"€£$])")
_NOT_END: Final = re.compile(r"(?:\b(?:e\.g|i\.e|[ap]\.m|no|approx|incl)|\b[A-Z])\.$")


@dataclass(frozen=True, slots=True)
class Section:
    """A section of an article: `id` is `article.md#heading-slug`."""

    id: str
    title: str
    heading: str
    text: str

    @property
    def prompt(self) -> str:
        """The passage as an agent is shown it: "Title: Heading. text", in one line."""
        return shown(self.title, self.heading, self.text)


def shown(title: str, heading: str, text: str) -> str:
    """Return a passage as an agent is shown it: "Title: Heading. text", in one line, cut at MOST_WORDS."""
    head = title if heading == title else f"{title}: {heading}"
    stop = "" if head.endswith((".", "?", "!", ":")) else "."
    return f"{head}{stop} {_short(' '.join(text.split()))}".strip()


def _short(text: str) -> str:
    kept: list[str] = []
    for sentence in sentences(text):
        if kept and sum(len(s.split()) for s in (*kept, sentence)) > MOST_WORDS:
            break
        kept.append(sentence)
    return " ".join(kept)


def read_sections(folder: Path) -> list[Section]:
    """Return the sections of every `.md` file below `folder`, in the order of their paths. Raises UsageError."""
    found: list[Section] = []
    for path in sorted(folder.rglob("*.md")):
        try:
            text = path.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise UsageError(f"{path}: {error}") from None
        found += _sections(path.relative_to(folder).as_posix(), text)
    return found


def _sections(article: str, text: str) -> Iterator[Section]:
    title = heading = ""
    body: list[str] = []
    for line in (*text.splitlines(), "# "):
        match = _HEADING.match(line)
        if match is None and line != "# ":
            body.append(line)
            continue
        if heading and any(part.strip() for part in body):
            yield Section(f"{article}#{_slug(heading)}", title, heading, "\n".join(body).strip())
        body = []
        if match:
            heading = match.group(2)
            title = heading if len(match.group(1)) == 1 else title


def _slug(heading: str) -> str:
    return re.sub(r"[^a-z0-9 _-]", "", heading.lower()).strip().replace(" ", "-")


def sentences(text: str) -> list[str]:
    """Return the sentences of one-line or many-line prose; list markers are dropped, lines of a list stand alone."""
    return [sentence for line in _plain_lines(text) for sentence in _split(line)]


def _plain_lines(text: str) -> Iterator[str]:
    for block in re.split(r"\n\s*\n|\n(?=\s*(?:[-*]|\d+\.)\s)", text):
        line = re.sub(r"^\s*(?:[-*]|\d+\.)\s+", "", " ".join(block.split()))
        if line and not line.startswith("|"):
            yield line


def _split(line: str) -> Iterable[str]:
    kept = ""
    for part in _SENTENCE.split(line):
        kept = f"{kept} {part}".strip()
        if not _NOT_END.search(kept) or re.search(r"[ap]\.m\.$", kept):
            yield kept
            kept = ""
    if kept:
        yield kept
