"""Attention in int8: keys and values into pages, and queries against them.

A row's result is computed from its own session's pages alone, in an order that depends only on its position: the same
bits whether it comes alone or in a prompt. It knows pages, not sessions.
"""

from typing import Any, Final

import numpy as np
from numba import njit

from agents.gpt2.int8.encoding import encode_signed, exp
from agents.gpt2.int8.tiles import (
    COLUMNS,
    KEY_SCALES,
    KEY_SUMS,
    LANES,
    QUAD,
    ROWS,
    VALUE_SCALES,
    VALUES,
    address,
    extremes,
    mix_row,
    mix_rows,
    score_row,
    score_rows,
)

_AHEAD: Final = 4
"""Pages that are asked for before they are wanted."""


@njit(nogil=True)
def _store_head(qkv: Any, at: int, width: int, cache: Any, layer: int, page: int, head: int, slot: int) -> None:
    """Encode the key and the value that stand at `at` of the row `qkv` (3 C) into their page."""
    size = width // cache.codes.shape[2]
    codes = np.zeros(COLUMNS, np.int8)
    scale, total = encode_signed(qkv[width + at : width + at + size], codes, 0)
    cache.numbers[layer, page, head, KEY_SCALES, slot] = scale
    cache.integers[layer, page, head, KEY_SUMS, slot] = total
    quads = codes.view(np.int32)
    for quad in range(COLUMNS // QUAD):
        cache.integers[layer, page, head, quad, slot] = quads[quad]
    value = qkv[2 * width + at : 2 * width + at + size]
    scale, total = encode_signed(value, cache.codes[layer, page, head, VALUES + slot], 0)
    cache.numbers[layer, page, head, VALUE_SCALES, slot] = scale


@njit(nogil=True)
def store(
    qkv: Any, width: int, cache: Any, layer: int, rows: Any, q: Any, q_scales: Any, first: int, last: int
) -> None:
    """Encode queries of `qkv` (N, 3 C padded) into q (N, H, COLUMNS), and its keys and values into their pages."""
    heads = q.shape[1]
    size = width // heads
    root = np.float32(1.0) / np.sqrt(np.float32(size))
    for n in range(first, last):
        for h in range(heads):
            scale, _ = encode_signed(qkv[n, h * size : (h + 1) * size], q[n, h], 128)
            q_scales[n, h] = scale * root
            _store_head(qkv[n], h * size, width, cache, layer, rows.pages[n], h, rows.slots[n])


@njit(nogil=True)
def attend(cache: Any, layer: int, rows: Any, q: Any, q_scales: Any, out: Any, thread: int, threads: int) -> None:
    """Fill this thread's part of out (N, C); blocks are dealt out one by one, for neighbours cost alike."""
    heads = q.shape[1]
    for item in range(thread, rows.first.shape[0] * heads, threads):
        _attend_block(cache, layer, rows, item // heads, item % heads, q, q_scales, out)


@njit(nogil=True, fastmath=True)
def _softmax(scores: Any, length: int) -> Any:
    """Turn the first `length` scores into e**(score - largest), the rest into zeros; return the sum."""
    scores[length:] = scores[0]
    _, top = extremes(address(scores), scores.shape[0] // LANES)
    total = np.float32(0.0)
    for t in range(length):
        scores[t] = exp(scores[t] - top)
        total += scores[t]
    scores[length:] = np.float32(0.0)
    return total


@njit(nogil=True)
def _score(pages: Any, table: Any, head: int, q: Any, q_scales: Any, first: int, scores: Any) -> None:
    """Fill scores (rows, pages * LANES) for one row of queries, or for ROWS."""
    count = scores.shape[1] // LANES
    queries, own = address(q[first, head]), address(q_scales[first, head:])
    for p in range(count):
        page = address(pages[table[p], head])
        ahead = address(pages[table[min(p + _AHEAD, count - 1)], head])
        out = address(scores) + 4 * LANES * p
        if scores.shape[0] == 1:
            score_row(queries, q.strides[0], own, q_scales.strides[0], page, ahead, out, scores.strides[0])
        else:
            score_rows(queries, q.strides[0], own, q_scales.strides[0], page, ahead, out, scores.strides[0])


@njit(nogil=True)
def _mix(pages: Any, table: Any, head: int, weights: Any, sums: Any) -> None:
    """Add to sums (rows, COLUMNS) the values of all pages, weighted by weights (rows, pages * LANES)."""
    count = weights.shape[1] // LANES
    for p in range(count):
        page = address(pages[table[p], head])
        ahead = address(pages[table[min(p + _AHEAD, count - 1)], head])
        at = address(weights) + 4 * LANES * p
        if weights.shape[0] == 1:
            mix_row(at, weights.strides[0], page, ahead, address(sums), sums.strides[0])
        else:
            mix_rows(at, weights.strides[0], page, ahead, address(sums), sums.strides[0])


@njit(nogil=True)
def _attend_block(cache: Any, layer: int, rows: Any, block: int, head: int, q: Any, q_scales: Any, out: Any) -> None:
    """Attend the block's queries to the tokens up to each of them; write its part of out (N, C)."""
    first, count, start = rows.first[block], rows.size[block], rows.start[block]
    table = rows.tables[rows.table[block]]
    height, pages = ROWS if count > 1 else 1, (start + count + LANES - 1) // LANES
    scores = np.empty((height, pages * LANES), np.float32)
    sums = np.zeros((height, COLUMNS), np.float32)
    totals = np.empty(height, np.float32)
    codes = cache.codes[layer]
    _score(codes, table, head, q, q_scales, first, scores)
    for r in range(count):
        totals[r] = _softmax(scores[r], start + r + 1)
    scores[count:] = np.float32(0.0)
    _mix(codes, table, head, scores, sums)
    size = out.shape[1] // q.shape[1]
    for r in range(count):
        for i in range(size):
            out[first + r, head * size + i] = sums[r, i] / totals[r]
