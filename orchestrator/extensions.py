"""What others add: stop rules and guards that installed distributions offer as entry points, and what their errors do.

A distribution names a class (or any function that returns a rule or guard) in its pyproject.toml:

    [project.entry-points."duologue.endings"]
    cancels = "my_package:Cancels"

It knows nothing of scenarios. Code of others is imported when a scenario names it, and not before.
"""

from collections.abc import Callable
from dataclasses import dataclass
from importlib.metadata import EntryPoint, entry_points
from typing import Any, Final, TypeAlias

from orchestrator.endings import EndingScene, Rule
from orchestrator.guards import Guard, Objection, Scene
from orchestrator.transcript import Ending

ENDINGS: Final = "duologue.endings"
GUARDS: Final = "duologue.guards"

Factory: TypeAlias = Callable[..., Any]


class ExtensionError(Exception):
    """A rule or guard of others failed; the message names it. It ends the conversation that it failed in."""


def offered(group: str) -> dict[str, EntryPoint]:
    """Return the entry points of `group` by name, the first of each name."""
    found: dict[str, EntryPoint] = {}
    for point in entry_points(group=group):
        found.setdefault(point.name, point)
    return found


def load(point: EntryPoint) -> Factory:
    """Import what `point` names. Raises ExtensionError where that fails or is nothing to call."""
    try:
        factory = point.load()
    except Exception as error:  # whatever the code of others raises
        raise ExtensionError(f"{point.value} cannot be imported ({_told(error)})") from error
    if not callable(factory):
        raise ExtensionError(f"{point.value} is a {type(factory).__name__}, not a class or a function")
    made: Factory = factory
    return made


def version_of(point: EntryPoint) -> str:
    """Return the distribution and version that offer `point`, part of what a run is made from."""
    return f"{point.dist.name} {point.dist.version}" if point.dist else point.value


@dataclass(frozen=True, repr=False)
class OwnRule(Rule):
    """A rule of others under its name; what it raises becomes an ExtensionError."""

    name: str
    rule: Rule

    def check(self, scene: EndingScene) -> Ending | None:
        try:
            ending: object = self.rule.check(scene)
        except Exception as error:  # whatever the code of others raises
            raise ExtensionError(f"the ending {self.name!r} failed: {_told(error)}") from error
        if ending is None or isinstance(ending, Ending):
            return ending
        raise ExtensionError(f"the ending {self.name!r} returned a {type(ending).__name__}, not an Ending or None")

    def __repr__(self) -> str:
        return repr(self.rule)


@dataclass(frozen=True)
class OwnGuard:
    """A guard of others under its name; what it raises becomes an ExtensionError."""

    name: str
    guard: Guard

    def check(self, candidate: str, scene: Scene) -> Objection | None:
        """Return the objection of the other's guard."""
        try:
            found: object = self.guard.check(candidate, scene)
        except Exception as error:  # whatever the code of others raises
            raise ExtensionError(f"the guard {self.name!r} failed: {_told(error)}") from error
        if found is None or isinstance(found, Objection):
            return found
        raise ExtensionError(f"the guard {self.name!r} returned a {type(found).__name__}, not an Objection or None")


def _told(error: Exception) -> str:
    return f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
