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


class PagePool:
    """Pages for the keys and values of one network. Page 0 is never handed out.

    `blank` makes the memory of so many pages: tensors of zeros, with the pages along their second dimension.
    """

    def __init__(self, shape: Shape, blank: Callable[[int], tuple[Tensor, ...]], *, pages: int = 64) -> None:
        self.shape = shape
        self.planes = blank(pages)
        self._blank = blank
        self._free = list(range(pages - 1, 0, -1))

    @property
    def pages(self) -> int:
        return self.planes[0].shape[1]

    @property
    def free(self) -> int:
        return len(self._free)

    @property
    def bytes(self) -> int:
        """The memory that the pool holds."""
        return sum(plane.numel() * plane.element_size() for plane in self.planes)

    def take(self, count: int) -> list[int]:
        """Hand out `count` pages. Raises MemoryError where the machine has no room for a larger pool."""
        while len(self._free) < count:
            self._grow()
        return [self._free.pop() for _ in range(count)]

    def give_back(self, pages: list[int]) -> None:
        self._free.extend(reversed(pages))

    def _grow(self) -> None:
        old = self.pages
        try:
            planes = self._blank(2 * old)
        except (RuntimeError, MemoryError) as error:  # torch reports a failed CPU allocation as the former
            raise MemoryError(f"no room for {2 * old} cache pages") from error
        for plane, before in zip(planes, self.planes, strict=True):
            plane[:, :old] = before
        self.planes = planes
        self._free[:0] = range(2 * old - 1, old - 1, -1)


class PageTable:
    """One session's pages, as the row of numbers that the kernels read."""

    def __init__(self, pool: PagePool) -> None:
        self._pool = pool
        self.row = np.zeros(-(-pool.shape.window // PAGE), dtype=np.int32)
        self._count = 0

    def reserve(self, length: int) -> None:
        """Make room for `length` tokens in all."""
        wanted = -(-length // PAGE)
        if wanted > self._count:
            self.row[self._count : wanted] = self._pool.take(wanted - self._count)
            self._count = wanted

    def cut(self, length: int) -> None:
        """Give back what lies beyond `length` tokens."""
        kept = -(-length // PAGE)
        if kept < self._count:
            self._pool.give_back(self.row[kept : self._count].tolist())
            self.row[kept : self._count] = 0
            self._count = kept
