"""The file of queries: a row an opening, whole at any moment, and beside it a report of how it was made.

Rows of one article are written at once, in the order of the articles. A file that was cut short is taken up again after
its last whole article, and ends with the bytes of one that was never cut.
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from agents.errors import RunError, UsageError
from orchestrator.faults import show
from orchestrator.line_file import LineFile, replace_text

KEYS: Final = ("query", "article", "passage", "kind", "seed")


@dataclass(frozen=True, slots=True)
class Row:
    """One opening: `passage` is the id of the passage that answers it, `article` that of its article."""

    query: str
    article: str
    passage: str
    kind: str
    seed: int

    def line(self) -> bytes:
        """Return the row as a line of JSON."""
        data = {key: getattr(self, key) for key in KEYS}
        return json.dumps(data, ensure_ascii=False, separators=(", ", ": ")).encode() + b"\n"


def read_rows(file: Path | str) -> Iterator[Row]:
    """Yield the rows of a file. Raises UsageError, naming the line, at the first that is none."""
    path = Path(file)
    try:
        with path.open("rb") as lines:
            for number, line in enumerate(lines, 1):
                yield _row(line, path, number)
    except OSError as error:
        raise UsageError(f"{path}: {error.strerror or error}") from None


def _row(line: bytes, path: Path, number: int) -> Row:
    try:
        data = json.loads(line)
        row = Row(**{key: data[key] for key in KEYS})
    except (ValueError, KeyError, TypeError, RecursionError):
        raise UsageError(f"{path}:{number}: not a row of queries, such as {{{', '.join(map(repr, KEYS))}}}") from None
    if not all(isinstance(text, str) for text in (row.query, row.article, row.passage, row.kind)):
        raise UsageError(f"{path}:{number}: not a row of queries; query, article, passage and kind are texts")
    return row


def report_path(out: Path) -> Path:
    """Return where the report of the file `out` stands: seeds.jsonl -> seeds.report.json."""
    return out.with_suffix(".report.json")


class RowFile:
    """An open file of queries, for one making. `settings` say of what; another making's file is refused."""

    def __init__(self, out: Path, settings: Mapping[str, Any]) -> None:
        self.out = out
        self._settings = dict(settings)
        self.before = self._earlier()
        try:
            out.parent.mkdir(parents=True, exist_ok=True)
            self._file = LineFile(out)
        except OSError as error:
            raise UsageError(f"{out}: cannot be written: {error.strerror}") from None
        self._file.mend(_is_whole)
        self.finished = bool(self.before) and self.before.get("status") == "finished"

    def _earlier(self) -> dict[str, Any]:
        """Return the report of a making that was begun here; empty where nothing is here."""
        path = report_path(self.out)
        if not self.out.exists() or not self.out.stat().st_size:
            return {}
        try:
            report = json.loads(path.read_text(encoding="utf-8"))
            settings = dict(report["settings"])
        except (OSError, ValueError, KeyError, TypeError):
            raise UsageError(f"{self.out} is there and has no report beside it; choose another --out") from None
        for key, value in self._settings.items():
            if settings.get(key) != value:
                was = show(str(settings.get(key)))
                raise UsageError(f"{self.out} was made with {key} {was}, not {show(str(value))}; choose another --out")
        return dict(report)

    def kept(self) -> tuple[list[Row], bool]:
        """Return the rows of the articles that are whole, and whether they are those that the report speaks of.

        Where they are not, the process died: the rows of the last article are cut off, as they may lack some.
        """
        rows = list(read_rows(self.out))
        if self.finished or len(rows) == self.before.get("rows"):
            return rows, True
        whole = [row for row in rows if row.article != rows[-1].article] if rows else []
        self._file.rewrite(row.line() for row in whole)
        return whole, False

    def append(self, rows: Iterable[Row]) -> None:
        """Add the rows of one article."""
        lines = b"".join(row.line() for row in rows)
        try:
            if lines:
                self._file.append(lines)
        except OSError as error:
            raise RunError(f"{self.out}: {error.strerror}; what was written stays valid") from None

    def report(self, status: str, numbers: Mapping[str, Any]) -> None:
        """Write the report."""
        data = {"status": status, "settings": self._settings, **numbers}
        try:
            replace_text(report_path(self.out), json.dumps(data, indent=2, ensure_ascii=False) + "\n")
        except OSError as error:
            raise RunError(f"{report_path(self.out)}: {error.strerror}") from None

    def close(self) -> None:
        self._file.close()


def _is_whole(tail: bytes) -> bool:
    """Tell whether a line that lacks its newline lacks nothing else."""
    try:
        return isinstance(json.loads(tail), dict)
    except ValueError:
        return False
