import csv
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd
import pyarrow.parquet as pq
import pytest

from agents.dialogue import Speaker
from agents.training.corpora import read_corpus
from curation.export import Format, Request, export, read_csv
from curation.export.records import COLUMNS
from orchestrator.transcript import Transcript, read_transcripts
from tests.export_runs import run_folder, transcript, varied

if TYPE_CHECKING:
    from datasets import DatasetDict

ODD = (
    "=1+1 or not",
    "None",
    'a "quoted", comma\nand a line',
    "  @home ",
    "'so it goes'",
    "\u2028 ünï 🙂 \x1b[31m",
    "N/A",
)


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    odd = transcript(99, texts=ODD, cites=["refunds.md#timing"])
    return run_folder(tmp_path_factory.mktemp("run") / "returns", [*varied(24), odd])


def exported(run: Path, to: Format, **options: object) -> Path:
    return Path(export(Request(runs=(run,), to=to, force=True, **options)).files[0].path)


def loaded(folder: Path, cache: Path) -> "DatasetDict":
    import datasets

    datasets.disable_progress_bars()
    return datasets.load_dataset(str(folder), cache_dir=str(cache))


def texts(run: Path) -> list[str]:
    return [turn.text for one in read_transcripts(run) for turn in one.turns]


def test_csv_comes_back_whole_through_our_reader(run: Path) -> None:
    rows = list(read_csv(exported(run, Format.CSV)))
    assert [row["text"] for row in rows] == texts(run)
    assert list(rows[0]) == list(COLUMNS[Format.CSV])
    (first, *_) = read_transcripts(run)
    assert json.loads(rows[1]["citations"])[0]["passage"] == "article-0.md#timing"
    assert json.loads(rows[0]["facts"])[0] == first.customer.facts[0].model_dump(mode="json")
    assert (rows[0]["conversation_id"], rows[0]["turn"], rows[0]["moves"]) == (first.id, "1", "ask")


def test_csv_loads_with_the_standard_library(run: Path) -> None:
    with exported(run, Format.CSV).open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["text"].removeprefix("'") for row in rows] == texts(run)


def test_csv_loads_with_pandas(run: Path) -> None:
    frame = pd.read_csv(exported(run, Format.CSV), keep_default_na=False)
    assert list(frame["text"].str.removeprefix("'")) == texts(run)
    assert list(frame[frame.conversation_id == "returns-00099-abc123"].turn) == [1, 2, 3, 4, 5, 6, 7]


def test_a_csv_folder_loads_with_datasets(run: Path, tmp_path: Path) -> None:
    data = loaded(exported(run, Format.CSV).parent, tmp_path)["train"]
    assert [text.removeprefix("'") for text in data["text"]] == texts(run)


def test_csv_can_be_trained_on(run: Path) -> None:
    dialogues = list(read_corpus(exported(run, Format.CSV)))
    assert len(dialogues) == 25


def test_a_transcript_can_be_made_again_from_parquet(run: Path) -> None:
    rows = pq.read_table(exported(run, Format.PARQUET)).to_pylist()
    assert [rebuilt(row) for row in rows] == list(read_transcripts(run))


def rebuilt(row: dict[str, Any]) -> Transcript:
    """Make the transcript again; citations are left out of turns that have none."""
    customer = {name: row[name] for name in ("disposition", "motivation", "tone", "style", "product", "facts")}
    turns = [{**turn, "citations": turn["citations"] or None} for turn in row["turns"]]
    ending = {"reason": row["ending"], "by": row["ended_by"], "turn": row["ending_turn"], "evidence": row["evidence"]}
    models = {"customer": row["customer_model"], "agent": row["agent_model"]}
    whole = {name: row[name] for name in ("id", "scenario", "domain", "seed")}
    agent = {"role": row["role"]}
    parts = {"customer": customer, "agent": agent, "turns": turns, "ending": ending, "models": models}
    return Transcript.model_validate({**whole, **parts})


def test_parquet_loads_with_pandas(run: Path) -> None:
    frame = pd.read_parquet(exported(run, Format.PARQUET))
    assert [turn["text"] for turns in frame.turns for turn in turns] == texts(run)
    assert dict(frame.ending.value_counts()) == {"resolved": 20, "unresolved": 5}


def test_a_parquet_folder_loads_with_datasets(run: Path, tmp_path: Path) -> None:
    data = loaded(exported(run, Format.PARQUET).parent, tmp_path)["train"]
    assert [turn["text"] for turns in data["turns"] for turn in turns] == texts(run)


def test_messages_load_with_datasets_and_keep_the_roles(run: Path, tmp_path: Path) -> None:
    data = loaded(exported(run, Format.MESSAGES).parent, tmp_path)["train"]
    assert data.column_names == list(COLUMNS[Format.MESSAGES])
    assert [message["role"] for message in data[0]["messages"]] == ["user", "assistant", "user", "assistant"]
    assert data[0]["messages"][1]["content"] == "Reply 0, it takes 5 days."
    assert data[24]["messages"][0]["content"] == ODD[0]


def test_messages_can_be_trained_on(run: Path) -> None:
    assert len(list(read_corpus(exported(run, Format.MESSAGES)))) == 25


def test_sharegpt_loads_with_datasets(run: Path, tmp_path: Path) -> None:
    data = loaded(exported(run, Format.SHAREGPT).parent, tmp_path)["train"]
    assert [said["from"] for said in data[3]["conversations"]] == ["human", "gpt", "human", "gpt"]
    assert data[3]["conversations"][0]["value"] == "hi, where is my camera"


def test_text_loads_with_datasets_a_conversation_a_row(run: Path, tmp_path: Path) -> None:
    data = loaded(exported(run, Format.TEXT).parent, tmp_path)["train"]
    assert data[0]["text"].splitlines() == [
        "Customer: How long does a refund for the camera take?",
        "Agent: Reply 0, it takes 5 days.",
        "Customer: Thanks, bye.",
        "Agent: Bye!",
    ]
    assert len(data) == 25


def test_text_has_a_line_for_each_turn_whatever_was_said(run: Path) -> None:
    lines = exported(run, Format.TEXT).read_text(encoding="utf-8").split("\n")
    assert lines[-9:-2] == [
        "Customer: =1+1 or not",
        "Agent: None",
        'Customer: a "quoted", comma and a line',
        "Agent: @home",
        "Customer: 'so it goes'",
        "Agent: ünï 🙂 \ufffd[31m",
        "Customer: N/A",
    ]


@pytest.mark.parametrize("to", [Format.CSV, Format.TEXT, Format.PARQUET])
def test_one_side_alone(run: Path, to: Format) -> None:
    path = exported(run, to, role=Speaker.AGENT)
    if to is Format.CSV:
        said = [(row["speaker"], row["text"]) for row in read_csv(path)]
    elif to is Format.PARQUET:
        said = [(turn["speaker"], turn["text"]) for turns in pd.read_parquet(path).turns for turn in turns]
    else:
        lines = path.read_text(encoding="utf-8").split("\n")
        said = [("agent", line.removeprefix("Agent: ")) for line in lines if line]
    assert said[:2] == [("agent", "Reply 0, it takes 5 days."), ("agent", "Bye!")]
    assert {speaker for speaker, _ in said} == {"agent"}
