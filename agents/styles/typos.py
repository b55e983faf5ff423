"""Typing errors: a neighbouring key, a letter doubled, dropped or swapped with the next, and common misspellings.

The four slips are those of Damerau (1964), with the substitution taken from the keys around the right one (QWERTY).
They fall on ordinary words only, one a word, never on the first letter, never on a negation, and never make another
ordinary word, so that what is asked stays the same.
"""

import tomllib
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Final

from agents.draws import Draws
from agents.styles.edits import Edit
from agents.styles.kept import WORD, Span, ordinary_words

MOST: Final = 6
LEAST: Final = 3
_PREFERRED: Final = 0.5
"""How often a word that is known to be misspelt is misspelt so."""
_NEGATIONS: Final = frozenset({"not", "nor", "never", "none", "nothing", "nobody", "without", "cannot", "neither"})
_NEAR: Final = {
    "a": "qsz", "b": "vghn", "c": "xdfv", "d": "serfcx", "e": "wrd", "f": "drtgvc", "g": "ftyhbv", "h": "gyujnb",
    "i": "uok", "j": "huikmn", "k": "jiolm", "l": "kop", "m": "njk", "n": "bhjm", "o": "ipl", "p": "ol", "q": "wa",
    "r": "etf", "s": "awedxz", "t": "ryg", "u": "yij", "v": "cfgb", "w": "qes", "x": "zsdc", "y": "tuh", "z": "asx",
}  # fmt: skip
"""The keys that touch each key."""


def typos(text: str, draws: Draws, kept: Sequence[Span]) -> list[Edit]:
    """Return three to six typing errors, fewer where more than two words in five that can have one would."""
    words = _words(text, kept)
    wanted = min(draws.between(LEAST, MOST), (2 * len(words) + 4) // 5)
    edits: list[Edit] = []
    for start, word in draws.shuffled(words):
        if len(edits) >= wanted:
            break
        wrong = _mistyped(word, draws)
        if wrong:
            edits.append(Edit(start, start + len(word), wrong, "typo"))
    return edits


def _words(text: str, kept: Sequence[Span]) -> list[tuple[int, str]]:
    found = []
    for match in WORD.finditer(text):
        clear = all(match.end() <= start or end <= match.start() for start, end in kept)
        if clear and _can_be_mistyped(match.group()):
            found.append((match.start(), match.group()))
    return found


def _can_be_mistyped(word: str) -> bool:
    low = word.lower().replace("’", "'")
    if low in _NEGATIONS or (word.isupper() and len(word) > 1):
        return False
    return low in _misspellings() or (len(low) >= 3 and low in ordinary_words())


def _mistyped(word: str, draws: Draws) -> str | None:
    """Return a word with an error in it, None where every one drawn would make another word."""
    known = _misspellings().get(word.lower().replace("’", "'"))
    if known and (len(word) < 3 or "'" in word or "’" in word or draws.chance(_PREFERRED)):
        return _with_case_of(word, draws.choose(known))
    for _ in range(3):
        wrong = _slip(word, draws)
        if wrong != word and wrong.lower() not in ordinary_words():
            return wrong
    return None


def _slip(word: str, draws: Draws) -> str:
    place = draws.between(1, len(word) - 1)
    before, letter, after = word[:place], word[place], word[place + 1 :]
    kind = draws.between(0, 3)
    if kind == 0 and after:
        return before + after[0] + letter + after[1:]
    if kind == 1:
        return before + after
    if kind == 2:
        return before + letter + letter + after
    near = draws.choose(_NEAR[letter.lower()]) if letter.lower() in _NEAR else letter
    return before + (near.upper() if letter.isupper() else near) + after


@cache
def _misspellings() -> Mapping[str, tuple[str, ...]]:
    table = tomllib.loads(Path(__file__).with_name("misspellings.toml").read_text(encoding="utf-8"))
    return {right: tuple(wrong) for right, wrong in table.items()}


def _with_case_of(word: str, new: str) -> str:
    return new[:1].upper() + new[1:] if word[:1].isupper() else new
