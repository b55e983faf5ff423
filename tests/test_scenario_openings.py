import json
from pathlib import Path
from typing import Any

import pytest

from agents.errors import ScenarioError
from orchestrator.plan import Plan
from orchestrator.scenario import Scenario

DATA: dict[str, Any] = {
    "name": "seeds",
    "domain": "support",
    "openings": {"file": "seeds.jsonl"},
    "customer": {
        "dispositions": ["amiable"],
        "motivations": ["refund"],
        "facts": [{"name": "order number", "value": "NW-{digits:6}", "reveal": "start"}],
    },
    "agent": {"role": "support"},
    "products": ["camera"],
    "grounding": {"mode": "off"},
}


def load(folder: Path, lines: str | bytes, **changes: object) -> Scenario:
    raw = lines if isinstance(lines, bytes) else lines.encode()
    (folder / "seeds.jsonl").write_bytes(raw)
    return Scenario.from_dict(DATA | changes, base=folder)


def test_openings_come_from_the_query_of_each_row(tmp_path: Path) -> None:
    lines = '{"query": "It broke.", "source": "a.md"}\n\n{"query": " My {product} broke. "}\n'
    assert load(tmp_path, lines).opening_texts == ("It broke.", "My {product} broke.")


def test_a_file_may_start_with_a_byte_order_mark(tmp_path: Path) -> None:
    assert load(tmp_path, b'\xef\xbb\xbf{"query": "It broke."}\n').opening_texts == ("It broke.",)


def test_slots_of_openings_are_filled(tmp_path: Path) -> None:
    spec = Plan(load(tmp_path, '{"query": "My {product} of {order number} broke."}\n'))[0]
    assert spec.opening == f"My camera of {spec.customer.facts[0].value} broke."


def test_a_list_in_the_scenario_and_a_file_give_the_same_digest(tmp_path: Path) -> None:
    rows = ["It broke.", "It fell."]
    lines = "".join(json.dumps({"query": row}) + "\n" for row in rows)
    assert load(tmp_path, lines).digest == load(tmp_path, lines, openings=rows).digest


def test_the_digest_changes_with_the_rows(tmp_path: Path) -> None:
    assert load(tmp_path, '{"query": "a"}\n').digest != load(tmp_path, '{"query": "b"}\n').digest


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        ('{"query": "a"}\n{"question": "b"}\n', "2: query: missing or empty; a row needs a text under this key"),
        ('{"query": " "}\n', "1: query: missing or empty; a row needs a text under this key"),
        ('["query"]\n', "1: query: missing or empty; a row needs a text under this key"),
        ('{"query": 3}\n', "1: query: missing or empty; a row needs a text under this key"),
        (
            '\n{"query": "a"}\nbroken\n',
            '3: not a JSON row in UTF-8, such as {"query": "Where is my parcel?"}',
        ),
        (b'{"query": "caf\xe9"}\n', '1: not a JSON row in UTF-8, such as {"query": "Where is my parcel?"}'),
        ("[" * 200_000, '1: not a JSON row in UTF-8, such as {"query": "Where is my parcel?"}'),
        ('{"query": "a"}\n{"query": "a"}\n', "2: query: 'a' is there twice; list it once"),
        (
            '{"query": "My {order} is late"}\n',
            "1: query: 'My {order} is late' has the unknown slot '{order}'; known are {product}, {order number}",
        ),
        ('{"query": "\\ud800"}\n', "1: query: '\\ud800' has the character '\\ud800', which is not allowed"),
        ('{"query": "a\\u001b"}\n', "1: query: 'a\\x1b' has the character '\\x1b', which is not allowed"),
        (
            json.dumps({"query": "so it goes on " * 60}),
            "1: query: 'so it goes on so it goes on so it goes on so it goes on s...' has 240 words; "
            "an opening has at most 200",
        ),
        ("\n", ' no openings; each line holds a row such as {"query": "Where is my parcel?"}'),
    ],
)
def test_a_bad_row_is_told_with_file_and_line(lines: str | bytes, said: str, tmp_path: Path) -> None:
    with pytest.raises(ScenarioError) as caught:
        load(tmp_path, lines)
    assert str(caught.value) == f"{tmp_path}/seeds.jsonl:{said}"


def test_a_file_outside_the_workspace_is_refused(tmp_path: Path) -> None:
    (tmp_path / "inner").mkdir()
    (tmp_path / "inner/duologue.yaml").touch()
    (tmp_path / "seeds.jsonl").write_text('{"query": "a"}\n')
    data = DATA | {"openings": {"file": "../seeds.jsonl"}}
    with pytest.raises(ScenarioError, match=r"openings.file: '../seeds.jsonl' leads out of the workspace"):
        Scenario.from_dict(data, base=tmp_path / "inner")
    assert Scenario.from_dict(data, base=tmp_path / "inner", allow_outside=True).opening_texts == ("a",)


def test_a_folder_is_no_file_of_openings(tmp_path: Path) -> None:
    with pytest.raises(ScenarioError, match=r"openings.file: '.' is not a file"):
        Scenario.from_dict(DATA | {"openings": {"file": "."}}, base=tmp_path)


def with_questions(folder: Path, questions: object) -> Scenario:
    customer = DATA["customer"] | {"questions": questions}
    return Scenario.from_dict(DATA | {"openings": ["It broke.", "Who pays?"], "customer": customer}, base=folder)


def test_questions_are_filled_and_drawn_in_an_order_of_each_conversation(tmp_path: Path) -> None:
    texts = ["Who pays?", "How long does it take?", "Is the {product} insured?"]
    orders = {spec.opening: set[tuple[str, ...]]() for spec in Plan(with_questions(tmp_path, texts))}
    for seed in range(20):
        for spec in Plan(with_questions(tmp_path, texts), seed=seed):
            orders[spec.opening].add(spec.customer.questions)
    assert {frozenset(order) for order in orders["It broke."]} == {
        frozenset({"Who pays?", "How long does it take?", "Is the camera insured?"})
    }
    assert len(orders["It broke."]) == 6
    assert {frozenset(order) for order in orders["Who pays?"]} == {
        frozenset({"How long does it take?", "Is the camera insured?"})
    }


def test_questions_come_from_a_file_as_well_and_change_the_digest(tmp_path: Path) -> None:
    (tmp_path / "asked.jsonl").write_text('{"query": "Who pays?"}\n{"query": "How long?"}\n', encoding="utf-8")
    scenario = with_questions(tmp_path, {"file": "asked.jsonl"})
    assert scenario.question_texts == ("Who pays?", "How long?")
    assert scenario.digest == with_questions(tmp_path, ["Who pays?", "How long?"]).digest
    assert scenario.digest != with_questions(tmp_path, ["Who pays?"]).digest


@pytest.mark.parametrize(
    ("questions", "said"),
    [
        (["Who pays?", "Who pays?"], "customer.questions[1]: 'Who pays?' is there twice; list it once"),
        (["Is {colour} dearer?"], "customer.questions[0]: 'Is {colour} dearer?' has the unknown slot '{colour}'"),
        ([" ".join(["why"] * 41)], "has 41 words; a question has at most 40"),
        ({"file": "none.jsonl"}, "customer.questions.file: 'none.jsonl' is not there"),
        ("Who pays?", "customer.questions: 'Who pays?' does not fit"),
    ],
)
def test_questions_that_cannot_be_asked_are_refused(questions: object, said: str, tmp_path: Path) -> None:
    with pytest.raises(ScenarioError) as caught:
        with_questions(tmp_path, questions)
    assert said in str(caught.value)
