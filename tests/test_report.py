import hashlib
import json
import re
import sys
from base64 import b64encode
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from agents.errors import TranscriptError, UsageError
from curation.report import write_report
from curation.report.collecting import collect
from terminal.main import main
from tests.report_runs import REPLY, talk, talks, write_run


@pytest.fixture
def run(tmp_path: Path) -> Path:
    return write_run(tmp_path / "returns")


def data_of(page: Path) -> dict[str, Any]:
    found = re.search(r'<script type="application/json" id="data">(.*?)</script>', page.read_text(encoding="utf-8"))
    assert found
    data: dict[str, Any] = json.loads(found[1])
    return data


def test_the_page_lies_in_the_run_and_holds_its_conversations(run: Path) -> None:
    report = write_report(run)
    assert report.path == run / "report.html"
    assert report.size == report.path.stat().st_size
    assert (report.conversations, report.shown) == (7, 7)
    assert [one["id"] for one in data_of(report.path)["runs"][0]["conversations"]] == [one["id"] for one in talks()]


def test_the_same_run_gives_the_same_bytes(run: Path, tmp_path: Path) -> None:
    first, second = (write_report(run, out=tmp_path / name).path.read_bytes() for name in ("a.html", "b.html"))
    assert first == second


def test_no_data_can_end_or_begin_a_script(run: Path) -> None:
    text = write_report(run).path.read_text(encoding="utf-8")
    data = text.split('id="data">')[1].split("</script>")[0]
    assert "<" not in data
    assert data_of(run / "report.html")["runs"][0]["conversations"][2] == {
        **{key: value for key, value in talks()[2].items() if key != "schema"},
        "customer": {**talks()[2]["customer"], "facts": []},
        "objections": data_of(run / "report.html")["runs"][0]["conversations"][2]["objections"],
    }


def test_the_policy_names_exactly_our_scripts(run: Path) -> None:
    text = write_report(run).path.read_text(encoding="utf-8")
    scripts = re.findall(r"<script>(.*?)</script>", text, re.DOTALL)
    policy = re.search(r'Content-Security-Policy" content="([^"]*)"', text)
    assert policy
    hashes = [f"'sha256-{b64encode(hashlib.sha256(script.encode()).digest()).decode()}'" for script in scripts]
    assert len(hashes) == 2
    assert f"script-src {' '.join(hashes)};" in policy[1]
    assert "default-src 'none'" in policy[1]


def test_of_a_large_run_an_even_sample_is_shown_and_all_is_measured(tmp_path: Path) -> None:
    run = write_run(tmp_path / "large", [talk(place, ["Hello?", REPLY]) for place in range(90)])
    report = write_report(run, budget=15_000)
    view = data_of(report.path)["runs"][0]
    places = [one["seed"] for one in view["conversations"]]
    assert report.conversations == view["total"] == 90
    assert 10 < report.shown == len(places) < 60
    assert {later - earlier for earlier, later in pairwise(places)} <= {
        90 // len(places), 90 // len(places) + 1,
    }  # fmt: skip
    assert next(m["value"] for m in view["measures"] if m["name"] == "conversations") == 90


@pytest.mark.parametrize(
    ("scenario", "state", "passages"),
    [("returns", "same", ["refunds.md#timing"]), ("changed", "changed", ["refunds.md#timing"]), ("gone", "gone", [])],
)
def test_passages_come_with_what_became_of_the_help_content(
    run: Path, scenario: str, state: str, passages: list[str]
) -> None:
    found = collect(run, budget=10**6).help[scenario]
    assert (found.state, list(found.passages)) == (state, passages)


def test_guards_say_what_they_hold_against_what_was_said(run: Path) -> None:
    first, *_, last = collect(run, budget=10**6).conversations
    assert [objection[:2] for objection in first["objections"]["2"]] == [["words", "under 50 words"]]
    assert "1" not in first["objections"]
    assert ["that solves it", "", ""] in last["objections"]["2"]


def test_a_run_without_a_record_is_shown(run: Path) -> None:
    (run / "run.json").unlink()
    view = data_of(write_report(run).path)["runs"][0]
    assert view["speed"] == {"seconds": None, "replies": None, "tokens": None, "points": []}
    assert {help_["state"] for help_ in view["help"].values()} == {"gone"}


@pytest.mark.parametrize(
    "record", ["[]", "{", '{"help_content": {"returns": "x"}, "timeline": "fast", "objections": 2}']
)
def test_a_record_of_another_kind_is_passed_over(run: Path, record: str) -> None:
    (run / "run.json").write_text(record)
    assert data_of(write_report(run).path)["runs"][0]["bands"] == {}


def test_a_transcript_file_is_a_run(run: Path) -> None:
    assert write_report(run / "transcripts.jsonl").path == run / "report.html"


def test_a_run_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(TranscriptError, match="No such file"):
        write_report(tmp_path / "nothing")


def test_a_broken_line_is_named(run: Path) -> None:
    with (run / "transcripts.jsonl").open("a") as file:
        file.write("{}\n")
    with pytest.raises(TranscriptError, match=r"transcripts\.jsonl:8"):
        write_report(run)


def test_a_corpus_is_no_run(tmp_path: Path) -> None:
    (tmp_path / "chats.csv").write_text("speaker,text\ncustomer,Hello\nagent,Hello to you\n")
    with pytest.raises(UsageError, match=r"chats\.csv: is no run"):
        write_report(tmp_path / "chats.csv")


def test_a_page_that_cannot_be_written_is_one_line(run: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["report", str(run), "--out", str(run / "nowhere" / "page.html")]) == 2
    assert capsys.readouterr().err == (
        f"duologue: {run}/nowhere/page.html cannot be written: No such file or directory\n"
    )


def test_without_plotly_the_extra_is_named(run: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "plotly.offline", None)
    with pytest.raises(UsageError, match=r"need plotly; pip install 'duologue\[data\]'"):
        write_report(run)


def test_json_tells_path_size_and_counts(run: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["report", str(run), "--compare", str(run), "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    page = run / "report.html"
    assert told == {"path": str(page), "bytes": page.stat().st_size, "conversations": 14, "shown": 14}


def test_the_command_says_where_the_page_lies(run: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["report", str(run)]) == 0
    assert re.fullmatch(rf"{re.escape(str(run))}/report\.html: 7 conversations, \d\.\d MB\n", capsys.readouterr().out)
