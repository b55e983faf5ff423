"""Messages given to the customer, openings and later questions: their slots, and the file that they may come from."""

import json
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Final

import jsonlines

from agents.errors import ScenarioError
from agents.persona import Reveal
from orchestrator.faults import forbidden, show
from orchestrator.schema import FactTemplate
from orchestrator.values import split

MAX_WORDS: Final = {"opening": 200, "question": 40}


class MessageRules:
    """What an opening or a question (`kind`) may be in one scenario, which decides the slots that it may have."""

    def __init__(self, kind: str, facts: Iterable[FactTemplate], *, products: bool) -> None:
        self.kind = kind
        self.reveals: Mapping[str, Reveal] = {fact.name: fact.reveal for fact in facts}
        self.products = products
        self.first_seen: dict[str, int] = {}

    def problem(self, text: str, place: int) -> str | None:
        """Return what is wrong with the message at `place`, or None; remembers it, to find it again."""
        first = self.first_seen.setdefault(text, place)
        if first != place:
            return f"{show(text)} is there twice; list it once"
        if (words := len(text.split())) > (most := MAX_WORDS[self.kind]):
            return f"{show(text)} has {words} words; {self.a_kind} has at most {most}"
        try:
            for _, slot in split(text):
                self._check_slot(slot)
        except ValueError as error:
            return f"{show(text)} {error}"
        return None

    @property
    def a_kind(self) -> str:
        return f"{'an' if self.kind[0] in 'aeiou' else 'a'} {self.kind}"

    def _check_slot(self, slot: str | None) -> None:
        if slot is None or (slot == "product" and self.products) or self.reveals.get(slot) is Reveal.START:
            return
        if slot == "product":
            raise ValueError("has the slot {product}, but the scenario has no products")
        shown = show("{" + slot + "}")
        if slot in self.reveals:
            raise ValueError(f"has the slot {shown}, but only facts with 'reveal: start' may stand in {self.a_kind}")
        raise ValueError(f"has the unknown slot {shown}; known are {self._known()}")

    def _known(self) -> str:
        names = ["product"] if self.products else []
        names += [name for name, reveal in self.reveals.items() if reveal is Reveal.START]
        return ", ".join("{" + name + "}" for name in names) or "none here"


class _Lines:
    """The lines of a file that are not blank; `number` is where the last one stands, from 1."""

    def __init__(self, file: Iterable[bytes]) -> None:
        self.file, self.number = file, 0

    def __iter__(self) -> Iterator[bytes]:
        for number, line in enumerate(self.file, 1):
            if line.strip():
                self.number = number
                yield line


def read_messages(path: Path, rules: MessageRules) -> tuple[str, ...]:
    """Return the "query" of every row of a JSONL file; other keys are ignored.

    Raises ScenarioError, naming file and line, at the first row that cannot be one.
    """
    try:
        with path.open("rb") as file:
            rows = tuple(_queries(_Lines(file), rules, path))
    except OSError as error:
        raise ScenarioError(error.strerror or str(error), path=path) from None
    if not rows:
        example = '{"query": "Where is my parcel?"}'
        raise ScenarioError(f"no {rules.kind}s; each line holds a row such as {example}", path=path)
    return rows


def _queries(lines: _Lines, rules: MessageRules, path: Path) -> Iterator[str]:
    try:
        for row in jsonlines.Reader(lines, loads=_loads):
            yield _query(row, rules, path, lines.number)
    except jsonlines.InvalidLineError:
        message = 'not a JSON row in UTF-8, such as {"query": "Where is my parcel?"}'
        raise ScenarioError(message, path=path, line=lines.number) from None


def _loads(text: str | bytes) -> object:
    try:
        return json.loads(text)
    except RecursionError:
        raise ValueError("nested too deep") from None


def _query(row: object, rules: MessageRules, path: Path, line: int) -> str:
    query = row.get("query") if isinstance(row, dict) else None
    text = query.strip() if isinstance(query, str) else ""
    if not text:
        raise ScenarioError("query: missing or empty; a row needs a text under this key", path=path, line=line)
    problem = forbidden(text) or rules.problem(text, line)
    if problem:
        raise ScenarioError(f"query: {problem}", path=path, line=line)
    return text
