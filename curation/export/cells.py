"""Cells that a spreadsheet shows and never runs, and the way back.

A spreadsheet takes a cell that begins with = + - or @ for a formula, tabs, line ends and blanks before it
notwithstanding (OWASP, "CSV injection"). The rule: such a cell, a cell that begins with a tab or a line end, and a cell
that begins with an apostrophe get one apostrophe in front. The inverse: one apostrophe at the beginning of a cell goes.
"""

import csv
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

_RISKY: Final = re.compile(r"'|[\t\r\n]|[\s\x00-\x20\u200b-\u200f\u2060\ufeff]*[=+\-@\uff1d\uff0b\uff0d\uff20]")


def defuse(text: str) -> str:
    """Return `text` as a cell that no spreadsheet runs."""
    return f"'{text}" if _RISKY.match(text) else text


def restore(cell: str) -> str:
    """Return the text that `defuse` made `cell` from."""
    return cell.removeprefix("'")


def read_csv(path: Path | str) -> Iterator[dict[str, str]]:
    """Yield the rows of an exported CSV file with their cells as they were before they were defused."""
    with Path(path).open(encoding="utf-8-sig", newline="") as file:
        for row in csv.DictReader(file):
            yield {name: restore(cell) for name, cell in row.items()}
