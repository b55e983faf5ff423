"""One step of a GPT-2 in int8: all its layers in one parallel loop, whose threads meet after every part.

Work is dealt out by rows, columns or blocks of queries; whoever computes a number, it is computed in the same order
from the same row, so results depend neither on threads nor on batch mates.

Whatever `part` calls is inlined into it: see `agents.gpt2.by_address`.
"""

from typing import Any, Final, NamedTuple

import numpy as np
from numba import njit, prange

from agents.gpt2.by_address import call
from agents.gpt2.int8.attending import attend, store
from agents.gpt2.int8.encoding import gelu_codes, norm_codes, row_codes
from agents.gpt2.int8.meeting import meet
from agents.gpt2.int8.tiles import COLUMNS, ROWS, address, dot_tile

Array = np.ndarray[Any, Any]

_BLOCK_ROWS: Final = 48
"""Rows that a thread multiplies with one panel of weights before it goes on to the next: their codes stay near."""


class Weights(NamedTuple):
    """A GPT-2's weights: embeddings and norms in fp32, affine maps as codes.

    Of an affine map, N outputs are padded to whole panels of COLUMNS, K inputs to whole QUADs; its `columns` are each
    output's scale, sum of codes (int32's bits) and bias. It is flat because numba hands no tuples of tuples to threads.
    """

    tokens: Array  # (V, C)
    positions: Array  # (window, C)
    norm_1: Array  # (L, C)
    bias_1: Array  # (L, C)
    qkv: Array  # (L, N / COLUMNS, K / QUAD, COLUMNS, QUAD), int8
    qkv_columns: Array  # (L, N / COLUMNS, 3, COLUMNS), fp32
    out: Array
    out_columns: Array
    norm_2: Array
    bias_2: Array
    up: Array
    up_columns: Array
    down: Array
    down_columns: Array
    norm: Array  # (1, C)
    bias: Array  # (1, C)
    head: Array  # one layer
    head_columns: Array


class Cache(NamedTuple):
    """Keys and values of all layers in P pages of LANES tokens, each in one memory, which is seen as numbers too."""

    keys: Array  # (L, P, H KEYS, LINE / 4), int32
    key_scales: Array  # the same memory as fp32
    values: Array  # (L, P, H VALUES, LINE), int8
    value_scales: Array  # (L, P, H VALUES, LINE / 4), the same memory as fp32


class Rows(NamedTuple):
    """A step's N rows: token, position, page and slot of each, and the blocks of at most ROWS that attend together."""

    tokens: Array  # (N), int32
    positions: Array  # (N), int32
    pages: Array  # (N), int32
    slots: Array  # (N), int32
    first: Array  # (B), the block's first row
    size: Array  # (B), its rows
    start: Array  # (B), the position of its first row
    table: Array  # (B), its session's row of `tables`
    tables: Array  # (S, pages of a window), int32
    last: Array  # (S), each session's last row


class Buffers(NamedTuple):
    """Room for one step of N rows of which S are scored, both multiples of ROWS."""

    x: Array  # (N, C), fp32: the residual stream
    qkv: Array  # (N, 3 C padded), fp32
    attended: Array  # (N, C), fp32
    inner: Array  # (N, F padded), fp32
    codes: Array  # (N, C padded), uint8
    inner_codes: Array  # (N, F padded), uint8
    scales: Array  # (N), fp32
    zeros: Array  # (N), int32
    q: Array  # (N + ROWS, H, COLUMNS), uint8
    q_scales: Array  # (N + ROWS, H), fp32
    ends: Array  # (S, C), fp32: the rows that are scored
    scores: Array  # (S, V padded), fp32
    meeting: Array  # (16), int64


@njit(parallel=True, nogil=True, cache=True)
def step(function: int, weights: Any, cache: Any, rows: Any, room: Any, epsilon: Any, threads: int) -> None:
    """Compute all rows, leave their keys and values in the cache and each session's next logits in `room.scores`.

    `function` is what `compiled` returns for `part`, `weights` to `room`, `epsilon` and two integers.
    """
    for thread in prange(threads):
        call(function, (weights, cache, rows, room, epsilon), np.intp(thread), threads)


