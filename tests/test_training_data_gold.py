import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from agents.dialogue import Speaker
from agents.errors import UsageError
from agents.training.gold_check import check_gold
from agents.training.gold_corpus import GOLD, HELD_OUT, companies, read_company
from orchestrator.transcript import Transcript

HELP_CONTENT = Path(__file__).parents[1] / "help_content"


@pytest.fixture
def company(tmp_path: Path) -> Path:
    folder = tmp_path / "brightwell"
    shutil.copytree(GOLD / "brightwell", folder)
    return folder


def changed(company: Path, change: Callable[[dict[str, Any]], object]) -> list[str]:
    path = company / "dialogues.jsonl"
    first, *rest = path.read_text(encoding="utf-8").splitlines()
    record = json.loads(first)
    change(record)
    path.write_text("\n".join([json.dumps(record), *rest]) + "\n", encoding="utf-8")
    return check_gold([company]).faults


def test_the_gold_corpus_passes_its_check() -> None:
    found = check_gold(companies())

    assert found.faults == []
    assert found.counts["dialogues"] >= 520
    assert found.counts["agent turns of 50-75 words"] / found.counts["agent turns"] > 0.9


def test_gold_dialogues_are_transcripts_with_a_goal() -> None:
    for line in (GOLD / "slate" / "dialogues.jsonl").read_text(encoding="utf-8").splitlines():
        record = json.loads(line)
        assert record.pop("goal")
        Transcript.model_validate(record)


def test_an_agent_is_shown_the_passages_that_it_cites() -> None:
    dialogue = next(read_company(GOLD / "brightwell"))
    informing = next(turn for turn in dialogue.turns if turn.moves == ("inform",))

    assert informing.passages[0].startswith("Bright Club, trade-in and student prices: Gold level. You reach Gold")
    assert all(not turn.passages for turn in dialogue.turns if turn.speaker is Speaker.CUSTOMER)


def test_the_companies_that_measure_are_there() -> None:
    assert {company.name for company in companies()} >= HELD_OUT


def test_the_sample_shop_has_the_articles_of_the_help_content() -> None:
    shipped = {path.name: path.read_text(encoding="utf-8") for path in HELP_CONTENT.rglob("*.md")}
    copies = {path.name: path.read_text(encoding="utf-8") for path in (GOLD / "nettlewood" / "articles").glob("*.md")}

    assert copies.items() <= shipped.items()


def test_a_folder_without_dialogues_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no COMPANY/dialogues"):
        companies(tmp_path)


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        (lambda d: d["turns"][3].update(moves=["shrug"]), "turn 4: moves ['shrug']"),
        (lambda d: d["turns"][3].update(citations=[]), "turn 4: inform or guide without citations"),
        (
            lambda d: d["turns"][3].update(text="It is 77 dollars."),
            "turn 4: figures in no quote, fact or earlier turn: ['77']",
        ),
        (lambda d: d["turns"][3].update(text="word " * 90), "turn 4: 90 words"),
        (lambda d: d["customer"].update(tone="merry"), "customer.tone is 'merry'"),
        (lambda d: d["ending"].update(evidence="never said"), "ending.evidence is not in the turn named"),
        (lambda d: d["customer"]["facts"][0].update(told_in=1), "fact 'email' is not in turn 1"),
        (lambda d: d.pop("ending"), "not a dialogue of the schema (KeyError: 'ending')"),
    ],
)
def test_a_fault_is_named(company: Path, change: Callable[[dict[str, Any]], object], fault: str) -> None:
    assert f"brightwell:1: {fault}" in changed(company, change)
