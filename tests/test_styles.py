"""Styles laid over messages: what they change, what they never touch, and how it is undone."""

import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agents.draws import Draws
from agents.persona import Style
from agents.styles import Edit, Revision, applied, revised, styled
from agents.styles.edits import compatible
from agents.styles.kept import kept_spans
from tests.survivors import lost

OPENINGS = (Path(__file__).parent / "data" / "openings.txt").read_text(encoding="utf-8").splitlines()
LAID_OVER = [Style.COLLOQUIAL, Style.NON_NATIVE, Style.TYPOS]
LONG = "I have been waiting for the parcel since yesterday morning, so could you please tell me where it is?"


def kept(text: str, *values: str) -> list[str]:
    return [text[start:end] for start, end in kept_spans(text, values)]


def test_plain_changes_nothing() -> None:
    assert revised(LONG, Style.PLAIN, Draws(1)) == Revision(LONG)


@pytest.mark.parametrize("style", LAID_OVER)
def test_a_style_depends_on_the_seed_alone(style: Style) -> None:
    assert styled(LONG, style, Draws(1)) == styled(LONG, style, Draws(1))
    assert len({styled(LONG, style, Draws(seed)) for seed in range(20)}) > 5


@pytest.mark.parametrize("style", LAID_OVER)
def test_figures_names_and_dates_survive_in_openings(style: Style) -> None:
    for seed, text in enumerate(OPENINGS):
        assert lost(text, styled(text, style, Draws(seed))) == []


@pytest.mark.parametrize("style", LAID_OVER)
@settings(max_examples=50, deadline=None)
@given(text=st.lists(st.sampled_from(OPENINGS), min_size=1, max_size=3).map(" ".join), seed=st.integers(0, 10**6))
def test_a_style_can_be_undone_and_loses_nothing(style: Style, text: str, seed: int) -> None:
    revision = revised(text, style, Draws(seed))
    assert revision.restored() == text
    assert lost(text, revision.text) == []


@pytest.mark.parametrize("style", LAID_OVER)
@settings(max_examples=60, deadline=None)
@given(text=st.text(max_size=200), seed=st.integers(0, 10**6))
def test_any_text_can_be_styled_and_restored(style: Style, text: str, seed: int) -> None:
    assert revised(text, style, Draws(seed)).restored() == text


def test_values_that_a_caller_wants_kept_are_kept() -> None:
    text = "My membership is plus member and the payment was by credit card, please help."
    for style in LAID_OVER:
        for seed in range(30):
            said = styled(text, style, Draws(seed), ("Plus member", "credit card"))
            assert "plus member" in said
            assert "credit card" in said


def test_a_long_text_has_three_to_six_typing_errors() -> None:
    counts = [len(revised(LONG, Style.TYPOS, Draws(seed)).changes) for seed in range(60)]
    assert set(counts) == {3, 4, 5, 6}


def test_a_short_text_has_fewer_typing_errors_than_words() -> None:
    assert len(revised("Please help.", Style.TYPOS, Draws(1)).changes) == 1
    assert revised("NW-482913.", Style.TYPOS, Draws(1)).text == "NW-482913."


def test_a_typing_error_keeps_the_first_letter_and_makes_no_other_word() -> None:
    for seed in range(80):
        for change in revised(LONG, Style.TYPOS, Draws(seed)).changes:
            assert change.was[0].isalpha()
        said = re.findall(r"[a-z]+", styled("the form was not from your shop", Style.TYPOS, Draws(seed)))
        assert "not" in said
        assert said.count("from") <= 1


def test_chat_talk_drops_capitals_and_marks_of_sentences_only() -> None:
    text = "I am waiting for Sarah. The parcel is late, and I want to know why."
    said = {styled(text, Style.COLLOQUIAL, Draws(seed)) for seed in range(30)}
    assert all("Sarah" in one for one in said)
    assert any("im waiting" in one and "the parcel" in one and one.endswith("why") for one in said)
    assert any("wanna" in one for one in said)


def test_a_learners_errors_are_of_several_kinds() -> None:
    text = (
        "How long does it take to get the refund? I have been waiting for a week and it does not arrive on my account."
    )
    said = [styled(text, Style.NON_NATIVE, Draws(seed)) for seed in range(200)]
    assert any("get refund" in one for one in said)
    assert any("How long it take" in one for one in said)
    assert any("am waiting" in one for one in said)
    assert any("it do not" in one for one in said)
    assert all("a week" in one or " week" in one for one in said)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("It costs $1,240.50 in all.", ["$1,240.50"]),
        ("I waited three working days for it.", ["three working days"]),
        ("I asked Mr Collins on Friday about NW-1.", ["Mr", "Collins", "Friday", "NW-1."]),
        ("Write to anna.berg@example.com or www.x.org now.", ["anna.berg@example.com", "www.x.org"]),
        ("My {product} and the iPhone are here.", ["{product}", "iPhone"]),
        ("Priya has my parcel. The rest is here.", ["Priya"]),
        ("The parcel is here. I see it.", []),
    ],
)
def test_what_is_kept(text: str, expected: list[str]) -> None:
    assert kept(text) == expected


def test_what_a_caller_keeps_is_found_whatever_its_case() -> None:
    assert kept("my order is on hold", "My Order") == ["my order"]


def test_edits_are_undone_exactly() -> None:
    revision = applied("one two three", [Edit(4, 7, "2"), Edit(0, 0, "> "), Edit(8, 13, "")])
    assert revision.text == "> one 2 "
    assert revision.restored() == "one two three"


def test_a_range_is_found_again_after_edits() -> None:
    revision = applied("Yes please. I take it. Bye.", [Edit(0, 3, "yeah"), Edit(14, 18, "taek"), Edit(21, 22, "")])
    assert revision.image(12, 22) == "I taek it"
    assert revision.image(0, 11) == "yeah please."


@given(text=st.text(max_size=60), data=st.data())
def test_any_edits_are_undone(text: str, data: st.DataObject) -> None:
    places = st.tuples(st.integers(0, len(text)), st.integers(0, len(text)), st.text(max_size=4))
    edits = [Edit(min(a, b), max(a, b), new) for a, b, new in data.draw(st.lists(places, max_size=6))]
    revision = applied(text, compatible(edits))
    assert revision.restored() == text
    assert revision.image(0, len(text)) == revision.text
