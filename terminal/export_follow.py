"""How far a long job is, on standard error: a bar on a terminal, a line every ten seconds where there is none."""

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final, TypeAlias

Progress: TypeAlias = Callable[[int, int], None]

_LOOK_EVERY: Final = 256
"""The clock is read once in so many steps."""
_SECONDS_BETWEEN_LINES: Final = 10.0


@contextmanager
def followed() -> Iterator[Progress]:
    """Give the function to tell of each step done, of how many."""
    if sys.stderr.isatty():
        with _bar() as progress:
            yield progress
    else:
        yield _lines()


@contextmanager
def _bar() -> Iterator[Progress]:
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TimeRemainingColumn

    columns = (BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("")

        def tell(done: int, total: int) -> None:
            if done % _LOOK_EVERY == 0 or done == total:
                bar.update(task, completed=done, total=total)

        yield tell


def _lines(clock: Callable[[], float] = time.monotonic) -> Progress:
    told = clock()

    def tell(done: int, total: int) -> None:
        nonlocal told
        if done % _LOOK_EVERY == 0 and clock() - told >= _SECONDS_BETWEEN_LINES:
            told = clock()
            print(f"{100 * done // total:3} %  {done:,} of {total:,} conversations read", file=sys.stderr)

    return tell
