"""The GPU's way through the network: its arithmetic on a CPU, unrecorded, and where there is a GPU, all of it there."""

import os
import subprocess
import sys
from collections.abc import Sequence
from operator import eq
from pathlib import Path
from typing import Final

import numpy as np
import pytest
import torch
from torch import Tensor

from agents.gpt2.attention import Segment
from agents.gpt2.captured import CapturedNetwork
from agents.gpt2.catalogue import find
from agents.gpt2.engine import Engine, Runner
from agents.gpt2.floats import FloatNetwork
from agents.gpt2.network import Network
from agents.gpt2.paging import PAGE, RUN, PagePool, PageTable
from agents.gpt2.sampling import GREEDY
from agents.gpt2.vocabulary import Vocabulary
from orchestrator import read_transcripts
from tests.test_engine import free_manner, prompts, together

DUOLOGUE: Final = (sys.executable, "-c", "import sys; from terminal.main import main; sys.exit(main())")
SCENARIO: Final = Path(__file__).parents[1] / "scenarios" / "returns.yaml"
LENGTHS: Final = (1, 3, 40, 127, 128, 129, 230, 250, 9, 17, 400)
"""Texts that end before, at and behind the end of a page and of a run; eleven rows, so that five are filled up."""
STEPS: Final = 3
BF16: Final = 0.3
"""So far bf16 may be off in logits that reach 12; on a CPU it is 0.1."""

on_a_gpu = pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a GPU")


def network(device: str, dtype: torch.dtype) -> Network:
    return find("house").network(dtype, torch.device(device))


@pytest.fixture(scope="module")
def exact() -> Network:
    return network("cpu", torch.float32)


@pytest.fixture(scope="module")
def vocabulary() -> Vocabulary:
    return find("house").vocabulary()


@torch.inference_mode()
def walk(runner: Runner, pool: PagePool, lengths: Sequence[int] = LENGTHS) -> list[Tensor]:
    """Return the logits of a step over texts of `lengths` tokens, and of steps that go on from them by a token each."""
    texts = np.random.default_rng(0).integers(0, runner.shape.vocabulary, (len(lengths), max(lengths) + STEPS)).tolist()
    tables = [PageTable(pool) for _ in lengths]
    found, starts = [], [0] * len(lengths)
    for n in range(1 + STEPS):
        ends = [length + n for length in lengths]
        spans = list(zip(starts, ends, strict=True))
        for table, end in zip(tables, ends, strict=True):
            table.reserve(end)
        segments = [Segment(table, start, end - start) for table, (start, end) in zip(tables, spans, strict=True)]
        tokens = [token for text, (start, end) in zip(texts, spans, strict=True) for token in text[start:end]]
        found.append(runner.logits(pool, segments, tokens).cpu())
        starts = ends
    return found


def apart(found: list[Tensor], expected: list[Tensor]) -> float:
    return max((one - other).abs().max().item() for one, other in zip(found, expected, strict=True))


