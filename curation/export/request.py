"""What is asked of an export, checked before anything is read. It opens no run."""

import re
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Final

from agents.dialogue import Speaker
from agents.errors import UsageError
from orchestrator.transcript import Reason


class Format(StrEnum):
    """What an export is written as."""

    CSV = "csv"
    PARQUET = "parquet"
    MESSAGES = "messages"
    SHAREGPT = "sharegpt"
    TEXT = "text"


CHATS: Final = frozenset((Format.MESSAGES, Format.SHAREGPT))
SUFFIXES: Final = {
    Format.CSV: (".csv",),
    Format.PARQUET: (".parquet",),
    Format.MESSAGES: (".jsonl", ".json"),
    Format.SHAREGPT: (".jsonl", ".json"),
    Format.TEXT: (".txt",),
}
"""How the files of each format may end, the usual way first: loaders go by that."""
PARTS: Final = {2: ("train", "test"), 3: ("train", "validation", "test")}
_LICENCE: Final = re.compile(r"[a-z0-9][a-z0-9.+-]*")


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What to make of which runs. Making one raises UsageError where its parts do not go together.

    `endings` empty means all but errors; `role` keeps one side's turns; `shares` are those of the parts, summing to 1;
    `seed` says which conversations fall into which part. `flip` makes the customer the assistant of a chat; `system`
    puts what that side was told in front, and `passages` the cited help pages behind the question that they answer.
    """

    runs: tuple[Path, ...]
    to: Format
    out: Path | None = None
    endings: frozenset[Reason] = frozenset()
    min_turns: int = 1
    role: Speaker | None = None
    shares: tuple[float, ...] = ()
    seed: int = 0
    dedupe: bool = False
    flip: bool = False
    system: bool = False
    passages: bool = False
    licence: str = "other"
    force: bool = False
    parts: tuple[str, ...] = field(init=False)

    def __post_init__(self) -> None:
        _check_chat(self)
        _check_files(self)
        if not _LICENCE.fullmatch(self.licence):
            raise UsageError(f"--licence: {self.licence!r} is no identifier; write one such as mit or cc-by-4.0")
        object.__setattr__(self, "parts", PARTS[len(self.shares)] if self.shares else ("train",))

    @property
    def is_chat(self) -> bool:
        return self.to in CHATS


def parse_shares(text: str) -> tuple[float, ...]:
    """Return the shares that `90/5/5` or `8/1/1` means, summing to 1. Raises UsageError."""
    try:
        numbers = [float(part) for part in text.split("/")]
    except ValueError:
        numbers = []
    if len(numbers) not in PARTS or not all(0 < number < float("inf") for number in numbers):
        raise UsageError(
            f"--split: {text!r} is no split; write 90/10 (train, test) or 90/5/5 (train, validation, test)"
        )
    return tuple(number / sum(numbers) for number in numbers)


def _check_chat(request: Request) -> None:
    asked = [f"--{name}" for name in ("flip", "system", "passages") if getattr(request, name)]
    if asked and not request.is_chat:
        raise UsageError(f"{asked[0]} goes with --to messages and --to sharegpt, not with --to {request.to}")
    if request.role and request.is_chat:
        raise UsageError(
            f"--role keeps one side's turns, and a chat has two: leave it out, or take --to csv, parquet or text"
            f"{' (--flip trains a customer)' if request.role is Speaker.CUSTOMER else ''}"
        )
    if request.flip and request.passages:
        raise UsageError("--passages shows what the agent read; it does not go with --flip, which trains the customer")


def _check_files(request: Request) -> None:
    suffixes = SUFFIXES[request.to]
    if request.out is None:
        if len(request.runs) > 1:
            raise UsageError("--out is needed where several runs are exported: name the file")
    elif request.out.suffix and request.out.suffix.lower() not in suffixes and not request.out.is_dir():
        raise UsageError(f"--out: {request.out} should end in {' or '.join(suffixes)} for --to {request.to}")
