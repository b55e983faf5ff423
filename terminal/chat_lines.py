"""The lines that a person types: with editing and history on a terminal, as they come from a pipe."""

import os
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Final

_REMEMBERED: Final = 1_000


def lines(prompt: str) -> Iterator[str]:
    """Yield lines until the end of input. Raises KeyboardInterrupt at Ctrl-C."""
    if not sys.stdin.isatty():
        yield from (line.rstrip("\r\n") for line in sys.stdin)
        return
    history = _recalled()
    try:
        while True:
            try:
                yield input(prompt)
            except EOFError:
                print()
                return
    finally:
        _remember(history)


def _recalled() -> Path:
    path = _history_path()
    with suppress(ImportError, OSError):
        import readline

        readline.set_history_length(_REMEMBERED)
        readline.read_history_file(path)
    return path


def _remember(path: Path) -> None:
    with suppress(ImportError, OSError):
        import readline

        path.parent.mkdir(parents=True, exist_ok=True)
        readline.write_history_file(path)


def _history_path() -> Path:
    state = os.environ.get("XDG_STATE_HOME") or "~/.local/state"
    return Path(state).expanduser() / "duologue" / "chat_history"
