"""Styles laid over a plain message: typing errors, chat talk, a learner's English. Facts and names stay as they are."""

import re
import tomllib
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Final, TypeAlias

from agents.persona import Style
from agents.training.draws import Draws

_Pairs: TypeAlias = tuple[tuple[re.Pattern[str], tuple[str, ...]], ...]

_PRIVATE: Final = 0xE000
"""The first of the characters that stand for what is kept."""
_WORD: Final = re.compile(r"[A-Za-z']+")
_SENTENCE: Final = re.compile(r"(^|[.!?] )([A-Za-z])(?=[a-z' ])")
_NEAR: Final = dict(zip("abcdefghijklmnopqrstuvwxyz", "snvfrgtyuhjklbmpwerydwcsxa", strict=True))
"""A key next to each key."""


def styled(text: str, style: Style, draws: Draws, keep: tuple[str, ...] = ()) -> str:
    """Return `text` as somebody of that style writes it; what stands in `keep` is left alone."""
    change = _STYLES.get(style)
    if change is None:
        return text
    kept = sorted({part for part in keep if part}, key=len, reverse=True)
    for place, part in enumerate(kept):
        text = re.sub(rf"(?<!\w){re.escape(part)}(?!\w)", chr(_PRIVATE + place), text)
    stands_for = re.compile(f"[{chr(_PRIVATE)}-{chr(_PRIVATE + len(kept))}]")
    return stands_for.sub(lambda match: kept[ord(match.group()) - _PRIVATE], change(text, draws))


@cache
def _pairs(name: str) -> _Pairs:
    """Return what a style puts for what, from `styles.toml`: patterns, each with what may stand instead."""
    table = tomllib.loads(Path(__file__).with_name("styles.toml").read_text(encoding="utf-8"))[name]
    return tuple((re.compile(pattern), tuple(options)) for pattern, options in table.items())


def _substituted(text: str, name: str, share: float, draws: Draws) -> str:
    for pattern, options in _pairs(name):
        if pattern.search(text) and draws.chance(share):
            option = draws.choose(options)
            text = pattern.sub(option, text)
    return text


def _typos(text: str, draws: Draws) -> str:
    text = _substituted(text, "typos", 0.6, draws)
    text = _WORD.sub(lambda match: _mistyped(match.group(), draws) if draws.chance(0.13) else match.group(), text)
    return text[:1].lower() + text[1:] if draws.chance(0.3) and not text.startswith("I") else text


def _mistyped(word: str, draws: Draws) -> str:
    """Return a word with two letters swapped, one left out, one doubled or a key beside the right one."""
    if len(word) < 4 or word.isupper():
        return word
    place = draws.between(1, len(word) - 2)
    before, letter, after = word[:place], word[place], word[place + 1 :]
    wrong = (after[:1] + letter + after[1:], after, letter + letter + after, _NEAR.get(letter, letter) + after)
    return before + draws.choose(wrong)


def _colloquial(text: str, draws: Draws) -> str:
    text = _substituted(text, "colloquial", 0.7, draws)
    text = re.sub(r"\bI\b", lambda match: "i" if draws.chance(0.8) else match.group(), text)
    text = _SENTENCE.sub(lambda match: match.group(1) + match.group(2).lower(), text)
    if text.rstrip().endswith(".") and draws.chance(0.7):
        end = draws.choose((" lol", " tbh", " haha", " mate", " ngl", " you know")) if draws.chance(0.4) else ""
        text = text.rstrip()[:-1] + end
    opener = draws.choose(("ok so ", "hey, ", "so ", "right, ", "um ", "yeah ")) if draws.chance(0.25) else ""
    return opener + text


def _non_native(text: str, draws: Draws) -> str:
    text = _substituted(text, "non_native", 0.6, draws)
    if len(text.split()) > 6 and draws.chance(0.12):
        opener = draws.choose(("Please, ", "Sorry for my English. ", "Dear sir, ", "Excuse me, "))
        keeps = opener.endswith(". ") or text.startswith("I ")
        text = opener + (text if keeps else text[:1].lower() + text[1:])
    return _SENTENCE.sub(lambda match: match.group(1) + match.group(2).upper(), text)


_STYLES: Final[dict[Style, Callable[[str, Draws], str]]] = {
    Style.TYPOS: _typos,
    Style.COLLOQUIAL: _colloquial,
    Style.NON_NATIVE: _non_native,
}
