"""What `duologue augment` does with its options: make the file and tell its counts, or print a page."""

import json
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from rich.text import Text

from agents.errors import UsageError
from curation.augment import Axes, Request, augment, shown
from terminal.console import console
from terminal.making_show import followed
from terminal.palette import counted
from terminal.text import one_line, plain

_REASONS: Final = 3
"""So many reasons are named for each operation; the report has all."""


def axes_of(products: str, tones: str, styles: str) -> Axes:
    """Return the axes that the options name. Raises UsageError."""
    return Axes.of(_listed(products), _listed(tones), _listed(styles))


def make(source: Path, axes: Axes, out: Path, *, seed: int, sample: int | None, as_json: bool) -> None:
    """Write the variants and print the counts."""
    begun, rows = time.perf_counter(), 0
    with followed("rows", out) as tell:

        def on_progress(done: int, total: int) -> None:
            nonlocal rows
            rows += 1
            tell(done, total)

        ledger = augment(Request(source, axes, seed, sample), out, on_progress=on_progress)
    seconds = time.perf_counter() - begun
    record = ledger.record()
    if as_json:
        print(json.dumps({"out": str(out), **record}, indent=2, ensure_ascii=False))
        return
    if sample and ledger.kept < sample:
        record["short"] = f"{sample:,} were asked for; no more of them make sense"
    for line in _lines(out, record, rows, seconds):
        console().print(Text(one_line(line)), soft_wrap=True)


def page(source: Path, axes: Axes, *, rows: int, seed: int) -> None:
    """Print rows before and after every operation, and the counts."""
    screen = console()
    for line in shown(source, axes, rows=rows, seed=seed):
        screen.print(Text(plain(line)), soft_wrap=True)


def _listed(names: str) -> list[str]:
    if not names:
        return []
    found = [name.strip() for name in names.split(",")]
    if not all(found):
        raise UsageError(f"{names!r}: has an empty name; write names with commas between, such as camera,laptop")
    return found


def _lines(out: Path, record: Mapping[str, Any], rows: int, seconds: float) -> Iterator[str]:
    yield f"{out}: {counted(record['kept'], 'variant')} of {counted(record['rows'], 'row')}"
    if "short" in record:
        yield record["short"]
    yield "kept: " + ", ".join(f"{name} {count:,}" for name, count in record["operations"].items())
    for name, reasons in record["reasons"].items():
        named = ", ".join(f"{why} {count:,}" for why, count in list(reasons.items())[:_REASONS])
        yield f"refused {name}: {named}{', ...' if len(reasons) > _REASONS else ''}"
    if rows:
        yield f"{rows:,} rows in {seconds:.1f} s, {rows / seconds:,.0f} a second"
