"""How a count grew over time, in a bounded number of points: the speed of a run of any length."""

from typing import Final

MOST: Final = 240


class Timeline:
    """Points of (seconds, count). Once there are too many, every second one goes, and half as many are kept after.

    The last count is always among `points`, so that they end where the count does.
    """

    def __init__(self) -> None:
        self._kept: list[tuple[float, int]] = []
        self._last: tuple[float, int] | None = None
        self._every = 1
        self._seen = 0

    def note(self, seconds: float, count: int) -> None:
        """Remember that `count` was reached after `seconds`."""
        self._last = (round(seconds, 3), count)
        self._seen += 1
        if self._seen % self._every == 0:
            self._kept.append(self._last)
        if len(self._kept) >= MOST:
            self._kept = self._kept[1::2]
            self._every *= 2

    @property
    def points(self) -> tuple[tuple[float, int], ...]:
        """What is remembered, in order."""
        tail = [self._last] if self._last and self._last not in self._kept[-1:] else []
        return (*self._kept, *tail)
