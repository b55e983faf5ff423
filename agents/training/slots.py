"""Slot substitution: the figures and codes of a dialogue drawn anew, the same way in turns, facts and passages.

A figure changes only where that is safe: it has a unit that can vary, it keeps its place in the order of all figures,
and neither a sum, a difference, a product nor a percentage ties it to others. When in doubt it stays as it is.
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from itertools import combinations
from typing import Final

from agents.draws import Draws
from agents.training.dialogues import TrainingDialogue

_DIGITS: Final = r"(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?"
_NUMBER: Final = re.compile(rf"(?<![\w.,:/\-])[$€£]?{_DIGITS}(?![\w]|[:/\-]\d|[.,]\d)%?")
_ANY_DIGITS: Final = re.compile(_DIGITS)
_MULTIPLIES: Final = re.compile(
    r"\b(?:twice|double|triple|half|halves|quarter|third of|times|each|together|altogether|in all|total)\b", re.I
)
_UNIT: Final = re.compile(
    r"\s+(?:(?:working|business|calendar|full|more)\s+)?"
    r"(?:days?|hours?|minutes?|weeks?|months?|nights?|seconds?|miles|kg|metres?|points|dollars|pounds|euros)\b"
)
_MONTHS: Final = "(?:January|February|March|April|May|June|July|August|September|October|November|December)"
_NAMED: Final = re.compile(rf"(?<![.!?] )(?<!^)\b[A-Z][\w&]* $|{_MONTHS} $")
"""What makes the number after it part of a name or a date."""
_DATED: Final = re.compile(rf"\s*(?:[ap]\.?m\b|(?:of )?{_MONTHS}\b)")
"""What makes the number before it a time or a date."""
_CODE: Final = re.compile(r"\b[A-Z]{1,4}[- ]?\d{3,}\b")
_TEENS: Final = (
    "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve", "thirteen",
    "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen", "twenty",
)  # fmt: skip
_TENS: Final = {"thirty": 30, "forty": 40, "fifty": 50, "sixty": 60, "seventy": 70, "eighty": 80, "ninety": 90}
_WORDS: Final = {word: number for number, word in enumerate(_TEENS, 1)} | _TENS | {"hundred": 100, "dozen": 12}
_SMALLEST: Final = 4
"""Smaller figures mean too many things at once."""
_LETTERS: Final = "ABCDEFGHJKLMNPRSTUVWXYZ"


def redrawn(dialogue: TrainingDialogue, draws: Draws) -> TrainingDialogue:
    """Return a dialogue like this one, with the figures and codes that may vary drawn anew."""
    change = substitution(_texts(dialogue), draws, said=_said(dialogue))
    customer = dialogue.customer
    turns = tuple(
        replace(turn, text=change(turn.text), passages=tuple(map(change, turn.passages))) for turn in dialogue.turns
    )
    facts = tuple((name, change(value)) for name, value in customer.facts)
    wants = change(customer.wants) if customer.wants else None
    return replace(dialogue, turns=turns, customer=replace(customer, facts=facts, wants=wants))


def _said(dialogue: TrainingDialogue) -> list[str]:
    facts = (value for _, value in dialogue.customer.facts)
    return [*(turn.text for turn in dialogue.turns), *facts, dialogue.customer.wants or ""]


def _texts(dialogue: TrainingDialogue) -> list[str]:
    passages = dict.fromkeys(passage for turn in dialogue.turns for passage in turn.passages)
    return [*_said(dialogue), *passages]


def substitution(texts: Sequence[str], draws: Draws, *, said: Sequence[str] = ()) -> Callable[[str], str]:
    """Return what replaces figures and codes in any of `texts`, the same way in all of them.

    `said` are those of them in which speakers may have counted amounts of money against each other.
    """
    codes = {code: _code_like(code, draws) for code in dict.fromkeys(_found(_CODE, texts))}
    values = _values(_CODE.sub(" ", text) for text in texts)
    figures = _new_values(values, _free(texts, said, values), draws)

    def change(text: str) -> str:
        parts = _CODE.split(text)
        kept = [codes.get(code, code) for code in _CODE.findall(text)]
        changed = [_NUMBER.sub(lambda match: _printed(match.group(), figures), part) for part in parts]
        return "".join(part + code for part, code in zip(changed, [*kept, ""], strict=True))

    return change


def _found(pattern: re.Pattern[str], texts: Iterable[str]) -> list[str]:
    return [match for text in texts for match in pattern.findall(text)]


def _value(token: str) -> float:
    return float(token.strip("$€£%").replace(",", ""))


def _values(texts: Iterable[str]) -> set[float]:
    """Return every number in the texts, in digits or in words."""
    found: set[float] = set()
    for text in texts:
        found.update(float(token.replace(",", "")) for token in _ANY_DIGITS.findall(text))
        found.update(float(_WORDS[word]) for word in re.findall(r"[a-z]+", text.lower()) if word in _WORDS)
    return found


def _free(texts: Sequence[str], said: Sequence[str], values: set[float]) -> set[float]:
    """Return the values that may change."""
    united = {_value(m.group()) for text in texts for m in _NUMBER.finditer(text) if _has_unit(m, text)}
    tied = _tied(values) | {float(number) for number in _spelt(texts)} | _odd(texts) | _counted(said)
    return {value for value in united if value >= _SMALLEST and value not in tied}


def _counted(texts: Sequence[str]) -> set[float]:
    """Return all amounts of money where they may be counted against each other: three and more, or multiples."""
    amounts = {_value(match.group()) for text in texts for match in _NUMBER.finditer(text) if match.group()[0] in "$€£"}
    return amounts if len(amounts) > 2 or any(_MULTIPLIES.search(text) for text in texts) else set()


def _has_unit(match: re.Match[str], text: str) -> bool:
    token = match.group()
    return token[0] in "$€£" or token.endswith("%") or _UNIT.match(text, match.end()) is not None


def _spelt(texts: Sequence[str]) -> set[int]:
    words = {word for text in texts for word in re.findall(r"[a-z]+", text.lower())}
    return {value for word, value in _WORDS.items() if word in words}


def _odd(texts: Sequence[str]) -> set[float]:
    """Return values that also stand where no plain figure is: in a time, a date, a name or an ordinal."""
    found: set[float] = set()
    for text in texts:
        plain = {match.start() + (match.group()[0] in "$€£") for match in _NUMBER.finditer(text)}
        for match in _ANY_DIGITS.finditer(text):
            before = text[max(0, match.start() - 25) : match.start()]
            if match.start() not in plain or _NAMED.search(before) or _DATED.match(text, match.end()):
                found.add(float(match.group().replace(",", "")))
    return found


def _tied(values: set[float]) -> set[float]:
    """Return the values that arithmetic may tie to others."""
    tied: set[float] = set()
    whole = {round(value, 2) for value in values if value > 0}
    for one, other in combinations(sorted(whole), 2):
        results = (one + other, other - one, one * other, one * other / 100, other - one * other / 100, other / one)
        for result in (round(result, 2) for result in results):
            if result in whole and result not in {one, other}:
                tied |= {one, other, result}
        if round(other / one, 2) in {2.0, 3.0, 4.0, 0.5} and other > 20:
            tied |= {one, other}
    return tied


def _new_values(values: set[float], free: set[float], draws: Draws) -> dict[float, float]:
    """Draw new values in the gaps that keep the order of all values as it was."""
    ordered = sorted(values)
    found: dict[float, float] = {}
    for place, value in enumerate(ordered):
        if value in free:
            below = found.get(ordered[place - 1], ordered[place - 1]) if place else 0.0
            above = ordered[place + 1] if place + 1 < len(ordered) else value * 1.8
            found[value] = _between(value, max(below, value * 0.55), min(above, value * 1.8), draws)
    return found


def _between(value: float, low: float, high: float, draws: Draws) -> float:
    step, rest = _step(value)
    options = [n * step + rest for n in range(int(low // step), int(high // step) + 1) if low < n * step + rest < high]
    return round(draws.choose(options), 2) if options else value


def _step(value: float) -> tuple[float, float]:
    """Return what a value of this look goes by, and what is left over: 40 goes by tens, $4.95 by dollars."""
    if value != int(value):
        return 1.0, round(value - int(value), 2)
    steps = (step for step in (1000, 100, 50, 10, 5) if value % step == 0 and value >= 4 * step)
    return float(next(steps, 1)), 0.0


def _printed(token: str, figures: Mapping[float, float]) -> str:
    value = _value(token)
    if value not in figures:
        return token
    new = figures[value]
    digits = f"{new:,.2f}" if "." in token else f"{round(new):,}"
    if "," not in token and value >= 1000:
        digits = digits.replace(",", "")
    sign = token[0] if token[0] in "$€£" else ""
    return f"{sign}{digits}{'%' if token.endswith('%') else ''}"


def _code_like(code: str, draws: Draws) -> str:
    drawn = (str(draws.between(0, 9)) if c.isdigit() else draws.choose(_LETTERS) if c.isalpha() else c for c in code)
    found = "".join(drawn)
    return re.sub(r"(?<=\D)0", "7", found, count=1)
