"""Corpora: which reader fits a file, and the dialogues of files and folders. It knows no tokens."""

import json
from collections.abc import Callable, Iterator
from itertools import islice
from pathlib import Path
from typing import Any, Final, TypeAlias

from agents.errors import UsageError
from agents.training.dialogues import TrainingDialogue
from agents.training.readers.cornell import CONVERSATIONS, LINES, read_cornell
from agents.training.readers.exchanges import read_exchanges
from agents.training.readers.labelled_text import is_labelled, read_labelled_text
from agents.training.readers.messages import read_messages
from agents.training.readers.records import Fault, Found, lines_of
from agents.training.readers.table import read_table
from agents.training.readers.transcripts import read_transcripts

Reader: TypeAlias = Callable[[Path], Iterator[Found]]

SUFFIXES: Final = (".jsonl", ".jsonl.gz", ".csv", ".csv.gz", ".txt", ".txt.gz")
TRANSCRIPTS: Final = "transcripts.jsonl"
"""What marks a folder as a run's."""
_LOOKED_AT: Final = 50


def files_of(corpus: Path) -> list[Path]:
    """Return the corpus files at or below a path, in order. Raises UsageError where there is none.

    `movie_lines.txt` belongs to `movie_conversations.txt` and is not a corpus by itself. Of a run's folder the
    transcripts are read, and not what was made from them.
    """
    if corpus.is_file():
        return [corpus.with_name(CONVERSATIONS) if corpus.name == LINES else corpus]
    if not corpus.exists():
        raise UsageError(f"{corpus}: no such file or folder")
    found = sorted(path for path in corpus.rglob("*") if path.is_file() and path.name.endswith(SUFFIXES))
    runs = {path.parent for path in found if path.name == TRANSCRIPTS}
    found = [path for path in found if path.name == TRANSCRIPTS or runs.isdisjoint(path.parents)]
    found = [path for path in found if path.name != LINES and not path.name.startswith(".")]
    if not found:
        raise UsageError(f"{corpus}: no corpus here; known are files that end in {', '.join(SUFFIXES)}")
    return found


def reader_for(path: Path) -> Reader:
    """Return the reader that fits a file's name and first lines. Raises UsageError where none does."""
    if path.name == CONVERSATIONS:
        return read_cornell
    if path.name.endswith((".csv", ".csv.gz")):
        return read_table
    sample = [line for _, line in islice(lines_of(path), _LOOKED_AT) if line.strip()]
    if path.name.endswith((".jsonl", ".jsonl.gz", ".json")):
        return _json_reader(path, sample)
    if any(is_labelled(line) for line in sample):
        return read_labelled_text
    raise UsageError(f"{path}: not a corpus that can be read; expected lines such as 'Person1: ...'")


def _json_reader(path: Path, sample: list[str]) -> Reader:
    first = next((record for line in sample if (record := _object(line))), {})
    if first.get("schema") is not None:
        return read_transcripts
    if "messages" in first or "conversations" in first:
        return read_messages
    if "turns" in first:
        return read_exchanges
    raise UsageError(f"{path}: no record with 'turns' or 'messages' among the first {_LOOKED_AT} lines")


def _object(line: str) -> dict[str, Any]:
    try:
        found = json.loads(line)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def read_corpus(path: Path) -> Iterator[Found]:
    """Yield the dialogues and the faults of one file. Raises UsageError where no reader fits."""
    return reader_for(path)(path)


def usable(found: Iterator[Found], path: Path, faults: list[Fault]) -> Iterator[TrainingDialogue]:
    """Yield the dialogues of a file and collect its faults. Raises UsageError where no dialogue is usable."""
    first = len(faults)
    count = 0
    for item in found:
        if isinstance(item, Fault):
            faults.append(item)
        else:
            count += 1
            yield item
    if not count:
        because = f"; {faults[first].why} (line {faults[first].line})" if len(faults) > first else ""
        raise UsageError(f"{path}: nothing usable in this corpus{because}")
