"""The Cornell Movie-Dialogs corpus: `movie_lines.txt` and `movie_conversations.txt`, side by side.

Both are ISO-8859-1 with fields parted by " +++$+++ " (Danescu-Niculescu-Mizil and Lee, "Chameleons in imagined
conversations", 2011). The lines are put into a temporary index on disk, so that memory stays small.
"""

import ast
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Final

from agents.dialogue import Speaker
from agents.errors import UsageError
from agents.training.dialogues import TrainingDialogue, TrainingTurn, merged
from agents.training.readers.records import Fault, Found, lines_of

LINES: Final = "movie_lines.txt"
CONVERSATIONS: Final = "movie_conversations.txt"
_FIELD: Final = " +++$+++ "
_ENCODING: Final = "iso-8859-1"


def read_cornell(path: Path) -> Iterator[Found]:
    """Yield the conversations of the file at `path`; the lines are read from beside it. Raises UsageError."""
    lines = path.with_name(LINES)
    if not lines.is_file():
        raise UsageError(f"{path}: {LINES} is missing beside it")
    with closing(sqlite3.connect("")) as index:
        yield from _indexed(lines, index)
        yield from _conversations(path, index)


def _indexed(path: Path, index: sqlite3.Connection) -> Iterator[Fault]:
    index.execute("create table line (id text primary key, speaker text, text text) without rowid")
    for number, line in lines_of(path, encoding=_ENCODING):
        fields = line.split(_FIELD)
        if len(fields) == 5:
            index.execute("insert or replace into line values (?, ?, ?)", (fields[0].strip(), fields[1], fields[4]))
        elif line.strip():
            yield Fault(path, number, f"{len(fields)} fields; a line has 5")


def _conversations(path: Path, index: sqlite3.Connection) -> Iterator[Found]:
    for number, line in lines_of(path, encoding=_ENCODING):
        if not line.strip():
            continue
        fields = line.split(_FIELD)
        names = _names(fields[3]) if len(fields) == 4 else []
        if not names:
            yield Fault(path, number, "no list of line ids in the fourth field")
            continue
        found = [index.execute("select speaker, text from line where id = ?", (name,)).fetchone() for name in names]
        missing = [name for name, row in zip(names, found, strict=True) if row is None]
        yield Fault(path, number, f"line {missing[0]} is not in {LINES}") if missing else _dialogue(found, number, path)


def _names(field: str) -> list[str]:
    try:
        names = ast.literal_eval(field.strip())
    except (ValueError, SyntaxError):
        return []
    return [name for name in names if isinstance(name, str)] if isinstance(names, list) else []


def _dialogue(rows: list[tuple[str, str]], number: int, path: Path) -> Found:
    opener = rows[0][0]
    sides = {True: Speaker.CUSTOMER, False: Speaker.AGENT}
    turns = merged([TrainingTurn(sides[speaker == opener], text) for speaker, text in rows])
    if len(turns) < 2:
        return Fault(path, number, "only one side speaks")
    return TrainingDialogue(str(number), "cornell", turns, use="chitchat")
