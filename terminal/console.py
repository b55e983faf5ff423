"""Where the commands print: rich consoles that never read markup, emoji codes or highlights into what they show."""

import io
import os
import sys

from rich.console import Console


class _Patient(Console):
    """A console that falls silent where its reader has gone, so that a run goes on without it."""

    def on_broken_pipe(self) -> None:
        self.quiet = True
        silence_stdout()


def silence_stdout() -> None:
    """Send what is still written to standard output nowhere, so that the interpreter can end without a complaint."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def console(*, patient: bool = False) -> Console:
    """Return a console on standard output, with colours only on a terminal and not under NO_COLOR.

    A `patient` one survives its reader: otherwise a closed pipe ends the program.
    """
    return (_Patient if patient else Console)(markup=False, emoji=False, highlight=False)


def canvas(width: int) -> Console:
    """Return a console that records in colour what is printed, for export, and shows it nowhere."""
    return Console(
        file=io.StringIO(), record=True, width=width, force_terminal=True, color_system="truecolor", no_color=False,
        markup=False, emoji=False, highlight=False, legacy_windows=False,
    )  # fmt: skip
