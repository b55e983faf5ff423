"""Stop rules as text: what is read, and what is refused where."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orchestrator.rule_text import Both, Call, Either, RuleTextError, parse


def test_a_name_is_a_rule() -> None:
    assert parse(" goodbye ") == Call("goodbye", at=1)


def test_both_binds_closer_than_either() -> None:
    one, two, three = Call("a", at=0), Call("b", at=4), Call("c", at=8)
    assert parse("a | b & c") == Either((one, Both((two, three))))


def test_parentheses_bind_first() -> None:
    assert parse("(a | b) & c") == Both((Either((Call("a", at=1), Call("b", at=5))), Call("c", at=10)))


def test_arguments_are_numbers_texts_and_truths() -> None:
    text = "x(12, -0.5, 'a | b', true, word=\"no\", deep=false)"
    assert parse(text) == Call("x", (12, -0.5, "a | b", True), {"word": "no", "deep": False})


@pytest.mark.parametrize(
    ("text", "at", "said"),
    [
        ("", 0, "it ends where the name of a rule should be"),
        ("a |", 3, "it ends where the name of a rule should be"),
        ("a b", 2, "'b' stands where '|', '&' or the end should be"),
        ("(a | b", 6, "it ends where ')' should be"),
        ("a(1 2)", 4, "'2' stands where ',' or ')' should be"),
        ("a(b)", 2, "'b' stands where a number, a text in quotes or b=... should be"),
        ("a(b=c)", 4, "'c' stands where a number, a text in quotes, true or false should be"),
        ("a(n=1, n=2)", 7, "'n' is given twice"),
        ("a; import os", 1, "'; import os' is no part of a rule"),
        ("a.b", 1, "'.b' is no part of a rule"),
        ("(" * 40, 21, "more than 20 parentheses in each other"),
        ("a" * 3000, 0, "longer than 2,000 characters"),
    ],
)
def test_what_cannot_be_read_is_told_with_its_place(text: str, at: int, said: str) -> None:
    with pytest.raises(RuleTextError) as caught:
        parse(text)
    assert (str(caught.value), caught.value.at) == (said, at)


@given(st.text(alphabet="ab01|&()=,.'\" -\n", max_size=60))
def test_any_text_is_read_or_refused(text: str) -> None:
    at = -1
    try:
        parse(text)
    except RuleTextError as error:
        at = error.at
    assert -1 <= at <= len(text)
