"""Values with a 95 % bootstrap interval over conversations (Efron, "Bootstrap methods", Annals of Statistics 1979).

Conversations are drawn anew, not turns, as the turns of one conversation hang together. The draws are counter-based
and the same for every measure of a data set, so that an interval is a function of the data alone.
"""

from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache
from typing import Any, Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

from agents import randomness
from curation.metrics.measure import Detail, Estimate, NotMeasuredError
from curation.metrics.sampling import SEED

DRAWS: Final = 1000
_CELLS: Final = 100_000_000
"""So many draws times conversations at most: past 100,000 conversations there are fewer draws."""
_EDGES: Final = (0.025, 0.975)
_GAMMA: Final = np.uint64(0x9E3779B97F4A7C15)

Floats: TypeAlias = NDArray[np.floating[Any]]
Counts: TypeAlias = tuple[float, float]
"""How many of how many, or a sum and what it is divided by, in one conversation."""


def bits(stream: int, first: int, count: int) -> NDArray[np.uint64]:
    """Return what `agents.randomness.bits` has at `count` positions from `first` on, all at once."""
    with np.errstate(over="ignore"):
        z = np.uint64(stream) + (np.arange(first, first + count, dtype=np.uint64) + np.uint64(1)) * _GAMMA
        z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    mixed: NDArray[np.uint64] = z ^ (z >> np.uint64(31))
    return mixed


@lru_cache(maxsize=4)
def drawn(size: int, draws: int = DRAWS) -> NDArray[np.float32]:
    """Return how often each of `size` things is in each draw of `size`, with replacement: (draws, size)."""
    draws = max(100, min(draws, _CELLS // max(size, 1)))
    stream = randomness.key(SEED, "bootstrap", size)
    times = np.empty((draws, size), dtype=np.float32)
    for draw in range(draws):
        places = (bits(stream, draw * size, size) >> np.uint64(11)).astype(np.float64) * 2.0**-53 * size
        times[draw] = np.bincount(places.astype(np.intp), minlength=size)
    return times


def ratio(counts: Sequence[Counts], detail: Detail | None = None) -> Estimate:
    """Return the sum of the first parts over that of the second, which is `n`. Raises NotMeasuredError for none."""
    data = np.array(counts, dtype=np.float64).reshape(-1, 2)
    hits, total = data.sum(axis=0)
    if not total:
        raise NotMeasuredError("nothing of the kind is in the data")
    sums = drawn(len(data)) @ data
    sums = sums[sums[:, 1] > 0]
    low, high = interval(sums[:, 0] / sums[:, 1])
    return Estimate(float(hits / total), round(float(total)), low, high, detail or {})


def share_of(flags: Iterable[bool]) -> Counts:
    """Return how many of `flags` are set, of how many."""
    listed = list(flags)
    return sum(listed), len(listed)


def mean(values: Sequence[float], detail: Detail | None = None) -> Estimate:
    """Return the mean of `values`, one for each thing drawn. Raises NotMeasuredError where there are none."""
    return ratio([(value, 1.0) for value in values], detail)


def statistic(size: int, function: Callable[[Floats], float], *, n: int, draws: int, detail: Detail) -> Estimate:
    """Return a statistic of `size` weighted conversations, which `function` computes from how often each counts."""
    value = function(np.ones(size))
    found = [function(times.astype(np.float64)) for times in drawn(size)[:draws]]
    low, high = interval(np.array(found), around=value)
    return Estimate(value, n, low, high, detail)


def plain(value: float, n: int, detail: Detail | None = None) -> Estimate:
    """Return a count or a reading, which has no interval."""
    return Estimate(float(value), n, None, None, detail or {})


def interval(values: NDArray[Any], *, around: float | None = None) -> tuple[float, float]:
    """Return what the middle 95 % of `values` lie between; not-a-number where there is none.

    With `around`, the draws are shifted so that their mean is that value, and end at 0: a distance between samples is
    never negative, so drawing anew makes it larger.
    """
    values = values[np.isfinite(values)]
    if around is not None:
        values = np.maximum(values + around - values.mean(), 0.0)
    if not len(values):
        return float("nan"), float("nan")
    low, high = np.quantile(values, _EDGES)
    return float(low), float(high)
