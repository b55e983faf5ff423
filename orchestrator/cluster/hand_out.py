"""Who works on which places of the plan: small ranges, handed out as engines become free.

Ranges shrink towards the end (guided self-scheduling; Polychronopoulos and Kuck, IEEE Trans. Computers, 1987), and once
nothing is left to begin, free engines take again what others have had open the longest: conversations come out the same
wherever they are held, so whichever is done first counts. It knows no clock, no Ray and no conversations.
"""

from collections import Counter, deque
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from typing import Final

RANGES: Final = 4
"""How many ranges make up what an engine holds at once."""
AHEAD: Final = 2
"""How many more are handed out, so that it never runs dry."""


@dataclass(slots=True)
class HandOut:
    """The places 0 .. `total`, but for those in `finished`, which is live.

    `parallel` is how many conversations an engine holds at once.
    """

    total: int
    finished: Collection[int]
    parallel: int
    engines: int
    _next: int = 0
    _again: deque[int] = field(default_factory=deque)
    _open: dict[int, set[int]] = field(default_factory=dict)  # place -> the engines that have it
    _counts: Counter[int] = field(default_factory=Counter)
    _last: deque[int] | None = None  # places that may be given to a second engine, once there are no others

    @property
    def ranges(self) -> int:
        """How many ranges an engine has open at a time."""
        return RANGES + AHEAD

    @property
    def over(self) -> bool:
        return len(self.finished) >= self.total

    def take(self, engine: int) -> list[int]:
        """Return the next range for `engine`; an empty one where there is nothing that it could do now."""
        size = self._size()
        places = list(self._fresh(size))
        if self._last is not None:
            self._last.extend(places)
        places = places or list(self._open_elsewhere(engine, size))
        for place in places:
            self._open.setdefault(place, set()).add(engine)
            self._counts[engine] += 1
        return places

    def done(self, place: int) -> None:
        """Take note that a place is finished, by whomever."""
        for engine in self._open.pop(place, ()):
            self._counts[engine] -= 1

    def back(self, engine: int) -> list[int]:
        """Take back what `engine` has open, as it is gone, and return the places that nobody has now."""
        lost = [place for place, those in self._open.items() if engine in those]
        for place in lost:
            self._open[place].discard(engine)
        nobodys = [place for place in lost if not self._open[place]]
        for place in nobodys:
            del self._open[place]
        self._again.extend(nobodys)
        if self._last is not None:
            self._last.extend(place for place in lost if place in self._open)
        del self._counts[engine]
        return nobodys

    def open_at(self, engine: int) -> int:
        """Return how many places `engine` has open."""
        return self._counts[engine]

    def _size(self) -> int:
        most = -(-self.parallel // RANGES)
        left = self.total - self._next + len(self._again)
        return max(1, min(most, left // (2 * self.engines * self.ranges)))

    def _fresh(self, size: int) -> Iterator[int]:
        while size and self._again:
            place = self._again.popleft()
            if place not in self.finished:
                size -= 1
                yield place
        while size and self._next < self.total:
            place, self._next = self._next, self._next + 1
            if place not in self.finished:
                size -= 1
                yield place

    def _open_elsewhere(self, engine: int, size: int) -> Iterator[int]:
        """Yield places that one other engine has open, those that were handed out first."""
        if self._last is None:
            self._last = deque(self._open)
        own = []
        while size and self._last:
            place = self._last.popleft()
            those = self._open.get(place, set())
            if engine in those:
                own.append(place)
            elif len(those) == 1:
                size -= 1
                yield place
        self._last.extendleft(reversed(own))
