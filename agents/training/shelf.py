"""Dialogues on disk, reached by number: a file of JSON lines and where each begins. Memory holds the numbers alone."""

import json
from array import array
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any, overload

from agents.dialogue import Speaker
from agents.persona import Domain, Role
from agents.training.dialogues import CustomerMeta, TrainingDialogue, TrainingTurn


class Shelf(Sequence[TrainingDialogue]):
    """The dialogues of a file that a ShelfWriter left."""

    def __init__(self, path: Path) -> None:
        self._path = path
        *starts, self._end = _edges(path)
        self._starts = array("Q", starts)

    def __len__(self) -> int:
        return len(self._starts)

    @overload
    def __getitem__(self, place: int) -> TrainingDialogue: ...
    @overload
    def __getitem__(self, place: slice) -> list[TrainingDialogue]: ...
    def __getitem__(self, place: int | slice) -> TrainingDialogue | list[TrainingDialogue]:
        if isinstance(place, slice):
            return [self._at(index) for index in range(*place.indices(len(self)))]
        return self._at(place)

    def _at(self, place: int) -> TrainingDialogue:
        if not 0 <= place < len(self):
            raise IndexError(place)
        end = self._starts[place + 1] if place + 1 < len(self) else self._end
        with self._path.open("rb") as file:
            file.seek(self._starts[place])
            return _read(json.loads(file.read(end - self._starts[place])))


class ShelfWriter:
    """Writes dialogues to a file, which appears only once it is complete: several processes may write the same one."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def __enter__(self) -> "ShelfWriter":
        self._path.parent.mkdir(parents=True, exist_ok=True)
        self._file = NamedTemporaryFile("w", encoding="utf-8", dir=self._path.parent, suffix=".part", delete=False)
        return self

    def add(self, dialogue: TrainingDialogue) -> None:
        self._file.write(json.dumps(asdict(dialogue), ensure_ascii=False, separators=(",", ":")) + "\n")

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        self._file.close()
        part = Path(self._file.name)
        if kind is None:
            part.replace(self._path)
        else:
            part.unlink()


def _edges(path: Path) -> Iterator[int]:
    """Yield where each line begins, and where the last one ends."""
    edge = 0
    with path.open("rb") as file:
        for line in file:
            yield edge
            edge += len(line)
    yield edge


def _read(record: dict[str, Any]) -> TrainingDialogue:
    customer = record["customer"]
    facts = tuple((name, value) for name, value in customer["facts"])
    return TrainingDialogue(
        id=record["id"],
        source=record["source"],
        turns=tuple(_turn(turn) for turn in record["turns"]),
        domain=Domain(record["domain"]),
        role=Role(record["role"]),
        customer=CustomerMeta(**{**customer, "facts": facts}),
        group=record["group"],
        use=record["use"],
    )


def _turn(turn: dict[str, Any]) -> TrainingTurn:
    moves = None if turn["moves"] is None else tuple(turn["moves"])
    return TrainingTurn(Speaker(turn["speaker"]), turn["text"], moves, tuple(turn["passages"]))
