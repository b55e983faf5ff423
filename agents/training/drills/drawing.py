"""Drills by number: each is a function of a seed and its place, so that any of them can be drawn alone."""

from collections.abc import Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any, Final

from agents.dialogue import Speaker
from agents.draws import Draws
from agents.errors import UsageError
from agents.persona import Role
from agents.training.articles import read_sections
from agents.training.dialogues import CustomerMeta, TrainingDialogue, TrainingTurn
from agents.training.drills.lines import SLOT, Line, LineBank
from agents.training.drills.pages import Page, draw_pages, trades
from agents.training.drills.questions import pages_of
from agents.training.drills.sales import draw_sales
from agents.training.drills.scene import Scene
from agents.training.drills.stock import fact_value, stock
from agents.training.drills.support import Pages, draw_support
from agents.training.gold_corpus import HELD_OUT, companies
from agents.training.slots import substitution

_TRIES: Final = 20
_CURRENCIES: Final = ("$", "$", "£", "€")
_COMMON_FACTS: Final = ("order number", "customer number", "email", "postcode")


@cache
def line_bank(folder: Path) -> LineBank:
    """Return the line bank of a folder, with the lines that this project adds. Raises UsageError."""
    bank = LineBank(folder)
    for group in stock()["lines"]:
        for text in group["texts"]:
            slots = frozenset(SLOT.findall(text))
            line = Line(text, group["move"], group["role"], group["register"], slots, len(SLOT.sub("", text).split()))
            bank.add(line, "agent")
    return bank


def draw_drill(bank: LineBank, seed: int, place: int, shelves: Sequence[Sequence[Page]] = ()) -> TrainingDialogue:
    """Return drill number `place`. Each of `shelves` holds the pages of one company, which some drills are about."""
    for attempt in range(_TRIES):
        draws = Draws(seed, "drill", place, attempt)
        kind = draws.weighted(("sale", "support", "articles"), (0.35, 0.4, 0.25 if shelves else 0.0))
        if kind == "articles":
            found = _about_articles(bank, draws, shelves)
        else:
            found = _sale(bank, draws) if kind == "sale" else _support(bank, draws)
        if found and len(found.turns) >= 3:
            return found.dialogue(f"drill-{place}")
    raise UsageError("the line bank holds too few lines for a drill")


def _support(bank: LineBank, draws: Draws) -> Scene | None:
    currency = draws.choose(_CURRENCIES)
    trade = draws.choose(trades(sales=False))
    product = draws.choose(stock()["products"][trade])
    pages = draw_pages(draws, trade=trade, product=product, price="", currency=currency)
    hidden = pages.pop() if len(pages) > 1 else None
    facts = {name: fact_value(name, draws, currency) for name in pages[0].facts}
    company = draws.choose(stock()["companies"])
    return draw_support(bank, Pages(pages[:2], hidden), draws, company=company, product=product, facts=facts)


def _about_articles(bank: LineBank, draws: Draws, shelves: Sequence[Sequence[Page]]) -> Scene | None:
    """Return a drill about two pages of a company, with figures drawn anew."""
    first, *rest = [_redrawn(page, draws) for page in draws.shuffled(draws.choose(shelves))[:3]]
    pages = Pages([first, *rest[:1]], rest[1] if len(rest) > 1 else None)
    facts = {name: fact_value(name, draws, "$") for name in _COMMON_FACTS}
    return draw_support(bank, pages, draws, company=draws.choose(stock()["companies"]), product=None, facts=facts)


def _sale(bank: LineBank, draws: Draws) -> Scene | None:
    goods: dict[str, Any] = draws.choose(stock()["goods"])
    model, currency = draws.choose(goods["names"]), draws.choose(_CURRENCIES)
    price = f"{currency}{draws.choose(goods['prices']):,}"
    pages = draw_pages(draws, trade=goods["trade"], product=model, price=price, currency=currency)
    if goods["trade"] == "sellpower":
        pages += draw_pages(draws, trade="sell", product=model, price=price, currency=currency)
    company = draws.choose(stock()["companies"])
    return draw_sales(bank, draws.shuffled(pages)[:2], draws, company=company, goods=goods, model=model, price=price)


def _redrawn(page: Page, draws: Draws) -> Page:
    change = substitution([page.passage], draws)
    points = tuple(
        replace(point, asks=tuple(map(change, point.asks)), evidence=change(point.evidence)) for point in page.points
    )
    return replace(page, passage=change(page.passage), points=points)


@cache
def gold_shelves() -> tuple[tuple[Page, ...], ...]:
    """Return the pages of the gold companies that may be trained on, a shelf for each."""
    return tuple(shelf_of(company / "articles") for company in companies() if company.name not in HELD_OUT)


def shelf_of(folder: Path) -> tuple[Page, ...]:
    """Return the pages of a folder of help articles. Raises UsageError where none answers a question."""
    pages = tuple(pages_of(read_sections(folder), "articles"))
    if not pages:
        raise UsageError(f"{folder}: no Markdown article that answers a question")
    return pages


def draw_copying(seed: int, place: int) -> TrainingDialogue:
    """Return a drill of one question and one reply that carries the sentence of the passage which answers it."""
    draws = Draws(seed, "copying", place)
    currency = draws.choose(_CURRENCIES)
    trade = draws.choose(trades(sales=False))
    pages = draw_pages(
        draws, trade=trade, product=draws.choose(stock()["products"][trade]), price="", currency=currency
    )
    page = pages[0]
    turns: list[TrainingTurn] = []
    for point in draws.shuffled(page.points)[: draws.between(1, 3)]:
        turns += (
            TrainingTurn(Speaker.CUSTOMER, draws.choose(point.asks), ("ask",)),
            TrainingTurn(Speaker.AGENT, point.evidence, ("guide" if point.guide else "inform",), (page.passage,)),
        )
    return TrainingDialogue(f"copying-{place}", "copying", tuple(turns), role=Role.SUPPORT, customer=CustomerMeta())