@njit(nogil=True, cache=True)
def part(weights: Any, cache: Any, rows: Any, room: Any, epsilon: Any, thread: int, threads: int) -> None:
    x, codes, scales, zeros, hall = room.x, room.codes, room.scales, room.zeros, room.meeting
    first, last = _share(x.shape[0], thread, threads)
    known = min(last, rows.tokens.shape[0])
    for n in range(first, known):
        token, position = rows.tokens[n], rows.positions[n]
        for i in range(x.shape[1]):
            x[n, i] = weights.tokens[token, i] + weights.positions[position, i]
    for n in range(weights.norm_1.shape[0]):
        norm_codes(x, weights.norm_1[n], weights.bias_1[n], epsilon, codes, scales, zeros, first, last)
        meet(hall, threads)
        linear(codes, scales, zeros, weights.qkv[n], weights.qkv_columns[n], room.qkv, False, thread, threads)
        meet(hall, threads)
        store(room.qkv, x.shape[1], cache, n, rows, room.q, room.q_scales, first, known)
        meet(hall, threads)
        attend(cache, n, rows, room.q, room.q_scales, room.attended, thread, threads)
        meet(hall, threads)
        row_codes(room.attended, codes, scales, zeros, first, last)
        meet(hall, threads)
        linear(codes, scales, zeros, weights.out[n], weights.out_columns[n], x, True, thread, threads)
        meet(hall, threads)
        norm_codes(x, weights.norm_2[n], weights.bias_2[n], epsilon, codes, scales, zeros, first, last)
        meet(hall, threads)
        linear(codes, scales, zeros, weights.up[n], weights.up_columns[n], room.inner, False, thread, threads)
        meet(hall, threads)
        gelu_codes(room.inner, room.inner_codes, scales, zeros, first, last)
        meet(hall, threads)
        linear(room.inner_codes, scales, zeros, weights.down[n], weights.down_columns[n], x, True, thread, threads)
        meet(hall, threads)
    _score_ends(weights, rows, room, epsilon, thread, threads)


@njit(nogil=True, forceinline=True)
def _score_ends(weights: Any, rows: Any, room: Any, epsilon: Any, thread: int, threads: int) -> None:
    """Project each session's last row onto the vocabulary."""
    first, last = _share(room.ends.shape[0], thread, threads)
    for n in range(first, min(last, rows.last.shape[0])):
        for i in range(room.x.shape[1]):
            room.ends[n, i] = room.x[rows.last[n], i]
    codes, scales, zeros = room.codes, room.scales, room.zeros
    norm_codes(room.ends, weights.norm[0], weights.bias[0], epsilon, codes, scales, zeros, first, last)
    meet(room.meeting, threads)
    size = room.ends.shape[0]
    linear(codes[:size], scales, zeros, weights.head[0], weights.head_columns[0], room.scores, False, thread, threads)


@njit(nogil=True, forceinline=True)
def _share(count: int, thread: int, threads: int) -> Any:
    """Return the thread's range of `count` rows."""
    return thread * count // threads, (thread + 1) * count // threads


@njit(nogil=True, forceinline=True)
def linear(
    codes: Any, scales: Any, zeros: Any, weight: Any, columns: Any, out: Any, add: Any, thread: int, threads: int
) -> None:
    """Write (or add) to out (N, M) this thread's columns of the affine map of N rows of codes."""
    panels, quads = weight.shape[0], weight.shape[1]
    stride, step = codes.strides[0], out.strides[0]
    chunks = (codes.shape[0] + _BLOCK_ROWS - 1) // _BLOCK_ROWS
    first, last = _share(panels * chunks, thread, threads)
    for item in range(first, last):
        panel, chunk = item // chunks, item % chunks
        for row in range(chunk * _BLOCK_ROWS, min(codes.shape[0], (chunk + 1) * _BLOCK_ROWS), ROWS):
            dot_tile(
                address(codes) + row * stride,
                stride,
                address(weight) + panel * weight.strides[0],
                quads,
                address(scales) + 4 * row,
                address(zeros) + 4 * row,
                address(columns) + panel * columns.strides[0],
                address(out) + row * step + 4 * COLUMNS * panel,
                step,
                add,
            )
