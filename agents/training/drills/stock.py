"""What drills draw from besides pages and lines: companies, products, facts and their values."""

import tomllib
from functools import cache
from pathlib import Path
from typing import Any, Final

from agents.draws import Draws
from agents.training.drills.pages import figure

MONTHS: Final = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip
_TOWNS: Final = ("Ashford", "Milton", "Corby", "Stanwick", "Fairhaven")
_LETTERS: Final = "ABCDEFGHJKLMNPRSTUVWXYZ"


@cache
def stock() -> dict[str, Any]:
    """Return the content of `stock.toml`."""
    found: dict[str, Any] = tomllib.loads(Path(__file__).with_name("stock.toml").read_text(encoding="utf-8"))
    return found


def fact_value(name: str, draws: Draws, currency: str) -> str:
    """Return a value for a customer's fact of this name."""
    if "date" in name or name in {"delivery day", "time of the order"}:
        return f"{draws.between(1, 28)} {draws.choose(MONTHS)}"
    if name in {"amount", "order total"}:
        return figure(draws, "money", currency)
    if name == "budget":
        return figure(draws, "bigmoney", currency)
    if name in {"size", "floor", "room number", "last four digits of the card", "meter reading", "phone number"}:
        return _number_of(name, draws)
    if name == "email":
        return f"{draws.choose(stock()['people']).lower()}.{_letters(draws, 1).lower()}@mail.example"
    named = {
        "postcode": f"{_letters(draws, 2)}{draws.between(1, 19)} {draws.between(1, 9)}{_letters(draws, 2)}",
        "plan": draws.choose(("Basic", "Family", "Plus", "Student")),
        "model": f"{_letters(draws, 1)}{draws.between(10, 990)}",
        "train": f"the {draws.between(6, 22)}:{draws.between(10, 59)} to {draws.choose(_TOWNS)}",
        "delivery slot": f"{draws.between(6, 9)} to {draws.between(10, 12)}",
    }
    return named.get(name) or _code(draws)


def _number_of(name: str, draws: Draws) -> str:
    low, high = {
        "size": (36, 46), "floor": (2, 9), "room number": (101, 520), "meter reading": (1200, 98000),
        "phone number": (5550100, 5550199),
    }.get(name, (1000, 9999))  # fmt: skip
    return str(draws.between(low, high))


def _letters(draws: Draws, count: int) -> str:
    return "".join(draws.choose(_LETTERS) for _ in range(count))


def _code(draws: Draws) -> str:
    digits = str(draws.between(10**3, 10 ** draws.between(4, 7)))
    return draws.choose((f"{_letters(draws, 2)}-{digits}", f"{_letters(draws, 1)}{digits}", digits.zfill(6)))
