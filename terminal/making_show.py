"""What `duologue queries` and `duologue restyle` show: how far they are, and what they made."""

import json
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from rich.text import Text

from terminal.console import console
from terminal.palette import counted
from terminal.text import one_line

if TYPE_CHECKING:
    from curation.queries import Made
    from curation.restyle import Restyled

_SECONDS_BETWEEN_LINES: Final = 10.0


@contextmanager
def followed(noun: str, out: Path) -> Iterator[Callable[[int, int], None]]:
    """Give the function to tell of each step done, of how many; says on Ctrl-C how to go on."""
    try:
        if sys.stderr.isatty():
            with _bar(noun) as tell:
                yield tell
        else:
            yield _lines(noun)
    except KeyboardInterrupt:
        print(
            f"duologue: stopped; what is in {one_line(str(out))} stays, and the same command goes on", file=sys.stderr
        )
        raise


@contextmanager
def _bar(noun: str) -> Iterator[Callable[[int, int], None]]:
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (BarColumn(), MofNCompleteColumn(), TextColumn(noun), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("")
        yield lambda done, total: bar.update(task, completed=done, total=total)


def _lines(noun: str, clock: Callable[[], float] = time.monotonic) -> Callable[[int, int], None]:
    told = clock()

    def tell(done: int, total: int) -> None:
        nonlocal told
        if clock() - told >= _SECONDS_BETWEEN_LINES:
            told = clock()
            print(f"{100 * done // max(1, total):3} %  {done:,} of {total:,} {noun}", file=sys.stderr)

    return tell


def show_queries(made: "Made", *, as_json: bool) -> None:
    """Print what was made of help content."""
    lines = [
        f"{made.out}: {counted(made.rows, 'query', 'queries')} from {counted(made.articles, 'article')}, "
        f"{made.enough} of them with at least 6",
        _listed("kept", made.kept),
        _listed("proposed by", made.proposers),
        _listed("refused", made.refused),
        _speed(made.written, made.seconds, "rows"),
    ]
    _show(lines, made.record(), as_json=as_json)


def show_restyled(made: "Restyled", *, as_json: bool) -> None:
    """Print what was made of a run."""
    lines = [
        f"{made.out}: {counted(made.conversations, 'conversation')}, {counted(made.turns, 'turn')}",
        _listed("by", made.writers),
        _listed("refused", made.refused),
        f"citations: {made.citations_kept:,} kept, {made.citations_dropped:,} dropped",
        _speed(made.written, made.seconds, "turns"),
    ]
    _show(lines, made.record(), as_json=as_json)


def _listed(title: str, counts: Mapping[str, int]) -> str:
    parts = [f"{name} {count:,}" for name, count in sorted(counts.items(), key=lambda item: -item[1]) if count]
    return f"{title}: {', '.join(parts)}" if parts else ""


def _speed(rows: int, seconds: float, noun: str) -> str:
    return f"{rows:,} {noun} in {seconds:.1f} s, {rows / seconds:,.0f} a second" if rows and seconds else ""


def _show(lines: list[str], record: Mapping[str, Any], *, as_json: bool) -> None:
    if as_json:
        print(json.dumps(record, indent=2))
        return
    for line in lines:
        if line:
            console().print(Text(one_line(line)), soft_wrap=True)
