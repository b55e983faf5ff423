"""The guards of a scenario: those that its grounding asks for, as its `guards` switch and tune them.

It knows the guards by name and their order; what they object to is theirs.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from orchestrator.content import CONTENT, Invented
from orchestrator.extensions import GUARDS, ExtensionError, Factory, OwnGuard, load, offered
from orchestrator.fact_guards import FACTUAL
from orchestrator.faults import Fault, unknown
from orchestrator.guards import STANDARD, Guard
from orchestrator.making import MakingError, make
from orchestrator.schema import GroundingMode

if TYPE_CHECKING:
    from orchestrator.scenario import Scenario

_CHECKED: Final = frozenset({GroundingMode.VERIFY, GroundingMode.SPLICE})


@dataclass(frozen=True, slots=True)
class _Shipped:
    """A guard that ships, and where it is on by itself.

    `checked`: only in the grounding modes verify and splice; `house`: only where the house model speaks for both sides.
    """

    guard: Guard
    checked: bool
    house: bool = False


def shipped() -> dict[str, _Shipped]:
    """Return the guards that ship by name, in the order in which they are asked."""
    return {
        **{guard.name: _Shipped(guard, checked=False) for guard in STANDARD},
        **{guard.name: _Shipped(guard, checked=False, house=guard.name == Invented.name) for guard in CONTENT},
        **{guard.name: _Shipped(guard, checked=True) for guard in FACTUAL},
    }


def guards_of(scenario: "Scenario", *, house: bool = True) -> tuple[Guard, ...]:
    """Return the guards of the replies in the conversations of `scenario`, both sides' alike.

    `house`: whether the house model speaks for both.
    """
    checked = scenario.grounding.mode in _CHECKED
    fitting = ((name, one) for name, one in shipped().items() if house or not one.house)
    chosen = {name: one.guard for name, one in fitting if checked or not one.checked}
    order = [*shipped(), *scenario.guards]
    for name, setting in scenario.guards.items():
        if setting is False:
            chosen.pop(name, None)
        else:
            chosen[name] = _made(name, setting)
    return tuple(chosen[name] for name in dict.fromkeys(order) if name in chosen)


def guard_faults(settings: Mapping[str, bool | Mapping[str, Any]]) -> Iterator[Fault]:
    """Yield what is wrong with the `guards` of a scenario."""
    for name, setting in settings.items():
        try:
            _made(name, setting)
        except MakingError as error:
            yield from error.faults


def own_guards(scenario: "Scenario") -> list[str]:
    """Return the names of the guards of others that `scenario` uses."""
    return sorted(name for name, setting in scenario.guards.items() if name not in shipped() and setting is not False)


def _made(name: str, setting: bool | Mapping[str, Any]) -> Guard:
    loc = ("guards", name)
    factory = _factory(name, loc)
    made: Guard = make(factory, {} if isinstance(setting, bool) else setting, loc)
    return made if name in shipped() else OwnGuard(name, made)


def _factory(name: str, loc: tuple[str, ...]) -> Factory:
    if name in (known := shipped()):
        return type(known[name].guard)
    others = offered(GUARDS)
    if name not in others:
        raise MakingError([Fault(loc, unknown(name, "guard", [*known, *others]), at_key=True)])
    try:
        return load(others[name])
    except ExtensionError as error:
        raise MakingError([Fault(loc, str(error), at_key=True)]) from None
