"""What `duologue evaluate` does: measures, prints or writes what was found, and holds it against the bounds given."""

import json
import os
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.text import Text

from agents.errors import UsageError
from curation.metrics.evaluation import Evaluation, evaluate, metrics_for
from curation.metrics.record import as_record
from terminal.console import console
from terminal.evaluate_bounds import Bound, bound_from, broken
from terminal.evaluate_table import skipped_lines, table
from terminal.palette import counted
from terminal.text import one_line


@dataclass(frozen=True, slots=True)
class Request:
    """What the command line asks for."""

    runs: tuple[Path, ...]
    against: Path | None
    reference: str | None
    limit: int | None
    fail_under: tuple[str, ...]
    as_json: bool
    out: Path | None


def execute(request: Request) -> int:
    """Do what was asked; return 1 where a measure is worse than its bound, else 0."""
    known = metrics_for(request.against, request.reference)
    bounds = [bound_from(text, known) for text in request.fail_under]
    found = _evaluated(request)
    text = json.dumps(as_record(found), ensure_ascii=False, indent=2)
    if request.out:
        _write(request.out, text + "\n")
    if request.as_json:
        print(text)
    else:
        _show(found)
    return _judge(bounds, found)


def _evaluated(request: Request) -> Evaluation:
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
    errors = Console(stderr=True, markup=False, emoji=False, highlight=False)
    shown = errors.status("reading") if errors.is_terminal else nullcontext()
    with shown as status:

        def watch(name: str) -> None:
            if status:
                status.update(f"measuring {name}")

        return evaluate(
            *request.runs, against=request.against, reference=request.reference, limit=request.limit, watch=watch
        )


def _write(path: Path, text: str) -> None:
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise UsageError(f"{path} cannot be written: {error.strerror}") from None


def _show(found: Evaluation) -> None:
    screen = console()
    size = f"{counted(found.conversations, 'conversation')}, {counted(found.turns, 'turn')}"
    screen.print(Text(size + (f", against {one_line(found.against)}" if found.against else "")))
    screen.print(table(found))
    for line in skipped_lines(found):
        screen.print(Text(line, "dim"), soft_wrap=True)


def _judge(bounds: list[Bound], found: Evaluation) -> int:
    lines = [line for bound in bounds if (line := broken(bound, found))]
    errors = Console(stderr=True, markup=False, emoji=False, highlight=False)
    for line in lines:
        errors.print(Text(f"duologue: {line}"), soft_wrap=True)
    return int(bool(lines))
