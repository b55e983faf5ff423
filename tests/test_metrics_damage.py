"""Every measure goes the right way when conversations are damaged on purpose."""

from dataclasses import replace

import pytest

from benchmarks.damage import TRIALS, Noticed, Trial, halves, swapped_personas, table, trials
from benchmarks.gold import gold
from curation.metrics.data import DataSet
from curation.metrics.evaluation import COMPARING, METRICS

QUICK = [trial for trial in TRIALS if trial.damage is not swapped_personas]
LIGHT = [metric for metric in COMPARING if metric.name != "mauve"]


@pytest.fixture(scope="module")
def dialogues() -> DataSet:
    return gold(3)


@pytest.fixture(scope="module")
def noticed(dialogues: DataSet) -> list[Noticed]:
    return trials(dialogues, chosen=QUICK)


@pytest.mark.parametrize("trial", QUICK, ids=lambda trial: trial.damage.__name__)
def test_damage_is_noticed(trial: Trial, noticed: list[Noticed]) -> None:
    title = trial.damage.__name__.replace("_", " ")
    found = [one for one in noticed if one.damage == title]
    assert found
    assert [one for one in found if not one.moved] == []


@pytest.mark.slow
def test_personas_of_others_are_noticed() -> None:
    found = trials(gold(8), chosen=[trial for trial in TRIALS if trial.damage is swapped_personas])
    assert [one.measure for one in found if one.moved] == [
        "disposition-consistency", "tone-consistency", "style-consistency",
    ]  # fmt: skip


@pytest.mark.slow
def test_damage_takes_a_set_further_from_its_reference() -> None:
    found = trials(halves(gold(8)), LIGHT)
    assert {one.measure for one in found} > {"two-sample", "two-sample-style", "distance-flow", "distance-turns"}
    assert [one for one in found if not one.moved] == []


def test_every_measure_with_a_better_way_is_tried() -> None:
    tried = {name for trial in TRIALS for name in (*trial.up, *trial.down)}
    assert {metric.name for metric in LIGHT} - tried <= {"distance-customer-words", "distance-questions"}
    assert len({metric.name for metric in METRICS} & tried) > 30


def test_damage_leaves_the_whole_as_it_was(dialogues: DataSet) -> None:
    before = [one.to_line() for one in dialogues.runs()]
    for trial in TRIALS:
        trial.damage(dialogues.runs())
    assert [one.to_line() for one in dialogues.runs()] == before


def test_a_set_against_itself_is_at_no_distance(dialogues: DataSet) -> None:
    distances = [metric for metric in LIGHT if metric.name.startswith("distance")]
    for metric in distances:
        assert metric(replace(dialogues, against=dialogues)).value == pytest.approx(0, abs=1e-6)


def test_the_table_has_a_row_for_each(noticed: list[Noticed]) -> None:
    lines = table(noticed).splitlines()
    assert lines[0] == "| damage | measure | whole | damaged | noticed |"
    assert len(lines) == len(noticed) + 2
