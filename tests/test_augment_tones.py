"""Tones: feeling added or taken, the request word for word."""

from pathlib import Path

import pytest

from agents.draws import Draws
from agents.persona import Tone
from curation.augment.refusal import RefusedError
from curation.augment.tones import retoned
from tests.survivors import lost

OPENINGS = (Path(__file__).parent / "data" / "openings.txt").read_text(encoding="utf-8").splitlines()
REQUEST = "Where is my order NW-482913?"


def said(text: str, tone: Tone, seeds: int = 30) -> set[str]:
    return {retoned(text, tone, Draws(seed)).text for seed in range(seeds)}


@pytest.mark.parametrize("tone", [Tone.CHEERFUL, Tone.ANNOYED])
def test_feeling_is_laid_around_the_request(tone: Tone) -> None:
    found = said(REQUEST, tone)
    assert len(found) > 8
    assert all(REQUEST in text and len(text) > len(REQUEST) + 5 for text in found)


def test_feeling_comes_after_a_greeting() -> None:
    assert all(text.startswith("Hello! ") for text in said(f"Hello! {REQUEST}", Tone.ANNOYED))


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("This is ridiculous! Where is my order?!", "Where is my order?"),
        ("Where is my bloody parcel?", "Where is my parcel?"),
        ("Hi, hope you're having a great day! Can I pay later?", "Can I pay later?"),
        ("I'm so annoyed. You charged me $40 twice!", "You charged me $40 twice."),
        ("Where is my order?", "Where is my order?"),
    ],
)
def test_neutral_takes_feeling_and_leaves_the_request(text: str, left: str) -> None:
    assert said(text, Tone.NEUTRAL) == {left}


def test_the_opposite_feeling_goes_before_another_comes() -> None:
    assert all("ridiculous" not in text for text in said("This is ridiculous. Where is it?", Tone.CHEERFUL))


def test_an_angry_request_cannot_be_made_cheerful() -> None:
    with pytest.raises(RefusedError, match="opposite feeling"):
        retoned("Your useless courier lost my parcel.", Tone.CHEERFUL, Draws(1))


def test_a_message_of_nothing_but_feeling_is_left_alone() -> None:
    with pytest.raises(RefusedError, match="nothing in it but feeling"):
        retoned("This is ridiculous!", Tone.NEUTRAL, Draws(1))


@pytest.mark.parametrize("tone", list(Tone))
def test_tones_lose_nothing_and_can_be_undone(tone: Tone) -> None:
    for seed, text in enumerate(OPENINGS):
        try:
            revision = retoned(text, tone, Draws(seed))
        except RefusedError:
            continue
        assert revision.restored() == text
        assert lost(text, revision.text) == []
