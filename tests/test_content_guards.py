"""Guards on content: what each one objects to, what it lets pass, and what a scenario may change."""

import json

import pytest

from agents.dialogue import Speaker, Turn
from benchmarks.guards import cases
from orchestrator.content import CONTENT, Abuse, Invented, PersonalData, Promises, Salad
from orchestrator.content.personal import iban, luhn
from orchestrator.content.salad import Speech
from orchestrator.grounding import Hit, Passage
from orchestrator.guards import Guard, Scene

PASSAGE = "You will get your money back within 14 days. Call our shop on 0800 555 0199 or write to help@lark.example."


def scene(speaker: Speaker = Speaker.AGENT, *said: str, ledger: str = "", passage: str = "") -> Scene:
    turns = [Turn(n, speaker.other, text) for n, text in enumerate(said, 1)]
    hits = [Hit(Passage("a.md#x", "a.md", "Help", "Shop", passage, 0, len(passage)), 1.0)] if passage else []
    return Scene(speaker, turns, None, hits=hits, ledger=ledger)


def saw(guard: Guard, text: str, where: Scene | None = None) -> str | None:
    found = guard.check(text, where or scene())
    return found.saw if found else None


@pytest.mark.parametrize("guard", CONTENT, ids=lambda guard: guard.name)
def test_labelled_cases(guard: Guard) -> None:
    """At least nine in ten of a guard's own cases are caught, and none of the others."""
    own = [case for case in cases() if case.get("also") != guard.name]
    found = [(case, saw(guard, case["text"], scene(Speaker(case["speaker"])))) for case in own]
    caught = [seen is not None for case, seen in found if case["guard"] == guard.name]
    assert sum(caught) >= 0.9 * len(caught) > 0
    assert [case["text"] for case, seen in found if seen is not None and case["guard"] != guard.name] == []


def test_a_disguised_word_is_shown_as_it_was_read() -> None:
    assert saw(Abuse(), "What a sh1tty box.", scene(Speaker.CUSTOMER)) == "shitty"


def test_only_an_agent_may_not_be_mildly_rude() -> None:
    text = "The damn box is empty."
    assert saw(Abuse(), text, scene(Speaker.CUSTOMER)) is None
    assert saw(Abuse(), text) == "damn"


def test_kinds_of_abuse_are_switched_and_words_added_or_allowed() -> None:
    assert saw(Abuse(attacks=False), "You are an idiot.") is None
    assert saw(Abuse(also=("rival+",)), "Our rivals do that.") == "rivals"
    assert saw(Abuse(allow=("Damn",)), "Damn, that is late.") is None


@pytest.mark.parametrize(
    ("text", "seen"),
    [
        ("Your card 4111 1111 1111 1111 was charged.", "4111 1111 1111 1111"),
        ("Your card 4111 1111 1111 1112 was charged.", None),
        ("It went to DE89 3704 0044 0532 0130 00.", "DE89 3704 0044 0532 0130 00"),
        ("It went to DE88 3704 0044 0532 0130 00.", None),
    ],
)
def test_numbers_with_check_digits_are_checked(text: str, seen: str | None) -> None:
    assert saw(PersonalData(phones=False), text) == seen


@pytest.mark.parametrize("text", ["Call 0800-555-0199, please.", "Write to HELP@lark.example."])
def test_contact_data_of_a_passage_pass(text: str) -> None:
    assert saw(PersonalData(), text) is not None
    assert saw(PersonalData(), text, scene(passage=PASSAGE)) is None


def test_what_the_customer_said_or_may_tell_passes() -> None:
    text = "I will note 555-0142-77."
    assert saw(PersonalData(), text) == "555-0142-77"
    assert saw(PersonalData(), text, scene(Speaker.AGENT, "You reach me on 555 0142 77.")) is None
    assert saw(PersonalData(), "It is 555-0142-77.", scene(Speaker.CUSTOMER, ledger="555-0142-77")) is None


def test_check_digits() -> None:
    assert [luhn(number) for number in ("79927398713", "79927398710", "0000 0000 0000")] == [True, False, False]
    assert [iban(text) for text in ("GB82 WEST 1234 5698 7654 32", "GB82 WEST 1234 5698 7654 33", "GB82")] == [
        True,
        False,
        False,
    ]


def test_a_promise_that_a_passage_bears_out_passes() -> None:
    text = "You will get your money back within 14 days."
    assert saw(Promises(), text) == "You will get your money"
    assert saw(Promises(), text, scene(passage=PASSAGE)) is None


def test_a_customer_may_promise() -> None:
    assert saw(Promises(), "I have sent the form, I promise.", scene(Speaker.CUSTOMER)) is None


def test_promises_are_switched_added_and_allowed() -> None:
    text = "I have sent the request."
    assert saw(Promises(deeds=False), text) is None
    assert saw(Promises(allow=("sent the request",)), text) is None
    assert saw(Promises(also=("best price",)), "That is the best price in town.") == "best price"


def test_salad_needs_words_enough() -> None:
    mixed = "warranty must between the yellow how because of under seven they walking never if my than screen"
    assert saw(Salad(), mixed) is not None
    assert saw(Salad(words=30), mixed) is None


def test_words_of_the_passage_and_names_are_known() -> None:
    text = "The Zelmo quandrix works with frellit and vornix, so the quandrix takes frellit, vornix and grembol too."
    guard = Salad(unknown=0.2, most=20)
    assert saw(guard, text) is not None
    assert saw(guard, text, scene(passage="A quandrix needs frellit, vornix or grembol.")) is None


def test_a_speech_model_survives_its_file() -> None:
    model = Speech.learnt(["the label is free and the box is small", "the box is here and the label is here"])
    record = json.loads(json.dumps(model.record()))
    assert record["pairs"] == [
        "^ the 2",
        "and the 2",
        "box is 2",
        "is here 2",
        "label is 2",
        "the box 2",
        "the label 2",
    ]
    assert model.surprise("the box is here") < model.surprise("here is box the")


def test_a_word_is_known_by_its_stem_or_because_somebody_used_it() -> None:
    assert saw(Invented(), "Have you unplugged the seapped box?") == "seapped"
    assert saw(Invented(), "Have you unplugged the seapped box?", scene(Speaker.AGENT, "It is seapped.")) is None
    assert saw(Invented(), "Is it seapped?", scene(passage="A seapped box can be returned.")) is None
    assert saw(Invented(allow=("seapped",)), "Is it seapped?") is None


def test_names_addresses_and_codes_are_no_invented_words() -> None:
    assert saw(Invented(), "Write to help@larkqux.example, or ask for Zorbak and BH-77qx.") is None


@pytest.mark.parametrize(
    "text",
    [
        "I've nudged the team about the delivery.",
        "I hereby confirm that the matter has been escalated.",
        "Our agreement regarding the roof is now part of your case.",
        "When they answer, it'll come straight to you.",
        "I'm sending it over to the team now.",
    ],
)
def test_what_an_agent_cannot_have_done_is_a_promise_in_other_words_too(text: str) -> None:
    assert saw(Promises(), text)
