"""Misspelt words set right, by the words that the help content itself uses. It knows no dictionary and no context.

Candidates are found by symmetric deletion (W. Garbe, SymSpell, 2012): two words that are one typing error apart share
a form that lacks one letter.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable
from typing import Final

from orchestrator.grounding.words import stem

_SHORTEST: Final = 6
"""Shorter words have too many neighbours to be told apart."""
_LONGEST: Final = 24


class Speller:
    """Replaces a long word that does not occur, in any form, by one that does and is one slip away."""

    def __init__(self, bags: Iterable[Counter[str]]) -> None:
        self._counts: Final[Counter[str]] = Counter()
        for bag in bags:
            self._counts.update(bag)
        self._stems: Final = {stem(word) for word in self._counts}
        self._near: Final[defaultdict[str, list[str]]] = defaultdict(list)
        for word in self._counts:
            if _SHORTEST - 1 <= len(word) <= _LONGEST:
                for form in _forms(word):
                    self._near[form].append(word)

    def corrected(self, bag: Counter[str]) -> Counter[str]:
        """Return `bag` with its unknown words set right where that is possible."""
        corrected: Counter[str] = Counter()
        for word, number in bag.items():
            corrected[self._right(word)] += number
        return corrected

    def _right(self, word: str) -> str:
        if not (_SHORTEST <= len(word) <= _LONGEST and word.isalpha()) or stem(word) in self._stems:
            return word
        near = {other for form in _forms(word) for other in self._near.get(form, ()) if other[0] == word[0]}
        return min(near, key=lambda other: (-self._counts[other], other), default=word)


def _forms(word: str) -> set[str]:
    return {word, *(word[:i] + word[i + 1 :] for i in range(len(word)))}
