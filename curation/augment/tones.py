"""Tones: feeling laid around a request, or taken from around it. The request itself stays word for word.

Feeling is added as sentences of its own, which state nothing about the matter. It is taken where whole sentences, or
single words without which a sentence says the same, hold nothing else. Where the request itself is full of the opposite
feeling, a tone is refused.
"""

import re
import tomllib
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any, Final

from agents.draws import Draws
from agents.persona import Tone
from agents.styles import Edit, Revision, applied
from agents.styles.edits import compatible
from agents.styles.kept import kept_spans
from curation.augment.refusal import RefusedError

_OPPOSITE: Final = {Tone.CHEERFUL: Tone.ANNOYED, Tone.ANNOYED: Tone.CHEERFUL}
_SENTENCE: Final = re.compile(r"\S[^.!?\n]*(?:[.!?]+(?=\s|$)|$|\n)", re.MULTILINE)
_MARKS: Final = re.compile(r"!+\?*|\?+!+")
_GREETING: Final = re.compile(
    r"\s*(?:hi|hey|hello|hiya|good (?:morning|afternoon|evening|day)|morning|dear sirs?|dear team)\b[^.!?,;:]{0,30}"
    r"[.!,]\s+",
    re.IGNORECASE,
)
_END: Final = re.compile(r"[.!?…)\"'”’]\s*$")
_COMPLAINS: Final = re.compile(
    r"\b(?:wrong|late|broken|faulty|missing|damaged|not|never|still|twice|charged|cancelled|lost|waiting|again|nobody|"
    r"stopped|no one|complain|delayed|refused|without)\b|n['’]t\b",
    re.IGNORECASE,
)
_ASKS: Final = re.compile(r"^(?:who|what|when|where|why|how|is|are|do|does|can|could|will|would|may|which|did)\b", re.I)


def retoned(text: str, tone: Tone, draws: Draws) -> Revision:
    """Return `text` in another tone, as it is where it has that tone.

    Raises RefusedError where the request itself has the opposite feeling.
    """
    taken = [edit for other in _others(tone) for edit in _taken(text, other)]
    edits = compatible([*taken, *(_calmed(text) if tone is Tone.NEUTRAL else ())], kept_spans(text))
    if _left(text, edits).strip() == "":
        raise RefusedError("there is nothing in it but feeling")
    if tone in _OPPOSITE and re.search(_table()["within"][_OPPOSITE[tone]], _left(text, edits), re.IGNORECASE):
        raise RefusedError("the request itself has the opposite feeling")
    edits += _added(text, edits, tone, draws)
    return applied(text, edits)


@cache
def _table() -> Mapping[str, Any]:
    return tomllib.loads(Path(__file__).with_name("tones.toml").read_text(encoding="utf-8"))


@cache
def _feelings(tone: str) -> tuple[re.Pattern[str], tuple[re.Pattern[str], ...]]:
    """Return what a whole sentence of that feeling looks like, and its single words."""
    table = _table()["take"][tone]
    whole = re.compile(rf"(?:{'|'.join(table['sentences'])})[.!?…]*\s*", re.IGNORECASE)
    return whole, tuple(re.compile(word, re.IGNORECASE) for word in table["words"])


def _others(tone: Tone) -> tuple[Tone, ...]:
    return (_OPPOSITE[tone],) if tone in _OPPOSITE else (Tone.ANNOYED, Tone.CHEERFUL)


def _taken(text: str, tone: Tone) -> Iterator[Edit]:
    whole, words = _feelings(tone)
    plain = text.replace("’", "'")
    for match in _SENTENCE.finditer(plain):
        if whole.fullmatch(match.group()):
            yield _without(text, match.start(), match.end())
    for word in words:
        for match in word.finditer(plain):
            yield _without_word(text, match.start(), match.end())


def _calmed(text: str) -> Iterator[Edit]:
    for match in _MARKS.finditer(text):
        yield Edit(match.start(), match.end(), "?" if "?" in match.group() else ".", "mark")


def _without_word(text: str, start: int, end: int) -> Edit:
    """Return the edit that takes words, and gives what then begins a sentence its capital."""
    if end < len(text) and text[end].islower() and text[start].isupper():
        return Edit(start, end + 1, text[end].upper(), "feeling")
    return Edit(start, end, "", "feeling")


def _without(text: str, start: int, end: int) -> Edit:
    """Return the edit that takes a sentence, with the space on one side of it."""
    while end < len(text) and text[end] == " ":
        end += 1
    if end == len(text):
        while start > 0 and text[start - 1] == " ":
            start -= 1
    return Edit(start, end, "", "feeling")


def _left(text: str, edits: list[Edit]) -> str:
    return applied(text, edits).text


def _added(text: str, taken: list[Edit], tone: Tone, draws: Draws) -> Iterator[Edit]:
    """Yield what a tone adds: at the front, at the end, or both."""
    if tone not in _OPPOSITE:
        return
    table = _table()["add"][tone]
    where = draws.weighted(("first", "last", "both"), (3, 4, 2))
    gone = [(edit.start, edit.end) for edit in taken if not edit.new]
    if where != "last":
        greeted = _GREETING.match(text)
        place = greeted.end() if greeted else 0
        place = max([place, *(end for start, end in gone if start <= place)])
        phrase = draws.choose(table["second" if greeted else "first"])
        yield Edit(place, place, f"{phrase} ", "feeling")
    if where != "first":
        end = len(text.rstrip())
        end = min([end, *(start for start, stop in gone if stop >= end)])
        phrases = [*table["last"], *(table.get("last_of_complaint", ()) if _COMPLAINS.search(text) else ())]
        yield Edit(end, end, f"{_closed(text[:end])} {draws.choose(phrases)}", "feeling")


def _closed(text: str) -> str:
    """Return the mark that the last sentence lacks before another one follows."""
    if _END.search(text):
        return ""
    last = re.split(r"[.!?]\s+", text)[-1]
    return "?" if _ASKS.match(last.lstrip()) else "."
