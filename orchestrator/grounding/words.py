"""Words for matching: lower-cased, lightly stemmed, without stop words. English; it knows no synonyms."""

import re
import unicodedata
from functools import lru_cache
from typing import Final

_TOKEN: Final = re.compile(r"[^\W_]+(?:'[^\W_]+)*|[.,;:!?()]")


def _listed(text: str) -> frozenset[str]:
    return frozenset(text.split())


STOP_WORDS: Final = _listed(
    """a about after again all also always am an and another any anybody anyone anything are as at back be because been
    before being but by can could cos did do does doing done each either else ever every everything few for from get
    gets getting give gives given go goes going gone gonna got had has have having he her here hers him his how i if in
    into is it its itself just know let lets like lot make makes many may maybe me might mine more most much must my
    myself need needs now of off oh ok okay on once only onto or other our ours out over own please put quite rather
    really said same say says see she should since so some somebody someone something still such sure take takes than
    thank thanks that the their theirs them then there these they thing things think this those though through to told
    too under until up upon us use very want wants was way we well went were what when where whether which while who
    whom whose why will with would yeah yes yet you your yours yourself yourselves hello hi hey sorry
    i'm i've i'd i'll you're you've you'd you'll he's she's it's we're we've we'd we'll they're they've they'd they'll
    that's there's here's what's who's how's where's let's"""
)
NEGATIONS: Final = _listed("no not never none nor neither nothing nobody nowhere without cannot")

ANTONYMS: Final = {
    "closed": "open", "disabled": "enabled", "exclude": "include", "excluded": "included", "excludes": "includes",
    "excluding": "including", "forbidden": "allowed", "impossible": "possible", "incomplete": "complete",
    "invalid": "valid", "nonrefundable": "refundable", "prohibited": "allowed", "refuse": "accept",
    "refused": "accepted", "refuses": "accepts", "rejected": "accepted", "rejects": "accepts", "unable": "able",
    "unavailable": "available", "undamaged": "damaged", "unlimited": "limited", "unopened": "opened",
    "unpaid": "paid", "unused": "used",
}  # fmt: skip
"""Words that say the opposite of another, which stands for both."""
MODAL: Final = _listed("able allowed permitted possible")
"""What is negated with these is what follows them."""

_VOWEL: Final = re.compile(r"[aeiouy]")
_DOUBLED: Final = re.compile(r"([bdglmnprt])\1$")


def words(text: str) -> list[str]:
    """Return every word of `text` in order, lower-cased and without accents; contractions stay whole."""
    return [token for token in tokens(text) if token[0].isalnum()]


def tokens(text: str) -> list[str]:
    """Return the words of `text` as `words` does, and among them the marks that end a clause."""
    folded = unicodedata.normalize("NFKD", text.lower().replace("’", "'"))
    return _TOKEN.findall("".join(character for character in folded if not unicodedata.combining(character)))


def is_content(word: str) -> bool:
    """Return whether a lower-cased word says what a text is about: no stop word and no negation."""
    return word not in STOP_WORDS and not is_negation(word)


def is_negation(word: str) -> bool:
    return word in NEGATIONS or word.endswith("n't")


@lru_cache(maxsize=50_000)
def stem(word: str) -> str:
    """Return `word` without a possessive, plural, -ing, -ed or -ly and a last e or y: refunds, refunded -> refund.

    A handful of suffix rules in the spirit of Porter (1980), no more; what it returns need not be a word.
    """
    word = word.removesuffix("'s")
    if len(word) <= 3:
        return word
    word = _without_participle(_without_plural(word))
    if word.endswith("ly") and len(word) > 5:
        word = word[:-2]
    return word[:-1] + word[-1:].replace("y", "i").replace("e", "") if len(word) > 3 else word


def _without_plural(word: str) -> str:
    if word.endswith("ies") and len(word) > 4:
        return word[:-3] + "y"
    if word.endswith(("sses", "shes", "ches", "xes")):
        return word[:-2]
    return word[:-1] if word.endswith("s") and not word.endswith(("ss", "us", "is")) else word


def _without_participle(word: str) -> str:
    for suffix in ("ingly", "edly", "ing", "ed"):
        root = word.removesuffix(suffix)
        if root != word and len(root) >= 3 and _VOWEL.search(root):
            return root[:-1] if len(root) > 3 and _DOUBLED.search(root) else root
    return word
