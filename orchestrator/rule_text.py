"""Stop rules as text: `max_turns(12) | resolved | (unresolved & max_turns(6))`, read into a tree by a small grammar.

    either = both {"|" both}        both = one {"&" one}
    one = "(" either ")" | name ["(" [argument {"," argument}] ")"]        argument = [name "="] value

A value is a number, a text in quotes, true or false. Nothing is evaluated. It knows no rule by name.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, NoReturn, TypeAlias

MAX_LENGTH: Final = 2000
MAX_DEPTH: Final = 20

Value: TypeAlias = str | int | float | bool
Tree: TypeAlias = "Call | Either | Both"


@dataclass(frozen=True, slots=True)
class Call:
    """A rule by name, with its arguments; `at` is where the name stands in the text, from 0."""

    name: str
    positional: tuple[Value, ...] = ()
    named: Mapping[str, Value] = field(default_factory=dict)
    at: int = 0


@dataclass(frozen=True, slots=True)
class Either:
    """Any of `parts`, joined by `|`."""

    parts: tuple[Tree, ...]


@dataclass(frozen=True, slots=True)
class Both:
    """All of `parts`, joined by `&`."""

    parts: tuple[Tree, ...]


class RuleTextError(ValueError):
    """What is wrong with the text, and `at` which character, from 0."""

    def __init__(self, message: str, at: int) -> None:
        super().__init__(message)
        self.at = at


_TOKEN: Final = re.compile(
    r"\s*(?:(?P<number>[-+]?[0-9]+(?:\.[0-9]+)?(?![\w.]))|(?P<name>[A-Za-z_][\w-]*)|(?P<text>'[^']*'|\"[^\"]*\")"
    r"|(?P<mark>[|&(),=])|(?P<end>\Z))"
)
_WORDS: Final = {"true": True, "false": False}


def parse(text: str) -> Tree:
    """Return the tree of `text`. Raises RuleTextError."""
    if len(text) > MAX_LENGTH:
        raise RuleTextError(f"longer than {MAX_LENGTH:,} characters", 0)
    reader = _Reader(text)
    tree = reader.either(0)
    if reader.kind != "end":
        reader.expected("'|', '&' or the end")
    return tree


class _Reader:
    """Reads `text` token by token: `kind`, `token` and `at` are those of the next one."""

    def __init__(self, text: str) -> None:
        self.text, self._after = text, 0
        self.kind, self.token, self.at = "", "", 0
        self.advance()

    def advance(self) -> None:
        found = _TOKEN.match(self.text, self._after)
        if found is None:
            start = len(self.text) - len(self.text[self._after :].lstrip())
            raise RuleTextError(f"{self.text[start : start + 12]!r} is no part of a rule", start)
        self.kind = found.lastgroup or "end"
        self.token, self.at, self._after = found[self.kind], found.start(self.kind), found.end()

    def expected(self, what: str) -> NoReturn:
        here = "it ends" if self.kind == "end" else f"{self.token!r} stands"
        raise RuleTextError(f"{here} where {what} should be", self.at)

    def skip(self, mark: str) -> bool:
        """Pass `mark` where it comes next."""
        if self.kind != "mark" or self.token != mark:
            return False
        self.advance()
        return True

    def either(self, depth: int) -> Tree:
        parts = [self.both(depth)]
        while self.skip("|"):
            parts.append(self.both(depth))
        return parts[0] if len(parts) == 1 else Either(tuple(parts))

    def both(self, depth: int) -> Tree:
        parts = [self.one(depth)]
        while self.skip("&"):
            parts.append(self.one(depth))
        return parts[0] if len(parts) == 1 else Both(tuple(parts))

    def one(self, depth: int) -> Tree:
        if depth > MAX_DEPTH:
            raise RuleTextError(f"more than {MAX_DEPTH} parentheses in each other", self.at)
        if self.skip("("):
            inner = self.either(depth + 1)
            if not self.skip(")"):
                self.expected("')'")
            return inner
        if self.kind != "name":
            self.expected("the name of a rule")
        name, at = self.token, self.at
        self.advance()
        positional, named = self.arguments() if self.skip("(") else ((), {})
        return Call(name, positional, named, at)

    def arguments(self) -> tuple[tuple[Value, ...], dict[str, Value]]:
        positional: list[Value] = []
        named: dict[str, Value] = {}
        while not self.skip(")"):
            if (positional or named) and not self.skip(","):
                self.expected("',' or ')'")
            key, at = self.token, self.at
            if self.kind != "name" or key in _WORDS:
                positional.append(self.value())
                continue
            self.advance()
            if not self.skip("="):
                raise RuleTextError(f"{key!r} stands where a number, a text in quotes or {key}=... should be", at)
            if key in named:
                raise RuleTextError(f"{key!r} is given twice", at)
            named[key] = self.value()
        return tuple(positional), named

    def value(self) -> Value:
        token, kind = self.token, self.kind
        if kind not in ("number", "text") and token not in _WORDS:
            self.expected("a number, a text in quotes, true or false")
        self.advance()
        if kind == "text":
            return token[1:-1]
        if kind == "name":
            return _WORDS[token]
        return float(token) if "." in token else int(token)
