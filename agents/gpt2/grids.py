"""A step of a GPT-2 over a grid, with torch's operations alone: up to N new tokens of each of S sessions.

All that changes from step to step stands in one tensor of whole numbers; no operation waits for the device, and no
shape depends on what the numbers are. So the launches of a step can be recorded and played again (`captured.py`), and
the same function runs on a CPU. Attention is in the network's own number format. Empty places write to page 0, which is
never handed out.
"""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor
from torch.nn import functional

from agents.gpt2.attention import Segment
from agents.gpt2.network import ROW_MULTIPLE, Network
from agents.gpt2.paging import PAGE, RUN

Planes = tuple[Tensor, ...]


def grid_of(segments: Sequence[Segment], tokens: npt.NDArray[np.int64], width: int) -> npt.NDArray[np.int64]:
    """Return `segments` as rows: start, count, `width` tokens, pages. Their `tokens` stand one after another.

    With one token a row there are few sizes: rows are filled up to a power of two, pages to whole runs.
    """
    starts, counts = (np.array(numbers) for numbers in zip(*((s.start, s.count) for s in segments), strict=True))
    rows, pages = len(segments), -(-int((starts + counts).max()) // PAGE)
    if width == 1:
        pages = min(-(-pages // RUN) * RUN, len(segments[0].table.row))
    height = int(widened(np.array(rows))) if width == 1 else rows
    grid = np.zeros((height, 2 + width + pages), np.int64)
    grid[:rows, 0], grid[:rows, 1] = starts, counts
    grid[:rows, 2 : 2 + width][np.arange(width) < counts[:, None]] = tokens
    grid[:rows, 2 + width :] = np.concatenate([s.table.row for s in segments]).reshape(rows, -1)[:, :pages]
    return grid


def widened(sizes: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """Return the next powers of two, at least ROW_MULTIPLE."""
    powers: npt.NDArray[np.int64] = 2 ** np.ceil(np.log2(np.maximum(sizes, ROW_MULTIPLE))).astype(np.int64)
    return powers


def step(network: Network, planes: Planes, grid: Tensor, width: int) -> Tensor:
    """Compute the new tokens of `grid` (see `grid_of`) and return each row's last logits, (S, V) in fp32."""
    start, count, tokens, tables = grid.split((1, 1, width, grid.shape[1] - 2 - width), dim=1)
    place = torch.arange(width, device=grid.device)
    last = (count - 1).clamp(min=0)  # (S, 1)
    positions = start + place.minimum(last)  # (S, N)
    attention = _GridAttention(planes, network.shape.heads, positions, place < count, tables)
    hidden = network.hidden(tokens.flatten(), positions.flatten(), attention)  # (S * N, C)
    ends = torch.arange(len(grid), device=grid.device) * width + last[:, 0]
    return network.logits(hidden[ends])


class _GridAttention:
    """The `Attention` of a grid: every row looks at its own pages, laid side by side, up to its own position."""

    def __init__(self, planes: Planes, heads: int, positions: Tensor, new: Tensor, tables: Tensor) -> None:
        self._planes = planes
        self._heads = heads
        self._size = positions.shape
        head = torch.arange(heads, device=tables.device)
        pages = tables.gather(1, positions // PAGE) * new  # (S, N)
        self._slots = (pages[..., None] * heads + head) * PAGE + positions[..., None] % PAGE  # (S, N, H)
        self._pages = tables[:, None] * heads + head[:, None]  # (S, H, P)
        self._seen = torch.arange(tables.shape[1] * PAGE, device=tables.device) <= positions[:, None, :, None]

    def attend(self, layer: int, q: Tensor, k: Tensor, v: Tensor) -> Tensor:
        q, k, v = (t.reshape(*self._size, self._heads, -1) for t in (q, k, v))  # (S, N, H, D)
        keys, values = (self._kept(plane[layer], new) for plane, new in zip(self._planes, (k, v), strict=True))
        mixed = functional.scaled_dot_product_attention(q.transpose(1, 2), keys, values, attn_mask=self._seen)
        return mixed.transpose(1, 2).flatten(2).flatten(0, 1)  # (S * N, C)

    def _kept(self, plane: Tensor, new: Tensor) -> Tensor:
        """Store `new` (S, N, H, D) in `plane` (pages, H, PAGE, D); return what the rows have there, (S, H, T, D)."""
        width = plane.shape[-1]
        plane.view(-1, width)[self._slots] = new
        pages = functional.embedding(self._pages, plane.view(-1, PAGE * width))  # (S, H, P, PAGE * D)
        return pages.view(*self._pages.shape[:2], -1, width)
