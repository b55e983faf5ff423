"""Where sentences begin and end."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from orchestrator.grounding import sentences


def _sentences(text: str) -> list[str]:
    return [text[start:end] for start, end in sentences(text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("It costs $4.95. It lasts.", ["It costs $4.95.", "It lasts."]),
        ("We close at 2 pm. Come early.", ["We close at 2 pm.", "Come early."]),
        ("Come at 2 p.m. on Friday. Bye!", ["Come at 2 p.m. on Friday.", "Bye!"]),
        ("Pay by card, e.g. Visa, i.e. not cash.", ["Pay by card, e.g. Visa, i.e. not cash."]),
        ("Version 3.5 is out. Get it.", ["Version 3.5 is out.", "Get it."]),
        ("Ask Mr. Oak. See No. 5 there.", ["Ask Mr. Oak.", "See No. 5 there."]),
        ("Well... no. Really?! Yes.", ["Well... no.", "Really?!", "Yes."]),
        ('She said "Go." Then left.', ['She said "Go."', "Then left."]),
        ("it works. it is fine", ["it works.", "it is fine"]),
        ("One line\nof two. Next.", ["One line\nof two.", "Next."]),
        ("One\n\nTwo", ["One", "Two"]),
        ("今日は。元気！", ["今日は。", "元気！"]),
    ],
)
def test_sentences_of_prose(text: str, expected: list[str]) -> None:
    assert _sentences(text) == expected


def test_list_items_and_rows_are_sentences_without_their_markers() -> None:
    text = "Do this:\n1. Open it. Wait.\n2) Close\n   it\n- Done\n\n| a | b |\n|---|---|\n> Quoted.\n```\ncode\n```"
    assert _sentences(text) == ["Do this:", "Open it.", "Wait.", "Close\n   it", "Done", "| a | b |", "Quoted.", "code"]


def test_text_without_words_has_no_sentences() -> None:
    assert sentences(" \n... !!! \n---\n") == []


@settings(deadline=None)
@given(st.text())
def test_sentences_stand_in_order_and_hold_every_word(text: str) -> None:
    spans = sentences(text)
    edges = [edge for span in spans for edge in span]
    assert edges == sorted(edges)
    assert all(text[start:end].strip() == text[start:end] != "" for start, end in spans)
    outside = "".join(text[a:b] for a, b in zip([0, *edges[1::2]], [*edges[::2], len(text)], strict=True))
    assert not any(character.isalpha() for character in outside)


def test_a_long_run_of_dots_is_no_trouble() -> None:
    assert sentences("a" + "." * 200_000 + "b") == [(0, 200_002)]
