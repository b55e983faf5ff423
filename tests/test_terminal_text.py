import json
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from terminal.text import file_stem, json_escaped, one_line, plain

ANY = st.text(st.characters(exclude_categories=()))
"""Any code point, lone surrogates too."""


@given(ANY)
def test_plain_leaves_nothing_that_steers_a_terminal(text: str) -> None:
    assert not [
        char for char in plain(text) if char != "\n" and unicodedata.category(char) in {"Cc", "Cf", "Cs", "Zl", "Zp"}
    ]


@given(ANY)
def test_plain_keeps_the_length_and_is_done_after_once(text: str) -> None:
    shown = plain(text)
    assert len(shown) == len(text)
    assert plain(shown) == shown


@given(ANY)
def test_plain_can_be_encoded(text: str) -> None:
    assert plain(text).encode().decode() == plain(text)


@given(st.text(st.characters(categories=("L", "N", "P", "Sm", "Sc"), max_codepoint=0x10FF)))
def test_plain_keeps_what_can_be_read(text: str) -> None:
    assert plain(text) == text


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("\x1b[31mred\x1b[0m", "␛[31mred␛[0m"),
        ("\x1b]8;;https://evil.example\x07here", "␛]8;;https://evil.example␇here"),
        ("\x9b2J", "\ufffd2J"),
        ("abc\u202edcba", "abc\ufffddcba"),
        ("pass\u200bword\ufeff", "pass\ufffdword\ufffd"),
        ("one\r\ntwo", "one␍\ntwo"),
        ("a\tb\u00a0c", "a b c"),
        ("[bold]not markup[/bold] :smile:", "[bold]not markup[/bold] :smile:"),
        ("Żółć, 5 £, 日本語, 🎉", "Żółć, 5 £, 日本語, 🎉"),
    ],
)
def test_plain_shows_what_stood_there(text: str, shown: str) -> None:
    assert plain(text) == shown


def test_one_line_has_no_line_breaks() -> None:
    assert one_line("  first\n\n second\tthird ") == "first second third"


@given(ANY)
def test_escaped_json_has_the_same_value_and_shows_no_control(text: str) -> None:
    line = json.dumps({"text": text}, ensure_ascii=False)
    assert json.loads(json_escaped(line)) == {"text": text}
    assert plain(json_escaped(line)) == json_escaped(line)


@given(ANY)
def test_a_file_stem_stays_in_its_folder(name: str) -> None:
    stem = file_stem(name)
    assert stem
    assert not stem.startswith(".")
    assert not set(stem) & set("/\\:\0")
