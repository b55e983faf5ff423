"""A customer's style in a conversation: said one way, meant another, the same for the same seed and turn."""

from pathlib import Path

import pytest

from agents.dialogue import Speaker, Turn
from agents.persona import Domain, Style
from orchestrator.endings import EndingScene, standard_rules
from orchestrator.plan import ConversationSpec, Plan
from orchestrator.scenario import Scenario
from orchestrator.transcript import Ending, Reason
from orchestrator.wording import Wording
from tests.survivors import lost

SCENARIO = Path(__file__).parents[1] / "scenarios" / "returns.yaml"
TEXT = "I have been waiting for the parcel since Monday, and the order number is NW-482913, so please tell me more."


def spec(style: Style) -> ConversationSpec:
    return next(one for one in Plan(Scenario.load(SCENARIO)) if one.customer.style is style)


def wording(style: Style) -> Wording:
    return Wording.of(spec(style))


def turn(n: int, text: str, *moves: str) -> Turn:
    return Turn(n, Speaker.CUSTOMER if n % 2 else Speaker.AGENT, text, moves)


def test_a_plain_customer_says_what_it_means() -> None:
    plain = wording(Style.PLAIN)
    said = [turn(1, plain.say(1, TEXT))]
    assert said[0].text == TEXT
    assert plain.meant(said) is said


@pytest.mark.parametrize("style", [Style.TYPOS, Style.COLLOQUIAL, Style.NON_NATIVE])
def test_a_style_goes_on_turn_after_turn(style: Style) -> None:
    mine = wording(style)
    said = [mine.say(n, TEXT) for n in (1, 3, 5, 7)]
    assert TEXT not in said
    assert len(set(said)) > 1
    assert [wording(style).say(n, TEXT) for n in (1, 3, 5, 7)] == said


@pytest.mark.parametrize("style", list(Style))
def test_facts_products_and_figures_are_said_as_they_are(style: Style) -> None:
    one = spec(style)
    facts = " and ".join(fact.value for fact in one.customer.facts)
    text = f"It is about my {one.customer.product}, {facts}, for $49.90 in May."
    said = Wording.of(one).say(3, text)
    assert all(fact.value in said for fact in one.customer.facts)
    assert str(one.customer.product) in said
    assert lost(text, said) == []


def test_what_was_meant_is_known_for_what_was_said() -> None:
    mine = wording(Style.TYPOS)
    said = [turn(1, mine.say(1, TEXT)), turn(2, "Tell me more.")]
    assert [one.text for one in mine.meant(said)] == [TEXT, "Tell me more."]
    assert said[0].text != TEXT


def test_an_ending_is_found_in_what_was_meant_and_quoted_as_it_was_said() -> None:
    meant = "I have read what you wrote. That solves everything, thank you. Goodbye."
    hasty = (Wording.of(one) for one in Plan(Scenario.load(SCENARIO)) if one.customer.style is Style.TYPOS)
    mine = next(one for one in hasty if "That solves everything, thank you." not in one.say(3, meant))
    said = [
        turn(1, mine.say(1, TEXT), "open"),
        turn(2, "You can send it back within 30 days of the delivery, free of charge.", "inform"),
        turn(3, mine.say(3, meant), "accept", "close"),
    ]
    rule = standard_rules(Domain.SUPPORT, 8)
    ending = mine.quoted(rule.check(EndingScene(mine.meant(said), 3, 8, Domain.SUPPORT)))
    assert ending is not None
    assert ending.reason is Reason.RESOLVED
    assert ending.evidence in said[2].text
    assert ending.evidence not in meant


def test_an_ending_without_evidence_stays_as_it_is() -> None:
    mine = wording(Style.TYPOS)
    mine.say(5, TEXT)
    cut = Ending(reason=Reason.MAX_TURNS, turn=5)
    assert mine.quoted(cut) is cut
    assert mine.quoted(None) is None
