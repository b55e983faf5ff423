"""Seeded samples of what is too much to look at whole."""

from collections.abc import Iterable, Sequence
from typing import Final, TypeVar

from agents import randomness

SEED: Final = 7
_T = TypeVar("_T")


def order(size: int, what: str) -> list[int]:
    """Return the places of `size` things in a random order; `what` it is for names the draw."""
    stream = randomness.key(SEED, what)
    return [randomness.permuted(place, size, stream) for place in range(size)]


def sample(things: Sequence[_T], most: int, what: str) -> list[_T]:
    """Return `most` of `things` in their order, all where there are no more."""
    return [things[place] for place in sorted(order(len(things), what)[:most])]


def reservoir(things: Iterable[_T], most: int, what: str) -> list[_T]:
    """Return `most` of a stream, each equally likely to be among them (Vitter's algorithm R, 1985)."""
    stream = randomness.key(SEED, what)
    kept: list[_T] = []
    for place, thing in enumerate(things):
        if place < most:
            kept.append(thing)
        elif (slot := randomness.below(stream, place, place + 1)) < most:
            kept[slot] = thing
    return kept
