"""The line bank: single lines by speaker, move, disposition, tone and register, with slots. It fills no slot."""

import json
import re
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from agents.errors import UsageError

SLOT: Final = re.compile(r"{(\w+)}")
_ENOUGH: Final = 3


@dataclass(frozen=True, slots=True)
class Line:
    """One line. `kind` is the disposition of a customer's line and the role of an agent's."""

    text: str
    move: str
    kind: str
    manner: str
    slots: frozenset[str]
    words: int


class LineBank:
    """The lines of a folder, by speaker and move."""

    def __init__(self, folder: Path) -> None:
        self._lines: dict[tuple[str, str, str, str], list[Line]] = defaultdict(list)
        files = sorted(folder.glob("*.jsonl"))
        if not files:
            raise UsageError(f"{folder}: no line bank (*.jsonl) in this folder")
        for path in files:
            self._read(path)

    def _read(self, path: Path) -> None:
        for number, text in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            if text.strip():
                try:
                    record = json.loads(text)
                    self._put(record["speaker"], _line(record))
                except (ValueError, KeyError) as error:
                    raise UsageError(f"{path}:{number}: not a line of a line bank ({error})") from None

    def add(self, line: Line, speaker: str) -> None:
        """Add a line of the project's own."""
        self._put(speaker, line)

    def _put(self, speaker: str, line: Line) -> None:
        for manner in (line.manner, ""):
            self._lines[speaker, line.move, line.kind, manner].append(line)

    def customer(self, move: str, disposition: str, tone: str, fits: Callable[[Line], bool]) -> list[Line]:
        """Return the lines that fit, of the tone; where there are fewer than three, of the disposition."""
        of_tone = [line for line in self._lines["customer", move, disposition, tone] if fits(line)]
        if len(of_tone) >= _ENOUGH:
            return of_tone
        return [line for line in self._lines["customer", move, disposition, ""] if fits(line)]

    def agent(self, move: str, role: str, register: str, fits: Callable[[Line], bool]) -> list[Line]:
        """Return the lines that fit, of the register; where there are fewer than three, of any."""
        of_register = [
            line for kind in ("any", role) for line in self._lines["agent", move, kind, register] if fits(line)
        ]
        if len(of_register) >= _ENOUGH or ("+" in move and of_register):
            return of_register
        return [line for kind in ("any", role) for line in self._lines["agent", move, kind, ""] if fits(line)]


def _line(record: dict[str, Any]) -> Line:
    text = record["text"]
    customer = record["speaker"] == "customer"
    return Line(
        text=text,
        move=record["move"],
        kind=record["disposition"] if customer else record["role"],
        manner=record["tone"] if customer else record["register"],
        slots=frozenset(SLOT.findall(text)),
        words=len(SLOT.sub("", text).split()),
    )
