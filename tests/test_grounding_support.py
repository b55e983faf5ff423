"""How far a text is borne out by passages."""

import pytest

from orchestrator.grounding import Passage, support

TIMING = "A refund reaches the card 3 to 5 working days after we receive the parcel. Credit appears within 10 minutes."
COVER = "The warranty covers faults in material for 24 months. Batteries can be replaced. It does not cover water."
STORES = "The shop in Leeds opens at 9 am and closes at 17:30. Parking costs $1,000 a year."


def _passage(article: str, heading: str, text: str) -> Passage:
    return Passage(f"{article}#x", article, "Help", heading, text, 40, 40 + len(text))


PASSAGES = [_passage("refunds.md", "Timing", TIMING), _passage("warranty.md", "Cover", COVER)]
SHOP = _passage("stores.md", "Leeds store, 2 floors", STORES)


@pytest.mark.parametrize(
    ("text", "span"),
    [
        ("Your refund reaches the card in three to five working days.", TIMING[:74]),
        ("Once we have received the parcel, refunding takes 3-5 working days.", TIMING[:74]),
        ("The warranty covers a material fault for 24 months.", COVER[:53]),
        ("Water is not covered.", COVER[-24:]),
    ],
)
def test_a_true_sentence_is_supported_by_its_sentence(text: str, span: str) -> None:
    found = support(text, PASSAGES)
    assert found.score >= 0.5
    assert found.missing == ()
    assert found.span is not None
    passage, start, end = found.span
    assert passage.text[start - passage.start : end - passage.start] == span


@pytest.mark.parametrize(
    ("text", "missing"),
    [
        ("A refund reaches the card in 3 to 8 working days.", ("8",)),
        ("The warranty covers faults in material for thirty months.", ("30",)),
        ("Parking costs $1,500 a year.", ("1500",)),
        ("The shop in Leeds closes at 6 pm.", ("18:00",)),
    ],
)
def test_an_altered_figure_is_missing(text: str, missing: tuple[str, ...]) -> None:
    assert support(text, [*PASSAGES, SHOP]).missing == missing


def test_figures_in_another_spelling_are_not_missing() -> None:
    found = support("Parking is 1000 dollars; we close at 5:30 pm, open at 9, on both 2 floors.", [SHOP])
    assert found.figures == ("1000", "17:30", "9", "2")
    assert found.missing == ()


def test_figures_that_were_said_before_are_not_missing() -> None:
    assert support("Order 482913 is on its way.", PASSAGES).missing == ("482913",)
    assert support("Order 482913 is on its way.", PASSAGES, said="It is NW-482913.").missing == ()


@pytest.mark.parametrize(
    ("true", "negated"),
    [
        ("Batteries can be replaced.", "Batteries cannot be replaced."),
        ("It does not cover water.", "It does cover water."),
        ("The warranty covers faults in material.", "The warranty never covers faults in material."),
        ("Batteries can be replaced, not only faults.", "Batteries can't be replaced."),
        ("Batteries can be replaced.", "It is impossible to replace batteries."),
        ("The warranty covers faults in material.", "The warranty covers nothing."),
    ],
)
def test_a_negated_sentence_is_supported_less(true: str, negated: str) -> None:
    assert support(negated, PASSAGES).score < 0.65 * support(true, PASSAGES).score


@pytest.mark.parametrize(
    ("passage", "true", "opposite"),
    [
        ("A city bike costs $18 a day.", "A city bike costs $18.", "A city bike costs nothing."),
        ("Returns are free.", "Returning is free of charge.", "Returning costs a fee."),
        ("Most products can be returned.", "Most products can be returned.", "All products can be returned."),
        ("Cancel before it is packed.", "Cancel until it is packed.", "Cancel after it is packed."),
        ("It is kept at least 7 days.", "Kept for at least 7 days.", "Kept for up to 7 days."),
        ("We are open on Mondays only.", "Only on Mondays are we open.", "We are also open on Mondays."),
        ("The shop is closed on Sundays.", "The shop is not open on Sundays.", "The shop is open on Sundays."),
        ("There is no fee for it.", "There is no fee.", "There is a fee."),
    ],
)
def test_a_claim_that_pulls_the_other_way_is_supported_less(passage: str, true: str, opposite: str) -> None:
    known = [_passage("a.md", "", passage)]
    assert support(opposite, known).score <= 0.5 * support(true, known).score


def test_a_text_that_names_both_poles_bears_out_either() -> None:
    both = [_passage("a.md", "", "Standard delivery is free, and express delivery costs $9.")]
    assert support("Standard delivery is free.", both).score == 1.0
    assert support("Express delivery costs $9.", both).score == 1.0


def test_another_passage_does_not_support() -> None:
    assert support("Your refund reaches the card in 5 working days.", [SHOP]).score < 0.2


def test_a_sentence_made_of_two_is_supported_by_both() -> None:
    found = support("The warranty covers material faults, and batteries can be replaced.", PASSAGES)
    assert found.span is not None
    assert found.span[1:] == (40, 40 + COVER.index(" It does"))


def test_a_sentence_that_states_nothing_lowers_a_reply() -> None:
    sentence = "A refund reaches the card in 3 to 5 working days."
    reply = f"What a dreadful morning, poor kitten! {sentence}"
    assert support(reply, PASSAGES).score < support(sentence, PASSAGES).score


@pytest.mark.parametrize("text", ["", "  \n", "Oh yes, so it is.", "!!! ..."])
def test_text_that_says_nothing_has_no_support(text: str) -> None:
    assert (support(text, PASSAGES).score, support(text, PASSAGES).span) == (0.0, None)


def test_without_passages_everything_is_missing() -> None:
    found = support("It takes 5 days.", [])
    assert (found.score, found.span, found.missing) == (0.0, None, ("5",))
