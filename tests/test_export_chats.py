import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from agents.dialogue import Speaker
from agents.errors import UsageError
from curation.export import Format, Request, export
from orchestrator.transcript import Transcript
from tests.export_runs import ARTICLE, run_folder, transcript


def chats(run: Path, **options: object) -> list[list[dict[str, str]]]:
    made = export(Request(runs=(run,), to=Format.MESSAGES, force=True, **options))
    return [json.loads(line)["messages"] for line in made.files[0].path.read_text().splitlines()]


def chat(tmp_path: Path, texts: Sequence[str], *, cites: Sequence[str] = (), **options: object) -> list[dict[str, str]]:
    (only,) = chats(run_folder(tmp_path / "run", [transcript(texts=texts, cites=cites)]), **options)
    return only


def said(messages: list[dict[str, str]]) -> list[tuple[str, str]]:
    return [(message["role"], message["content"]) for message in messages]


def test_the_agent_is_the_assistant_and_has_the_last_word(tmp_path: Path) -> None:
    assert said(chat(tmp_path, ["Where is it?", "On its way.", "Thanks, bye."])) == [
        ("user", "Where is it?"),
        ("assistant", "On its way."),
    ]


def test_flipped_the_customer_is_the_assistant_and_is_greeted(tmp_path: Path) -> None:
    assert said(chat(tmp_path, ["Where is it?", "On its way.", "Thanks.", "Bye!"], flip=True)) == [
        ("user", "Hello, how can I help you?"),
        ("assistant", "Where is it?"),
        ("user", "On its way."),
        ("assistant", "Thanks."),
    ]


def test_messages_of_one_side_in_a_row_are_one(tmp_path: Path) -> None:
    made = said(chat(tmp_path, ["Where?", "", "It is late.", "I see.\n", " ", "It left.", "Bye."]))
    assert made == [("user", "Where?\nIt is late."), ("assistant", "I see.\nIt left.")]


