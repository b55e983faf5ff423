"""Tests of lines: which fit a moment of a drill, and which presume something that has not happened in it."""

import re
import tomllib
from collections.abc import Callable
from functools import cache, lru_cache
from pathlib import Path
from typing import TypeAlias

from agents.training.drills.lines import Line

Fits: TypeAlias = Callable[[Line], bool]


@cache
def words(group: str) -> str:
    """Return a group of `fits.toml` as one regular expression."""
    return "|".join(_groups()[group])


@cache
def _groups() -> dict[str, list[str]]:
    return tomllib.loads(Path(__file__).with_name("fits.toml").read_text(encoding="utf-8"))


def anything(_: Line) -> bool:
    return True


def nothing(_: Line) -> bool:
    return False


@lru_cache(maxsize=1000)
def holding(*patterns: str) -> Fits:
    """Return a test for lines in which one of the patterns occurs; slots occur as they are written."""
    compiled = re.compile("|".join(patterns), re.I)
    known: dict[str, bool] = {}

    def test(line: Line) -> bool:
        if line.text not in known:
            known[line.text] = compiled.search(line.text) is not None
        return known[line.text]

    return test


@lru_cache(maxsize=1000)
def without(*patterns: str) -> Fits:
    """Return a test for lines in which none of the patterns occurs."""
    found = holding(*patterns)
    return lambda line: not found(line)


def both(*tests: Fits) -> Fits:
    return lambda line: all(test(line) for test in tests)
