"""How fast a server may be asked, and how long to wait before asking again."""

import math
from contextlib import AbstractAsyncContextManager
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any, Final

from agents import randomness
from agents.remote.settings import Remote

FIRST_WAIT: Final = 0.5
LONGEST_WAIT: Final = 30.0
_GRAIN: Final = 0.01


class Limits:
    """The rates of a server, kept in windows of a second by asyncio-throttle; within one event loop.

    Tokens are counted before they are spent: those of the prompt, as estimated, and the most that may come back.
    """

    def __init__(self, remote: Remote) -> None:
        self._requests = _throttle(remote.requests_per_second)
        self._tokens = _throttle(remote.tokens_per_second)

    async def take(self, tokens: int) -> None:
        """Wait until a request of so many tokens may be sent."""
        if self._requests:
            async with self._requests:
                pass
        if self._tokens:
            for _ in range(tokens):
                async with self._tokens:
                    pass


def _throttle(rate: float | None) -> AbstractAsyncContextManager[Any] | None:
    if rate is None:
        return None
    from asyncio_throttle.throttler import Throttler

    whole = max(1, math.floor(rate))
    throttler: AbstractAsyncContextManager[Any] = Throttler(whole, period=whole / rate, retry_interval=_GRAIN)
    return throttler


def backoff(failures: int, key: int) -> float:
    """Return the seconds to wait after so many failures: doubling, within bounds, spread by half either way.

    The spread (jitter) is drawn from `key`, so that requests that failed together do not come back together.
    """
    wait = min(LONGEST_WAIT, FIRST_WAIT * 2.0 ** (failures - 1))
    return wait * (0.5 + randomness.uniform(randomness.key(key, "backoff"), failures))


def retry_after(header: str | None, now: datetime | None = None) -> float | None:
    """Return the seconds that a Retry-After header asks for, in either of its forms; None where there is none."""
    if header is None:
        return None
    text = header.strip()
    try:
        return max(0.0, min(86400.0, float(text))) if not math.isnan(float(text)) else None
    except ValueError:
        pass
    try:
        at = parsedate_to_datetime(text)
    except ValueError:
        return None
    at = at if at.tzinfo else at.replace(tzinfo=UTC)
    return max(0.0, min(86400.0, (at - (now or datetime.now(UTC))).total_seconds()))
