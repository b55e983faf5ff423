"""What `duologue export` does with a request: follow it on standard error, then tell what was made."""

import json
import sys
from collections.abc import Iterable

from rich.text import Text

from agents.errors import UsageError
from curation.export import Request, Summary, export
from orchestrator.transcript import Reason
from terminal.console import console
from terminal.export_follow import followed
from terminal.palette import counted
from terminal.text import one_line


def reasons(names: Iterable[str]) -> frozenset[Reason]:
    """Return the endings that `names` mean. Raises UsageError where one is unknown."""
    try:
        return frozenset(map(Reason, names))
    except ValueError as error:
        raise UsageError(
            f"--ending: no such ending {str(error).split(' is ')[0]}; known are {', '.join(Reason)}"
        ) from None


def show(request: Request, *, as_json: bool) -> None:
    """Export, and print the summary: files on standard output, what a user should know on standard error."""
    with followed() as on_progress:
        summary = export(request, on_progress=on_progress)
    for warning in summary.warnings:
        print(f"duologue: {one_line(warning)}", file=sys.stderr)
    if as_json:
        print(json.dumps(summary.record(), indent=2))
    else:
        console().print(view(summary), soft_wrap=True)


def view(summary: Summary) -> Text:
    """Return a line for each file, the card's, and what was left out."""
    lines = [
        f"{file.path}: {counted(file.tally.conversations, 'conversation')}, {counted(file.tally.turns, 'turn')}"
        for file in summary.files
    ]
    out = ", ".join(f"{count:,} for {reason}" for reason, count in summary.left_out.items())
    left = f"left out: {out}" if out else ""
    return Text("\n").join(Text(one_line(line)) for line in [*lines, str(summary.card), left] if line)
