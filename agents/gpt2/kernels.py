"""Attention over pages on a CPU, compiled by numba: store new keys and values, and attend one query a row.

A row's result is computed by one thread from that row's pages alone, in an order that depends only on its length.
bf16 numbers arrive as uint16 and are widened by a shift; sums are fp32. It knows pages, not sessions.
"""

from typing import Any, Final

import numpy as np
from llvmlite import ir
from numba import get_num_threads, njit, prange, types
from numba.extending import intrinsic

from agents.gpt2.by_address import call, compiled
from agents.gpt2.paging import PAGE

Array = np.ndarray[Any, Any]

_LOG2E: Final = np.float32(1.4426950408889634)
_C1: Final = np.float32(0.6931471805599453)
_C2: Final = np.float32(0.2402265069591007)
_C3: Final = np.float32(0.05550410866482158)
_C4: Final = np.float32(0.009618129107628477)
_C5: Final = np.float32(0.0013333558146428443)
_C6: Final = np.float32(0.000154035303933816)
_LOWEST: Final = np.float32(-126.0)


@intrinsic
def _float_of_bits(context: Any, bits: Any) -> Any:
    """Return the fp32 number with the given int32 pattern."""

    def build(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        return builder.bitcast(args[0], ir.FloatType())

    return types.float32(types.int32), build


@intrinsic
def _widen(context: Any, entry: Any) -> Any:
    """Return the fp32 value of a cache entry: an fp32 number, or a bf16 one held as uint16."""

    def build(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        if isinstance(entry, types.Float):
            return args[0]
        word = builder.zext(args[0], ir.IntType(32))
        return builder.bitcast(builder.shl(word, ir.Constant(ir.IntType(32), 16)), ir.FloatType())

    return types.float32(entry), build


@njit(inline="always")
def _exp(x: np.float32) -> np.float32:
    """Return e**x for x <= 0: 2**n times the Taylor polynomial of 2**f, |f| <= 1/2; relative error under 1e-7."""
    y = max(x * _LOG2E, _LOWEST)
    n = np.floor(y + np.float32(0.5))
    f = y - n
    p = np.float32(1.0) + f * (_C1 + f * (_C2 + f * (_C3 + f * (_C4 + f * (_C5 + f * _C6)))))
    return p * _float_of_bits((np.int32(n) + np.int32(127)) << np.int32(23))


@njit(parallel=True, nogil=True, cache=True)
def store(k: Any, v: Any, keys: Any, values: Any, pages: Any, slots: Any) -> None:
    """Write k and v (N, H, D) to slot `slots[n]` of page `pages[n]` of `keys` and `values` (P, H, PAGE, D)."""
    for n in prange(k.shape[0]):
        for h in range(k.shape[1]):
            keys[pages[n], h, slots[n]] = k[n, h]
            values[pages[n], h, slots[n]] = v[n, h]


@njit(inline="always")
def _dot(a: Any, b: Any) -> Any:
    total = np.float32(0.0)
    for d in range(a.shape[0]):
        total += a[d] * _widen(b[d])
    return total


@njit(inline="always")
def _softmax(scores: Any, length: int) -> None:
    """Turn the first `length` scores into weights that sum to 1, in place, and the rest into zeros."""
    top = scores[0]
    for t in range(length):
        top = max(top, scores[t])
    total = np.float32(0.0)
    for t in range(length):
        scores[t] = _exp(scores[t] - top)
        total += scores[t]
    for t in range(length):
        scores[t] /= total
    scores[length:] = np.float32(0.0)


@njit(inline="always")
def _add_weighted(sums: Any, page: Any, w: Any) -> None:
    """Add the page's values (PAGE, D), weighted by w (PAGE), to sums (D), four at a time to spare loads and stores."""
    for s in range(0, PAGE, 4):
        for d in range(sums.shape[0]):
            first = w[s] * _widen(page[s, d]) + w[s + 1] * _widen(page[s + 1, d])
            second = w[s + 2] * _widen(page[s + 2, d]) + w[s + 3] * _widen(page[s + 3, d])
            sums[d] += first + second


def attend(q: Array, keys: Array, values: Array, tables: Array, lengths: Array, out: Array) -> None:
    """Attend queries q (N, H, D), fp32, to the first `lengths[n]` tokens of pages `tables[n]`; fill out (N, H, D)."""
    arrays = (q, keys, values, tables, lengths, out)
    _attend(compiled(_part, *arrays, 0, 0), *arrays, get_num_threads())


@njit(parallel=True, nogil=True, cache=True)
def _attend(function: int, q: Any, keys: Any, values: Any, tables: Any, lengths: Any, out: Any, threads: int) -> None:
    for thread in prange(threads):
        call(function, (q, keys, values, tables, lengths, out), np.intp(thread), threads)


@njit(nogil=True, fastmath=True, error_model="numpy", cache=True)
def _part(q: Any, keys: Any, values: Any, tables: Any, lengths: Any, out: Any, thread: int, threads: int) -> None:
    """Do one thread's share: every `threads`-th head of a row."""
    rows, heads, width = q.shape
    scale = np.float32(1.0) / np.sqrt(np.float32(width))
    for item in range(thread, rows * heads, threads):
        row, head = item // heads, item % heads
        count = (lengths[row] + PAGE - 1) // PAGE
        query = q[row, head] * scale
        scores = np.empty(count * PAGE, np.float32)
        for p in range(count):
            page = keys[tables[row, p], head]
            for s in range(PAGE):
                scores[p * PAGE + s] = _dot(query, page[s])
        _softmax(scores, lengths[row])
        sums = np.zeros(width, np.float32)
        for p in range(count):
            _add_weighted(sums, values[tables[row, p], head], scores[p * PAGE : (p + 1) * PAGE])
        out[row, head] = sums
