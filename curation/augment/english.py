"""English word forms: plurals, articles, persons of verbs. The forms are lemminflect's, from its own word lists."""

import re
from functools import cache, lru_cache
from importlib import import_module
from typing import Any, Final

from agents.errors import UsageError

_VOWEL: Final = re.compile(r"[aeiou]|hour|honest|honou?r|heir")
_NO_VOWEL: Final = re.compile(r"uni(?!n|m)|us[aei]|usu|uten|eu|one\b|once|ubi")
_SPELT: Final = re.compile(r"[AEFHILMNORSX](?:[A-Z0-9]|-|\b)")
"""Names that are said letter by letter and begin with a vowel then: an LED, an X-ray."""
_ALL_CAPITALS: Final = re.compile(r"[A-Z][A-Z0-9]*(?:\b|-)")


def listed(words: str) -> frozenset[str]:
    """Return the words of a text."""
    return frozenset(words.split())


@cache
def _lemminflect() -> Any:  # noqa: ANN401  a module without types
    try:
        return import_module("lemminflect")
    except ImportError:
        raise UsageError(
            "product substitution needs lemminflect, which is not installed; pip install 'duologue[data]'"
        ) from None


@lru_cache(maxsize=4096)
def many(noun: str) -> str:
    """Return the plural of a noun, whose head is its last word, or the one before `of`."""
    head, of, rest = noun.partition(" of ")
    first, space, last = head.rpartition(" ")
    found = () if last.isupper() else _lemminflect().getInflection(last, "NNS")
    return f"{first}{space}{found[0] if found else last + 's'}{of}{rest}"


def a_or_an(phrase: str) -> str:
    """Return a phrase with the indefinite article that its sound asks for."""
    if _ALL_CAPITALS.match(phrase):
        return f"{'an' if _SPELT.match(phrase) else 'a'} {phrase}"
    low = phrase.lower()
    return f"{'an' if _VOWEL.match(low) and not _NO_VOWEL.match(low) else 'a'} {phrase}"


@lru_cache(maxsize=16384)
def parts_of_speech(word: str) -> frozenset[str]:
    """Return what a word can be: NOUN, VERB, ADJ, ADV ...; nothing where it is unknown."""
    return frozenset(_lemminflect().getAllLemmas(word.lower()))


@lru_cache(maxsize=16384)
def base_of_third_person(word: str) -> str | None:
    """Return `keep` for `keeps`, None where the word is no third person singular."""
    low = word.lower()
    for lemma in _lemminflect().getAllLemmas(low, upos="VERB").get("VERB", ()):
        if lemma != low and low in _lemminflect().getInflection(lemma, "VBZ"):
            return str(lemma)
    return None


@lru_cache(maxsize=16384)
def third_person(word: str) -> str:
    """Return `keeps` for `keep`."""
    found = _lemminflect().getInflection(word.lower(), "VBZ")
    return str(found[0]) if found else f"{word}s"
