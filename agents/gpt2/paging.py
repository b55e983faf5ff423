"""Where keys and values live: fixed-size pages in one pool per engine, handed out to sessions (Kwon et al. 2023).

A session's cache is a list of page numbers, so it grows, is cut back and is freed without copying. The pool doubles
when it runs out and never shrinks. It knows nothing of tokens or requests.
"""

from collections.abc import Callable
from typing import Final

import numpy as np
from torch import Tensor

from agents.gpt2.network import Shape

PAGE: Final = 16
"""Tokens a page."""
RUN: Final = 8
"""Neighbouring pages that are handed out together: a cache is read faster where it lies in one stretch."""


class PagePool:
    """Pages for the keys and values of one network, handed out in runs. The first run is never handed out.

    `blank` makes the memory of so many pages: tensors of zeros, with the pages along their second dimension.
    """

    def __init__(self, shape: Shape, blank: Callable[[int], tuple[Tensor, ...]], *, runs: int = 8) -> None:
        self.shape = shape
        self.planes = blank(runs * RUN)
        self._blank = blank
        self._free = list(range(runs - 1, 0, -1))

    @property
    def pages(self) -> int:
        return self.planes[0].shape[1]

    @property
    def free(self) -> int:
        return len(self._free) * RUN

    @property
    def bytes(self) -> int:
        """The memory of all pages that are handed out."""
        whole = sum(plane.numel() * plane.element_size() for plane in self.planes)
        return whole // self.pages * (self.pages - self.free)

    def take(self) -> int:
        """Hand out a run and return its number. Raises MemoryError where the machine has no room for a larger pool."""
        if not self._free:
            self._grow()
        return self._free.pop()

    def give_back(self, runs: list[int]) -> None:
        self._free.extend(reversed(runs))

    def _grow(self) -> None:
        old = self.pages
        try:
            planes = self._blank(2 * old)
        except (RuntimeError, MemoryError) as error:  # torch reports a failed CPU allocation as the former
            raise MemoryError(f"no room for {2 * old} cache pages") from error
        for plane, before in zip(planes, self.planes, strict=True):
            plane[:, :old] = before
        self.planes = planes
        self._free[:0] = range(2 * old // RUN - 1, old // RUN - 1, -1)


class PageTable:
    """One session's pages, as the row of numbers that the kernels read."""

    def __init__(self, pool: PagePool) -> None:
        self._pool = pool
        self.row = np.zeros(-(-pool.shape.window // PAGE), dtype=np.int32)
        self._runs: list[int] = []

    def reserve(self, length: int) -> None:
        """Make room for `length` tokens in all."""
        while len(self._runs) * RUN * PAGE < length:
            run, first = self._pool.take(), len(self._runs) * RUN
            pages = np.arange(run * RUN, (run + 1) * RUN)
            self.row[first : first + RUN] = pages[: len(self.row) - first]
            self._runs.append(run)

    def cut(self, length: int) -> None:
        """Give back the runs that lie beyond `length` tokens."""
        kept = -(-length // (RUN * PAGE))
        self._pool.give_back(self._runs[kept:])
        self.row[kept * RUN :] = 0
        del self._runs[kept:]
