"""Word for word: contractions made and undone, the words of one register for those of another, sentences and greetings.

Replacements keep a capital at the beginning. What is quoted word for word from a fact is never touched.
"""

import re
import tomllib
from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path
from typing import Any, Final

from orchestrator.grounding import sentences as spans

_GREETING: Final = re.compile(
    r"^(?:hi(?: there)?|hello(?: there)?|hey(?: there)?|good (?:morning|afternoon|evening|day)|dear [a-z ]{3,20})"
    r"(?:[,!.]+\s*|\s+[-–]\s+|$)", re.I
)  # fmt: skip
_EMOJI: Final = re.compile("[\u2190-\u21ff\u2600-\u27bf\ufe0f\U0001f000-\U0001faff]+ ?")
_HAS: Final = (
    r"(?= (?:been|had|got|gone|done|made|taken|come|become|broken|stopped|arrived|never been|not been|just|\w{3,}ed)\b)"
)
_SHORT_FORMS: Final = (
    (re.compile(rf"\b(it|that|there|he|she|what|who)'s{_HAS}", re.I), r"\1 has"),
    (re.compile(r"\b(it|that|there|here|he|she|what|who|where|how)'s\b", re.I), r"\1 is"),
    (re.compile(r"\b(I|you|we|they|he|she|it)'d(?= (?:been|had|better|gone|got|\w{3,}ed)\b)", re.I), r"\1 had"),
    (re.compile(r"\b(I|you|we|they|he|she|it|that|who)'d\b", re.I), r"\1 would"),
    (re.compile(r"\b(\w+)n't\b"), r"\1 not"),
    (re.compile(r"\b(\w+)'re\b"), r"\1 are"),
    (re.compile(r"\b(\w+)'ve\b"), r"\1 have"),
    (re.compile(r"\b(\w+)'ll\b"), r"\1 will"),
)


@cache
def tables() -> dict[str, Any]:
    return tomllib.loads(Path(__file__).with_name("wording.toml").read_text(encoding="utf-8"))


def sentences(text: str) -> list[str]:
    return [text[start:end] for start, end in spans(text)]


def replaced(text: str, table: str, *, keep: Sequence[str] = ()) -> str:
    """Return `text` with the words of a table ("social.words") replaced, in its order."""
    pattern, words = _table(table)
    return _sparing(text, keep, lambda part: pattern.sub(lambda match: _like(match.group(), words), part))


def contracted(text: str, *, keep: Sequence[str] = ()) -> str:
    """Return `text` with short forms: I am -> I'm."""
    return replaced(text.replace("’", "'"), "contractions", keep=keep)


def expanded(text: str, *, keep: Sequence[str] = ()) -> str:
    """Return `text` without short forms: I'm -> I am."""

    def long(part: str) -> str:
        part = replaced(part, "expansions")
        for pattern, other in _SHORT_FORMS:
            part = pattern.sub(other, part)
        return re.sub(r"\bi\b", "I", part)

    return _sparing(text.replace("’", "'"), keep, long)


def without_greeting(text: str) -> str:
    """Return `text` without a greeting at its beginning; the greeting alone stays."""
    rest = _GREETING.sub("", text, count=1)
    return capitalised(rest) if rest.strip() else text


def without_emoji(text: str) -> str:
    return _EMOJI.sub("", text).strip()


def capitalised(text: str) -> str:
    return text[:1].upper() + text[1:]


def lowered(text: str) -> str:
    """Return `text` with a small first letter, unless its first word is "I" or has a further capital or a figure."""
    first = text.split(" ", 1)[0]
    small = first == "A" or first[1:].rstrip(",.!?").islower()
    return text[:1].lower() + text[1:] if small and not first.startswith(("I'", "I’")) else text


@cache
def _table(name: str) -> tuple[re.Pattern[str], dict[str, str]]:
    data: Any = tables()
    for part in name.split("."):
        data = data[part]
    words = {str(old).lower(): str(new) for old, new in data}
    longest = sorted(words, key=len, reverse=True)
    return re.compile(rf"(?<![\w'-])(?:{'|'.join(map(re.escape, longest))})(?![\w'-])", re.I), words


def _like(found: str, words: dict[str, str]) -> str:
    new = words[found.lower()]
    return capitalised(new) if found[:1].isupper() and not found.startswith("I ") else new


def _sparing(text: str, keep: Sequence[str], change: Callable[[str], str]) -> str:
    """Apply `change` to everything but the texts in `keep`."""
    found = [re.escape(part) for part in keep if part]
    if not found:
        return change(text)
    parts = re.split(f"({'|'.join(sorted(found, key=len, reverse=True))})", text)
    return "".join(part if place % 2 else change(part) for place, part in enumerate(parts))
