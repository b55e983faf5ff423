from pathlib import Path

import pytest

from agents.persona import MOTIVATIONS, Domain
from orchestrator.plan import Plan
from orchestrator.scenario import GroundingMode, Policy, Scenario

FOLDER = Path(__file__).parent.parent / "scenarios"
SIZES = {
    "cloud-upgrade": 9 * 3 * 5 * 7 * 3 * 4,
    "delivery": 10 * 5 * 5 * 5 * 3 * 4,
    "headphones": 9 * 4 * 5 * 8 * 3 * 4,
    "posted-message": 12 * 5 * 3 * 3 * 4,
    "returns": 10 * 6 * 5 * 5 * 3 * 4,
    "sales-dataset": 1000,
    "troubleshooting": 8 * 8 * 5 * 5 * 3 * 4,
}


def test_these_scenarios_ship() -> None:
    assert sorted(path.stem for path in FOLDER.glob("*.yaml")) == sorted(SIZES)


@pytest.mark.parametrize("name", SIZES)
def test_a_shipped_scenario_has_its_conversations(name: str) -> None:
    scenario = Scenario.load(FOLDER / f"{name}.yaml")
    assert scenario.name == name
    assert len(Plan(scenario)) == SIZES[name]


@pytest.mark.parametrize("name", SIZES)
def test_a_shipped_scenario_is_one_for_a_first_run(name: str) -> None:
    scenario = Scenario.load(FOLDER / f"{name}.yaml")
    assert scenario.customer.policy is scenario.agent.policy is Policy.AGENDA
    assert (scenario.grounding.mode, scenario.grounding.passages) == (GroundingMode.SPLICE, 1)
    assert (scenario.reply.words, scenario.turns.min, scenario.turns.max) == ((50, 75), 4, 12)
    assert len(scenario.customer.dispositions) == 5
    assert 6 <= len(scenario.opening_texts) <= 12
    assert scenario.customer.facts


@pytest.mark.parametrize("name", SIZES)
def test_what_customers_of_a_shipped_scenario_say_first_is_plain_text(name: str) -> None:
    for spec in Plan(Scenario.load(FOLDER / f"{name}.yaml")).sample(50, stream=1):
        assert not set(spec.opening) & set("{}")
        assert 5 <= len(spec.opening.split()) <= 40


def test_a_posted_message_is_defended_for_three_reasons() -> None:
    scenario = Scenario.load(FOLDER / "posted-message.yaml")
    motives = [MOTIVATIONS[name] for name in ("altruism", "distrust", "disinformation")]
    assert scenario.domain is Domain.SUPPORT
    assert list(scenario.customer.motivations) == motives
    assert "claim" in (scenario.agent.prompt or "")


def test_the_large_sales_scenario_is_a_sample() -> None:
    plan = Plan(Scenario.load(FOLDER / "sales-dataset.yaml"))
    assert plan.cells == 12 * 11 * 5 * 9 * 3 * 4
    assert len({spec.customer.product for spec in plan}) == 11
