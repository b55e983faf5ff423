"""The choice of each row's next token on a CPU, compiled by numba: the largest logits, then one draw among them.

A row is looked at by one thread, alone. To find the K largest of many logits, the largest of every SPAN neighbours is
found first: the K-th largest of those is a bound that at least K logits reach, and few others do.
"""

import math
from typing import Any, Final

import numpy as np
from numba import njit, prange

from agents.gpt2.int8.tiles import LANES, address, extremes

SPAN: Final = 4 * LANES


@njit(parallel=True, nogil=True, fastmath={"contract"}, cache=True)
def add_rules(logits: Any, rules: Any, index: Any) -> None:
    """Add to row b of logits (B, V) the row `index[b]` of rules (R, V)."""
    for row in prange(logits.shape[0]):
        for token in range(logits.shape[1]):
            logits[row, token] += rules[index[row], token]


@njit(parallel=True, nogil=True, cache=True)
def pick(logits: Any, counts: Any, temperatures: Any, masses: Any, uniforms: Any, chosen: Any, likely: Any) -> None:
    """Fill chosen (B): out of each row's `counts[b]` largest logits (B, V), one drawn with `uniforms[b]`.

    Fill likely (B) with its log-probability among them at temperature 1.
    """
    for row in prange(logits.shape[0]):
        tokens = _largest(logits[row], counts[row])
        chosen[row] = _nucleus(logits[row], tokens, temperatures[row], masses[row], uniforms[row])
        likely[row] = _log_probability(logits[row], tokens, chosen[row])


@njit(nogil=True, cache=True)
def pick_sorted(
    values: Any, counts: Any, temperatures: Any, masses: Any, uniforms: Any, chosen: Any, likely: Any
) -> None:
    """Fill chosen (B) with places in each row's largest logits, values (B, K), which stand in falling order."""
    places = np.arange(values.shape[1])
    for row in range(values.shape[0]):
        known = places[: counts[row]]
        chosen[row] = _nucleus(values[row], known, temperatures[row], masses[row], uniforms[row])
        likely[row] = _log_probability(values[row], known, chosen[row])


@njit(nogil=True)
def _log_probability(logits: Any, tokens: Any, chosen: int) -> float:
    total = 0.0
    for n in range(tokens.shape[0]):
        total += math.exp(np.float64(logits[tokens[n]]) - np.float64(logits[chosen]))
    return -math.log(total)


@njit(nogil=True)
def _largest(logits: Any, count: int) -> Any:
    """Return the tokens of the `count` largest logits, largest first; of equal ones the lower token first."""
    size = logits.shape[0]
    spans = (size + SPAN - 1) // SPAN
    tops = np.empty(spans, np.float32)
    for n in range(spans):
        tops[n] = _top(logits[n * SPAN : (n + 1) * SPAN])
    bound = _reached_by(tops, count)
    tokens, values = np.empty(size, np.int64), np.empty(size, np.float32)
    found = 0
    for n in range(spans):
        if tops[n] >= bound:
            for token in range(n * SPAN, min(size, (n + 1) * SPAN)):
                if logits[token] >= bound:
                    tokens[found], values[found] = token, logits[token]
                    found += 1
    return _ordered(tokens[:found], values[:found], min(count, found))


@njit(nogil=True)
def _reached_by(tops: Any, count: int) -> Any:
    """Return the largest number that at least `count` of `tops` reach; with fewer of them, minus infinity."""
    bound = np.float32(np.inf) if count <= tops.shape[0] else np.float32(-np.inf)
    for n in range(tops.shape[0]):
        larger = 0
        for other in range(tops.shape[0]):
            larger += tops[other] > tops[n]
        if larger < count:
            bound = min(bound, tops[n])
    return bound


@njit(nogil=True)
def _ordered(tokens: Any, values: Any, count: int) -> Any:
    """Return the `count` tokens with the largest values in falling order: each stands where its rank is."""
    ordered = np.empty(count, np.int64)
    for n in range(values.shape[0]):
        rank = 0
        for other in range(values.shape[0]):
            rank += values[other] > values[n]
        for other in range(n):
            rank += values[other] == values[n]
        if rank < count:
            ordered[rank] = tokens[n]
    return ordered


@njit(nogil=True)
def _top(part: Any) -> Any:
    if part.shape[0] == SPAN:
        return extremes(address(part), SPAN // LANES)[1]
    return part.max()


@njit(nogil=True)
def _nucleus(logits: Any, tokens: Any, temperature: float, mass: float, uniform: float) -> int:
    """Return which of `tokens`, in the falling order of their logits, is drawn: by softmax at `temperature`.

    It is drawn among the fewest likeliest whose mass reaches `mass` (Holtzman et al. 2020). `uniform` is a number in
    [0, 1).
    """
    if temperature == 0.0:
        return int(tokens[0])
    reached = np.empty(tokens.shape[0], np.float64)
    total, top = 0.0, np.float64(logits[tokens[0]])
    for n in range(tokens.shape[0]):
        total += math.exp((np.float64(logits[tokens[n]]) - top) / temperature)
        reached[n] = total
    last = 0
    while last < tokens.shape[0] - 1 and reached[last] < mass * total:
        last += 1
    drawn = 0
    while drawn < last and reached[drawn] <= uniform * reached[last]:
        drawn += 1
    return int(tokens[drawn])
