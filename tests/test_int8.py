"""The number format that ships: near fp32, and the same bits in any company."""

import itertools
import subprocess
import sys
from pathlib import Path

import pytest
import torch
from torch import Tensor

from agents.errors import ModelError
from agents.gpt2.attention import Segment
from agents.gpt2.catalogue import find
from agents.gpt2.engine import Runner
from agents.gpt2.int8.crowd import Crowd
from agents.gpt2.int8.tiles import has_vnni
from agents.gpt2.loading import Precision, runner_of
from agents.gpt2.paging import PagePool, PageTable
from benchmarks.precision import examples, perplexity
from tests.tiny_models import tiny_folder

pytestmark = pytest.mark.skipif(not has_vnni(), reason="int8 needs AVX-512 VNNI")

TEXT = list(range(500, 560))


@pytest.fixture(scope="module")
def int8() -> Runner:
    return runner_of(find("house"), Precision.INT8)


def session(pool: PagePool, length: int = 100) -> PageTable:
    table = PageTable(pool)
    table.reserve(length)
    return table


def test_perplexity_on_held_out_dialogues_is_within_one_percent_of_fp32(int8: Runner) -> None:
    exact = runner_of(find("house"), Precision.FP32)
    for views in examples(4).values():
        assert perplexity(int8, views) == pytest.approx(perplexity(exact, views), rel=0.01)


def test_a_prompt_gives_the_same_bits_at_once_and_token_by_token(int8: Runner) -> None:
    pool = int8.new_pool()
    whole = int8.logits(pool, [Segment(session(pool), 0, len(TEXT))], TEXT)
    table = session(pool)
    for place, token in enumerate(TEXT):
        single = int8.logits(pool, [Segment(table, place, 1)], [token])
    assert torch.equal(whole, single)


def test_a_row_gives_the_same_bits_alone_and_in_company(int8: Runner) -> None:
    def last(neighbours: int) -> Tensor:
        pool = int8.new_pool()
        segments = [Segment(session(pool), 0, count) for count in [*range(1, neighbours + 1), len(TEXT)]]
        tokens = [token for segment in segments for token in TEXT[: segment.count]]
        return int8.logits(pool, segments, tokens)[-1]

    alone = last(0)
    assert all(torch.equal(last(neighbours), alone) for neighbours in (1, 5, 13))


def test_caches_survive_the_growth_of_the_pool(int8: Runner) -> None:
    pool = PagePool(int8.shape, int8.new_pool()._blank, runs=2)
    table = session(pool)
    int8.logits(pool, [Segment(table, 0, 40)], TEXT[:40])
    before, size = int8.logits(pool, [Segment(table, 40, 1)], TEXT[40:41]), pool.pages
    others = [session(pool, 1024) for _ in range(2)]
    assert pool.pages > size
    assert torch.equal(int8.logits(pool, [Segment(table, 40, 1)], TEXT[40:41]), before)
    for other in others:
        other.cut(0)


def test_threads_do_not_change_the_bits() -> None:
    program = (
        "import hashlib\nfrom tests.test_int8 import *\n"
        "runner = runner_of(find('house'), Precision.INT8)\npool = runner.new_pool()\n"
        "print(hashlib.sha256(runner.logits(pool, [Segment(session(pool), 0, 60)], TEXT).numpy()).hexdigest())"
    )

    def digest(threads: int) -> str:
        command = [sys.executable, "-c", f"import torch\ntorch.set_num_threads({threads})\n{program}"]
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout

    assert digest(1) == digest(2)


def test_odd_sizes_are_padded(tmp_path: Path) -> None:
    folder = tiny_folder(tmp_path / "tiny")
    exact, int8 = (runner_of(find(str(folder)), one) for one in (Precision.FP32, Precision.INT8))
    found = []
    for runner in (exact, int8):
        pool = runner.new_pool()
        with torch.inference_mode():
            found.append(runner.logits(pool, [Segment(session(pool), 0, 20)], list(range(20))))
    assert found[1].shape == (1, 400)
    assert torch.corrcoef(torch.cat(found))[0, 1] > 0.99


def test_a_machine_without_vnni_is_told_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("agents.gpt2.loading._has_vnni", lambda: False)
    with pytest.raises(ModelError, match="AVX-512 VNNI"):
        runner_of(find("house"), Precision.INT8)


def test_a_thread_that_is_kept_from_its_core_goes_on_alone_for_a_while(monkeypatch: pytest.MonkeyPatch) -> None:
    wall, core = itertools.count(0.0, 1.0), itertools.count(0.0, 0.1)
    monkeypatch.setattr("agents.gpt2.int8.crowd.time.perf_counter", lambda: next(wall))
    monkeypatch.setattr("agents.gpt2.int8.crowd.time.thread_time", lambda: next(core))
    crowd, used = Crowd(), []
    for _ in range(60):
        with crowd.threads(8) as threads:
            used.append(threads)
    first = used.index(1)
    assert 0 < first < 10
    assert used[first : first + 41] == [1] * 40 + [8]
