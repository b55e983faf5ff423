"""`python -m benchmarks.parts [--model M]`: what the parts of an int8 step take on one core, each alone, many times.

Two steps: prompts, 80 new tokens of each of 16 sessions after 350 in the cache; and decoding, one new token of each of
64 sessions after 430. The least of many tries counts, so that other work on the machine disturbs little.
"""

import argparse
import random
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import torch
from numba import njit

from agents.gpt2.attention import Segment
from agents.gpt2.checkpoint import Checkpoint
from agents.gpt2.int8 import attending, encoding, step
from agents.gpt2.int8.network import Int8Network, cache_of, rows_of
from agents.gpt2.int8.step import Buffers, Cache, Rows, Weights
from agents.gpt2.loading import Precision, runner_of
from agents.gpt2.paging import PagePool, PageTable
from benchmarks.models import HOUSE, MODELS, prepare

TRIES: Final = 20
EPSILON: Final = np.float32(1e-5)


@njit(nogil=True)
def _norm(weights: Weights, room: Buffers) -> None:
    rows = room.x.shape[0]
    encoding.norm_codes(
        room.x, weights.norm_1[0], weights.bias_1[0], EPSILON, room.codes, room.scales, room.zeros, 0, rows
    )


@njit(nogil=True)
def _affine(weights: Weights, room: Buffers) -> None:
    codes, inner, scales, zeros = room.codes, room.inner_codes, room.scales, room.zeros
    step.linear(codes, scales, zeros, weights.qkv[0], weights.qkv_columns[0], room.qkv, False, 0, 1)
    step.linear(codes, scales, zeros, weights.out[0], weights.out_columns[0], room.x, True, 0, 1)
    step.linear(codes, scales, zeros, weights.up[0], weights.up_columns[0], room.inner, False, 0, 1)
    step.linear(inner, scales, zeros, weights.down[0], weights.down_columns[0], room.x, True, 0, 1)


@njit(nogil=True)
def _head(weights: Weights, room: Buffers) -> None:
    codes = room.codes[: room.ends.shape[0]]
    step.linear(codes, room.scales, room.zeros, weights.head[0], weights.head_columns[0], room.scores, False, 0, 1)


@njit(nogil=True)
def _store(cache: Cache, rows: Rows, room: Buffers) -> None:
    attending.store(room.qkv, room.x.shape[1], cache, 0, rows, room.q, room.q_scales, 0, rows.tokens.shape[0])


@njit(nogil=True)
def _attend(cache: Cache, rows: Rows, room: Buffers) -> None:
    attending.attend(cache, 0, rows, room.q, room.q_scales, room.attended, 0, 1)


@njit(nogil=True)
def _encode(room: Buffers) -> None:
    encoding.row_codes(room.attended, room.codes, room.scales, room.zeros, 0, room.x.shape[0])


@njit(nogil=True)
def _gelu(room: Buffers) -> None:
    encoding.gelu_codes(room.inner, room.inner_codes, room.scales, room.zeros, 0, room.x.shape[0])


@dataclass(frozen=True, slots=True)
class Step:
    """A step that was taken once, whose parts can be taken again."""

    weights: Weights
    cache: Cache
    rows: Rows
    room: Buffers
    layers: int

    def parts(self) -> Iterator[tuple[str, float]]:
        """Yield the parts and the milliseconds that they take in all layers."""
        yield "affine maps", self.layers * _least(_affine, self.weights, self.room)
        yield "attention", self.layers * _least(_attend, self.cache, self.rows, self.room)
        yield "keys, values and queries to codes", self.layers * _least(_store, self.cache, self.rows, self.room)
        yield "GELU", self.layers * _least(_gelu, self.room)
        yield "norms", 2 * self.layers * _least(_norm, self.weights, self.room)
        yield "attention's results to codes", self.layers * _least(_encode, self.room)
        yield "logits", _least(_head, self.weights, self.room)


def _least(part: Callable[..., None], *args: object) -> float:
    part(*args)
    return 1e3 * min(_seconds(part, *args) for _ in range(TRIES))


def _seconds(part: Callable[..., None], *args: object) -> float:
    start = time.perf_counter()
    part(*args)
    return time.perf_counter() - start


def taken(network: Int8Network, pool: PagePool, tables: list[PageTable], *, known: int, new: int) -> Step:
    """Take a step of `new` tokens for each of `tables` after `known` ones."""
    draws = random.Random(1)
    segments = [Segment(table, known, new) for table in tables]
    tokens = [draws.randrange(network.shape.vocabulary) for _ in range(new * len(tables))]
    network.logits(pool, segments, tokens)
    return Step(
        network._weights,
        cache_of(pool),
        rows_of(segments, tokens),
        network._room_for(len(tokens), len(segments)),
        network.shape.layers,
    )


def main(arguments: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.parts", description=__doc__)
    parser.add_argument("--model", choices=MODELS, default=HOUSE)
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory(prefix="duologue-benchmark-") as scratch:
        folder = prepare(options.model, Path(scratch))
        network = runner_of(Checkpoint(options.model, folder), Precision.INT8)
    assert isinstance(network, Int8Network)
    pool = network.new_pool()
    tables = [PageTable(pool) for _ in range(64)]
    for table in tables:
        table.reserve(440)
    with torch.inference_mode():
        for name, some, known, new in (("prompts", tables[:16], 350, 80), ("decoding", tables, 430, 1)):
            parts = dict(taken(network, pool, some, known=known, new=new).parts())
            whole = sum(parts.values())
            tokens = new * len(some)
            print(f"\n{name}: {whole:.1f} ms for {tokens:,} tokens, {1e3 * tokens / whole:,.0f} a second")
            for part, milliseconds in parts.items():
                print(f"  {part:34} {milliseconds:6.2f} ms  {milliseconds / whole:4.0%}")


if __name__ == "__main__":
    main()
