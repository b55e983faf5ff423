import time
from pathlib import Path

import pytest

from agents.errors import ScenarioError
from orchestrator.yaml_source import parse, read_text


def refusal(text: str) -> str:
    with pytest.raises(ScenarioError) as caught:
        parse(text)
    return str(caught.value)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("off", "off"),
        ("no", "no"),
        ("true", True),
        ("~", None),
        ("12", 12),
        ("-3", -3),
        ("0o14", 12),
        ("0x1F", 31),
        ("014", 14),
        ("1_000", "1_000"),
        ("1.5e3", 1500.0),
        ("-.inf", float("-inf")),
        ("2024-05-03", "2024-05-03"),
        ("12:30", "12:30"),
        ('"12"', "12"),
        ("! 12", "12"),
    ],
)
def test_scalars_mean_what_yaml_1_2_says(text: str, value: object) -> None:
    data = parse(f"k: {text}\n").data
    assert data == {"k": value}


def test_every_value_and_key_has_its_place() -> None:
    root = parse("a: 1\nb:\n  - x\n  - {c: 2}\n")
    assert root.keys == {"a": (1, 1), "b": (2, 1)}
    inner = root.children["b"].children[1]
    assert (inner.line, inner.column) == (4, 5)
    assert (inner.children["c"].line, inner.children["c"].column) == (4, 9)


def test_an_alias_stands_for_its_anchor() -> None:
    assert parse("a: &x [1, 2]\nb: *x\n").data == {"a": [1, 2], "b": [1, 2]}


def test_an_alias_bomb_is_refused() -> None:
    levels = "".join(f"l{n}: &l{n} [{', '.join([f'*l{n - 1}'] * 10)}]\n" for n in range(1, 10))
    assert refusal(f"l0: &l0 lol\n{levels}").endswith("more than 50,000 values, aliases included")


def test_an_alias_inside_its_own_anchor_is_refused() -> None:
    assert refusal("a: &x [*x]\n") == "1:8: the alias '*x' has no anchor before it"


def test_twenty_levels_are_read_and_the_next_is_refused() -> None:
    assert parse("[" * 20 + "]" * 20).height == 20
    assert refusal("[" * 21 + "]" * 21) == "1:21: nested deeper than 20 levels"


def test_aliases_do_not_nest_deeper_either() -> None:
    inner, outer = "[" * 12 + "]" * 12, "[" * 12 + "*x" + "]" * 12
    assert refusal(f"a: &x {inner}\nb: {outer}\n").endswith("nested deeper than 20 levels")


@pytest.mark.parametrize("unit", ["[", "- ", "? ", "{a: ", "!", "- a\n", "%A\n"])
def test_what_could_take_long_is_over_soon(unit: str) -> None:
    lines = "\n".join([unit * (90_000 // len(unit))] * 10)
    began = time.process_time()
    with pytest.raises(ScenarioError):
        parse(lines)
    assert time.process_time() - began < 20


def test_a_long_line_is_refused() -> None:
    assert refusal("a: b\n" + "!" * 100_001) == "2: a line of more than 100,000 characters"


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("- {product} broke\n", "a text with {slots} or quotes in it needs quotes around the whole"),
        ("[My {product} broke]", "a text with {slots} in it needs quotes around the whole"),
        ("a: @home", "a text that starts with it needs quotes around it"),
        ("a:\n\t- b", "indent with spaces"),
    ],
)
def test_what_people_write_without_quotes_has_a_hint(text: str, hint: str) -> None:
    assert refusal(text).endswith(f"; {hint}")


def test_text_over_the_limit_is_refused() -> None:
    assert refusal("#" * 1_000_001).startswith("larger than 1 MB")


def test_a_file_over_the_limit_is_refused_unread(tmp_path: Path) -> None:
    path = tmp_path / "big.yaml"
    with path.open("wb") as file:
        file.truncate(10**12)
    with pytest.raises(ScenarioError, match="larger than 1 MB"):
        read_text(path)


def test_a_byte_order_mark_is_no_content(tmp_path: Path) -> None:
    path = tmp_path / "bom.yaml"
    path.write_bytes(b"\xef\xbb\xbfa: 1\n")
    assert parse(read_text(path)).data == {"a": 1}


def test_bytes_that_are_not_utf_8_are_told_by_their_place(tmp_path: Path) -> None:
    path = tmp_path / "latin.yaml"
    path.write_bytes("a: 1\nb: é ".encode() + b"\xe9\n")
    with pytest.raises(ScenarioError) as caught:
        read_text(path)
    assert str(caught.value) == f"{path}:2:6: the byte 0xe9 is not UTF-8; save the file as UTF-8"


@pytest.mark.parametrize(
    "text", ['a: "\\UFFFFFFFF"', "a: [", "a: {b", "\ta: b", "a: @b", "%YAML 1.1\n---\na: b", "a: 'b"]
)
def test_broken_yaml_is_one_line_with_a_place(text: str) -> None:
    with pytest.raises(ScenarioError) as caught:
        parse(text)
    assert caught.value.line is not None
    assert str(caught.value).isprintable()
