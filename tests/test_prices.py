"""Prices without a figure: what an agent may call free, and what a price is made of."""

import pytest

from agents.dialogue import Speaker, Turn
from orchestrator.grounding import Hit, Passage
from orchestrator.guards import Scene
from orchestrator.prices import Prices

PASSAGE = (
    "A rowing boat costs $18 an hour. An electric pump can be hired for $4 a day. Children under 12 travel free. "
    "A booking can be moved once. It is free of charge until the day before."
)


def scene(speaker: Speaker = Speaker.AGENT, *said: str) -> Scene:
    turns = [Turn(n, speaker, text) for n, text in enumerate(said, 1)]
    passage = Passage("hire.md#prices", "hire.md", "Boat hire", "Prices", PASSAGE, 0, len(PASSAGE))
    return Scene(speaker, turns, None, hits=[Hit(passage, 1.0)])


@pytest.mark.parametrize(
    "text",
    [
        "A pump costs an hour and costs nothing.",
        "A deposit of a pump costs nothing.",
        "A white remedy costs you nothing.",
        "Sure, and the rowing boat is free.",
        "You can return within the same week and no fee.",
        "A motor boat costs an hour.",
    ],
)
def test_a_price_that_nobody_gave_is_objected_to(text: str) -> None:
    found = Prices().check(text, scene())
    assert found
    assert found.vital


@pytest.mark.parametrize(
    "text",
    [
        "Children under 12 travel free.",
        "Good news: your children cost you nothing.",
        "You can move the booking, and that is free.",
        "Is the pump free, did you ask? Feel free to write again.",
        "A rowing boat costs $18 an hour.",
    ],
)
def test_what_a_passage_says_is_free_may_be_said(text: str) -> None:
    assert Prices().check(text, scene()) is None


def test_what_was_said_before_may_be_said_again() -> None:
    assert Prices().check("As I said, the jackets cost nothing.", scene())
    assert Prices().check("As I said, the jackets cost nothing.", scene(Speaker.AGENT, "The jackets are free.")) is None


def test_a_customer_may_take_anything_for_free() -> None:
    assert Prices().check("The pump is free, I hope.", scene(Speaker.CUSTOMER)) is None
