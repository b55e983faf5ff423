"""What every reader yields besides dialogues: faults. And how lines of text and JSON are read, packed or not."""

import gzip
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, TypeAlias

from agents.errors import UsageError
from agents.training.dialogues import TrainingDialogue


@dataclass(frozen=True, slots=True)
class Fault:
    """A record that cannot be used: where it stands, and why."""

    path: Path
    line: int
    why: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.why}"


Found: TypeAlias = TrainingDialogue | Fault


class RecordError(Exception):
    """Why a record cannot be used. A reader turns it into a Fault."""


def lines_of(path: Path, *, encoding: str = "utf-8") -> Iterator[tuple[int, str]]:
    """Yield the lines of a text file, gzip-compressed or not, counted from 1.

    Bytes that are not in `encoding` become U+FFFD. Raises UsageError where the file cannot be read.
    """
    try:
        with _opened(path, encoding) as file:
            for number, line in enumerate(file, 1):
                yield number, line.rstrip("\r\n")
    except (OSError, EOFError) as error:
        raise UsageError(f"{path}: {getattr(error, 'strerror', None) or error}") from None


def _opened(path: Path, encoding: str) -> IO[str]:
    if path.suffix == ".gz":
        return gzip.open(path, "rt", encoding=encoding, errors="replace")
    return path.open(encoding=encoding, errors="replace")


def json_records(path: Path, read: Callable[[dict[str, Any], int], TrainingDialogue]) -> Iterator[Found]:
    """Yield what `read` makes of each JSON line; a line that it refuses with RecordError is a fault."""
    for number, line in lines_of(path):
        if not line.strip():
            continue
        try:
            yield read(_object(line), number)
        except json.JSONDecodeError as error:
            yield Fault(path, number, f"not JSON ({error.msg} at column {error.colno})")
        except RecordError as error:
            yield Fault(path, number, str(error))


def _object(line: str) -> dict[str, Any]:
    try:
        record = json.loads(line)
    except RecursionError:
        raise RecordError("nested too deeply") from None
    if not isinstance(record, dict):
        raise RecordError("not a JSON object")
    return record


def text_of(record: dict[str, Any], key: str) -> str:
    """Return the text under `key`. Raises RecordError where there is none."""
    value = record.get(key)
    if not isinstance(value, str):
        raise RecordError(f"{key!r} is no text")
    return value


def list_of(record: dict[str, Any], key: str) -> list[dict[str, Any]]:
    """Return the list of objects under `key`. Raises RecordError where it is empty or something else."""
    value = record.get(key)
    if not isinstance(value, list) or not value or not all(isinstance(item, dict) for item in value):
        raise RecordError(f"{key!r} is no list of objects")
    return value
