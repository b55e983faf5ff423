"""A GPT-2 whose weights, activations and caches are codes of one byte; it runs whole steps in compiled code.

Weights share a scale per output, activations a scale and a zero point per token, keys and values a scale per token and
head (Dettmers et al., "LLM.int8()", 2022, section 2, without its outliers; docs/performance.md has what it costs). The
residual stream, norms, softmax and logits are fp32.
"""

import threading
from collections.abc import Sequence
from typing import Final, TypeAlias

import numba
import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from agents.gpt2.attention import Segment
from agents.gpt2.by_address import compiled
from agents.gpt2.int8.crowd import Crowd
from agents.gpt2.int8.meeting import threads_that_meet
from agents.gpt2.int8.step import Buffers, Cache, Rows, Weights, part, step
from agents.gpt2.int8.tiles import COLUMNS, KEYS, LINE, QUAD, ROWS, VALUES
from agents.gpt2.network import Linear, Network, Norm
from agents.gpt2.paging import PAGE, RUN, PagePool

Floats: TypeAlias = npt.NDArray[np.float32]

_FIRST: Final = 2**30
"""Bytes of a pool before it grows, less where the system refuses. What was never written to takes up no memory."""
_ONE_AT_A_TIME: Final = threading.Lock()
"""Two engines in a process take turns: each uses all cores, and some of numba's thread pools bear one caller only."""