@pytest.mark.parametrize("flip", [True, False])
@pytest.mark.parametrize("turns", range(2, 9))
@pytest.mark.parametrize("first", ["customer", "agent"])
def test_a_chat_alternates_from_user_to_assistant(tmp_path: Path, turns: int, first: str, flip: bool) -> None:
    one = transcript(texts=[f"Turn {n}." for n in range(turns)], first=first)
    run = run_folder(tmp_path / "run", [one, transcript(1)])
    roles = [message["role"] for message in chats(run, flip=flip)[0]]
    assert roles == ["user", "assistant"] * (len(roles) // 2)


def test_what_holds_nothing_to_learn_is_left_out_and_counted(tmp_path: Path) -> None:
    made = [transcript(0, texts=["Hello?"]), transcript(1), transcript(2, texts=[])]
    summary = export(Request(runs=(run_folder(tmp_path / "run", made),), to=Format.SHAREGPT))
    assert (summary.read, summary.files[0].tally.conversations) == (3, 1)
    assert summary.record()["left_out"] == {"nothing to learn from": 1, "too few turns": 1}


def test_the_agents_system_prompt_has_the_scenarios_own(tmp_path: Path) -> None:
    first, *_ = said(chat(tmp_path, ["Where is it?", "On its way."], system=True))
    assert first[0] == "system"
    assert first[1].startswith("You are a support agent of a company.")
    assert first[1].endswith("Sign as Nell.")


def test_the_customers_system_prompt_says_who_writes_and_what_is_known(tmp_path: Path) -> None:
    first, *_ = said(chat(tmp_path, ["Where is it?", "On its way."], system=True, flip=True))
    assert first == (
        "system",
        "You are a customer and write to a company. You are cynical; you doubt it all. You write because you want your "
        "money back. You are annoyed. You type in a hurry and make typos. It is about: camera. Your order number: "
        "NW-482913 (you say so only when asked).",
    )


def test_a_system_prompt_needs_no_record(tmp_path: Path) -> None:
    run = run_folder(tmp_path / "run", [transcript()])
    (run / "run.json").unlink()
    assert "You are cynical; you expect to be fobbed off" in chats(run, system=True, flip=True)[0][0]["content"]


def test_passages_stand_behind_the_question_that_they_answer(tmp_path: Path) -> None:
    messages = said(
        chat(tmp_path, ["How long?", "5 days.", "And?", "That is all."], cites=["refunds.md#timing"] * 2, passages=True)
    )
    assert messages[0] == (
        "user",
        "How long?\n\nHelp pages:\nRefunds: Timing. A card refund takes 5 to 7 working days.",
    )
    assert messages[1] == ("assistant", "5 days.")


def test_passages_of_help_content_that_was_changed_are_refused(tmp_path: Path) -> None:
    run = run_folder(tmp_path / "run", [transcript(cites=["refunds.md#timing"])])
    (run / "help" / "refunds.md").write_text(ARTICLE.replace("7", "9"))
    with pytest.raises(UsageError, match="the help content of 'returns' was changed after the run"):
        chats(run, passages=True)


def test_passages_of_help_content_that_is_gone_are_refused(tmp_path: Path) -> None:
    run = run_folder(tmp_path / "run", [transcript()], help_content={"returns": ["nowhere"]})
    with pytest.raises(UsageError, match="the help content of 'returns' is not there any more"):
        chats(run, passages=True)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"to": Format.CSV, "flip": True}, "--flip goes with --to messages and --to sharegpt, not with --to csv"),
        ({"to": Format.TEXT, "system": True}, "--system goes with"),
        ({"to": Format.PARQUET, "passages": True}, "--passages goes with"),
        ({"to": Format.MESSAGES, "role": Speaker.AGENT}, "--role keeps one side's turns, and a chat has two"),
        ({"to": Format.SHAREGPT, "role": Speaker.CUSTOMER}, r"\(--flip trains a customer\)"),
        ({"to": Format.MESSAGES, "flip": True, "passages": True}, "it does not go with --flip"),
    ],
)
def test_what_makes_no_sense_together_is_refused(options: dict[str, Any], message: str) -> None:
    with pytest.raises(UsageError, match=message):
        Request(runs=(Path("run"),), **options)


@pytest.mark.slow
@pytest.mark.filterwarnings("default")
def test_trl_trains_on_messages_as_they_are(tmp_path: Path) -> None:
    pytest.importorskip("trl")
    import datasets
    from transformers import AutoTokenizer
    from trl import SFTConfig, SFTTrainer

    from tests.tiny_models import tiny_folder

    run = run_folder(
        tmp_path / "run", [transcript(n, texts=[f"Is it {n}?", "It is.", "Bye.", "Bye!"]) for n in range(8)]
    )
    folder = export(Request(runs=(run,), to=Format.MESSAGES, system=True)).card.parent
    model = tiny_folder(tmp_path / "model")
    tokenizer = AutoTokenizer.from_pretrained(model, eos_token="<|endoftext|>", pad_token="<|endoftext|>")
    tokenizer.chat_template = "{% for m in messages %}{{ m.role + ': ' + m.content + '\\n' }}{% endfor %}"
    config = SFTConfig(
        str(tmp_path / "out"), max_steps=2, per_device_train_batch_size=2, report_to=[], use_cpu=True, max_length=128
    )
    data = datasets.load_dataset(str(folder), cache_dir=str(tmp_path / "cache"))
    trainer = SFTTrainer(str(model), config, train_dataset=data["train"], processing_class=tokenizer)
    assert trainer.train().global_step == 2


def test_the_record_is_read_as_it_is_even_where_somebody_edited_it(tmp_path: Path) -> None:
    run = run_folder(tmp_path / "run", [transcript()], scenarios=["odd", {"name": "returns", "config": 3}], models=[])
    assert isinstance(chats(run, system=True)[0][0]["content"], str)
    assert Transcript.from_line((run / "transcripts.jsonl").read_text())
