"""Pages to ask about: passages with the questions that their sentences answer.

Some are drawn from `pages.toml`, with figures of their own each time; others are sections of help articles, whose
sentences are turned into questions by rule. It knows no customers and no lines.
"""

import re
import tomllib
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

from agents.draws import Draws
from agents.training.articles import shown

_SLOT: Final = re.compile(r"{(\w+)}")


@dataclass(frozen=True, slots=True)
class Point:
    """Something that a page says: `asks` are questions that `evidence`, a sentence of the passage, answers."""

    topic: str
    asks: tuple[str, ...]
    evidence: str
    guide: bool = False


@dataclass(frozen=True, slots=True)
class Page:
    """A passage as it is shown, its points, and what a customer may come with.

    `problems` have the topics that settle them. `wants` are triples: as the customer says it, as the agent says it, the
    motivation.
    """

    passage: str
    points: tuple[Point, ...]
    trade: str
    problems: tuple[tuple[str, frozenset[str]], ...] = ()
    wants: tuple[tuple[str, str, str], ...] = ()
    facts: tuple[str, ...] = ()


@cache
def _templates() -> tuple[dict[str, Any], ...]:
    text = Path(__file__).with_name("pages.toml").read_text(encoding="utf-8")
    return tuple(tomllib.loads(text)["page"])


@cache
def trades(*, sales: bool) -> tuple[str, ...]:
    """Return the trades that have pages, of one domain."""
    return tuple(dict.fromkeys(page["trade"] for page in _templates() if page["trade"].startswith("sell") is sales))


def template_count(trade: str) -> int:
    return len(_of_trade(trade))


@cache
def _of_trade(trade: str) -> tuple[dict[str, Any], ...]:
    return tuple(page for page in _templates() if page["trade"] == trade)


def draw_pages(draws: Draws, *, trade: str, product: str, price: str, currency: str) -> list[Page]:
    """Return the pages of a trade with figures drawn anew, in a random order."""
    fill = _filler(draws, product, price, currency)
    return [_page(template, draws, fill) for template in draws.shuffled(_of_trade(trade))]


def _page(template: dict[str, Any], draws: Draws, fill: Callable[[str], str]) -> Page:
    points = tuple(
        Point(point["topic"], tuple(map(fill, point["asks"])), fill(draws.choose(point["says"])), "guide" in point)
        for point in template["points"]
    )
    said = draws.shuffled(points)[: draws.between(3, len(points))]
    topics = {point.topic for point in said}
    problems = {problem: topics.intersection(fitting) for problem, fitting in template.get("problems", {}).items()}
    return Page(
        passage=shown(template["title"], template["heading"], " ".join(point.evidence for point in said)),
        points=tuple(said),
        trade=template["trade"],
        problems=tuple((problem, frozenset(fitting)) for problem, fitting in problems.items() if fitting),
        wants=tuple((want, yours, motivation) for want, yours, motivation in template.get("wants", ())),
        facts=tuple(template.get("facts", ())),
    )


def _filler(draws: Draws, product: str, price: str, currency: str) -> Callable[[str], str]:
    def value(match: re.Match[str]) -> str:
        name = match.group(1)
        return {"product": product, "price": price}.get(name) or figure(draws, name, currency)

    return lambda text: _SLOT.sub(value, text)


def figure(draws: Draws, kind: str, currency: str) -> str:
    """Return a figure of a kind, as a help page would print it."""
    return _FIGURES[kind](draws, currency)


def _money(low: int, high: int) -> Callable[[Draws, str], str]:
    def drawn(draws: Draws, currency: str) -> str:
        cents = draws.choose(("", "", ".50", ".95", ".90"))
        return f"{currency}{draws.between(low, high)}{cents}"

    return drawn


def _number(*options: int, unit: str = "") -> Callable[[Draws, str], str]:
    return lambda draws, _: f"{draws.choose(options)}{unit}"


def _range(draws: Draws, _: str) -> str:
    low = draws.between(1, 8)
    return f"{low} to {low + draws.between(1, 6)}"


def _clock(hours: tuple[int, ...], half: str) -> Callable[[Draws, str], str]:
    return lambda draws, _: f"{draws.choose(hours)}{draws.choose(('', '', ':30'))} {half}"


_FIGURES: Final[dict[str, Callable[[Draws, str], str]]] = {
    "days": _number(*range(2, 16)),
    "bigdays": _number(14, 15, 20, 21, 25, 28, 30, 35, 40, 42, 45, 50, 60, 75, 90, 100, 120),
    "day": _number(*range(1, 29)),
    "hours": _number(*range(2, 25), 36, 48, 72),
    "minutes": _number(*range(5, 31), 35, 40, 45, 50, 60, 90),
    "seconds": _number(5, 8, 10, 12, 15, 20, 25, 30, 40, 45, 60, 90),
    "months": _number(2, 3, 4, 5, 6, 8, 9, 10, 12, 15, 18, 24, 30, 36),
    "years": _number(2, 3, 4, 5, 6, 7, 8, 10, 12, 15),
    "count": _number(*range(2, 21)),
    "small": _number(2, 3, 4, 5, 6),
    "parts": _number(3, 4, 5, 6, 8, 9, 10, 12, 18, 24),
    "age": _number(3, 4, 5, 6, 7, 8, 10, 12, 14, 16),
    "percent": _number(2, 3, 4, 5, 6, 8, 10, 12, 15, 18, 20, 25, 30, 35, unit="%"),
    "bigpercent": _number(20, 25, 30, 40, 45, 50, 55, 60, 65, 70, 75, 80, 85, 90, unit="%"),
    "cents": _number(*range(9, 40), unit=" cents"),
    "grams": _number(*range(60, 990, 10)),
    "version": lambda draws, _: f"{draws.between(1, 9)}.{draws.between(0, 9)}",
    "range": _range,
    "smallmoney": _money(1, 9),
    "money": _money(4, 49),
    "bigmoney": lambda draws, currency: f"{currency}{draws.between(5, 60) * 10}",
    "time": _clock((6, 7, 8, 9, 10, 11), "am"),
    "latetime": _clock((1, 2, 3, 4, 5, 6, 7, 8, 9), "pm"),
}  # fmt: skip
