"""What a query must pass beside the round trip: clear by itself, no copy, no name of the article, nothing twice."""

import re
from collections import defaultdict
from collections.abc import Callable
from enum import StrEnum
from hashlib import blake2b
from typing import Final

from curation.queries.english import BASES, as_customer, inside, is_plural, listed, third_person
from orchestrator.faults import forbidden
from orchestrator.grounding import Passage, sentences
from orchestrator.grounding.words import is_content, stem, words
from orchestrator.openings import MAX_WORDS

COPIED: Final = 9
"""So many words in a row that stand in the article make a copy."""
ALIKE: Final = 0.7
"""The Jaccard likeness of two queries' words from which they are near-duplicates."""
_HASHES: Final = 48
_BANDS: Final = 16
"""Bands of three hashes: two queries with a likeness of 0.7 share one in 99.9 % of cases (0.34 a band)."""
_PRIME: Final = (1 << 61) - 1


class Refusal(StrEnum):
    """Why a proposal was not kept."""

    UNCLEAR = "unclear"
    NAMES_ARTICLE = "names the article"
    COPY = "copies the article"
    NEAR_DUPLICATE = "near-duplicate"
    NOT_FOUND = "its passage is not found again"


_ALLOWED: Final = re.compile(r"\b(?:fix it when|does it take|is it all right|there anything to it when)\b", re.I)
"""Where a rule's own "it" stands for nothing on the page."""
_UNCLEAR: Final = re.compile(
    r"\b(?:it|its|they|them|their|ones?|this|these|those|such|mine|else|rest|itself|above|below|same|so|none|"
    r"older|larger|themselves|someone|elsewhere|either|later(?=\?))\b",
    re.I,
)
_COMPANY: Final = re.compile(r"\b(?:we|us|our|ours|customers?|(?:that|which|who) (?:is|are) (?:no|not)|please)\b", re.I)
_POINTING: Final = re.compile(
    r"\bthe (?:two|three|four|five|six|claim|tip|comparison|tests?|figures?|answer|result|difference|holder|"
        r"owner|latter|"
    r"former|first|second|whole|value|system|amount|person|people|list|words?|posts?|studies|study|idea|steps?)\b", re.I
)  # fmt: skip
"""What points at something that only the page names."""
_CUT_OFF: Final = re.compile(
    r"(?:Do|Does) (?:\S+ ){1,2}(?:who|that|which) |.* (?:cannot|can't) \w+\?$|(?:Do|Does) .* (?:can|must|will) "
)
_NEGATED: Final = re.compile(r"(?:Do|Does|Can|Is|Are) .*\b(?:no|nothing|nobody|never|neither|not)\b(?! longer)")
_DANGLING: Final = re.compile(
    r"\b(?:of|within|for|on|at|to|from|in|by|with|than|every|the|an?|and|or|so|that|which|as|per|only|not|was|were|is|are|has|have|"
    r"the (?:last|first|next|booked|new|full)|a new)[?.]",
    re.I,
)


def clear(direct: str) -> bool:
    """Tell whether a bare question can be understood by somebody who has not read the page."""
    text = _ALLOWED.sub("", f"{direct}?")
    return (
        3 <= len(direct.split()) <= 22
        and not _UNCLEAR.search(text)
        and not _DANGLING.search(text)
        and not _COMPANY.search(text)
        and not _POINTING.search(text)
        and not _ends_in_verb(direct)
        and not _NEGATED.match(text)
        and not _CUT_OFF.match(text)
        and "@" not in direct
        and direct.count('"') % 2 == 0
    )


def _ends_in_verb(direct: str) -> bool:
    *_, before, last = direct.split()
    return before == "and" and last in _THIRD_PERSONS


def in_context(direct: str, passage: Passage) -> bool:
    """Tell whether a question says by itself what it is about: a word of the heading, or enough words of content."""
    content = {stem(word) for word in words(direct) if is_content(word) and not word[0].isdigit()} - _GENERIC
    headed = {stem(word) for word in words(f"{passage.title} {passage.heading}") if is_content(word)}
    return len(content) >= _ENOUGH or bool(content & headed)


_THIRD_PERSONS: Final = frozenset(map(third_person, BASES))
_ENOUGH: Final = 3
_GENERIC: Final = frozenset(
    stem(word)
    for word in ["long", "soon", "happen", "happens", "work", "works", "still", "valid", "true", "late", "day"]
)


