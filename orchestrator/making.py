"""A rule or guard made from its class and the parameters that a scenario gives, each checked against its annotation."""

from collections.abc import Iterator, Mapping
from inspect import Parameter, signature
from typing import Any, Final, get_type_hints

from pydantic import TypeAdapter, ValidationError

from orchestrator.extensions import Factory
from orchestrator.faults import Fault, Loc, explain, near, show

_NAMED: Final = (Parameter.POSITIONAL_OR_KEYWORD, Parameter.KEYWORD_ONLY)


class MakingError(Exception):
    """The parameters do not fit; `faults` say which and why."""

    def __init__(self, faults: list[Fault]) -> None:
        super().__init__(faults[0].message)
        self.faults = faults


def make(factory: Factory, given: Mapping[str, Any], loc: Loc = ()) -> Any:  # noqa: ANN401  a rule or a guard
    """Return what `factory` makes of the parameters `given`, which stand at `loc`. Raises MakingError."""
    faults = list(_faults(factory, given, loc))
    if faults:
        raise MakingError(faults)
    try:
        made = factory(**{name: _settled(factory, name, value) for name, value in given.items()})
    except Exception as error:  # a class of the user's own may raise anything
        raise MakingError([Fault(loc, f"cannot be made ({type(error).__name__}: {error})")]) from error
    if not callable(getattr(made, "check", None)):
        raise MakingError([Fault(loc, f"a {type(made).__name__} cannot check anything; give it a method 'check'")])
    return made


def names(factory: Factory) -> list[str]:
    """Return the names of the parameters that `factory` takes, in order."""
    return [name for name, parameter in signature(factory).parameters.items() if parameter.kind in _NAMED]


def _faults(factory: Factory, given: Mapping[str, Any], loc: Loc) -> Iterator[Fault]:
    known = names(factory)
    for name, value in given.items():
        if name not in known:
            ways = near(name, known) or (f"; known here: {', '.join(known)}" if known else "; it takes none")
            yield Fault((*loc, name), f"unknown parameter{ways}", at_key=True)
            continue
        try:
            _settled(factory, name, value)
        except ValidationError as error:
            details = error.errors(include_url=False)[0]
            yield Fault((*loc, name, *details["loc"]), explain(details, None))
    for name in known if set(given) <= set(known) else ():
        if name not in given and signature(factory).parameters[name].default is Parameter.empty:
            yield Fault(loc, f"the parameter {show(name)} is missing")


def _settled(factory: Factory, name: str, value: object) -> object:
    """Return `value` as the annotation of the parameter wants it; as it is where there is none that can be read."""
    hint = _hints(factory).get(name, Any)
    settled: object = TypeAdapter(hint).validate_python(value)
    return settled


def _hints(factory: Factory) -> Mapping[str, Any]:
    target = factory.__init__ if isinstance(factory, type) else factory  # type: ignore[misc]
    try:
        return get_type_hints(target, include_extras=True)
    except (NameError, TypeError):
        return {}
