"""Which words of help pages are names, by the capitals inside their sentences. It knows no dictionary."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from curation.queries.english import capitalised, listed
from orchestrator.grounding import Passage


@dataclass(frozen=True, slots=True)
class Names:
    """Which words stand with a capital inside sentences, and which of them never stand without."""

    capital: frozenset[str]
    always: frozenset[str]

    @classmethod
    def of(cls, passages: Iterable[Passage]) -> "Names":
        capital: set[str] = set()
        small: set[str] = set()
        for passage in passages:
            text = f"{passage.title}. {passage.heading}. {passage.text}"
            capital.update(_CAPITAL.findall(text))
            small.update(_SMALL.findall(text))
        return cls(frozenset(capital), frozenset(word for word in capital if word.lower() not in small))

    def restored(self, text: str) -> str:
        """Return a question with the capitals of names, and of nothing else, inside it."""
        said = text.split(" ")
        return " ".join([said[0], *map(self.cased, said[1:], [*said[2:], ""])])

    def cased(self, word: str, following: str = "") -> str:
        """Return a word with the capital that it has inside a sentence, before the word `following`."""
        if word.lower() in _OURS or (following in self.capital - self.always):
            return word
        bare = re.split(r"['’]", word)[0]
        if capitalised(bare) in self.always:
            return capitalised(word)
        return word[:1].lower() + word[1:] if word[1:].islower() and bare not in self.capital and word != "I" else word


_OURS: Final = listed("i me my mine myself you your yours")
_CAPITAL: Final = re.compile(r"(?<=[a-z,] )[A-Z][\w-]*[a-z]\b")
_SMALL: Final = re.compile(r"(?<![\w-])[a-z][\w-]*")
