"""What is wrong with a scenario, in one line: pydantic's errors and our own, with place, key, value and what is right.

It knows pydantic models and located data, and no particular field.
"""

import difflib
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import Any, Final, TypeAlias, get_args

from pydantic import BaseModel, ValidationError
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails, PydanticCustomError

from agents.errors import ScenarioError
from orchestrator.yaml_source import FORBIDDEN, MAX_DEPTH, Node, Place

Loc: TypeAlias = tuple[str | int, ...]

_TYPES: Final = {
    "int_type": "a whole number",
    "int_parsing": "a whole number",
    "int_from_float": "a whole number",
    "float_type": "a number",
    "float_parsing": "a number",
    "finite_number": "a finite number",
    "string_type": "text",
    "tuple_type": "a list",
    "model_type": "a mapping",
    "dict_type": "a mapping",
    "bool_type": "true or false",
    "bool_parsing": "true or false",
    "model_attributes_type": "a mapping",
}

_BOUNDS: Final = {
    "greater_than_equal": "{value} is too small; at least {ge}",
    "greater_than": "{value} is too small; more than {gt}",
    "less_than_equal": "{value} is too large; at most {le}",
    "string_too_short": "{value} is empty; it needs a text",
    "string_too_long": "{value} is too long; at most {max_length} characters",
    "too_short": "the list is empty; at least {min_length} entry",
    "too_long": "the list is too long; at most {max_length} entries",
}


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong at `loc`, the path of keys and indexes from the root, `offset` characters in."""

    loc: Loc
    message: str
    at_key: bool = False
    offset: int = 0


def wrong(message: str) -> PydanticCustomError:
    """Return what a validator raises: `message` follows the key and must show the value itself."""
    return PydanticCustomError("scenario", "{message}", {"message": message})


def show(value: object) -> str:
    """Return `value` on one line, shortened, control characters escaped; collections only by kind."""
    if isinstance(value, Enum):
        value = value.value
    if isinstance(value, str):
        return repr(value if len(value) <= 60 else value[:57] + "...")
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int | float):
        return "a huge number" if isinstance(value, int) and value.bit_length() > 200 else repr(value)
    if isinstance(value, Mapping):
        return "a mapping"
    return "a list" if isinstance(value, Sequence) else f"a {type(value).__name__}"


def forbidden(text: str) -> str | None:
    """Return the message for a character that no prompt or terminal should see, if there is one."""
    found = FORBIDDEN.search(text.replace("\r", "\0"))
    return f"{show(text)} has the character {text[found.start()]!r}, which is not allowed" if found else None


def near(value: str, known: Iterable[str]) -> str:
    """Return "; did you mean 'x'?" for the nearest of `known`, or nothing where none is near."""
    match = difflib.get_close_matches(value[:60], list(known), n=1)
    return f"; did you mean {match[0]!r}?" if match else ""


def unknown(value: str, kind: str, known: Sequence[str]) -> str:
    """Return the message for a name that is none of `known`."""
    return f"{show(value)} is not a known {kind}{near(value, known)} (known: {', '.join(known)})"


@dataclass(frozen=True, slots=True)
class Source:
    """Where data came from: `node` knows lines and columns, and is None for data that was never a file."""

    data: object
    path: Path | None = None
    node: Node | None = None

    def check(self, faults: Iterable[Fault]) -> None:
        """Raise for the first of `faults`, if there is any."""
        if found := list(faults):
            raise self.error(found)

    def error(self, faults: Sequence[Fault]) -> ScenarioError:
        """Return the error for the fault that comes first in the file; missing keys come after the keys beside them."""
        first = min(faults, key=lambda fault: self._order(fault.loc))
        more = f" (and {len(faults) - 1} more)" if len(faults) > 1 else ""
        key = self._key(first.loc)
        message = f"{key}: {first.message}{more}" if key else f"{first.message}{more}"
        line, column = self._place(first)
        return ScenarioError(message, path=self.path, line=line, column=column)

    def _order(self, loc: Loc) -> tuple[int, ...]:
        order: list[int] = []
        data = self.data
        for part in loc:
            keys = list(_children(data))
            order.append(keys.index(part) if part in keys else len(keys))
            data = _child(data, part)
        return tuple(order)

    def _key(self, loc: Loc) -> str:
        text, data = "", self.data
        for part in loc:
            if not isinstance(data, Mapping) and part not in _children(data):
                break
            if isinstance(part, int) and not isinstance(data, Mapping):
                text += f"[{part}]"
            else:
                text += ("." if text else "") + _plain(str(part))
            data = _child(data, part)
        return text

    def _place(self, fault: Fault) -> Place | tuple[None, None]:
        if self.node is None:
            return None, None
        node = self.node
        key_place = (node.line, node.column)
        missing = False
        for part in fault.loc:
            if part not in node.children:
                missing = bool(node.keys)
                break
            key_place = (
                node.keys[part] if isinstance(part, str) else (node.children[part].line, node.children[part].column)
            )
            node = node.children[part]
        if missing or fault.at_key or node.data is None:
            return key_place
        return node.line, node.text + fault.offset if node.text and fault.offset else node.column


def _children(data: object) -> Iterable[Any]:
    if isinstance(data, Mapping):
        return data.keys()
    return range(len(data)) if isinstance(data, list | tuple) else ()


def _child(data: object, part: str | int) -> object:
    if isinstance(data, Mapping):
        return data.get(part)
    if isinstance(data, list | tuple) and isinstance(part, int) and part < len(data):
        return data[part]
    return None


def _plain(key: str) -> str:
    return key if re.fullmatch(r"[A-Za-z0-9_-]{1,60}", key) else show(key)


def text_faults(data: object, loc: Loc = ()) -> Iterator[Fault]:
    """Yield the texts in `data` with a forbidden character, and data that is nested too deep."""
    if len(loc) > MAX_DEPTH:
        yield Fault(loc[:1], f"nested deeper than {MAX_DEPTH} levels")
        return
    if isinstance(data, str) and (message := forbidden(data)):
        yield Fault(loc, message)
    for part in _children(data):
        if isinstance(part, str | int):
            yield from text_faults(_child(data, part), (*loc, part))


def pydantic_faults(error: ValidationError, model: type[BaseModel]) -> list[Fault]:
    """Return pydantic's errors about `model` in our words; a list whose entries are all wrong is not called empty."""
    found = error.errors(include_url=False)
    above = {details["loc"][:n] for details in found for n in range(len(details["loc"]))}
    return [
        _fault(details, model) for details in found if details["type"] != "too_short" or details["loc"] not in above
    ]


