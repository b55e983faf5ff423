"""What a style puts for what, from `tables.toml`: a regular expression, and what may stand instead."""

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from agents.draws import Draws
from agents.styles.edits import Edit


@dataclass(frozen=True, slots=True)
class Swap:
    """A pattern, and what may stand for it; `\\1` in an option is what the group caught."""

    pattern: re.Pattern[str]
    options: tuple[str, ...]
    kind: str

    def edits(self, text: str, draws: Draws) -> Iterator[Edit]:
        """Yield an edit for every place where the pattern fits, with a capital where there was one."""
        for match in self.pattern.finditer(text):
            new = match.expand(draws.choose(self.options) if len(self.options) > 1 else self.options[0])
            start, end = match.span()
            if not new and match.group()[:1].isupper():
                end, new = end + 1, text[end].upper()
            yield Edit(start, end, _cased(new, match.group()), self.kind)


@cache
def swaps(style: str) -> tuple[Swap, ...]:
    """Return the swaps of a style, those of each of its kinds together."""
    table = tomllib.loads(Path(__file__).with_name("tables.toml").read_text(encoding="utf-8"))[style]
    return tuple(
        Swap(re.compile(rf"\b(?:{pattern}){_end(pattern)}", re.IGNORECASE), tuple(options), kind)
        for kind, group in table.items()
        for pattern, options in group.items()
    )


def _end(pattern: str) -> str:
    """Return what closes a pattern: the end of a word, unless it takes the space too or looks ahead itself."""
    return "" if pattern.endswith(" ") or "(?=" in pattern else r"(?!\w)"


def _cased(new: str, old: str) -> str:
    """Return `new` with a capital where `old` had one, and none where its first word went further back."""
    first = old.split(" ", maxsplit=1)[0]
    if not first[:1].isupper() or _I.match(first):
        return new
    if first not in {new.split(" ", maxsplit=1)[0], ""}:
        new = re.sub(rf"\b{re.escape(first)}\b", first.lower(), new)
    return new[:1].upper() + new[1:]


_I = re.compile(r"I\b")
