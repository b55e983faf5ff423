"""Readers against thousands of damaged files: a value or one of our errors, never anything else."""

import random
import resource
import time
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from agents.errors import HelpContentError
from orchestrator.grounding.loading import load_articles
from tests.fuzzing import READERS, damaged, stands

FEW, MANY = 150, 3000
SLOWEST = 5.0
BOMB = range(1, 40)


def check(name: str, folder: Path, count: int) -> None:
    draws = random.Random(f"{name} {count}")
    for _ in range(count):
        data = damaged(name, draws)
        start = time.process_time()
        try:
            stands(name, folder, data)
        except Exception as error:
            raise AssertionError(f"{name}: {error!r} on {data!r}") from error
        assert time.process_time() - start < SLOWEST, f"{name} took too long on {data!r}"


@pytest.mark.parametrize("name", READERS)
def test_damaged_files_are_read_or_refused(name: str, tmp_path: Path) -> None:
    check(name, tmp_path, FEW)


@pytest.mark.slow
@pytest.mark.parametrize("name", READERS)
def test_thousands_of_damaged_files_are_read_or_refused(name: str, tmp_path: Path) -> None:
    check(name, tmp_path, MANY)


@pytest.mark.parametrize("name", READERS)
@settings(max_examples=60, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.one_of(st.binary(max_size=400), st.text(max_size=400).map(lambda text: text.encode("utf-8", "replace"))))
def test_any_bytes_are_read_or_refused(name: str, tmp_path: Path, data: bytes) -> None:
    stands(name, tmp_path, data)


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("scenario", b"a0: &a0 [x]\n" + b"".join(b"a%d: &a%d [*a%d, *a%d]\n" % (n, n, n - 1, n - 1) for n in BOMB)),
        ("scenario", b"a: " + b"[" * 50_000),
        ("transcript", b"[" * 100_000 + b"\n"),
        ("transcript", b'{"schema": 1, "id": "' + b"a" * 20_000_000 + b'"}\n'),
        ("corpus", b'{"messages": ' + b"[" * 100_000 + b"\n"),
        ("help content", b"#" * 100_000 + b"\n" + b"> " * 50_000),
        ("help page", b"<div>" * 20_000),
        ("answer", b"[" * 100_000),
    ],
    ids=["yaml bomb", "deep yaml", "deep json", "long line", "deep corpus", "deep quote", "deep page", "deep answer"],
)  # fmt: skip
def test_bombs_are_refused_in_bounded_time_and_memory(name: str, data: bytes, tmp_path: Path) -> None:
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    start = time.process_time()
    stands(name, tmp_path, data)
    assert time.process_time() - start < 20
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 600 * 1024


def test_a_loop_of_links_is_named(tmp_path: Path) -> None:
    (tmp_path / "help").mkdir()
    (tmp_path / "help" / "again").symlink_to(tmp_path / "help")
    (tmp_path / "help" / "a.md").write_text("# A\n\nA label costs $5.\n", encoding="utf-8")
    with pytest.raises(HelpContentError, match="a link that leads back"):
        load_articles([tmp_path / "help"])
