"""A scenario's `endings` made into one stop rule: an expression, or a list of expressions and of rules with parameters.

Whatever a scenario chooses, its turn limit ends a conversation. It knows the rules by name; what they look for is
theirs.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

from orchestrator.endings import (
    AllOf,
    AnyOf,
    Goodbye,
    MaxTurns,
    Repeats,
    Resolved,
    Rule,
    SaleClosed,
    SaleDeclined,
    Stalled,
    Unresolved,
    standard_rules,
)
from orchestrator.extensions import ENDINGS, ExtensionError, Factory, OwnRule, load, offered
from orchestrator.faults import Fault, Loc, show, unknown
from orchestrator.making import MakingError, make, names
from orchestrator.rule_text import Both, Call, Either, RuleTextError, Tree, parse

if TYPE_CHECKING:
    from orchestrator.scenario import Scenario

RULES: Final[Mapping[str, type[Rule]]] = {
    "resolved": Resolved,
    "unresolved": Unresolved,
    "gave_up": Unresolved,
    "sale_closed": SaleClosed,
    "sale_declined": SaleDeclined,
    "goodbye": Goodbye,
    "repeats": Repeats,
    "stalled": Stalled,
    "max_turns": MaxTurns,
}
"""The rules that ship, by the names that a scenario gives them."""

_HUMP: Final = re.compile(r"(?<=[a-z])(?=[A-Z])")


def ending_rule(scenario: "Scenario") -> Rule:
    """Return the rule that the conversations of `scenario` stop by."""
    if not scenario.endings:
        return standard_rules(scenario.domain, scenario.turns.max)
    rules = [_item_rule(item, ("endings", n)) for n, item in enumerate(scenario.endings)]
    return AnyOf((*rules, MaxTurns(scenario.turns.max)))


def ending_faults(items: Sequence[str | Mapping[str, Mapping[str, Any]]]) -> Iterator[Fault]:
    """Yield what is wrong with the `endings` of a scenario."""
    for n, item in enumerate(items):
        try:
            _item_rule(item, ("endings", n))
        except MakingError as error:
            yield from error.faults


def own_rules(scenario: "Scenario") -> list[str]:
    """Return the names of the rules of others that `scenario` uses."""
    called: set[str] = set()
    for item in scenario.endings:
        called |= set(item) if isinstance(item, Mapping) else set(_called(parse(item)))
    return sorted(name for name in called if _known(name) not in RULES)


def _called(tree: Tree) -> Iterator[str]:
    if isinstance(tree, Call):
        yield tree.name
        return
    for part in tree.parts:
        yield from _called(part)


def _item_rule(item: str | Mapping[str, Mapping[str, Any]], loc: Loc) -> Rule:
    if not isinstance(item, str):
        [(name, given)] = item.items()
        made: Rule = make(_factory(name, Fault((*loc, name), "", at_key=True)), given, (*loc, name))
        return made if _known(name) in RULES else OwnRule(name, made)
    try:
        return _rule(parse(item), item, loc)
    except RuleTextError as error:
        raise MakingError([Fault(loc, f"{show(item)}: {error}", offset=error.at)]) from None


def _rule(tree: Tree, text: str, loc: Loc) -> Rule:
    if isinstance(tree, Either):
        return AnyOf(tuple(_rule(part, text, loc) for part in tree.parts))
    if isinstance(tree, Both):
        return AllOf(tuple(_rule(part, text, loc) for part in tree.parts))
    return _called_rule(tree, loc)


def _called_rule(call: Call, loc: Loc) -> Rule:
    """Return the rule that `call` names; its faults stand where its name does in the text."""
    place = Fault(loc, "", offset=call.at)
    factory = _factory(call.name, place)
    known = names(factory)
    if len(call.positional) > len(known):
        takes = f"{len(known)} ({', '.join(known)})" if known else "none"
        raise MakingError([_at(place, f"{call.name!r} has {len(call.positional)} values and takes {takes}")])
    given = {**dict(zip(known, call.positional, strict=False)), **call.named}
    try:
        made: Rule = make(factory, given)
    except MakingError as error:
        raise MakingError([_at(place, _named(call.name, fault)) for fault in error.faults]) from None
    return made if _known(call.name) in RULES else OwnRule(call.name, made)


def _named(name: str, fault: Fault) -> str:
    parameter = ".".join(str(part) for part in fault.loc)
    return (
        f"{name}{f'.{parameter}' if parameter else ''}: {fault.message}" if name not in fault.message else fault.message
    )


def _at(place: Fault, message: str) -> Fault:
    return Fault(place.loc, message, place.at_key, place.offset)


def _known(name: str) -> str:
    """Return the name under which `name` may ship: MaxTurns and max-turns are max_turns."""
    return _HUMP.sub("_", name).lower().replace("-", "_")


def _factory(name: str, place: Fault) -> Factory:
    if _known(name) in RULES:
        return RULES[_known(name)]
    others = offered(ENDINGS)
    if name not in others:
        raise MakingError([_at(place, unknown(name, "ending", [*RULES, *others]))])
    try:
        return load(others[name])
    except ExtensionError as error:
        raise MakingError([_at(place, f"the ending {name!r}: {error}")]) from None
