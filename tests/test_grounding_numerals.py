"""Figures in one spelling."""

import pytest

from orchestrator.grounding import figures
from orchestrator.grounding.numerals import mentioned


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("$1,000 or 1000 or one thousand", ("1000",)),
        ("thirty days, the 30th, 30.0", ("30",)),
        ("3-5 days, 3 to 5", ("3", "5")),
        ("2 pm, 14:00, 2 p.m.", ("14:00",)),
        ("12 am, 2:30pm, noon", ("00:00", "14:30", "12:00")),
        ("£4.95 and 4,95", ("4.95",)),
        ("1,000,000.50", ("1000000.5",)),
        ("twenty-one, one hundred and twenty, two million", ("21", "120", "2000000")),
        ("order NW-482913, IP67", ("482913", "67")),
        ("no figures, one of us two, a day", ()),
        ("two working days, one month", ("2", "1")),
        ("1. Open it. 2. Wait 5 minutes.\n3) Close it.", ("5",)),
        ("often, tenth, weight", ()),
    ],
)
def test_figures_of_a_text(text: str, expected: tuple[str, ...]) -> None:
    assert figures(text) == expected


def test_what_a_passage_mentions_is_read_generously() -> None:
    assert {"1", "2", "14", "14:00"} <= mentioned("An hour, one or two at 2 pm, step 14.")


def test_a_figure_of_any_length_is_read() -> None:
    assert figures("9" * 100_000) == ("9" * 100_000,)
