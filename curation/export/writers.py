"""Files that grow by one conversation after the other. Parquet alone holds some back: a row group."""

import csv
import json
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Protocol

from agents.errors import UsageError
from curation.export import records
from curation.export.cells import defuse
from curation.export.chats import Chats
from curation.export.request import Format, Request
from curation.export.sources import Source
from orchestrator.transcript import Transcript

if TYPE_CHECKING:
    import pyarrow as pa

_ROW_GROUP: Final = 1_000
"""So many conversations make a row group of a Parquet file."""


class Writer(Protocol):
    """Writes conversations to one file."""

    def write(self, source: Source, transcript: Transcript) -> int:
        """Write a conversation and return how many rows that made."""

    def close(self) -> None:
        """Finish the file."""


def writer(path: Path, request: Request, chats: Chats) -> Writer:
    """Open `path` for conversations in the format of `request`."""
    match request.to:
        case Format.CSV:
            return _CsvWriter(path, request)
        case Format.PARQUET:
            return _ParquetWriter(path, request)
        case Format.TEXT:
            return _LineWriter(path, lambda _, transcript: f"{records.paragraph(transcript, request.role)}\n")
        case Format.MESSAGES | Format.SHAREGPT:
            shape = records.messages if request.to is Format.MESSAGES else records.sharegpt
            return _LineWriter(path, lambda source, found: _json(shape(found, chats.messages(source, found))))


def _json(row: dict[str, Any]) -> str:
    return json.dumps(row, ensure_ascii=False) + "\n"


class _LineWriter:
    def __init__(self, path: Path, render: Callable[[Source, Transcript], str]) -> None:
        self._file = path.open("w", encoding="utf-8", newline="\n")
        self._render = render

    def write(self, source: Source, transcript: Transcript) -> int:
        self._file.write(self._render(source, transcript))
        return 1

    def close(self) -> None:
        self._file.close()


class _CsvWriter:
    """Every cell is quoted, so that a separator of another country's spreadsheet does not part it."""

    def __init__(self, path: Path, request: Request) -> None:
        self._file = path.open("w", encoding="utf-8", newline="")
        self._role = request.role
        self._rows = csv.DictWriter(self._file, [*records.COLUMNS[Format.CSV]], quoting=csv.QUOTE_ALL)
        self._rows.writeheader()

    def write(self, _source: Source, transcript: Transcript) -> int:
        rows = [{name: defuse(cell) for name, cell in row.items()} for row in records.flat(transcript, self._role)]
        self._rows.writerows(rows)
        return len(rows)

    def close(self) -> None:
        self._file.close()


class _ParquetWriter:
    def __init__(self, path: Path, request: Request) -> None:
        try:
            import pyarrow.parquet as pq
        except ImportError:
            raise UsageError("--to parquet needs pyarrow; install it with: pip install 'duologue[data]'") from None
        self._schema = _schema()
        self._role = request.role
        self._held: list[dict[str, Any]] = []
        self._file = pq.ParquetWriter(path, self._schema, compression="zstd")

    def write(self, _source: Source, transcript: Transcript) -> int:
        self._held.append(records.nested(transcript, self._role))
        if len(self._held) == _ROW_GROUP:
            self._flush()
        return 1

    def close(self) -> None:
        if self._held:
            self._flush()
        self._file.close()

    def _flush(self) -> None:
        import pyarrow as pa

        self._file.write_table(pa.Table.from_pylist(self._held, schema=self._schema))
        self._held = []


def _schema() -> "pa.Schema":
    """Return the Arrow schema of a conversation: text, but for what is given here."""
    import pyarrow as pa

    citation = {"passage": pa.string(), "start": pa.int32(), "end": pa.int32()}
    scores = {"score": pa.float64(), "support": pa.float64()}
    turn = {"n": pa.int32(), "speaker": pa.string(), "moves": pa.list_(pa.string()), "text": pa.string()}
    turn |= {"original": pa.string(), "stage": pa.string(), "attempts": pa.int32(), "spliced": pa.bool_()}
    turn |= {"citations": pa.list_(pa.struct({**citation, **scores}.items())), "forgot": pa.int32()}
    fact = {"name": pa.string(), "value": pa.string(), "reveal": pa.string(), "told_in": pa.int32()}
    types = {
        "seed": pa.int64(),
        "ending_turn": pa.int32(),
        "facts": pa.list_(pa.struct(fact.items())),
        "turns": pa.list_(pa.struct(turn.items())),
    }
    return pa.schema([(name, types.get(name, pa.string())) for name in records.COLUMNS[Format.PARQUET]])
