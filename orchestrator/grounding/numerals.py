"""The figures of a text in one spelling, so that "$1,000", "1000" and "one thousand" are the same.

It knows values, not units: 30 days and $30 are both "30".
"""

import re
from collections.abc import Iterator
from typing import Final

_VALUES: Final = {
    "zero": 0, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9,
    "ten": 10, "eleven": 11, "twelve": 12, "thirteen": 13, "fourteen": 14, "fifteen": 15, "sixteen": 16,
    "seventeen": 17, "eighteen": 18, "nineteen": 19, "twenty": 20, "thirty": 30, "forty": 40, "fifty": 50, "sixty": 60,
    "seventy": 70, "eighty": 80, "ninety": 90, "hundred": 100, "thousand": 1_000, "million": 1_000_000,
}  # fmt: skip
_NUMBER_WORD: Final = "|".join(sorted(_VALUES, key=len, reverse=True))
_UNIT: Final = (
    r"(?:(?:working|business|calendar|full|more|other)[ -])?(?:second|minute|hour|day|night|week|fortnight|month|year"
    r"|percent|per cent|dollar|pound|euro|cent|pence|penny|times|metre|meter|centimetre|mile|kilo|kg|gram|litre)"
)
_FIGURE: Final = re.compile(
    r"(?<![0-9])(?P<hour>[01]?[0-9]|2[0-4])(?:[:.](?P<minute>[0-5][0-9]))? ?(?P<half>[ap])\.?m\b"
    r"|(?<![0-9:])(?P<clock>[01]?[0-9]|2[0-4]):(?P<past>[0-5][0-9])(?![0-9:])"
    r"|(?P<number>[0-9]{1,3}(?:,[0-9]{3})+(?![0-9])(?:\.[0-9]+)?|[0-9]+(?:\.[0-9]+)?)(?P<comma>,[0-9]{1,2}(?![0-9,]))?"
    rf"|\b(?P<words>(?:{_NUMBER_WORD})(?:(?:[ -]| and )(?:{_NUMBER_WORD}))*)\b(?P<unit>[ -]{_UNIT})?"
    rf"|\b(?P<article>an?) (?={_UNIT})|\b(?P<noon>noon|midday)\b|\b(?P<midnight>midnight)\b"
)
_ENUMERATED: Final = re.compile(r"(?:\A|(?<=[.:!?]\s)|(?<=\n))[ \t]*[0-9]{1,2}[.)]\s+(?=[^\W\d_a-z])")


def figures(text: str) -> tuple[str, ...]:
    """Return the figures that `text` states, each once, in order: "4.95", "30", and times of day as "14:00".

    Figures up to twelve in words count only before a unit ("two days", not "the two of us"); numbers of list items do
    not count. Ordinals in words, fractions and Roman numerals are not seen.
    """
    return tuple(dict.fromkeys(value for value, stated in _found(_ENUMERATED.sub(" ", text)) if stated))


def mentioned(text: str) -> frozenset[str]:
    """Return every figure that `text` can be read to bear out: also "one" of anything, and 2 for "2 pm"."""
    return frozenset(value for value, _ in _found(text))


def _found(text: str) -> Iterator[tuple[str, bool]]:
    """Yield each figure with whether it is stated beyond doubt."""
    for match in _FIGURE.finditer(text.lower()):
        if match["hour"]:
            yield _time(int(match["hour"]) % 12 + 12 * (match["half"] == "p"), match["minute"]), True
            yield _bare(match["hour"]), False
        elif match["clock"]:
            yield _time(int(match["clock"]), match["past"]), True
        elif match["number"]:
            yield _bare(match["number"] + (match["comma"] or "").replace(",", ".")), True
        elif match["words"]:
            value = _value(match["words"])
            yield str(value), value > 12 or match["unit"] is not None
        elif match["article"]:
            yield "1", False
        else:
            yield "12:00" if match["noon"] else "00:00", True


def _time(hour: int, minute: str | None) -> str:
    return f"{hour % 24:02}:{minute or '00'}"


def _bare(number: str) -> str:
    whole, _, fraction = number.replace(",", "").partition(".")
    fraction = fraction.rstrip("0")
    return (whole.lstrip("0") or "0") + (f".{fraction}" if fraction else "")


def _value(words: str) -> int:
    total = current = 0
    for word in re.findall(_NUMBER_WORD, words):
        value = _VALUES[word]
        if value == 100:
            current = max(current, 1) * value
        elif value > 100:
            total, current = total + max(current, 1) * value, 0
        else:
            current += value
    return total + current
