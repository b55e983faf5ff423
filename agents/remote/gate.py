"""Whether a server can be asked: all its requests wait here while it is away or has asked for time."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import Final, TypeAlias

from agents.errors import RunError
from agents.remote.limits import backoff

Notice: TypeAlias = Callable[[str | None], None]
"""Told why requests wait, and None once they go on."""

_WORTH_TELLING: Final = 2.0
"""Seconds of a wait that is told of."""


class Gate:
    """Open until `rest` or `wait_for` closes it for a while; within one event loop.

    `absences` counts how often it waited for the server to come back.
    """

    def __init__(self, name: str, patience: float, notice: Notice) -> None:
        self._name, self._patience, self._notice = name, patience, notice
        self._open = asyncio.Event()
        self._open.set()
        self._watch: asyncio.Task[None] | None = None
        self._lost: str | None = None
        self._rests = 0
        self._since = 0.0
        self.absences = 0

    async def passed(self) -> None:
        """Wait until requests may be sent. Raises RunError once patience is at its end."""
        await self._open.wait()
        if self._lost:
            raise RunError(self._lost)

    def answered(self) -> None:
        """Take note that the server gave an answer."""
        self._rests = 0

    def rest(self, seconds: float | None, why: str, key: int) -> None:
        """Send nothing for so long as the server asked, or ever longer where it did not say how long."""
        if self._watch is not None:
            return
        self._since = self._since if self._rests else time.monotonic()
        self._rests += 1
        if time.monotonic() - self._since > self._patience:
            self._lose(why)
            return
        seconds = backoff(self._rests, key) if seconds is None else seconds
        self._close(why, asyncio.sleep(seconds), told=seconds >= _WORTH_TELLING)

    def wait_for(self, is_there: Callable[[], Awaitable[bool]], why: str, key: int) -> None:
        """Send nothing until `is_there`, which is asked again and again, ever more slowly."""
        if self._watch is None:
            self.absences += 1
            self._close(why, self._until(is_there, why, key), told=True)

    async def _until(self, is_there: Callable[[], Awaitable[bool]], why: str, key: int) -> None:
        begun, asked = time.monotonic(), 0
        while not await is_there():
            asked += 1
            left = self._patience - (time.monotonic() - begun)
            if left <= 0:
                self._lose(why)
                return
            await asyncio.sleep(min(left, backoff(asked, key)))

    def _lose(self, why: str) -> None:
        waited = f"{self._patience / 60:.0f} minutes" if self._patience >= 120 else f"{self._patience:g} seconds"
        self._lost = f"{self._name}: {why}, for {waited}; what was written stays valid, go on with --resume if-possible"

    def _close(self, why: str, over: Awaitable[None], *, told: bool) -> None:
        self._open.clear()
        if told:
            self._notice(why)

        async def reopen() -> None:
            try:
                await over
            finally:
                self._watch = None
                self._open.set()
            if told:
                self._notice(None)

        self._watch = asyncio.ensure_future(reopen())
