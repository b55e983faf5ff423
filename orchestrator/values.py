"""Templates with slots -> text: the values of facts, and openings. It knows nothing of scenarios or of plans.

Slots: {digits:n} {letters:n} {int:a-b} {date} {choice:a|b|c} {product}. A brace always belongs to a slot.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from typing import Final, TypeAlias

from agents.randomness import below, choose

KNOWN_SLOTS: Final = "{digits:n}, {letters:n}, {int:a-b}, {date}, {choice:a|b|c}, {product}"

_SLOT: Final = re.compile(r"\{([^{}]*)\}")
_LETTERS: Final = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_MONTHS: Final = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Slot:
    """A place that a draw fills: `draw` takes a stream and a position; `longest` counts characters."""

    draw: Callable[[int, int], str]
    longest: int


Template: TypeAlias = tuple[str | Slot, ...]


@lru_cache(maxsize=1024)
def template(text: str, product: str | None = None) -> Template:
    """Return the parts of `text`, with `product` in its place; raises ValueError, saying what is wrong with a slot."""
    parts: list[str | Slot] = []
    for literal, slot in split(text):
        parts.append(literal)
        if slot is not None:
            parts.append(_slot(slot, product))
    return tuple(parts)


def fill(text: str, *, stream: int, product: str | None = None) -> str:
    """Return `text` with every slot drawn; the slot with number n takes position n of `stream`."""
    parts = template(text, product)
    return "".join(part if isinstance(part, str) else part.draw(stream, n) for n, part in enumerate(parts))


def longest(text: str, product: str | None = None) -> int:
    """Return how many characters `fill` can give at most."""
    return sum(len(part) if isinstance(part, str) else part.longest for part in template(text, product))


def split(text: str) -> list[tuple[str, str | None]]:
    """Return each literal with the inside of the slot after it, None at the end; raises ValueError at a stray brace."""
    pieces = _SLOT.split(text)
    if any(brace in literal for literal in pieces[::2] for brace in "{}"):
        raise ValueError("has a brace that belongs to no slot")
    return list(zip(pieces[::2], [*pieces[1::2], None], strict=True))


def substitute(text: str, values: Mapping[str, str]) -> str:
    """Return `text` with every {name} replaced by its value."""
    return _SLOT.sub(lambda slot: values[slot[1]], text)


def _slot(inside: str, product: str | None) -> str | Slot:
    kind, colon, argument = inside.partition(":")
    if inside == "product":
        if product is None:
            raise ValueError("has the slot {product}, but the scenario has no products")
        return product
    if inside == "date":
        return Slot(_date, len("30 September"))
    if kind in _SLOTS and colon:
        return _SLOTS[kind](argument)
    raise ValueError(f"has the unknown slot {_shown(inside)}; known are {KNOWN_SLOTS}")


def _digits(argument: str) -> Slot:
    n = _count("digits", argument, 18)
    return Slot(lambda stream, position: f"{below(stream, position, 10**n):0{n}d}", n)


def _letters(argument: str) -> Slot:
    n = _count("letters", argument, 12)
    return Slot(lambda stream, position: _letters_of(below(stream, position, 26**n), n), n)


def _letters_of(number: int, n: int) -> str:
    return "".join(_LETTERS[number // 26**power % 26] for power in reversed(range(n)))


def _count(kind: str, argument: str, most: int) -> int:
    if not re.fullmatch(r"[0-9]{1,2}", argument) or not 1 <= int(argument) <= most:
        raise ValueError(
            f"has the malformed slot {_shown(f'{kind}:{argument}')}; {{{kind}:n}} takes n from 1 to {most}"
        )
    return int(argument)


def _int(argument: str) -> Slot:
    bounds = re.fullmatch(r"([0-9]{1,15})-([0-9]{1,15})", argument)
    if not bounds or int(bounds[1]) > int(bounds[2]):
        raise ValueError(
            f"has the malformed slot {_shown(f'int:{argument}')}; {{int:a-b}} takes a up to b, such as 2-9"
        )
    low, high = int(bounds[1]), int(bounds[2])
    return Slot(lambda stream, position: str(low + below(stream, position, high - low + 1)), len(str(high)))


def _choice(argument: str) -> Slot:
    options = tuple(option.strip() for option in argument.split("|"))
    if len(options) < 2 or not all(options):
        raise ValueError(
            f"has the malformed slot {_shown(f'choice:{argument}')}; {{choice:a|b}} takes two or more texts"
        )
    return Slot(lambda stream, position: choose(stream, position, options), max(map(len, options)))


def _date(stream: int, position: int) -> str:
    day = date(2001, 1, 1) + timedelta(days=below(stream, position, 365))
    return f"{day.day} {_MONTHS[day.month - 1]}"


def _shown(inside: str) -> str:
    return repr("{" + inside[:40] + ("..." if len(inside) > 40 else "") + "}")


_SLOTS: Final = {"digits": _digits, "letters": _letters, "int": _int, "choice": _choice}