def _fault(details: ErrorDetails, model: type[BaseModel]) -> Fault:
    loc = tuple(part for part in details["loc"] if not str(part).startswith("#"))
    if details["type"] == "extra_forbidden":
        return Fault(loc, _unknown_key(str(loc[-1]), model, loc[:-1]), at_key=True)
    if details["type"] == "invalid_key":
        return Fault(loc, "a key must be text", at_key=True)
    info = _field(model, loc)
    description = info.description if info is not None else None
    if details["type"] == "missing":
        return Fault(loc, f"missing; {description or 'it is required'}")
    return Fault(loc, explain(details, description))


def explain(details: ErrorDetails, description: str | None) -> str:
    """Return one of pydantic's errors in our words; `description` says what a value of the field is."""
    kind, value, context = details["type"], details["input"], details.get("ctx", {})
    if kind == "scenario":
        return str(context["message"])
    if value is None:
        return f"empty; expected {description or _TYPES.get(kind, 'a value')}"
    if kind in _TYPES and not (description and kind.startswith("model")):
        return f"{show(value)} is not {_TYPES[kind]}{_hint(kind, value)}"
    if kind in _BOUNDS:
        return _BOUNDS[kind].format(value=show(value), **context)
    if kind == "enum":
        known = re.findall(r"'([^']*)'", context["expected"])
        hint = near(value, known) if isinstance(value, str) else ""
        return f"{show(value)} is not one of {', '.join(known)}{hint}"
    return f"{show(value)} does not fit; expected {description or details['msg']}"


def _hint(kind: str, value: object) -> str:
    if kind == "tuple_type" and isinstance(value, str | int | float):
        return "; put [ ] around it"
    if kind.startswith("int") and isinstance(value, str) and value.isdigit():
        return "; leave the quotes out"
    if kind != "string_type":
        return ""
    return "; a text with ': ' in it needs quotes around it" if isinstance(value, Mapping) else "; put quotes around it"


def _unknown_key(key: str, model: type[BaseModel], loc: Loc) -> str:
    info = _field(model, loc) if loc else None
    inner = _model_in(info.annotation) if info is not None else model
    known = list(inner.model_fields) if inner is not None else []
    return "unknown key" + (near(key, known) or f"; known here: {', '.join(known)}")


def _field(model: type[BaseModel], loc: Loc) -> FieldInfo | None:
    info: FieldInfo | None = None
    inner: type[BaseModel] | None = model
    for part in loc:
        if isinstance(part, str):
            info = inner.model_fields.get(part) if inner is not None else None
            inner = _model_in(info.annotation) if info is not None else None
    return info


def _model_in(annotation: object) -> type[BaseModel] | None:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next((model for part in get_args(annotation) if (model := _model_in(part))), None)
