import gzip
import json
from pathlib import Path

import pytest

from agents.dialogue import Speaker
from agents.errors import UsageError
from agents.training.corpora import files_of, read_corpus, usable
from agents.training.dialogues import TrainingDialogue
from agents.training.readers.records import Fault

TRANSCRIPT = {
    "schema": 1, "id": "returns-1", "scenario": "returns", "domain": "sales", "agent": {"role": "salesperson"},
    "customer": {"disposition": "cynical", "motivation": "refund", "tone": "annoyed", "style": "typos",
                 "facts": [{"name": "order number", "value": "NW-1", "reveal": "asked"}]},
    "turns": [{"n": 1, "speaker": "customer", "moves": ["open"], "text": "It broke."},
              {"n": 2, "speaker": "agent", "moves": ["feel", "inform"], "text": "Oh dear."}],
}  # fmt: skip
EXCHANGE = {
    "id": "a",
    "kind": "support",
    "turns": [{"role": "customer", "text": "Hi"}, {"role": "agent", "text": "Yes?"}],
}


def write(path: Path, *lines: object) -> Path:
    path.write_text("".join((x if isinstance(x, str) else json.dumps(x)) + "\n" for x in lines), encoding="utf-8")
    return path


def read(path: Path) -> list[TrainingDialogue | Fault]:
    return list(read_corpus(path))


def only(path: Path) -> TrainingDialogue:
    (found,) = read(path)
    assert isinstance(found, TrainingDialogue)
    return found


def said(dialogue: TrainingDialogue) -> list[tuple[str, str]]:
    return [(turn.speaker.value, turn.text) for turn in dialogue.turns]


def test_a_transcript_keeps_its_moves_and_its_persona(tmp_path: Path) -> None:
    found = only(write(tmp_path / "transcripts.jsonl", TRANSCRIPT))

    assert found.turns[1].moves == ("feel", "inform")
    assert (found.customer.disposition, found.customer.facts) == ("cynical", (("order number", "NW-1"),))
    assert (found.role, found.domain) == ("salesperson", "sales")


def test_dialogue_jsonl_may_be_compressed(tmp_path: Path) -> None:
    path = tmp_path / "mine.jsonl.gz"
    path.write_bytes(gzip.compress((json.dumps(EXCHANGE) + "\n").encode()))

    found = only(path)

    assert said(found) == [("customer", "Hi"), ("agent", "Yes?")]
    assert (found.source, found.use) == ("mine", "support")


def test_a_passage_stands_before_the_reply_that_uses_it(tmp_path: Path) -> None:
    turns = [
        {"role": "customer", "text": "Hello"},
        {"role": "agent", "text": "Good morning, what is it?"},
        {"role": "customer", "text": "Is breakfast included?"},
        {"role": "agent", "text": "Yes, breakfast is served from seven."},
    ]
    path = write(tmp_path / "x.jsonl", {**EXCHANGE, "turns": turns, "help": ["Breakfast is served from 7 to 10."]})

    assert [bool(turn.passages) for turn in only(path).turns] == [False, False, False, True]


def test_placeholders_and_word_pieces_are_cleaned(tmp_path: Path) -> None:
    turns = [
        {"role": "customer", "text": "I do n't know {{Order Number}} ."},
        {"role": "agent", "text": "It is {{Order Number}}, press {{Live Chat}}."},
    ]
    (_, question), (_, answer) = said(only(write(tmp_path / "x.jsonl", {**EXCHANGE, "turns": turns})))

    assert "{" not in question + answer
    assert question.startswith("I don't know ")
    assert question.split()[3].strip(".") in answer
    assert answer.endswith("press Live Chat.")


def test_messages_pass_over_the_system(tmp_path: Path) -> None:
    messages = [
        {"role": "system", "content": "Be kind."},
        {"role": "user", "content": "Hi"},
        {"role": "assistant", "content": "Hello"},
    ]
    assert said(only(write(tmp_path / "x.jsonl", {"messages": messages}))) == [("customer", "Hi"), ("agent", "Hello")]


def test_labelled_text_is_parted_at_blank_lines(tmp_path: Path) -> None:
    path = write(
        tmp_path / "talk.txt", "Person1: My order is late.", "It is two weeks now.", "Person2: Which one?", "",
        "Person2: Hello?", "Person1: Yes?",
    )  # fmt: skip
    first, second = read(path)

    assert isinstance(first, TrainingDialogue)
    assert said(first) == [("customer", "My order is late. It is two weeks now."), ("agent", "Which one?")]
    assert isinstance(second, TrainingDialogue)
    assert second.turns[0].speaker is Speaker.CUSTOMER


