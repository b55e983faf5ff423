"""Text of a YAML file -> plain data in which every key and value knows its line and column.

YAML 1.2 (core schema), one document, no tags, no merge keys. Size, nesting and what aliases expand to are bounded, so
that a hostile file is refused quickly. It knows nothing of scenarios.
"""

import codecs
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final, NoReturn, Protocol, TypeAlias

from agents.errors import ScenarioError

MAX_BYTES: Final = 1_000_000
MAX_LINE: Final = 100_000
MAX_DEPTH: Final = 20
MAX_VALUES: Final = 50_000

Place: TypeAlias = tuple[int, int]

FORBIDDEN: Final = re.compile(r"[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""Control characters, lone surrogates and non-characters."""

_HINTS: Final = {
    "mapping values are not allowed": "; a text with ': ' in it needs quotes around it",
    "expected <block end>": "; a text with {slots} or quotes in it needs quotes around the whole",
    "expected ',' or": "; a text with {slots} in it needs quotes around the whole",
    "found unexpected end of stream": "; a quote is not closed",
    "found character '\\t'": "; indent with spaces",
    "found character": "; a text that starts with it needs quotes around it",
}
"""What to do about the parser's messages, by how they start."""

_NULL: Final = frozenset({"", "~", "null", "Null", "NULL"})
_BOOL: Final = {"true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False}
_INT: Final = re.compile(r"[-+]?[0-9]{1,100}|0o[0-7]{1,100}|0x[0-9a-fA-F]{1,100}")
_FLOAT: Final = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
_SPECIAL: Final = re.compile(r"[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)")


class Mark(Protocol):
    """A place as the YAML parser gives it, counted from 0."""

    line: int
    column: int


class Event(Protocol):
    """What is read of the YAML parser's events; not every kind of event has all of it."""

    start_mark: Mark
    end_mark: Mark
    anchor: str | None
    tag: str | None
    value: str
    implicit: tuple[bool, bool]
    version: Sequence[int] | None


class SyntaxFault(Protocol):
    """What is read of the YAML parser's errors."""

    problem: str | None
    problem_mark: Mark | None
    context: str | None
    context_mark: Mark | None


@dataclass(frozen=True, slots=True)
class Node:
    """A value with its place; `size` counts the values in it, `height` the collections above its deepest leaf.

    `text` is the column in which a text on one line begins, after its quote; None for anything else.
    """

    line: int
    column: int
    data: object
    children: Mapping[str | int, "Node"] = field(default_factory=dict)
    keys: Mapping[str, Place] = field(default_factory=dict)
    size: int = 1
    height: int = 0
    text: int | None = None


def read_text(path: Path) -> str:
    """Return the text of a file of at most 1 MB; raises ScenarioError, with the place of a byte that is not UTF-8."""
    try:
        with path.open("rb") as file:
            raw = file.read(MAX_BYTES + 1)
    except OSError as error:
        raise ScenarioError(error.strerror or str(error), path=path) from None
    except ValueError as error:
        raise ScenarioError(f"{str(path)!r} is not a usable path ({error})") from None
    _check_size(len(raw), path)
    return _decode(raw.removeprefix(codecs.BOM_UTF8), path)


def parse(text: str, *, path: Path | None = None) -> Node:
    """Return the root of the document in `text`; raises ScenarioError with the place of what is wrong."""
    from ruamel.yaml import YAML
    from ruamel.yaml.error import MarkedYAMLError, YAMLError

    text = text.removeprefix("\ufeff")
    _check_size(len(text), path)
    _check_characters(text, path)
    builder = _Builder(YAML(typ="safe", pure=True).parse(text), path)
    try:
        return builder.document()
    except MarkedYAMLError as error:
        raise _syntax_error(error, path) from None
    except (YAMLError, ValueError, OverflowError) as error:
        line, column = builder.place(builder.last) if builder.last else (1, 1)
        message = f"not valid YAML after here: {_one_line(error)}"
        raise ScenarioError(message, path=path, line=line, column=column) from None


def _check_size(size: int, path: Path | None) -> None:
    if size > MAX_BYTES:
        raise ScenarioError(
            "larger than 1 MB; many openings belong in a file of their own (openings: {file: seeds.jsonl})", path=path
        )


def _decode(raw: bytes, path: Path) -> str:
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError as error:
        before = raw[: error.start]
        column = len(before[before.rfind(b"\n") + 1 :].decode("utf-8")) + 1
        message = f"the byte 0x{raw[error.start]:02x} is not UTF-8; save the file as UTF-8"
        raise ScenarioError(message, path=path, line=before.count(b"\n") + 1, column=column) from None


def _check_characters(text: str, path: Path | None) -> None:
    for number, line in enumerate(text.split("\n"), 1):
        if len(line) > MAX_LINE:
            raise ScenarioError(f"a line of more than {MAX_LINE:,} characters", path=path, line=number)
    if found := FORBIDDEN.search(text):
        before = text[: found.start()]
        column = len(before) - before.rfind("\n")
        message = f"the character {found[0]!r} is not allowed in a scenario"
        raise ScenarioError(message, path=path, line=before.count("\n") + 1, column=column)


def _syntax_error(error: SyntaxFault, path: Path | None) -> ScenarioError:
    mark = error.problem_mark or error.context_mark
    problem = _one_line(error.problem or error.context or "syntax error")
    hint = next((hint for start, hint in _HINTS.items() if problem.startswith(start)), "")
    message = f"not valid YAML: {problem}{hint}"
    line, column = (mark.line + 1, mark.column + 1) if mark is not None else (None, None)
    return ScenarioError(message, path=path, line=line, column=column)


def _one_line(message: object) -> str:
    lines = str(message).splitlines() or [""]
    return "".join(char if char.isprintable() else repr(char)[1:-1] for char in lines[0].strip())[:120]


def _scalar(text: str, *, plain: bool) -> object:
    """Return what a scalar means in the core schema of YAML 1.2; quoted ones are always text."""
    if not plain:
        return text
    if text in _NULL:
        return None
    if text in _BOOL:
        return _BOOL[text]
    if _INT.fullmatch(text):
        return int(text, 0) if text[:2] in ("0o", "0x") else int(text)
    if _FLOAT.fullmatch(text):
        return float(text)
    return float(text.replace(".", "", 1)) if _SPECIAL.fullmatch(text) else text


def _text_column(event: Event) -> int | None:
    """Return where the text of a scalar begins; None where it is folded or escaped, so that places in it are lost."""
    first = event.start_mark.column + 1
    wide = event.end_mark.column + 1 - first - len(event.value)
    return first + wide // 2 if event.end_mark.line == event.start_mark.line and wide in (0, 2) else None


class _Builder:
    """Builds nodes from a stream of parser events, and stops at the first bound that is passed."""

    def __init__(self, events: Iterator[Event], path: Path | None) -> None:
        self.events, self.path = events, path
        self.anchors: dict[str, Node] = {}
        self.values = 0
        self.last: Event | None = None

    def next(self) -> Event:
        self.last = next(self.events)
        return self.last

    def document(self) -> Node:
        self.next()
        start = self.next()
        if type(start).__name__ != "DocumentStartEvent":
            self.refuse("the file is empty; a scenario starts with a name, such as 'name: returns'", start)
        if start.version is not None and tuple(start.version) != (1, 2):
            self.refuse("scenarios are YAML 1.2; leave the %YAML line out", start)
        root = self.node(self.next(), 0)
        self.next()
        if type(end := self.next()).__name__ != "StreamEndEvent":
            self.refuse("a second document starts here; a scenario file holds one", end)
        return root

    def node(self, event: Event, depth: int) -> Node:
        """Return the node that `event` starts, with `depth` collections around it."""
        kind = type(event).__name__
        if kind == "AliasEvent":
            return self.alias(event, depth)
        self.count(1, event)
        if event.tag not in (None, "!"):
            self.refuse(f"the tag {_one_line(event.tag)!r} is not supported; quotes make a value text", event)
        if kind == "ScalarEvent":
            line, column = self.place(event)
            value = _scalar(event.value, plain=event.implicit[0] and event.tag is None)
            node = Node(line, column, value, text=_text_column(event))
        else:
            self.check_depth(depth + 1, event)
            node = (self.mapping if kind == "MappingStartEvent" else self.sequence)(event, depth + 1)
        if event.anchor is not None:
            self.anchors[event.anchor] = node
        return node

    def alias(self, event: Event, depth: int) -> Node:
        if event.anchor not in self.anchors:
            self.refuse(f"the alias '*{_one_line(event.anchor)}' has no anchor before it", event)
        node = self.anchors[event.anchor]
        self.count(node.size, event)
        self.check_depth(depth + node.height, event)
        line, column = self.place(event)
        return replace(node, line=line, column=column)

    def mapping(self, start: Event, depth: int) -> Node:
        children: dict[str | int, Node] = {}
        keys: dict[str, Place] = {}
        while type(event := self.next()).__name__ != "MappingEndEvent":
            key = self.key(event, keys)
            keys[key] = self.place(event)
            children[key] = self.node(self.next(), depth)
        return self.collection(start, {key: node.data for key, node in children.items()}, children, keys)

    def key(self, event: Event, keys: Mapping[str, Place]) -> str:
        self.count(1, event)
        plain = type(event).__name__ == "ScalarEvent" and event.tag is None
        key = _scalar(event.value, plain=event.implicit[0]) if plain else None
        if not isinstance(key, str):
            self.refuse("a key must be text", event)
        if key in keys:
            self.refuse(f"the key {key[:60]!r} is there twice; first in line {keys[key][0]}", event)
        return key

    def sequence(self, start: Event, depth: int) -> Node:
        children: dict[str | int, Node] = {}
        while type(event := self.next()).__name__ != "SequenceEndEvent":
            children[len(children)] = self.node(event, depth)
        return self.collection(start, [node.data for node in children.values()], children, {})

    def collection(
        self, start: Event, data: object, children: Mapping[str | int, Node], keys: Mapping[str, Place]
    ) -> Node:
        line, column = self.place(start)
        size = 1 + len(keys) + sum(node.size for node in children.values())
        height = 1 + max((node.height for node in children.values()), default=0)
        return Node(line, column, data, children, keys, size, height)

    def count(self, values: int, event: Event) -> None:
        self.values += values
        if self.values > MAX_VALUES:
            self.refuse(f"more than {MAX_VALUES:,} values, aliases included", event)

    def check_depth(self, depth: int, event: Event) -> None:
        if depth > MAX_DEPTH:
            self.refuse(f"nested deeper than {MAX_DEPTH} levels", event)

    def place(self, event: Event) -> Place:
        return event.start_mark.line + 1, event.start_mark.column + 1

    def refuse(self, message: str, event: Event) -> NoReturn:
        line, column = self.place(event)
        raise ScenarioError(message, path=self.path, line=line, column=column)
