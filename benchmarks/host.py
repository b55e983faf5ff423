"""`python -m benchmarks.host`: what the engine itself costs a token, with a network that costs nothing.

However fast a GPU is, steps take no less than this: what may come next, the draw, bookkeeping. Masks and draws are done
on the CPU here; on a GPU, most of them are done there.
"""

import argparse
from collections.abc import Sequence

import torch
from torch import Tensor

from agents.gpt2.attention import Segment
from agents.gpt2.catalogue import find
from agents.gpt2.engine import Engine
from agents.gpt2.network import Shape
from agents.gpt2.paging import PagePool
from benchmarks.options import positive
from benchmarks.ours import decode_seconds
from benchmarks.timing import WARM_UP

STEPS = 32


class NoNetwork:
    """Gives logits that were drawn beforehand."""

    precision = "fp32"
    device = torch.device("cpu")

    def __init__(self, shape: Shape, rows: int) -> None:
        self.shape = shape
        self._logits = torch.randn(rows, shape.vocabulary)
        self._room = torch.empty_like(self._logits)

    def new_pool(self) -> PagePool:
        return PagePool(self.shape, lambda pages: (torch.zeros(1, pages, 1),))

    def logits(self, pool: PagePool, segments: Sequence[Segment], tokens: Sequence[int]) -> Tensor:
        del pool, tokens
        return self._room[: len(segments)].copy_(self._logits[: len(segments)])


def main(arguments: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.host", description=__doc__)
    parser.add_argument("--conversations", nargs="+", type=positive, default=[64, 512, 2048], metavar="N")
    checkpoint = find("house")
    for count in parser.parse_args(arguments).conversations:
        engine = Engine(NoNetwork(checkpoint.shape, count), checkpoint.vocabulary())
        seconds = min(decode_seconds(engine, [WARM_UP] * count, STEPS) for _ in range(3)) / STEPS
        engine.close()
        print(f"{count:5} conversations  {1e3 * seconds:6.1f} ms a step  {count / seconds:9,.0f} tokens/s", flush=True)


if __name__ == "__main__":
    main()
