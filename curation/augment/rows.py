"""The rows that are augmented: JSONL with at least a `query`, or plain text with a message a line.

A file whose name ends in .txt is plain text; any other is JSONL, whose other keys are kept.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

from agents.errors import LocatedError

LONGEST: Final = 2000
"""How many characters a query may have."""
_EXAMPLE: Final = '{"query": "Where is my parcel?"}'


@dataclass(frozen=True, slots=True)
class Row:
    """One row: `number` is its line in the file, from 1; `data` holds all its keys."""

    number: int
    query: str
    data: Mapping[str, Any]

    @property
    def digest(self) -> str:
        """The first 16 hexadecimal digits of the SHA-256 of the query."""
        return sha256(self.query.encode()).hexdigest()[:16]


def read_rows(path: Path) -> Iterator[Row]:
    """Yield the rows of a file, blank lines aside. Raises LocatedError, with file and line, at the first broken one."""
    parse = _plain if path.suffix.lower() == ".txt" else _json
    try:
        with path.open("rb") as file:
            for number, line in enumerate(file, 1):
                if line.strip():
                    data = parse(line, path, number)
                    yield Row(number, _query(data, path, number), data)
    except OSError as error:
        raise LocatedError(error.strerror or str(error), path=path) from None


def surveyed(path: Path) -> tuple[int, str]:
    """Return how many rows a file has and the SHA-256 of its content, once every row was found sound.

    Raises LocatedError where one is broken or there is none.
    """
    count = sum(1 for _ in read_rows(path))
    if not count:
        raise LocatedError(f"no rows; each line holds one, such as {_EXAMPLE}", path=path)
    digest = sha256()
    with path.open("rb") as file:
        while block := file.read(1 << 20):
            digest.update(block)
    return count, digest.hexdigest()


def _decoded(line: bytes, path: Path, number: int) -> str:
    try:
        return line.decode("utf-8-sig" if number == 1 else "utf-8")
    except UnicodeDecodeError as error:
        raise LocatedError(f"not UTF-8 text ({error.reason})", path=path, line=number) from None


def _plain(line: bytes, path: Path, number: int) -> dict[str, Any]:
    return {"query": _decoded(line, path, number).strip()}


def _json(line: bytes, path: Path, number: int) -> dict[str, Any]:
    text = _decoded(line, path, number)
    try:
        data = json.loads(text)
    except (ValueError, RecursionError):
        hint = "" if text.lstrip()[:1] == "{" else "; plain messages, one a line, go into a file that ends in .txt"
        raise LocatedError(f"not a JSON row, such as {_EXAMPLE}{hint}", path=path, line=number) from None
    if not isinstance(data, dict):
        raise LocatedError(f"not a JSON object, such as {_EXAMPLE}", path=path, line=number)
    return data


def _query(data: Mapping[str, Any], path: Path, number: int) -> str:
    query = data.get("query")
    if not isinstance(query, str) or not query.strip():
        raise LocatedError("query: missing or empty; a row needs a text under this key", path=path, line=number)
    if len(query) > LONGEST:
        raise LocatedError(f"query: {len(query):,} characters; at most {LONGEST:,}", path=path, line=number)
    try:
        query.encode()
    except UnicodeEncodeError:
        raise LocatedError("query: has half a character (a lone surrogate)", path=path, line=number) from None
    return query
