"""Which figures a turn may write, kept while it is decoded: those of a text, as they stand there, signs and all.

A figure is a run of digits with the points, commas and colons inside it, a currency sign before it and a per cent sign
after it. It knows tokens and characters; it knows nothing of what a figure means.
"""

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Final

from agents.gpt2.vocabulary import Vocabulary

_FORM: Final = re.compile(r"[$£€]?\d(?:[\d.,:]*\d)?%?")
_TAIL: Final = re.compile(r"(?:[$£€]?\d[\d.,:]*|[$£€])%?\Z")
_LOOSE: Final = ".,:"
"""What may stand inside a figure, and may as well end the sentence after it."""
_LONGEST: Final = 24


@lru_cache(maxsize=4096)
def forms(text: str) -> frozenset[str]:
    """Return the figures of `text`."""
    return frozenset(_FORM.findall(text))


class FigureWriter:
    """Tells what may come next where only some figures may be written."""

    def __init__(self, vocabulary: Vocabulary, known: frozenset[str]) -> None:
        self._vocabulary = vocabulary
        self._known = known

    def rest(self, text: str) -> tuple[int, ...]:
        """Return the tokens that go on with a figure that `text` breaks off; none where it does not."""
        tail = _tail(text)
        if not tail or tail.rstrip(_LOOSE) in self._known:
            return ()
        return tuple(sorted(set(self._going_on(tail))))

    def open(self, text: str) -> tuple[int, ...]:
        """Return the tokens with a figure that may follow `text`, which breaks none off."""
        tail = _tail(text)
        return tuple(self._going_on(tail)) if tail else _beginnings(self._vocabulary, self._known)

    def _going_on(self, tail: str) -> Iterator[int]:
        for form in self._known:
            if form.startswith(tail):
                yield from _pieces(self._vocabulary, form[len(tail) :])


@lru_cache(maxsize=1024)
def _beginnings(vocabulary: Vocabulary, known: frozenset[str]) -> tuple[int, ...]:
    """Return the tokens that begin a figure, after a blank or at once."""
    found = {token for form in known for blank in (" ", "") for token in _pieces(vocabulary, f"{blank}{form}")}
    return tuple(sorted(token for token in found if vocabulary.has_figure[token]))


def _pieces(vocabulary: Vocabulary, text: str) -> Iterator[int]:
    """Yield the tokens that `text` begins with."""
    raw = text.encode()
    for length in range(1, len(raw) + 1):
        token = vocabulary.token_of.get(raw[:length])
        if token is not None:
            yield token


def _tail(text: str) -> str:
    """Return the figure with which `text` ends, whole or begun."""
    found = _TAIL.search(text[-_LONGEST:])
    return found.group() if found else ""
