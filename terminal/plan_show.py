"""What `duologue plan` prints: each scenario's axes, its conversations, its token budget, and one of them."""

import json
from collections.abc import Iterator, Sequence
from pathlib import Path

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from orchestrator.plan import ConversationSpec
from orchestrator.schema import Sample
from terminal.budget import WINDOW
from terminal.console import console
from terminal.palette import counted
from terminal.plan_outline import Outline
from terminal.text import one_line


def show(paths: Sequence[Path], *, as_json: bool) -> None:
    """Print the outlines of the scenarios in `paths`. Raises ScenarioError or HelpContentError."""
    outlines = [Outline.of(path) for path in paths]
    total = sum(len(outline.plan) for outline in outlines)
    if as_json:
        records = [outline.record() for outline in outlines]
        print(json.dumps({"conversations": total, "scenarios": records}, indent=2))
        return
    for outline in outlines:
        console().print(view(outline))
    if len(outlines) > 1:
        console().print(Text(f"{counted(len(outlines), 'scenario')}, {counted(total, 'conversation')} in all"))


def view(outline: Outline) -> RenderableType:
    """Return all that there is to say of one scenario."""
    head = Text().append(outline.scenario.name, "bold").append(f"  {one_line(str(outline.path))}", "dim")
    parts: list[RenderableType] = [Padding(_axes(outline), (0, 0, 0, 2)), *_facts(outline)]
    if outline.budget.warning:
        parts.append(Text().append("warning: ", "bold yellow").append(outline.budget.warning))
    return Group(head, *parts, Text(), _sample(outline.sample), Text())


def _axes(outline: Outline) -> Table:
    grid = Table.grid(padding=(0, 2, 0, 0))
    grid.add_column(no_wrap=True)
    grid.add_column(justify="right", no_wrap=True)
    grid.add_column()
    for axis, size in outline.plan.axes.items():
        names = ", ".join(outline.values.get(axis, ()))
        grid.add_row(Text(axis), Text(f"{size:,}"), Text(one_line(names), "dim"))
    return grid


def _facts(outline: Outline) -> Iterator[Text]:
    scenario, budget = outline.scenario, outline.budget
    combinations = counted(outline.plan.cells, "combination")
    of = f"a sample of {combinations}" if isinstance(scenario.matrix, Sample) else combinations
    low, high = scenario.reply.words
    yield Text().append(counted(len(outline.plan), "conversation"), "bold").append(f" ({of})")
    yield Text(f"{scenario.turns.min} to {scenario.turns.max} turns, replies of {low} to {high} words")
    yield Text(f"help content: {counted(outline.articles, 'article')}, {counted(outline.passages, 'passage')}")
    yield Text(
        f"tokens, about: {budget.least:,} for one reply, {budget.whole:,} for the longest conversation; "
        f"the window has {WINDOW:,}"
    )


def _sample(spec: ConversationSpec) -> RenderableType:
    customer = spec.customer
    axes = [customer.disposition.name, customer.motivation.name, customer.tone, customer.style, customer.product]
    grid = Table.grid(padding=(0, 2, 0, 0))
    grid.add_column(no_wrap=True)
    grid.add_column()
    grid.add_row("customer", Text(one_line(", ".join(axis for axis in axes if axis))))
    motivation = customer.motivation
    grid.add_row("wants" if motivation.wants else "because", Text(one_line(motivation.wants or motivation.description)))
    for fact in customer.facts:
        grid.add_row("knows", Text(one_line(f"{fact.name} {fact.value} ({fact.reveal})")))
    grid.add_row("opening", Text(one_line(spec.opening)))
    return Group(Text().append("for example ", "dim").append(spec.id, "bold"), Padding(grid, (0, 0, 0, 2)))
