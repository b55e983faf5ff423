"""A run of draws from one counter-based stream, for code that needs many. It holds nothing but a position."""

from collections.abc import Sequence
from typing import TypeVar

from agents import randomness

_T = TypeVar("_T")


class Draws:
    """Draws that depend on the key alone: the same key and the same questions give the same answers."""

    def __init__(self, *key: int | str) -> None:
        self._stream = randomness.key(*key)
        self._position = 0

    def uniform(self) -> float:
        self._position += 1
        return randomness.uniform(self._stream, self._position)

    def chance(self, probability: float) -> bool:
        return self.uniform() < probability

    def between(self, low: int, high: int) -> int:
        """Return an integer from `low` to `high`, both included."""
        self._position += 1
        return low + randomness.below(self._stream, self._position, high - low + 1)

    def choose(self, options: Sequence[_T]) -> _T:
        return options[self.between(0, len(options) - 1)]

    def weighted(self, options: Sequence[_T], weights: Sequence[float]) -> _T:
        """Return one of `options`, each as likely as its weight says."""
        rest = self.uniform() * sum(weights)
        for option, weight in zip(options, weights, strict=True):
            rest -= weight
            if rest < 0:
                return option
        return options[-1]

    def shuffled(self, items: Sequence[_T]) -> list[_T]:
        found = list(items)
        for place in range(len(found) - 1, 0, -1):
            other = self.between(0, place)
            found[place], found[other] = found[other], found[place]
        return found
