"""The house model's table: what counts as a figure stated, what is asked, and the whole on a tiny extent."""

from dataclasses import replace
from pathlib import Path

import pytest

from agents.dialogue import Turn
from agents.gpt2.catalogue import find
from agents.models import Models
from agents.training.dialogues import TrainingDialogue
from benchmarks import house
from benchmarks.house_figures import gold_turns, plain_questions
from benchmarks.house_judges import taught
from benchmarks.house_measures import Found, Measures, fit
from benchmarks.house_talk import COMPANIES, Said, Talk, gold_talks, scenario_of, talks
from tests.tiny_models import tiny_folder


def test_a_figure_must_be_right_and_no_other_made_up() -> None:
    asked = replace(next(plain_questions()), right=frozenset({"22"}), known=frozenset({"22", "75"}))
    assert asked.met("A sealant costs £22 a tooth.")
    assert asked.met("£22 for sealants, and £75 for a guard.")
    assert not asked.met("A guard is £75.")
    assert not asked.met("A sealant costs £22, or £30 on Sundays.")
    assert not asked.met("")


def test_what_is_asked_stands_in_the_passage_and_in_no_turn_before() -> None:
    plain, gold = list(plain_questions()), list(gold_turns())
    assert len(plain) >= 90
    assert len(gold) >= 100
    assert all(asked.right <= asked.known for asked in (*plain, *gold))
    assert not any(asked.met(asked.turns[-1].text) for asked in (*plain, *gold))


def test_the_scenarios_open_as_the_companies_customers_do() -> None:
    for company in COMPANIES:
        scenario = scenario_of(company)
        assert len(scenario.opening_texts) == 25
        assert scenario.help_paths[0].is_dir()


def test_the_table_has_a_column_a_model() -> None:
    lines = house.table({"one": {"leaks": Found(0.004, 250)}, "other": {"self-bleu-4": Found(0.3, 100)}}).splitlines()
    assert lines[0] == "| measure | reach | one | other |"
    assert "| < 0.5 % | 0.4 % (of 250) |  |" in lines[2]
    assert any(line.endswith("| <= .40 |  | 0.300 (of 100) |") for line in lines)


@pytest.mark.slow
def test_a_tiny_extent_is_measured_whole() -> None:
    measures = Measures()
    label, found = house.measured("house", measures, replies=2, most=2)
    assert label.startswith("house@")
    assert {row.key for row in house.ROWS} - set(found) <= {"self-bleu-4"}
    assert sum(found[f"stop {how}"].value for how in ("own", "band", "forced")) == pytest.approx(1)
    gold = measures.of(gold_talks())
    assert gold["moves of agent"].value > 0.7
    assert gold["copied"].value == 0
    assert measures.of([_as_if_said(taught()[0])])["copied"].value == 1


def _as_if_said(dialogue: TrainingDialogue) -> Talk:
    """Return a training dialogue as if a model had given its very words."""
    turns = [Turn(n, one.speaker, one.text, one.moves or ()) for n, one in enumerate(dialogue.turns, 1)]
    traits = {"tone": "neutral", "style": "plain", "disposition": "amiable"}
    return Talk(dialogue.id, COMPANIES[0], traits, turns[0], tuple(map(Said, turns[1:])))


def test_every_turn_after_the_opening_is_a_first_draw() -> None:
    with Models() as models:
        talk = talks(models.get("house"), 1)[0]
    assert talk.said
    for said in talk.said:
        assert said.written is not None
        assert said.turn.moves


def test_perplexity_needs_the_special_tokens(tmp_path: Path) -> None:
    assert fit(find(str(tiny_folder(tmp_path))), 1) == {}
