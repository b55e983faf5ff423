"""Where two sentences pull opposite ways although their words agree: free or paid, all or some, before or after.

It goes by listed words: each scale has two poles, and a claim that stands on one contradicts a text that stands on the
other alone. A text that names both is taken to agree with either. It knows nothing of what the poles belong to, and no
negation of single words, which `evidence` follows.
"""

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

FREE: Final = re.compile(
    r"(?<!feel )\bfree\b(?! to\b| of (?!(?:any )?charge))|\bcosts? (?:you |them |us )?nothing\b|\bnothing to pay\b|"
    r"\bgratis\b|\bcomplimentary\b|\b(?:no|without(?: any)?|free of(?: any)?) (?:extra |additional |further )?"
    r"(?:charge|fee|cost|payment)s?\b|\b(?:never|not|n't) (?:\w+ (?:to )?)?(?:(?:pays?|costs?|charged)\b|"
    r"charges?(?= (?:you|for|extra|anything)\b))"
)
"""What says of a thing, in lower case, that it costs nothing."""


@dataclass(frozen=True, slots=True)
class _Scale:
    """Two poles as patterns, the first blanked out before the second is looked for.

    `one_way`: only a claim on the first pole contradicts a text on the second; the other way round it merely says less.
    """

    name: str
    first: re.Pattern[str]
    second: re.Pattern[str]
    one_way: bool = False


def _scale(name: str, first: str, second: str, *, one_way: bool = False) -> _Scale:
    return _Scale(name, re.compile(first), re.compile(second), one_way)


_SCALES: Final = (
    _scale(
        "price",
        FREE.pattern,
        r"[$£€]\s?\d|\bcosts?\b|\bpays?\b|\bpaid for\b|\bfees?\b|\bcharge[sd]?\b",
    ),
    _scale(
        "quantity",
        r"(?<!not )\b(?:all|every|everybody|everyone|everything|always|any|anybody|anyone|anything)\b(?! other)",
        r"(?<!at )\bmost\b|\bnot (?:all|every)\b|"
        r"\b(?:some|sometimes|mostly|selected|certain|partly|usually|only|nobody but)\b",
        one_way=True,
    ),
    _scale(
        "bound",
        r"\b(?:at most|up to|(?:no|not) (?:more|longer|later) than|at the latest|a maximum of)\b",
        r"\b(?:at least|more than|longer than|or more|or longer|a minimum of|no less than|not before)\b",
    ),
    _scale("order", r"\b(?:before|until|prior to|ahead of)\b", r"\b(?:after|once|as soon as|following|afterwards)\b"),
    _scale(
        "extent", r"\b(?:also|even|as well)\b", r"\b(?:only|solely|exclusively|nobody but|nothing but)\b", one_way=True
    ),
)

Poles = frozenset[tuple[str, int]]
"""The poles that a text stands on, as scale and 0 or 1."""


@lru_cache(maxsize=8192)
def poles(text: str) -> Poles:
    """Return the poles of `text`, of scales on which it stands on one only."""
    plain = text.replace("’", "'").lower()
    found: set[tuple[str, int]] = set()
    for scale in _SCALES:
        rest, count = scale.first.subn(" ", plain)
        second = bool(scale.second.search(rest))
        if bool(count) != second:
            found.add((scale.name, int(second)))
    return frozenset(found)


_CONTRADICTED: Final = frozenset(
    (scale.name, pole) for scale in _SCALES for pole in ((0,) if scale.one_way else (0, 1))
)


def contradicts(claim: Poles, text: Poles) -> bool:
    """Tell whether a claim with the poles `claim` is contradicted by a text with the poles `text`."""
    return any((name, 1 - pole) in text for name, pole in claim & _CONTRADICTED)