def test_labels_that_name_the_sides_are_believed(tmp_path: Path) -> None:
    assert said(only(write(tmp_path / "x.txt", "Agent: Hello.", "Customer: Hi."))) == [
        ("agent", "Hello."),
        ("customer", "Hi."),
    ]


def test_a_table_is_parted_by_its_dialogue_column(tmp_path: Path) -> None:
    path = write(
        tmp_path / "x.csv", "conversation_id,speaker,text", '1,Bot,"Hello, you"', "1,user,Hi", "2,user,Late",
        "2,bot,Sorry",
    )  # fmt: skip
    first, second = read(path)

    assert isinstance(first, TrainingDialogue)
    assert said(first) == [("agent", "Hello, you"), ("customer", "Hi")]
    assert isinstance(second, TrainingDialogue)
    assert second.id == "2"


def test_a_table_without_a_text_column_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"x\.csv:1: needs a column .* found a, b"):
        read(write(tmp_path / "x.csv", "a,b", "1,2"))


def cornell(folder: Path) -> Path:
    lines = "L1 +++$+++ u0 +++$+++ m0 +++$+++ ANN +++$+++ Caf\xe9?\nL2 +++$+++ u1 +++$+++ m0 +++$+++ BO +++$+++ Yes.\n"
    (folder / "movie_lines.txt").write_bytes(lines.encode("iso-8859-1"))
    return write(
        folder / "movie_conversations.txt", "u0 +++$+++ u1 +++$+++ m0 +++$+++ ['L1', 'L2']",
        "u0 +++$+++ u1 +++$+++ m0 +++$+++ ['L1', 'L9']", "u0 +++$+++ nonsense",
    )  # fmt: skip


def test_cornell_movie_dialogs_are_two_files(tmp_path: Path) -> None:
    conversations = cornell(tmp_path)

    assert files_of(tmp_path) == [conversations]
    good, missing, broken = read(conversations)
    assert isinstance(good, TrainingDialogue)
    assert said(good) == [("customer", "Café?"), ("agent", "Yes.")]
    assert str(missing) == f"{conversations}:2: line L9 is not in movie_lines.txt"
    assert isinstance(broken, Fault)
    assert broken.line == 3


def test_cornell_without_its_lines_is_refused(tmp_path: Path) -> None:
    conversations = cornell(tmp_path)
    (tmp_path / "movie_lines.txt").unlink()

    with pytest.raises(UsageError, match=r"movie_lines\.txt is missing"):
        read(conversations)


def test_a_broken_record_is_named_and_the_rest_is_read(tmp_path: Path) -> None:
    path = write(tmp_path / "x.jsonl", EXCHANGE, "{oops", {"turns": [{"role": "wizard", "text": "Hi"}]}, EXCHANGE)
    faults: list[Fault] = []

    found = list(usable(read_corpus(path), path, faults))

    assert len(found) == 2
    assert [(fault.line, fault.why) for fault in faults] == [
        (2, "not JSON (Expecting property name enclosed in double quotes at column 2)"),
        (3, "role 'wizard'; known are customer and agent"),
    ]


def test_a_corpus_with_nothing_usable_is_an_error(tmp_path: Path) -> None:
    path = write(tmp_path / "x.jsonl", {"turns": []})

    with pytest.raises(UsageError, match=r"nothing usable in this corpus; .*turns.* \(line 1\)"):
        list(usable(read_corpus(path), path, []))


def test_a_file_of_another_kind_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="not a corpus that can be read"):
        read(write(tmp_path / "notes.txt", "Dear diary"))


def test_a_folder_without_corpora_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no corpus here"):
        files_of(tmp_path)


def test_neighbouring_messages_of_a_side_are_one_turn(tmp_path: Path) -> None:
    turns = [*EXCHANGE["turns"], {"role": "agent", "text": "Hello?"}]

    assert said(only(write(tmp_path / "x.jsonl", {**EXCHANGE, "turns": turns})))[1:] == [("agent", "Yes? Hello?")]


def test_of_a_run_s_folder_only_the_transcripts_are_a_corpus(tmp_path: Path) -> None:
    run = tmp_path / "outputs" / "returns"
    (run / "data").mkdir(parents=True)
    for name in ("transcripts.jsonl", "returns-test.jsonl", "returns.csv", "data/messages.jsonl"):
        (run / name).touch()
    (tmp_path / "own.csv").touch()
    assert files_of(run) == [run / "transcripts.jsonl"]
    assert files_of(tmp_path) == [run / "transcripts.jsonl", tmp_path / "own.csv"]


def test_a_path_that_is_not_there_is_told_so(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no such file or folder"):
        files_of(tmp_path / "nope")
