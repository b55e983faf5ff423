"""A GPT-2 in fp32 or bf16 on a GPU: steps of one token a session are CUDA graphs, played again and again.

A small network's step is hundreds of short kernels; launched one by one, the launches take longer than the kernels. A
graph is recorded for each size of the grid, of which there are few; prompts, whose sizes vary, run as they come, those
of like length together. On another device the same steps run without being recorded.
"""

import threading
from collections import OrderedDict
from collections.abc import Callable, Sequence
from functools import partial
from typing import Final, TypeAlias

import numpy as np
import torch
from torch import Tensor

from agents.gpt2.attention import Segment
from agents.gpt2.floats import FloatNetwork
from agents.gpt2.grids import Planes, grid_of, step, widened
from agents.gpt2.network import Network
from agents.gpt2.paging import RUN, PagePool
from agents.gpt2.transfer import sent

Memory: TypeAlias = "torch.cuda._POOL_HANDLE"

GRAPHS: Final = 32
"""Recorded steps that are kept."""
_WARM_UPS: Final = 3
_SHARE: Final = 4
"""One part in so many of a GPU's free memory is the first pool of pages: a pool that grows costs all graphs."""
_ONE_AT_A_TIME: Final = threading.Lock()
"""Two engines in a process record in turns, as torch asks."""


class CapturedNetwork(FloatNetwork):
    """Runs steps of a `Network` over grids. Of its recorded steps it keeps `graphs`; with 0, nothing is recorded."""

    def __init__(self, network: Network, *, graphs: int = GRAPHS) -> None:
        super().__init__(network)
        self.decoding = Recordings(network, graphs)

    def new_pool(self) -> PagePool:
        pool = super().new_pool()
        if self.device.type != "cuda":
            return pool
        run = sum(plane.nbytes for plane in pool.planes) // pool.pages * RUN
        free, _ = torch.cuda.mem_get_info(self.device)
        return PagePool(self.shape, self.blank, runs=max(pool.pages // RUN, free // _SHARE // run))

    @torch.inference_mode()
    def logits(self, pool: PagePool, segments: Sequence[Segment], tokens: Sequence[int]) -> Tensor:
        counts = np.array([segment.count for segment in segments])
        widths = np.where(counts == 1, 1, widened(counts))
        flat, around = np.array(tokens), widths.repeat(counts)
        out = torch.empty(len(segments), len(self._network.head), device=self.device)
        for width in np.unique(widths).tolist():
            places = np.flatnonzero(widths == width)
            together = [segments[n] for n in places.tolist()]
            grid = sent(grid_of(together, flat[around == width], width), self.device)
            out[sent(places, self.device)] = self._step(pool.planes, grid, width)[: len(places)]
        return out

    def _step(self, planes: Planes, grid: Tensor, width: int) -> Tensor:
        return self.decoding(planes, grid) if width == 1 else step(self._network, planes, grid, width)


class Recordings:
    """Steps of one token a row, recorded for each size of their grid; the `most` that were used last are kept."""

    def __init__(self, network: Network, most: int) -> None:
        self._network = network
        self._most = most
        self._planes: Planes = ()
        self._memory: Memory | None = None
        self._kept: OrderedDict[torch.Size, _Recording] = OrderedDict()

    def __len__(self) -> int:
        return len(self._kept)

    def __call__(self, planes: Planes, grid: Tensor) -> Tensor:
        """Return the logits, (S, V) in fp32; they hold until the next call."""
        if not self._most:
            return step(self._network, planes, grid, 1)
        if planes is not self._planes:
            self._drop(len(self._kept))
            self._planes = planes
        if grid.shape not in self._kept:
            self._record(grid.shape)
        self._kept.move_to_end(grid.shape)
        return self._kept[grid.shape](grid)

    def _record(self, size: torch.Size) -> None:
        cuda = self._network.device.type == "cuda"
        self._drop(max(0, len(self._kept) - self._most + 1))
        if cuda and not self._kept:
            self._memory = torch.cuda.graph_pool_handle()  # a pool that all graphs have left cannot be used again
        try:
            self._kept[size] = _Recording(self._network, self._planes, size, self._memory)
        except torch.OutOfMemoryError:
            self._drop(len(self._kept))
            raise

    def _drop(self, count: int) -> None:
        """Drop the `count` recordings that were used longest ago, none of which is being played any more."""
        if count and self._network.device.type == "cuda":
            torch.cuda.synchronize(self._network.device)
        for _ in range(count):
            self._kept.popitem(last=False)


class _Recording:
    """A step over one grid in a fixed place, which is filled anew before every call."""

    def __init__(self, network: Network, planes: Planes, size: torch.Size, memory: "Memory | None") -> None:
        self._grid = torch.zeros(size, dtype=torch.int64, device=network.device)
        self._body = partial(step, network, planes, self._grid, 1)
        self._play = _recorded(self._body, network.device, memory) if memory else self._body

    def __call__(self, grid: Tensor) -> Tensor:
        self._grid.copy_(grid)
        return self._play()


def _recorded(body: Callable[[], Tensor], device: torch.device, memory: Memory) -> Callable[[], Tensor]:
    """Return what does as `body` does by playing its launches, recorded now after a few runs on a stream aside."""
    with torch.cuda.device(device), _ONE_AT_A_TIME:
        aside = torch.cuda.Stream()
        aside.wait_stream(torch.cuda.current_stream())
        with torch.cuda.stream(aside):
            for _ in range(_WARM_UPS):
                body()
        torch.cuda.current_stream().wait_stream(aside)
        graph = torch.cuda.CUDAGraph()
        with torch.cuda.graph(graph, pool=memory, capture_error_mode="thread_local"):
            logits = body()

    def play() -> Tensor:
        graph.replay()
        return logits

    return play