class Int8Network:
    """Runs steps of a GPT-2 on the CPU in int8."""

    precision = "int8"
    device = torch.device("cpu")

    def __init__(self, network: Network) -> None:
        blocks = network.blocks
        self.shape = network.shape
        self._weights = Weights(
            _floats(network.token_embedding),
            _floats(network.position_embedding),
            *_norms([block.norm_1 for block in blocks]),
            *packed([block.qkv for block in blocks]),
            *packed([block.out for block in blocks]),
            *_norms([block.norm_2 for block in blocks]),
            *packed([block.up for block in blocks]),
            *packed([block.down for block in blocks]),
            *_norms([network.final_norm]),
            *packed([Linear(network.head, torch.zeros(len(network.head)))]),
        )
        self._room = self._new_room(ROWS)
        self._function = 0
        self._crowd = Crowd()
        with _ONE_AT_A_TIME:
            self._threads = threads_that_meet(min(torch.get_num_threads(), numba.get_num_threads()))

    def new_pool(self) -> PagePool:
        """Return an empty pool of pages for this network's keys and values."""
        shape = self.shape
        if shape.head_width > COLUMNS:
            raise ValueError(f"heads of {shape.head_width} numbers; int8 takes at most {COLUMNS}")

        def blank(pages: int) -> tuple[Tensor, ...]:
            sizes = [(shape.layers, pages, shape.heads * lines, LINE) for lines in (KEYS, VALUES)]
            return tuple(torch.from_numpy(_zeros(size, np.int8)) for size in sizes)

        runs = max(2, _FIRST // (shape.layers * shape.heads * (KEYS + VALUES) * LINE * RUN))
        while True:
            try:
                return PagePool(shape, blank, runs=runs)
            except MemoryError:
                if runs == 2:
                    raise
                runs = max(2, runs // 2)

    def logits(self, pool: PagePool, segments: Sequence[Segment], tokens: Sequence[int]) -> Tensor:
        """Compute `tokens`, which stand segment after segment, and return each segment's last logits, (B, V), fp32."""
        cache = cache_of(pool)
        rows = rows_of(segments, tokens)
        room = self._room_for(len(tokens), len(segments))
        epsilon = np.float32(self.shape.epsilon)
        with _ONE_AT_A_TIME:
            self._function = self._function or compiled(part, self._weights, cache, rows, room, epsilon, 0, 0)
            with self._crowd.threads(self._threads) as threads:
                numba.set_num_threads(threads)
                step(self._function, self._weights, cache, rows, room, epsilon, threads)
        scores = room.scores[: len(segments), : self.shape.vocabulary]
        return torch.from_numpy(scores.copy())

    def _room_for(self, rows: int, ends: int) -> Buffers:
        """Return buffers for so many rows, padded to whole tiles; they are kept, and grow where they must."""
        wanted = _up(rows, ROWS)
        if len(self._room.x) < wanted:
            self._room = self._new_room(max(wanted, 2 * len(self._room.x)))
        sizes = [wanted] * 8 + [wanted + ROWS] * 2 + [_up(ends, ROWS)] * 2 + [len(self._room.meeting)]
        return Buffers(*(array[:size] for array, size in zip(self._room, sizes, strict=True)))

    def _new_room(self, rows: int) -> Buffers:
        width, heads = self.shape.width, self.shape.heads
        inner = _up(4 * width, COLUMNS)
        return Buffers(
            x=_zeros((rows, width), np.float32),
            qkv=_zeros((rows, _up(3 * width, COLUMNS)), np.float32),
            attended=_zeros((rows, width), np.float32),
            inner=_zeros((rows, inner), np.float32),
            codes=_zeros((rows, _up(width, QUAD)), np.uint8),
            inner_codes=_zeros((rows, inner), np.uint8),
            scales=_zeros((rows,), np.float32),
            zeros=_zeros((rows,), np.int32),
            q=_zeros((rows + ROWS, heads, COLUMNS), np.uint8),
            q_scales=_zeros((rows + ROWS, heads), np.float32),
            ends=_zeros((rows, width), np.float32),
            scores=_zeros((rows, _up(self.shape.vocabulary, COLUMNS)), np.float32),
            meeting=_zeros((16,), np.int64),
        )


def cache_of(pool: PagePool) -> Cache:
    """Return the memory of `pool` as the kernels see it."""
    keys, values = (plane.numpy() for plane in pool.planes)
    return Cache(keys.view(np.int32), keys.view(np.float32), values, values.view(np.float32))


def rows_of(segments: Sequence[Segment], tokens: Sequence[int]) -> Rows:
    """Return the rows of `segments`, whose `tokens` stand one after another."""
    counts = np.array([segment.count for segment in segments])
    starts = np.array([segment.start for segment in segments], np.int32)
    ends = counts.cumsum()
    tables = np.stack([segment.table.row for segment in segments])
    session = np.arange(len(segments)).repeat(counts)
    positions = np.arange(len(tokens), dtype=np.int32) + (starts - ends + counts).astype(np.int32)[session]
    blocks = [range(0, segment.count, ROWS) for segment in segments]
    table = np.array([n for n, block in enumerate(blocks) for _ in block], np.int32)
    offset = np.array([place for block in blocks for place in block], np.int32)
    return Rows(
        tokens=np.array(tokens, np.int32),
        positions=positions,
        pages=tables[session, positions // PAGE],
        slots=positions % PAGE,
        first=(ends - counts).astype(np.int32)[table] + offset,
        size=np.minimum(ROWS, counts.astype(np.int32)[table] - offset),
        start=starts[table] + offset,
        table=table,
        tables=tables,
        last=(ends - 1).astype(np.int32),
    )


def packed(layers: Sequence[Linear]) -> tuple[npt.NDArray[np.generic], npt.NDArray[np.generic]]:
    """Return codes and columns (see `Weights`) of affine maps of equal size.

    Each output's weights share the scale of their largest.
    """
    outputs, inputs = layers[0].weight.shape
    panels, quads = _up(outputs, COLUMNS) // COLUMNS, _up(inputs, QUAD) // QUAD
    codes = _zeros((len(layers), panels, quads, COLUMNS, QUAD), np.int8)
    columns = _zeros((len(layers), panels, 3, COLUMNS), np.float32)
    for n, layer in enumerate(layers):
        weight, bias = _floats(layer.weight), _floats(layer.bias)
        scale = np.maximum(np.abs(weight).max(axis=1) / 127, 1e-20)
        whole = np.zeros((panels * COLUMNS, quads * QUAD), np.int8)
        whole[:outputs, :inputs] = np.rint(weight / scale[:, None])
        codes[n] = whole.reshape(panels, COLUMNS, quads, QUAD).transpose(0, 2, 1, 3)
        sums = whole.sum(axis=1, dtype=np.int32).view(np.float32)
        for place, numbers in enumerate((scale, sums, bias)):
            padded = np.zeros(panels * COLUMNS, np.float32)
            padded[: len(numbers)] = numbers
            columns[n, :, place] = padded.reshape(panels, COLUMNS)
    return codes, columns


def _norms(norms: Sequence[Norm]) -> tuple[Floats, Floats]:
    """Return weights and biases, (L, C) each."""
    return np.stack([_floats(norm.weight) for norm in norms]), np.stack([_floats(norm.bias) for norm in norms])


def _floats(tensor: Tensor) -> Floats:
    floats: Floats = tensor.float().numpy()
    return floats


def _up(number: int, multiple: int) -> int:
    return -(-number // multiple) * multiple


def _zeros(shape: tuple[int, ...], kind: npt.DTypeLike) -> npt.NDArray[np.generic]:
    """Return zeros that begin at a line of the processor's caches; numpy asks for huge pages, which torch does not."""
    size = int(np.prod(shape)) * np.dtype(kind).itemsize
    room = np.zeros(size + LINE, np.uint8)
    start = -room.ctypes.data % LINE
    return room[start : start + size].view(kind).reshape(shape)
