"""The models that can speak, as a table and as plain data."""

from collections.abc import Sequence
from typing import Any

from rich.table import Table
from rich.text import Text

from agents.gpt2.catalogue import ModelEntry
from terminal.text import one_line


def table(entries: Sequence[ModelEntry]) -> Table:
    """Return a table with a row for each model."""
    grid = Table(box=None, pad_edge=False, header_style="dim")
    for column in "model", "kind":
        grid.add_column(column, no_wrap=True)
    grid.add_column("parameters", justify="right", no_wrap=True)
    grid.add_column("digest", no_wrap=True)
    grid.add_column("where", overflow="fold")
    for entry in entries:
        grid.add_row(*_row(entry))
    return grid


def as_records(entries: Sequence[ModelEntry]) -> list[dict[str, Any]]:
    """Return what `--json` prints."""
    return [
        {
            "name": entry.name,
            "kind": entry.kind,
            "parameters": entry.parameters,
            "digest": entry.digest,
            "path": str(entry.path),
        }
        for entry in entries
    ]


def _row(entry: ModelEntry) -> list[Text]:
    size = "unknown" if entry.parameters is None else f"{entry.parameters / 1e6:.1f}M"
    cells = [entry.name, entry.kind, size, entry.digest[:8], str(entry.path)]
    return [Text(one_line(cell)) for cell in cells]
