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
    KEYS,
    LANES,
    LINE,
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

_ENOUGH: Final = 4
"""Blocks a thread from which a block is one piece of work with all its heads, and so with whole pages."""


@njit(nogil=True, forceinline=True)
def _store_head(key: Any, value: Any, cache: Any, layer: int, page: int, head: int, slot: int, codes: Any) -> None:
    """Encode the key and the value of one head into their page; `codes` is room for COLUMNS, zeros at its end."""
    line = head * KEYS
    scale, total = encode_signed(key, codes, 0)
    cache.key_scales[layer, page, line + KEY_SCALES, slot] = scale
    cache.keys[layer, page, line + KEY_SUMS, slot] = total
    quads = codes.view(np.int32)
    for quad in range(COLUMNS // QUAD):
        cache.keys[layer, page, line + quad, slot] = quads[quad]
    line = head * VALUES
    scale, _ = encode_signed(value, codes, 0)
    cache.value_scales[layer, page, line + VALUE_SCALES, slot] = scale
    for v in range(COLUMNS // LANES):
        target = cache.values[layer, page, line + slot // QUAD * QUAD + v]
        for i in range(LANES):
            target[i * QUAD + slot % QUAD] = codes[v * LANES + i]


@njit(nogil=True, forceinline=True)
def store(
    qkv: Any, width: int, cache: Any, layer: int, rows: Any, q: Any, q_scales: Any, first: int, last: int
) -> None:
    """Encode queries of `qkv` (N, 3 C padded) into q (N, H, COLUMNS), and its keys and values into their pages."""
    heads = q.shape[1]
    size = width // heads
    root = np.float32(1.0) / np.sqrt(np.float32(size))
    codes = np.zeros(COLUMNS, np.int8)
    for n in range(first, last):
        queries, keys, values = qkv[n, :width], qkv[n, width : 2 * width], qkv[n, 2 * width : 3 * width]
        for h in range(heads):
            at, end = h * size, (h + 1) * size
            scale, _ = encode_signed(queries[at:end], q[n, h], 128)
            q_scales[n, h] = scale * root
            _store_head(keys[at:end], values[at:end], cache, layer, rows.pages[n], h, rows.slots[n], codes)


@njit(nogil=True, forceinline=True)
def attend(cache: Any, layer: int, rows: Any, q: Any, q_scales: Any, out: Any, thread: int, threads: int) -> None:
    """Fill this thread's part of out (N, C); pieces are dealt out one by one, for neighbours cost alike."""
    heads, blocks = q.shape[1], rows.first.shape[0]
    together = heads if blocks >= _ENOUGH * threads else 1
    pieces = heads // together
    for item in range(thread, blocks * pieces, threads):
        block, head = item // pieces, item % pieces * together
        if rows.size[block] == 1:
            _attend_block(cache, layer, rows, block, head, head + together, q, q_scales, out)
        else:
            for one in range(head, head + together):
                _attend_block(cache, layer, rows, block, one, one + 1, q, q_scales, out)


@njit(nogil=True, fastmath=True, forceinline=True)
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


@njit(nogil=True, forceinline=True)
def _score(pages: Any, table: Any, head: int, q: Any, q_scales: Any, first: int, scores: Any) -> None:
    """Fill scores (heads, rows, pages * LANES) from `head` on, for one row of queries or for ROWS."""
    count = scores.shape[2] // LANES
    for p in range(count):
        page = address(pages[table[p]])
        for n in range(scores.shape[0]):
            h = head + n
            queries, own = address(q[first, h]), address(q_scales[first, h:])
            out, keys = address(scores[n]) + 4 * LANES * p, h * KEYS * LINE
            if scores.shape[1] == 1:
                score_row(queries, q.strides[0], own, q_scales.strides[0], page + keys, out, 0)
            else:
                step = scores.strides[1]
                score_rows(queries, q.strides[0], own, q_scales.strides[0], page + keys, out, step)


@njit(nogil=True, forceinline=True)
def _mix(pages: Any, table: Any, head: int, weights: Any, sums: Any) -> None:
    """Add to sums (heads, rows, COLUMNS) the values of all pages, weighted by weights (heads, rows, pages * LANES)."""
    count = weights.shape[2] // LANES
    for p in range(count):
        page = address(pages[table[p]])
        for n in range(weights.shape[0]):
            at, values = address(weights[n]) + 4 * LANES * p, (head + n) * VALUES * LINE
            if weights.shape[1] == 1:
                mix_row(at, 0, page + values, address(sums[n]), 0)
            else:
                mix_rows(at, weights.strides[1], page + values, address(sums[n]), sums.strides[1])


@njit(nogil=True, forceinline=True)
def _attend_block(
    cache: Any, layer: int, rows: Any, block: int, head: int, end: int, q: Any, q_scales: Any, out: Any
) -> None:
    """Attend the block's queries of some heads to the tokens up to each of them; write their part of out (N, C)."""
    first, count, start = rows.first[block], rows.size[block], rows.start[block]
    table = rows.tables[rows.table[block]]
    height, pages = ROWS if count > 1 else 1, (start + count + LANES - 1) // LANES
    scores = np.empty((end - head, height, pages * LANES), np.float32)
    sums = np.zeros((end - head, height, COLUMNS), np.float32)
    totals = np.empty((end - head, height), np.float32)
    _score(cache.keys[layer], table, head, q, q_scales, first, scores)
    for n in range(end - head):
        for r in range(count):
            totals[n, r] = _softmax(scores[n, r], start + r + 1)
        scores[n, count:] = np.float32(0.0)
    _mix(cache.values[layer], table, head, scores, sums)
    size = out.shape[1] // q.shape[1]
    for n in range(end - head):
        for r in range(count):
            for i in range(size):
                out[first + r, (head + n) * size + i] = sums[n, r, i] / totals[n, r]
