"""CSV with a column for the speaker and one for the text, and a column that parts dialogues where there is one.

Columns are found by their names, such as `speaker`, `text` and `conversation_id`. Two speakers make a dialogue: the
customer is the one whose name says so, else the one who speaks first.
"""

import csv
from collections.abc import Iterator
from itertools import groupby
from pathlib import Path
from typing import Final, NamedTuple

from agents.dialogue import Speaker
from agents.errors import UsageError
from agents.training.dialogues import TrainingDialogue, TrainingTurn, merged
from agents.training.readers.exchanges import source_of
from agents.training.readers.records import Fault, Found, lines_of

_SPEAKERS: Final = ("speaker", "role", "sender", "author", "from", "who", "person")
_TEXTS: Final = ("text", "message", "utterance", "content", "line", "body", "dialogue")
_DIALOGUES: Final = (
    "conversation_id",
    "dialogue_id",
    "conversation",
    "dialog_id",
    "chat_id",
    "session",
    "session_id",
    "id",
)
_CUSTOMER: Final = frozenset(("customer", "user", "client", "caller", "human", "buyer", "person1", "1", "a"))
_AGENT: Final = frozenset(
    ("agent", "assistant", "support", "bot", "seller", "salesperson", "operator", "person2", "2", "b")
)


class _Columns(NamedTuple):
    """Where in a row the speaker, the text and the name of the dialogue stand."""

    speaker: int
    text: int
    dialogue: int | None


class _Row(NamedTuple):
    line: int
    dialogue: str
    speaker: str
    text: str


def read_table(path: Path) -> Iterator[Found]:
    """Yield the dialogues of a file. Raises UsageError where it has no speaker or no text column."""
    numbers: list[int] = [0]
    reader = csv.reader(_counted(path, numbers))
    columns = _columns(next(reader, []), path)
    rows = (_row(cells, numbers[0], path, columns) for cells in reader if any(cells))
    for key, group in groupby(rows, key=lambda row: row if isinstance(row, Fault) else row.dialogue):
        yield key if isinstance(key, Fault) else _dialogue([row for row in group if isinstance(row, _Row)], path)


def _columns(names: list[str], path: Path) -> _Columns:
    header = [name.strip().lower() for name in names]
    speaker, text = _column(header, _SPEAKERS), _column(header, _TEXTS)
    if speaker is None or text is None:
        found = ", ".join(header) or "nothing"
        raise UsageError(f"{path}:1: needs a column for the speaker and one for the text; found {found}")
    return _Columns(speaker, text, _column(header, _DIALOGUES))


def _counted(path: Path, numbers: list[int]) -> Iterator[str]:
    for number, line in lines_of(path, encoding="utf-8-sig"):
        numbers[0] = number
        yield line + "\n"


def _column(header: list[str], names: tuple[str, ...]) -> int | None:
    return next((header.index(name) for name in names if name in header), None)


def _row(cells: list[str], line: int, path: Path, columns: _Columns) -> _Row | Fault:
    if len(cells) <= max(columns.speaker, columns.text, columns.dialogue or 0):
        return Fault(path, line, f"only {len(cells)} columns")
    dialogue = "" if columns.dialogue is None else cells[columns.dialogue]
    return _Row(line, dialogue, cells[columns.speaker].strip().lower(), cells[columns.text])


def _dialogue(rows: list[_Row], path: Path) -> Found:
    names = list(dict.fromkeys(row.speaker for row in rows))
    customer = next((name for name in names if name in _CUSTOMER), None)
    if customer is None:
        customer = next((name for name in names if name not in _AGENT), names[0])
    turns = merged(
        [TrainingTurn(Speaker.CUSTOMER if row.speaker == customer else Speaker.AGENT, row.text) for row in rows]
    )
    if len(turns) < 2:
        return Fault(path, rows[0].line, "only one side speaks")
    return TrainingDialogue(rows[0].dialogue or str(rows[0].line), source_of(path), turns)
