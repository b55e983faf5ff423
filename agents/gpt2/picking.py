"""The choice of each row's next token on a CPU, compiled by numba: the largest logits, then one draw among them.

A row is looked at by one thread, alone. To find the K largest of many logits, the largest of every SPAN neighbours is
found first: the K-th largest of those is a bound that at least K logits reach, and few others do.
"""

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
def pick(logits: Any, temperatures: Any, counts: Any, masses: Any, uniforms: Any, chosen: Any) -> None:
    """Fill chosen (B): out of each row's `counts[b]` largest logits (B, V), one drawn with `uniforms[b]`."""
    for row in prange(logits.shape[0]):
        tokens = _largest(logits[row], counts[row])
        values = logits[row][tokens]
        chosen[row] = tokens[_nucleus(values, temperatures[row], masses[row], uniforms[row])]


@njit(parallel=True, nogil=True, cache=True)
def pick_sorted(values: Any, tokens: Any, temperatures: Any, masses: Any, uniforms: Any, chosen: Any) -> None:
    """Fill chosen (B) as `pick` does, where each row's largest logits, values (B, K), are known in falling order."""
    for row in prange(values.shape[0]):
        chosen[row] = tokens[row, _nucleus(values[row], temperatures[row], masses[row], uniforms[row])]


@njit(nogil=True)
def _largest(logits: Any, count: int) -> Any:
    """Return the tokens of the `count` largest logits, largest first; of equal ones the lower token first."""
    size = logits.shape[0]
    count = min(count, size)
    spans = (size + SPAN - 1) // SPAN
    tops = np.empty(spans, np.float32)
    for n in range(spans):
        tops[n] = _top(logits[n * SPAN : (n + 1) * SPAN])
    bound = np.sort(tops)[spans - count] if count <= spans else np.float32(-np.inf)
    found = np.empty(size, np.int64)
    held = 0
    for n in range(spans):
        if tops[n] >= bound:
            for token in range(n * SPAN, min(size, (n + 1) * SPAN)):
                if logits[token] >= bound:
                    found[held] = token
                    held += 1
    falling = np.argsort(-logits[found[:held]], kind="mergesort")
    return found[:held][falling[:count]]


@njit(nogil=True)
def _top(part: Any) -> Any:
    if part.shape[0] == SPAN:
        return extremes(address(part), SPAN // LANES)[1]
    return part.max()


@njit(nogil=True)
def _nucleus(values: Any, temperature: float, mass: float, uniform: float) -> int:
    """Return which of `values`, logits in falling order, is drawn: by softmax at `temperature`, among the likeliest.

    Those are the fewest whose mass reaches `mass` (Holtzman et al. 2020). `uniform` is a number in [0, 1).
    """
    if temperature == 0.0:
        return 0
    reached = np.exp((values.astype(np.float64) - np.float64(values[0])) / temperature).cumsum()
    last = min(np.searchsorted(reached, mass * reached[-1]), len(reached) - 1)
    return min(np.searchsorted(reached, uniform * reached[last], side="right"), last)
