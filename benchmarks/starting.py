"""How long a user waits: for the first reply on screen after `duologue run`, and for `duologue --help`."""

import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final

from benchmarks.workload import SCENARIO

_FIRST_REPLY: Final = re.compile(rb"[1-9][\d,]* repl(?:y|ies)")
_LIMIT: Final = 120.0
_TRIES: Final = 5
_COLUMNS: Final = "120"


def help_seconds() -> float:
    """Return the shortest of several runs of `duologue --help`."""
    return min(
        _timed(lambda: subprocess.run([_duologue(), "--help"], check=True, capture_output=True)) for _ in range(_TRIES)
    )


def first_reply_seconds() -> float:
    """Return the shortest of several times until the live view counts a reply. Raises TimeoutError where none comes."""
    return min(_timed(_until_first_reply) for _ in range(_TRIES))


def _timed(act: Callable[[], object]) -> float:
    start = time.perf_counter()
    act()
    return time.perf_counter() - start


def _until_first_reply() -> None:
    """Run a scenario on a terminal of its own, read what it draws, and stop it at the first reply."""
    import pty

    screen, terminal = pty.openpty()
    environment = os.environ | {"COLUMNS": _COLUMNS, "LINES": "40", "TERM": "xterm-256color", "HF_HUB_OFFLINE": "1"}
    with tempfile.TemporaryDirectory() as folder:
        command = [_duologue(), "run", str(SCENARIO), "--out", str(Path(folder) / "run")]
        process = subprocess.Popen(command, stdin=terminal, stdout=terminal, stderr=terminal, env=environment)
        os.close(terminal)
        try:
            _read_until(screen, _FIRST_REPLY)
        finally:
            process.kill()
            process.wait()
            os.close(screen)


def _read_until(screen: int, wanted: re.Pattern[bytes]) -> None:
    drawn, end = b"", time.monotonic() + _LIMIT
    while time.monotonic() < end:
        try:
            drawn += os.read(screen, 1 << 16)
        except OSError:  # how Linux reports that nobody writes to a terminal any more
            raise RuntimeError("duologue run ended before its first reply") from None
        if wanted.search(drawn):
            return
    raise TimeoutError(f"no reply within {_LIMIT:.0f} s")


def _duologue() -> str:
    beside = Path(sys.executable).with_name("duologue")
    return str(beside) if beside.exists() else shutil.which("duologue") or "duologue"
