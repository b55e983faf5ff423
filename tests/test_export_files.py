import hashlib
import json
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from agents.errors import RunError, TranscriptError, UsageError
from agents.randomness import key
from curation.export import Format, Request, Summary, export
from curation.export.fingerprints import Seen, fingerprint
from orchestrator.transcript import Reason
from tests.export_runs import run_folder, transcript, varied


@pytest.fixture
def run(tmp_path: Path) -> Path:
    return run_folder(tmp_path / "returns", varied(20))


def made(run: Path, to: Format = Format.MESSAGES, **options: object) -> Summary:
    return export(Request(runs=(run,), to=to, **options))


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_files_go_to_a_folder_of_the_run_named_for_the_format(run: Path) -> None:
    made(run)
    made(run, Format.CSV)
    assert names(run / "messages") == ["README.md", "returns.jsonl"]
    assert names(run / "csv") == ["README.md", "returns.csv"]


def test_parts_are_named_for_what_they_are(run: Path, tmp_path: Path) -> None:
    made(run, Format.PARQUET, out=tmp_path / "data" / "all", shares=(0.5, 0.25, 0.25))
    assert names(tmp_path / "data") == ["README.md", "all-test.parquet", "all-train.parquet", "all-validation.parquet"]


def test_a_folder_for_out_takes_the_usual_name(run: Path, tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    assert made(run, Format.TEXT, out=tmp_path / "data").files[0].path == tmp_path / "data" / "returns.txt"


def test_an_ending_of_another_format_is_refused(run: Path) -> None:
    with pytest.raises(UsageError, match=r"--out: data.csv should end in .parquet for --to parquet"):
        made(run, Format.PARQUET, out=Path("data.csv"))


def test_what_is_there_is_not_replaced_unless_that_is_said(run: Path) -> None:
    first = made(run)
    before = first.files[0].path.read_bytes()
    with pytest.raises(UsageError, match=r"returns.jsonl is there already; --force replaces it"):
        made(run, flip=True)
    assert first.files[0].path.read_bytes() == before
    made(run, flip=True, force=True)
    assert first.files[0].path.read_bytes() != before
    assert names(run / "messages") == ["README.md", "returns.jsonl"]


def test_a_readme_of_something_else_is_never_replaced(run: Path, tmp_path: Path) -> None:
    readme = tmp_path / "README.md"
    readme.write_text("# My project\n")
    summary = made(run, out=tmp_path / "chats.jsonl", force=True)
    assert readme.read_text() == "# My project\n"
    assert summary.card == tmp_path / "chats.jsonl.README.md"


@pytest.mark.parametrize("name", ["transcripts.jsonl", "run.json"])
def test_the_runs_own_files_are_never_replaced(run: Path, name: str) -> None:
    with pytest.raises(UsageError, match="is the run's own file"):
        made(run, out=run / name, force=True)


def test_a_broken_line_leaves_nothing_behind(run: Path) -> None:
    with (run / "transcripts.jsonl").open("a") as file:
        file.write('{"schema": 1}\n')
    before = names(run)
    with pytest.raises(TranscriptError, match=r"transcripts.jsonl:21: .*Field required"):
        made(run)
    assert names(run) == before


def test_a_broken_line_leaves_an_earlier_export_as_it_was(run: Path) -> None:
    first = made(run)
    before = first.files[0].path.read_bytes()
    (run / "transcripts.jsonl").write_text("{}\n")
    with pytest.raises(TranscriptError):
        made(run, force=True)
    assert first.files[0].path.read_bytes() == before
    assert names(run / "messages") == ["README.md", "returns.jsonl"]


def test_a_place_that_cannot_be_written_is_one_line(run: Path) -> None:
    with pytest.raises(RunError, match="cannot be written"):
        made(run, out=run / "run.json" / "data.jsonl")


def test_what_a_run_adds_meanwhile_is_not_read(run: Path) -> None:
    def grow(done: int, _total: int) -> None:
        if done == 1:
            with (run / "transcripts.jsonl").open("a") as file:
                file.write(transcript(77).to_line() + "\n")

    request = Request(runs=(run,), to=Format.MESSAGES, shares=(0.5, 0.5))
    assert export(request, on_progress=grow).read == 20


def test_progress_counts_both_walks_of_a_split(run: Path) -> None:
    told: list[tuple[int, int]] = []
    export(Request(runs=(run,), to=Format.TEXT, shares=(0.5, 0.5)), on_progress=lambda *step: told.append(step))
    assert told == [(n, 40) for n in range(1, 41)]


def test_filters_keep_what_they_say(run: Path) -> None:
    summary = made(run, endings=frozenset([Reason.UNRESOLVED]))
    assert dict(summary.files[0].tally.endings) == {Reason.UNRESOLVED: 4}
    assert summary.record()["left_out"] == {"another ending": 16}
    with pytest.raises(UsageError, match=r"nothing to export; 20 conversations read, 20 for too few turns left out"):
        made(run, Format.CSV, min_turns=5)
    assert not (run / "csv").exists()


def test_what_failed_is_left_out_unless_it_is_asked_for(tmp_path: Path) -> None:
    run = run_folder(tmp_path / "run", [transcript(0, reason="error"), transcript(1)])
    assert made(run).record()["left_out"] == {"an error": 1}
    failed = made(run, Format.CSV, endings=frozenset([Reason.ERROR]))
    assert dict(failed.files[0].tally.endings) == {Reason.ERROR: 1}


def test_dedupe_keeps_the_first_of_those_that_say_the_same(tmp_path: Path) -> None:
    said = [["Where is it?", "There."], ["where is  it", "THERE!"], ["Where is it?", "Here."]]
    run = run_folder(tmp_path / "run", [transcript(n, texts=texts) for n, texts in enumerate(said)])
    rows = [json.loads(line) for line in made(run, dedupe=True).files[0].path.read_text().splitlines()]
    assert [row["id"][8:13] for row in rows] == ["00000", "00002"]
    assert "1 for said before" in (run / "messages" / "README.md").read_text()


def test_who_says_it_counts() -> None:
    assert fingerprint(transcript(texts=["a", "b"])) != fingerprint(transcript(texts=["a b"]))
    assert fingerprint(transcript(texts=["a", "b"])) != fingerprint(transcript(texts=["a", "b"], first="agent"))


def test_the_set_of_fingerprints_is_a_set() -> None:
    numbers = [key(n * n % 7919) for n in range(5000)]
    seen: set[int] = set()
    ours = Seen()
    for number in numbers:
        assert ours.add(number) is (number not in seen)
        seen.add(number)


def test_two_runs_are_one_data_set_with_ids_of_their_own(tmp_path: Path) -> None:
    runs = tuple(run_folder(tmp_path / a / "run", [transcript(0, texts=["Hi?", a])]) for a in ("a", "b"))
    summary = export(Request(runs=runs, to=Format.MESSAGES, out=tmp_path / "both.jsonl"))
    rows = [json.loads(line)["id"] for line in summary.files[0].path.read_text().splitlines()]
    assert rows == ["run/returns-00000-abc123", "run-2/returns-00000-abc123"]


def test_two_runs_need_a_name_and_must_differ(run: Path, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="--out is needed where several runs are exported"):
        Request(runs=(run, run), to=Format.CSV)
    with pytest.raises(UsageError, match="holds the same transcripts as"):
        export(Request(runs=(run, run / "transcripts.jsonl"), to=Format.CSV, out=tmp_path / "a.csv"))


def front_matter(summary: Summary) -> dict[str, Any]:
    return YAML(typ="safe").load(summary.card.read_text().split("---\n")[1])


def test_the_card_names_source_files_and_limits(run: Path) -> None:
    summary = made(run, shares=(0.5, 0.25, 0.25), licence="cc-by-4.0", min_turns=2)
    front = front_matter(summary)
    assert front["license"] == "cc-by-4.0"
    assert [part["split"] for part in front["configs"][0]["data_files"]] == ["train", "validation", "test"]
    text = summary.card.read_text()
    for file in summary.files:
        assert hashlib.sha256(file.path.read_bytes()).hexdigest() in text
    assert "| returns | 20 | 200 | 7 | splice | `9b8e24809b8e2480` |" in text
    assert f"| house@6c1f0a9e | the customer and the agent | `{'6c1f0a9e' * 8}` |" in text
    assert "- at least 2 turns" in text
    assert "| resolved | 8 | 4 | 4 |" in text
    assert "## Known limits" in text


def test_names_in_a_card_are_no_markup(tmp_path: Path) -> None:
    run = run_folder(tmp_path / "run", [transcript(scenario="<script>|x` &")])
    text = made(run).card.read_text()
    assert "<script>" not in text.split("---\n")[2]
    assert '"<script>|x` &"' in text.split("---\n")[1]


def test_the_same_request_gives_the_same_bytes(run: Path) -> None:
    first = {file.path: file.sha256 for to in Format for file in made(run, to).files}
    cards = {to: (run / to / "README.md").read_bytes() for to in Format}
    again = {file.path: file.sha256 for to in Format for file in made(run, to, force=True).files}
    assert first == again
    assert cards == {to: (run / to / "README.md").read_bytes() for to in Format}


@pytest.mark.parametrize(
    ("record", "warning"),
    [
        ({"status": "interrupted"}, "the run is not finished; what it has so far is exported"),
        ({"sha256": "0" * 64}, "is not what run.json describes"),
    ],
)
def test_a_doubtful_run_is_told_of(tmp_path: Path, record: dict[str, str], warning: str) -> None:
    summary = made(run_folder(tmp_path / "run", varied(4), **record))
    assert warning in summary.warnings[0]
    assert warning in summary.card.read_text()


def test_a_bare_transcript_file_will_do(run: Path, tmp_path: Path) -> None:
    file = tmp_path / "some.jsonl"
    (run / "transcripts.jsonl").rename(file)
    summary = made(file)
    assert summary.files[0].path == tmp_path / "messages" / "some.jsonl"
    assert "no run.json beside it" in summary.warnings[0]
    assert "not recorded" in summary.card.read_text()
