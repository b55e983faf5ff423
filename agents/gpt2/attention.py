"""Attention of one step over the page pool: which rows look at which pages.

Rows that continue a text by one token go through the paged kernel together; each longer stretch (a prompt) is attended
on its own, over its pages laid side by side. Either way a row's numbers depend on its own session alone. This is the
CPU's way; a GPU's is `grids.py`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from agents.gpt2.paging import PAGE, PagePool, PageTable


@dataclass(frozen=True, slots=True)
class Segment:
    """`count` new tokens of one session, from position `start` on; its table has room for them."""

    table: PageTable
    start: int
    count: int


class StepAttention:
    """The `Attention` of one step. Segments of one token must come first; rows beyond the segments are padding."""

    def __init__(self, pool: PagePool, segments: Sequence[Segment]) -> None:
        self._pool = pool
        self._singles = [s for s in segments if s.count == 1]
        self._stretches = [s for s in segments if s.count > 1]
        self._rows = sum(s.count for s in segments)
        positions = [np.arange(s.start, s.start + s.count) for s in segments]
        self.positions = np.concatenate(positions)
        self._pages = np.concatenate([s.table.row[p // PAGE] for s, p in zip(segments, positions, strict=True)])
        self._slots = self.positions % PAGE

    def attend(self, layer: int, q: Tensor, k: Tensor, v: Tensor) -> Tensor:
        keys, values = (plane[layer] for plane in self._pool.planes)  # (P, H, PAGE, D)
        heads, width = self._pool.shape.heads, self._pool.shape.head_width
        out = torch.zeros(q.shape[0], heads, width, device=q.device)
        q, k, v = (t.view(-1, heads, width)[: self._rows] for t in (q, k, v))  # (N, H, D)
        self._store(k, v, keys, values)
        row = len(self._singles)
        if row:
            self._attend_singles(q[:row].float(), keys, values, out[:row])
        for segment in self._stretches:
            end = row + segment.count
            out[row:end] = _attend_stretch(q[row:end], keys, values, segment)
            row = end
        return out.flatten(1).to(q.dtype)

    def _store(self, k: Tensor, v: Tensor, keys: Tensor, values: Tensor) -> None:
        from agents.gpt2 import kernels

        kernels.store(_array(k), _array(v), _array(keys), _array(values), self._pages, self._slots)

    def _attend_singles(self, q: Tensor, keys: Tensor, values: Tensor, out: Tensor) -> None:
        from agents.gpt2 import kernels

        kernels.attend(_array(q.contiguous()), _array(keys), _array(values), *self._tables, _array(out))

    @cached_property
    def _tables(self) -> tuple[np.ndarray, np.ndarray]:
        """The page rows of the one-token segments (B, pages) and their lengths (B), the new token counted."""
        tables = np.stack([s.table.row for s in self._singles])
        return tables, np.array([s.start + 1 for s in self._singles])


def _attend_stretch(q: Tensor, keys: Tensor, values: Tensor, segment: Segment) -> Tensor:
    """Return causal attention, (N, H, D) in fp32, of one session's new rows q (N, H, D) to all its tokens."""
    length = segment.start + segment.count
    pages = torch.from_numpy(segment.table.row[: -(-length // PAGE)].astype(np.int64)).to(q.device)
    k, v = (t[pages].transpose(0, 1).flatten(1, 2)[:, :length].float() for t in (keys, values))  # (H, T, D)
    rows = torch.arange(segment.start, length, device=q.device)
    seen = torch.arange(length, device=q.device) <= rows[:, None]  # (N, T)
    mixed = functional.scaled_dot_product_attention(
        q.float().transpose(0, 1)[None], k[None], v[None], attn_mask=seen
    )  # (1, H, N, D)
    return mixed[0].transpose(0, 1)


def _array(tensor: Tensor) -> np.ndarray:
    """Return a CPU tensor's memory as a numpy array; bf16 as uint16."""
    return (tensor.view(torch.uint16) if tensor.dtype is torch.bfloat16 else tensor).numpy()