def pool_that_is_full(runner: FloatNetwork, lengths: Sequence[int] = LENGTHS) -> PagePool:
    """Return a pool with no more room than the first step of `walk` needs, with the run that is never handed out."""
    return PagePool(runner.shape, runner.blank, runs=1 + sum(-(-length // (RUN * PAGE)) for length in lengths))


def greedy_on(engine: Engine, jobs: list[list[int]]) -> list[tuple[int, ...]]:
    found = together(engine, jobs, free_manner(engine.vocabulary), GREEDY)
    engine.close()
    return found


@pytest.mark.parametrize("lengths", [LENGTHS, (5,), (60, 61, 62, 63, 64, 65, 66, 67, 700)])
def test_a_grid_gives_the_logits_of_the_flat_step(exact: Network, lengths: tuple[int, ...]) -> None:
    flat, grid = FloatNetwork(exact), CapturedNetwork(exact)
    assert apart(walk(grid, grid.new_pool(), lengths), walk(flat, flat.new_pool(), lengths)) < 1e-4


def test_steps_read_the_new_planes_once_the_pool_has_grown(exact: Network) -> None:
    flat, grid = FloatNetwork(exact), CapturedNetwork(exact)
    pool = pool_that_is_full(grid)
    full = pool.pages
    assert apart(walk(grid, pool), walk(flat, flat.new_pool())) < 1e-4
    assert pool.pages == 2 * full


def test_no_more_steps_are_kept_than_asked_for(exact: Network) -> None:
    flat, grid = FloatNetwork(exact), CapturedNetwork(exact, graphs=2)
    pool, sizes = grid.new_pool(), (1, 9, 17, 1)
    for size in sizes:
        assert apart(walk(grid, pool, (20,) * size), walk(flat, flat.new_pool(), (20,) * size)) < 1e-4
    assert len(grid.decoding) == 2


def test_an_engine_on_grids_writes_what_the_exact_one_writes(exact: Network, exact_engine: Engine) -> None:
    jobs = prompts(exact_engine.vocabulary, 12)
    expected = together(exact_engine, jobs, free_manner(exact_engine.vocabulary), GREEDY)
    assert greedy_on(Engine(CapturedNetwork(exact), exact_engine.vocabulary), jobs) == expected


@on_a_gpu
def test_recorded_steps_give_the_logits_of_unrecorded_ones() -> None:
    half = network("cuda", torch.bfloat16)
    recorded, plain = CapturedNetwork(half), CapturedNetwork(half, graphs=0)
    found, expected = walk(recorded, pool_that_is_full(recorded)), walk(plain, plain.new_pool())
    assert apart(found, expected) < BF16
    assert len(recorded.decoding)


@on_a_gpu
def test_a_gpu_gives_the_logits_of_the_cpu(exact: Network) -> None:
    flat, half = FloatNetwork(exact), CapturedNetwork(network("cuda", torch.bfloat16))
    assert apart(walk(half, half.new_pool()), walk(flat, flat.new_pool())) < BF16


@on_a_gpu
def test_a_gpu_writes_for_most_prompts_what_the_cpu_writes(exact: Network, vocabulary: Vocabulary) -> None:
    jobs = prompts(vocabulary, 64)
    expected = greedy_on(Engine(FloatNetwork(exact), vocabulary), jobs)
    found = greedy_on(Engine(CapturedNetwork(network("cuda", torch.bfloat16)), vocabulary), jobs)
    assert sum(map(eq, found, expected)) > len(jobs) / 2


@on_a_gpu
def test_turns_that_a_gpu_has_no_room_for_wait_and_are_written_all_the_same(vocabulary: Vocabulary) -> None:
    jobs = prompts(vocabulary, 12)
    runner = CapturedNetwork(network("cuda", torch.bfloat16))
    roomy, small = Engine(runner, vocabulary), Engine(runner, vocabulary)

    def blank(pages: int) -> tuple[Tensor, ...]:
        if pages > 128:
            raise torch.OutOfMemoryError
        return runner.blank(pages)

    small._pool = PagePool(runner.shape, blank, runs=4)
    expected = greedy_on(roomy, jobs)
    assert sum(map(eq, greedy_on(small, jobs), expected)) > len(jobs) / 2
    assert 0 < small.stats.most < len(jobs)


@on_a_gpu
def test_a_run_on_a_gpu_is_in_bf16_and_whole(tmp_path: Path) -> None:
    folder = tmp_path / "run"
    command = [*DUOLOGUE, "run", str(SCENARIO), "--limit", "8", "--out", str(folder)]
    environment = {name: value for name, value in os.environ.items() if name != "ACCELERATE_USE_CPU"}
    subprocess.run(command, env=environment, check=True, capture_output=True)
    transcripts = list(read_transcripts(folder))
    assert len(transcripts) == 8
    assert all(len(transcript.turns) > 2 for transcript in transcripts)
    assert '"number format": "bf16"' in (folder / "run.json").read_text(encoding="utf-8")
