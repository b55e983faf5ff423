"""The rules that tie distant keys of a scenario together. It reads no files."""

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Final

from agents.persona import Domain, Role
from orchestrator.faults import Fault, Loc, show
from orchestrator.openings import MessageRules
from orchestrator.schema import GroundingMode, MessagesFile, Sample
from orchestrator.values import longest

if TYPE_CHECKING:
    from orchestrator.scenario import Scenario

MAX_CONVERSATIONS: Final = 10**15

_ROLES: Final = {Domain.SUPPORT: Role.SUPPORT, Domain.SALES: Role.SALESPERSON}


def content_faults(scenario: "Scenario", openings: MessageRules, questions: MessageRules) -> Iterator[Fault]:
    """Yield the faults that need no file to be seen."""
    customer, side = scenario.customer, ("customer",)
    yield from _repeated(("help_content",), scenario.help_content)
    yield from _repeated(("products",), scenario.products)
    yield from _repeated((*side, "dispositions"), [disposition.name for disposition in customer.dispositions])
    yield from _repeated((*side, "motivations"), [motivation.name for motivation in customer.motivations])
    yield from _repeated((*side, "tones"), customer.tones)
    yield from _repeated((*side, "styles"), customer.styles)
    yield from _repeated((*side, "facts"), [fact.name for fact in customer.facts])
    yield from _fact_faults(scenario)
    yield from _message_faults(("openings",), scenario.openings, openings)
    yield from _message_faults((*side, "questions"), customer.questions, questions)
    yield from _side_faults(scenario)
    yield from _choice_faults(scenario)


def _choice_faults(scenario: "Scenario") -> Iterator[Fault]:
    """Yield what is wrong with the chosen endings and guards; what serves these is imported only where they are."""
    if scenario.endings:
        from orchestrator.chosen_endings import ending_faults

        yield from ending_faults(scenario.endings)
    if scenario.guards:
        from orchestrator.chosen_guards import guard_faults

        yield from guard_faults(scenario.guards)


def _side_faults(scenario: "Scenario") -> Iterator[Fault]:
    if scenario.agent.role is not _ROLES[scenario.domain]:
        fitting = f"write {show(_ROLES[scenario.domain])}"
        yield Fault(
            ("agent", "role"), f"{show(scenario.agent.role)} does not fit the domain {show(scenario.domain)}; {fitting}"
        )
    if not scenario.help_content and scenario.grounding.mode is not GroundingMode.OFF:
        ways = "name a folder of articles, or set grounding.mode to off"
        yield Fault(("help_content",), f"missing; grounding mode {show(scenario.grounding.mode)} needs it: {ways}")


def _repeated(loc: Loc, names: Iterable[str]) -> Iterator[Fault]:
    seen: set[str] = set()
    for n, name in enumerate(names):
        if name in seen:
            yield Fault((*loc, n), f"{show(name)} is there twice; list it once")
        seen.add(name)


def _fact_faults(scenario: "Scenario") -> Iterator[Fault]:
    product = max(scenario.products, key=len, default=None)
    for n, fact in enumerate(scenario.customer.facts):
        loc = ("customer", "facts", n)
        if fact.name == "product":
            yield Fault((*loc, "name"), "'product' is the name of an axis; choose another")
        try:
            length = longest(fact.value, product)
        except ValueError as error:
            yield Fault((*loc, "value"), f"{show(fact.value)} {error}")
            continue
        if length > 200:
            yield Fault((*loc, "value"), f"{show(fact.value)} can grow to {length} characters; at most 200")


def _message_faults(loc: Loc, given: tuple[str, ...] | MessagesFile, rules: MessageRules) -> Iterator[Fault]:
    if not isinstance(given, MessagesFile):
        for n, text in enumerate(given):
            if problem := rules.problem(text, n):
                yield Fault((*loc, n), problem)


def matrix_faults(scenario: "Scenario") -> Iterator[Fault]:
    """Yield the faults that show once the openings are counted."""
    cells = scenario.cells
    if isinstance(scenario.matrix, Sample) and scenario.matrix.sample > cells:
        sizes = " x ".join(f"{size} {axis}" for axis, size in scenario.axes.items() if size > 1 and axis != "repeats")
        ways = f"the matrix has {cells:,} cells ({sizes or 'one value on every axis'}); use repeats for more"
        yield Fault(("matrix", "sample"), f"{scenario.matrix.sample} is too large; {ways}")
    if cells * scenario.repeats > MAX_CONVERSATIONS:
        count = f"{cells:,} cells x {scenario.repeats:,} repeats"
        yield Fault(("repeats",), f"{count} are too many; at most {MAX_CONVERSATIONS:,} conversations")