def topic_of(heading: str, cased: Callable[[str], str]) -> str:
    """Return what a heading calls its section's topic, as it stands after "about"; empty where it is no noun phrase.

    `cased` gives a word the capital that it has inside a sentence.
    """
    text = heading.rpartition(": ")[2]
    first, *rest = text.split()
    if (
        len(rest) > 4
        or text.endswith(" one")
        or not _NOUN_PHRASE.fullmatch(text)
        or first.lower() in _NO_TOPIC
        or _FINITE.search(text)
    ):
        return ""
    inner = " ".join(map(cased, inside(as_customer(text)).split()))
    named = inner[:1].isupper()
    bare = named or is_plural(inner) or first.lower().endswith("ing") or inner.startswith(("my ", "a ", "an ", "the "))
    return inner if bare else f"the {inner}"


_NOUN_PHRASE: Final = re.compile(r"[A-Z][\w'’-]*(?: [\w'’-]+)*")
_NO_TOPIC: Final = listed(
    """what when where who which how why if it while before after no there good without away between late living
    talk tell save share reset cancel change collect invite downgrade upgrade extras terms limits abroad lost
    early missed wrong telling helping to on in at with under over"""
)
_FINITE: Final = re.compile(
    r"\b(?:is|are|was|will|does|do|has|have|can|cannot|did|we|you|it|they|or|and|runs|leaks|says)\b"
)


def usable(query: str) -> bool:
    """Tell whether `openings:` would take a query as it is: no slots, nothing that is no text, not too long."""
    return not forbidden(query) and not re.search(r"[{}]", query) and len(query.split()) <= MAX_WORDS["opening"]


class Originals:
    """An article's words, to hold queries against: its runs of words, its title and its file name."""

    def __init__(self, article: str, title: str, text: str) -> None:
        self._runs = {tuple(run) for run in _windows(words(text), COPIED)}
        self._sentences = {f" {' '.join(words(text[start:end]))} " for start, end in sentences(text)}
        stem = article.rsplit("/", 1)[-1].rsplit(".", 1)[0].replace("-", " ").replace("_", " ")
        self._names = tuple(f" {' '.join(words(name))} " for name in (title, stem) if len(words(name)) > 1)

    def copied(self, query: str) -> bool:
        """Tell whether a query holds a whole sentence of the article, or a long run of its words."""
        said = words(query)
        whole = f" {' '.join(said)} "
        return any(tuple(run) in self._runs for run in _windows(said, COPIED)) or any(
            sentence in whole for sentence in self._sentences
        )

    def named(self, query: str) -> bool:
        """Tell whether a query calls the article by its title or file name, or speaks of an article at all."""
        said = f" {' '.join(words(query))} "
        return any(name in said for name in self._names) or " article " in said or " help page " in said


def _windows(said: list[str], size: int) -> list[list[str]]:
    return [said[start : start + size] for start in range(len(said) - size + 1)]


class Seen:
    """All queries so far, to tell near-duplicates from: MinHash finds candidates (Broder 1997), their words decide."""

    def __init__(self) -> None:
        self._bands: defaultdict[tuple[int, ...], list[frozenset[str]]] = defaultdict(list)

    def has_like(self, query: str) -> bool:
        said = frozenset(words(query))
        return any(
            _jaccard(said, other) >= ALIKE for band in self._bands_of(said) for other in self._bands.get(band, ())
        )

    def add(self, query: str) -> None:
        said = frozenset(words(query))
        for band in self._bands_of(said):
            self._bands[band].append(said)

    def _bands_of(self, said: frozenset[str]) -> list[tuple[int, ...]]:
        rows = _HASHES // _BANDS
        signature = _signature(said)
        return [(band, *signature[band * rows : band * rows + rows]) for band in range(_BANDS)]


def _signature(said: frozenset[str]) -> list[int]:
    hashes = [int.from_bytes(blake2b(word.encode(), digest_size=7).digest(), "little") for word in said] or [0]
    return [min((a * value + b) % _PRIME for value in hashes) for a, b in _COEFFICIENTS]


def _jaccard(one: frozenset[str], other: frozenset[str]) -> float:
    return len(one & other) / len(one | other) if one or other else 1.0


_COEFFICIENTS: Final = tuple(
    (
        int.from_bytes(blake2b(f"a{n}".encode(), digest_size=7).digest(), "little") | 1,
        int.from_bytes(blake2b(f"b{n}".encode(), digest_size=7).digest(), "little"),
    )
    for n in range(_HASHES)
)
