"""Whole files: counts, samples, going on after a stop, and the page of examples."""

import json
from collections import Counter
from pathlib import Path

import pytest

from agents.errors import UsageError
from curation.augment import Axes, Request, augment, read_rows, restored, shown
from curation.augment.sampling import share_of_row

OPENINGS = Path(__file__).parent / "data" / "openings.txt"
ROWS = len(OPENINGS.read_text(encoding="utf-8").splitlines())
AXES = Axes.of(tones=["cheerful", "annoyed"], styles=["plain", "typos"])


def lines(path: Path) -> list[bytes]:
    return path.read_bytes().splitlines()


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("whole") / "more.jsonl"
    augment(Request(OPENINGS, AXES, seed=7), out)
    return out


def test_every_row_of_the_file_restores_its_parent(whole: Path) -> None:
    parents = {row.number: row for row in read_rows(OPENINGS)}
    rows = [json.loads(line) for line in lines(whole)]
    assert len(rows) > 300
    for row in rows:
        parent = parents[row["augmented"]["row"]]
        assert restored(row) == parent.query
        assert row["augmented"]["sha256"] == parent.digest


def test_the_report_counts_what_was_kept_and_refused(whole: Path) -> None:
    report = json.loads(whole.with_suffix(".report.json").read_text(encoding="utf-8"))
    rows = [json.loads(line) for line in lines(whole)]
    names = Counter(op["name"] for row in rows for op in row["augmented"]["operations"])
    assert report["status"] == "finished"
    assert (report["rows"], report["kept"], report["bytes"]) == (ROWS, len(rows), whole.stat().st_size)
    assert report["operations"] == dict(names)
    assert report["refused"] == sum(count for whys in report["reasons"].values() for count in whys.values()) > 0


@pytest.mark.parametrize("stop", [1, 50, 137])
def test_a_stopped_job_goes_on_to_the_same_bytes(whole: Path, tmp_path: Path, stop: int) -> None:
    out = tmp_path / "more.jsonl"

    def interrupt(done: int, total: int) -> None:
        if done == stop:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        augment(Request(OPENINGS, AXES, seed=7), out, on_progress=interrupt)
    assert json.loads(out.with_suffix(".report.json").read_text(encoding="utf-8"))["status"] == "unfinished"
    out.write_bytes(out.read_bytes() + b'{"query": "half a li')
    ledger = augment(Request(OPENINGS, AXES, seed=7), out)
    assert out.read_bytes() == whole.read_bytes()
    assert ledger.rows == ROWS


def test_a_finished_job_is_left_as_it_is(whole: Path) -> None:
    before, told = whole.read_bytes(), []
    augment(Request(OPENINGS, AXES, seed=7), whole, on_progress=lambda done, total: told.append(done))
    assert (whole.read_bytes(), told) == (before, [])


def test_another_jobs_file_is_refused(whole: Path) -> None:
    with pytest.raises(UsageError, match="was made with seed '7', not '8'"):
        augment(Request(OPENINGS, AXES, seed=8), whole)


def test_a_file_of_somebody_elses_is_refused(tmp_path: Path) -> None:
    (tmp_path / "more.jsonl").write_text("mine\n", encoding="utf-8")
    with pytest.raises(UsageError, match="has no report beside it"):
        augment(Request(OPENINGS, AXES), tmp_path / "more.jsonl")
    (tmp_path / "more.report.json").write_text("[]", encoding="utf-8")
    with pytest.raises(UsageError, match="is no report of an augmentation"):
        augment(Request(OPENINGS, AXES), tmp_path / "more.jsonl")
    assert (tmp_path / "more.jsonl").read_text(encoding="utf-8") == "mine\n"


def test_the_source_is_never_written_over(tmp_path: Path) -> None:
    source = tmp_path / "a.jsonl"
    source.write_text('{"query": "Where is it?"}\n', encoding="utf-8")
    with pytest.raises(UsageError, match="is the file that is read"):
        augment(Request(source, AXES), source)


def test_an_empty_file_is_named(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_text("\n", encoding="utf-8")
    with pytest.raises(UsageError, match=r"a\.jsonl: no rows"):
        augment(Request(tmp_path / "a.jsonl", AXES), tmp_path / "b.jsonl")
    assert not (tmp_path / "b.jsonl").exists()


@pytest.mark.parametrize("wanted", [1, 40, 200])
def test_a_sample_has_as_many_rows_as_were_asked_for(tmp_path: Path, wanted: int) -> None:
    augment(Request(OPENINGS, AXES, sample=wanted), tmp_path / "more.jsonl")
    rows = [json.loads(line)["augmented"]["row"] for line in lines(tmp_path / "more.jsonl")]
    assert len(rows) == wanted
    assert rows == sorted(rows)
    assert len(set(rows)) >= min(wanted, 100)


def test_a_sample_of_more_than_there_is_is_all_that_makes_sense(tmp_path: Path, whole: Path) -> None:
    ledger = augment(Request(OPENINGS, AXES, seed=7, sample=10_000), tmp_path / "more.jsonl")
    assert ledger.kept == len(lines(whole))
    assert sorted(lines(tmp_path / "more.jsonl")) == sorted(lines(whole))


def test_shares_add_up_whatever_rows_cannot_give() -> None:
    kept = 0
    for place in range(100):
        owed = share_of_row(place, total=100, wanted=30, kept=kept, seed=1)
        kept += owed if place % 3 else 0
    assert 29 <= kept <= 31


def test_a_page_shows_rows_before_and_after() -> None:
    page = list(shown(OPENINGS, Axes.of(["laptop"], ["annoyed"], ["plain", "typos"]), rows=4, seed=1))
    assert [line for line in page if line.startswith("## ")] == [
        "## product:laptop",
        "## tone:annoyed",
        "## style:typos",
    ]
    assert sum(line.startswith("| ") for line in page) == 1 + 3 + 3 * (1 + 4)
    assert page == list(shown(OPENINGS, Axes.of(["laptop"], ["annoyed"], ["plain", "typos"]), rows=4, seed=1))
