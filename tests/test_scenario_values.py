import re

import pytest

from orchestrator.values import fill, longest


@pytest.mark.parametrize(
    ("template", "shape"),
    [
        ("NW-{digits:6}", r"NW-[0-9]{6}"),
        ("{digits:18}", r"[0-9]{18}"),
        ("{letters:3}{letters:12}", r"[A-Z]{15}"),
        ("${int:9-11}.00", r"\$(9|10|11)\.00"),
        ("{choice: a pair |none}", r"(a pair|none)"),
        ("{date}", r"([1-9]|[12][0-9]|3[01]) (January|February|March|April|May|June|July|August|September|October"
         r"|November|December)"),
        ("no slot", "no slot"),
    ],
)  # fmt: skip
def test_a_slot_gives_what_it_says(template: str, shape: str) -> None:
    for stream in range(200):
        value = fill(template, stream=stream)
        assert re.fullmatch(shape, value)
        assert len(value) <= longest(template)


def test_every_value_of_a_slot_occurs() -> None:
    assert {fill("{int:3-6}", stream=stream) for stream in range(200)} == {"3", "4", "5", "6"}
    assert {fill("{choice:a|b|c}", stream=stream) for stream in range(200)} == {"a", "b", "c"}
    assert len({fill("{date}", stream=stream) for stream in range(5000)}) == 365


def test_a_value_is_a_function_of_its_stream() -> None:
    assert fill("{digits:9}", stream=5) == fill("{digits:9}", stream=5) != fill("{digits:9}", stream=6)


def test_two_slots_of_a_template_are_drawn_apart() -> None:
    pairs = [fill("{digits:4} {digits:4}", stream=stream).split() for stream in range(50)]
    assert sum(first == second for first, second in pairs) <= 1


def test_the_product_stands_in_a_value() -> None:
    assert fill("a red {product}", stream=1, product="lamp") == "a red lamp"


@pytest.mark.parametrize(
    "template",
    [
        "{",
        "}",
        "{}",
        "{x}",
        "{product}",
        "{date:x}",
        "{digits}",
        "{digits:}",
        "{digits:0}",
        "{digits:19}",
        "{digits:6",
        "{{digits:6}}",
        "{letters:13}",
        "{int:1}",
        "{int:-1-3}",
        "{int:1-9999999999999999}",
        "{choice:a}",
        "{choice:}",
    ],
)
def test_a_bad_slot_is_refused(template: str) -> None:
    with pytest.raises(ValueError, match="has "):
        fill(template, stream=1)
