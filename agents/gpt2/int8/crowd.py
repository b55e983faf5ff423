"""How many threads a step uses where others want the cores as well.

Threads that meet sixty times a step all stand still while one of them is kept from its core; a single thread loses only
what is taken from it. So when a step got little of its core, the next ones do with one thread. That changes no result.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

_LITTLE: Final = 0.55
"""The share of the last steps' time that a thread must have been on a core for the core to count as its own."""
_MEMORY: Final = 0.8
"""The weight of earlier steps against the last one."""
_WHILE: Final = 40
"""Steps with one thread before all are tried again."""


class Crowd:
    """Watches whether the machine is shared."""

    def __init__(self) -> None:
        self._alone_for = 0
        self._share = 1.0

    @contextmanager
    def threads(self, most: int) -> Iterator[int]:
        """Say how many of `most` threads the step inside is to use, and watch what it gets."""
        if self._alone_for:
            self._alone_for -= 1
            yield 1
            return
        wall, core = time.perf_counter(), time.thread_time()
        yield most
        wall, core = time.perf_counter() - wall, time.thread_time() - core
        self._share = _MEMORY * self._share + (1 - _MEMORY) * (core / wall if wall else 1.0)
        if most > 1 and self._share < _LITTLE:
            self._alone_for, self._share = _WHILE, 1.0
