"""`duologue evaluate`, from the command line."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from benchmarks.damage import stock_replies
from benchmarks.gold import gold
from curation.metrics import Evaluation, Heading, evaluate
from curation.metrics.data import of_transcripts
from curation.metrics.evaluation import COMPARING, METRICS, measured
from orchestrator.transcript import FILE_NAME
from terminal.evaluate_bounds import bound_from, broken
from terminal.main import main

_RECORD = {"conversations": 24, "seconds": 12.0, "replies": 96, "tokens": 4800, "scenarios": [], "help_content": {}}


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("run")
    lines = [one.to_line() + "\n" for one in gold(1).runs()[:24]]
    (folder / FILE_NAME).write_text("".join(lines), encoding="utf-8")
    (folder / "run.json").write_text(json.dumps(_RECORD), encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def dozen(run: Path) -> Evaluation:
    return evaluate(run, limit=12)


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("corpus") / "chats.jsonl"
    turns = [
        ("user", "My parcel is late, where is it?"),
        ("assistant", "It arrives tomorrow."),
        ("user", "Thanks, bye!"),
    ]
    messages = [{"role": role, "content": text} for role, text in turns]
    path.write_text("".join(json.dumps({"messages": messages}) + "\n" for _ in range(24)), encoding="utf-8")
    return path


def test_a_table_stands_under_the_six_headings(run: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["evaluate", str(run)]) == 0
    out = capsys.readouterr().out
    assert out.startswith("24 conversations, ")
    lines = [line.strip() for line in out.splitlines()]
    headings = ["relevance", "coherence and fluency", "creativity", "toxicity and bias"]
    assert [line for line in lines if line in headings] == headings
    assert {"accuracy and completeness", "compute time"} <= set(lines)
    assert any(line.startswith("seconds-per-conversation") and "0.5" in line for line in lines)
    assert "not measured: figures-given, citations-valid (the help articles of the run are not to be found)" in lines


def test_json_is_printed_and_written(run: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "measures.json"
    assert main(["evaluate", str(run), "--json", "--out", str(path), "--limit", "10"]) == 0
    printed = json.loads(capsys.readouterr().out)
    assert printed == json.loads(path.read_text(encoding="utf-8"))
    assert printed["conversations"] == 10
    cited = next(one for one in printed["headings"]["accuracy and completeness"] if one["name"] == "cited")
    assert cited["low"] <= cited["value"] <= cited["high"]
    assert cited["better"] == "higher"
    assert cited["definition"]


@pytest.mark.parametrize(
    ("bound", "line"),
    [
        ("cited=0.5", None),
        ("role-leaks=0", None),
        ("supported=100%", "supported is 73.5%, under 100.0%"),
        ("agent-words=900", "agent-words is 52.30, under 900.00"),
        ("closing-tail=0.1", "closing-tail is 0.417, over 0.1"),
        ("distinct-1=0", "distinct-1 was not measured: needs 5,000 words"),
    ],
)
def test_a_bound_is_the_worst_that_a_measure_may_be(bound: str, line: str | None, dozen: Evaluation) -> None:
    assert broken(bound_from(bound, METRICS), dozen) == line


def test_a_broken_bound_makes_the_exit_code_one(run: Path, capsys: pytest.CaptureFixture[str]) -> None:
    bounds = ["--fail-under", "cited=1", "--fail-under", "turns=50", "--fail-under", "words=1e6"]
    assert main(["evaluate", str(run), "--limit", "2", *bounds]) == 1
    captured = capsys.readouterr()
    assert captured.out.startswith("2 conversations, ")
    assert [line.split()[1] for line in captured.err.splitlines()] == ["turns", "words"]


@pytest.mark.parametrize(
    ("bound", "said"),
    [
        ("suported=0.9", "no such measure 'suported'; near are supported"),
        ("cited", "'cited' is not MEASURE=VALUE"),
        ("cited=much", "'much' in 'cited=much' is no number"),
        ("cited=nan", "'nan' in 'cited=nan' is no number"),
        ("perplexity=20", "perplexity needs --reference MODEL"),
        ("two-sample=0.8", "two-sample needs --against FILE"),
    ],
)
def test_a_wrong_bound_is_told_before_anything_is_read(
    bound: str, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["evaluate", "nowhere", "--fail-under", bound]) == 2
    err = capsys.readouterr().err
    assert said in err
    assert err.count("\n") == 1


def test_a_missing_run_is_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["evaluate", str(tmp_path / "none")]) == 2
    assert capsys.readouterr().err == f"duologue: {tmp_path / 'none'}: No such file or directory\n"


@pytest.mark.parametrize("content", ["", "not json\n", '{"a": 1}\n'])
def test_what_is_no_run_is_one_line(content: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "odd.jsonl"
    path.write_text(content, encoding="utf-8")
    assert main(["evaluate", str(path)]) == 2
    err = capsys.readouterr().err
    assert err.startswith(f"duologue: {path}: ")
    assert err.count("\n") == 1


def test_an_unknown_model_is_told_with_those_at_hand(run: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["evaluate", str(run), "--reference", "./nowhere"]) == 2
    assert "at hand: house" in capsys.readouterr().err


def test_a_file_that_cannot_be_written_is_told(run: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["evaluate", str(run), "--limit", "2", "--out", str(tmp_path / "no" / "file")]) == 2
    assert "cannot be written" in capsys.readouterr().err


def test_a_corpus_is_compared_and_measured_itself(run: Path, corpus: Path) -> None:
    found = evaluate(run, against=corpus, limit=24)
    names = {one.name for one in found.under(Heading.REFERENCE)}
    assert {"distance-turns", "distance-agent-words", "distance-flow", "two-sample"} <= names
    assert found["two-sample"].value == pytest.approx(1)
    assert found["distance-agent-words"].detail["mean of the reference"] == 3
    alone = evaluate(corpus)
    assert alone.conversations == 24
    assert alone["near-duplicates"].value == 1
    assert "cited" not in alone


def test_perplexity_is_lower_for_sense_than_for_noise(tmp_path: Path) -> None:
    texts = {
        "sense": "I would like to return my camera, please.",
        "noise": "Camera zebra quartz to please vex return my.",
    }
    for name, text in texts.items():
        turns = [{"role": "customer", "text": "Hello, I have a question."}, {"role": "agent", "text": "Yes?"}]
        record = {"turns": [*turns, {"role": "customer", "text": text}]}
        (tmp_path / f"{name}.jsonl").write_text(json.dumps(record) + "\n", encoding="utf-8")
    sense, noise = (evaluate(tmp_path / f"{name}.jsonl", reference="house")["perplexity"] for name in texts)
    assert 1 < sense.value < noise.value
    assert str(sense.detail["model"]).startswith("house@")


@pytest.mark.slow
def test_mauve_is_high_for_the_same_and_low_for_others() -> None:
    pytest.importorskip("mauve")
    data, wanted = gold(3), [metric for metric in COMPARING if metric.name == "mauve"]
    others = of_transcripts(stock_replies(data.runs()))
    same, far = (measured(replace(data, against=one), wanted)["mauve"].value for one in (data, others))
    assert same > 0.9
    assert far < 0.5
