"""What `duologue report` does: has the page written, says meanwhile what is measured, and where it lies."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from rich.console import Console
from rich.text import Text

from curation.report import Report, write_report
from terminal.console import console
from terminal.palette import counted
from terminal.text import one_line

Watch = Callable[[str], None]


def show(run: Path, *, out: Path | None, compare: Path | None, as_json: bool) -> None:
    """Write the page of `run`, beside `compare` where that is given, and tell of it."""
    screen = console()
    with _watch(screen, quiet=as_json) as watch:
        report = write_report(run, out=out, compare=compare, watch=watch)
    if as_json:
        print(json.dumps(_facts(report), ensure_ascii=False, indent=2))
    else:
        screen.print(_told(report), soft_wrap=True)


@contextmanager
def _watch(screen: Console, *, quiet: bool) -> Iterator[Watch | None]:
    if quiet or not screen.is_terminal:
        yield None
        return
    with screen.status(Text("reading")) as status:
        yield lambda name: status.update(Text(one_line(f"measuring {name.replace('-', ' ')}")))


def _facts(report: Report) -> dict[str, object]:
    return {
        "path": str(report.path),
        "bytes": report.size,
        "conversations": report.conversations,
        "shown": report.shown,
    }


def _told(report: Report) -> Text:
    size = f"{report.size / 1e6:.1f} MB"
    part = "" if report.shown == report.conversations else f", {report.shown:,} of them in the page"
    return Text(one_line(f"{report.path}: {counted(report.conversations, 'conversation')}{part}, {size}"))
