"""Where a message speaks of a product, and as what: one, many, a pair; with which words around it.

It reads the words next to a product's name and no syntax. What it cannot tell apart it refuses, with the reason.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Final

from curation.augment.catalogue import Product, products
from curation.augment.english import listed, parts_of_speech
from curation.augment.refusal import RefusedError

_ARTICLES: Final = frozenset({"a", "an"})
_ONE: Final = frozenset({"one", "another", "each", "every"})
_DEFINITE: Final = listed("the my your our his her their its this that these those")
_LOOSE: Final = frozenset({"any", "some", "no", "which", "what", "all", "more", "many", "such", "most", "other", "few"})
_COUNTED: Final = frozenset({"two", "three", "four", "five", "six", "both", "several", "ten", "dozen"})
_DETERMINERS: Final = _ARTICLES | _ONE | _DEFINITE | _LOOSE | _COUNTED
_SMALL_WORDS: Final = listed(
    """of for with in on about from to by and or than like as at into but because so if when while after before since
    without is are was were has have had do does did be been can could will would should may might must i you we they
    he she it who which that where how why what not n't last this next again too also now today yesterday still just
    already never only ever yet here there then off up out down over back away through under until till via per once
    during within between behind instead very really quite even though although however anyway please thanks"""
)
_NEUTRAL: Final = listed(
    """new old broken faulty damaged same second other own replacement used refurbished second-hand brand-new unopened
    opened unused missing wrong right returned expensive cheap cheaper lovely nice beautiful first last good bad better
    best great whole poor current previous original lost late similar ordered entire perfect defective dead particular
    latest different favourite favorite stupid bloody damn dear precious brand"""
)
_ORDER_WORDS: Final = listed(
    """order orders warranty delivery repair repairs return returns refund refunds insurance purchase box manual deal
    offer price prices invoice receipt guarantee exchange replacement section department range sale discount"""
)
_NOUNS_TOO: Final = listed(
    """case cover screen charger cable battery lens strap stand bag number call calls line app account plan contract
    model part parts light filter lid door seat handle holder mount cleaner shop store bill brand name display
    set rack cloth cloths repairman"""
)
_VERBS_TOO: Final = listed(
    """watch watches phone phones drill drills fan fans iron irons dress dresses suit suits ring rings table tables
    mirror mirrors bed beds glasses mixer boots computer radio desk shaver scanner"""
)
_NOT_A_THING: Final = re.compile(
    r"\b(?:by|over the|via|on the|answer(?:ed|s)? the|pick(?:ed|s)? up the|to the) (?=phone\b)"
    r"|\b(?:to|on the|in|into|out of|off to|go to) (?=bed\b)|\bon the (?=radio\b)"
    r"|\b(?:on the|book(?:ed)? a|reserved? a|booking a) (?=table\b)",
    re.IGNORECASE,
)
_TOKEN: Final = re.compile(r"[\w’'-]+|[.,;:!?()]")
SLOT: Final = "{product}"


@dataclass(frozen=True, slots=True)
class Mention:
    """A product in a text, `start` to `end`: with its article, where it has one, and with `pair of`.

    `form`: one, many, pair, pairs, or both for a paired name that may be either; `determiner` in small letters;
    `of_many`: it is one of them.
    """

    start: int
    end: int
    name: str
    product: Product | None
    form: str
    determiner: str
    article: tuple[int, int] | None
    follows: str
    of_many: bool = False

    @property
    def definite(self) -> bool:
        return self.determiner in _DEFINITE

    @property
    def counted(self) -> bool:
        return self.determiner in _COUNTED or self.determiner.isdigit() or self.of_many


@cache
def _pattern() -> re.Pattern[str]:
    names = {form for product in products().values() for form in (product.name, product.plural)}
    options = "|".join(re.escape(name) for name in sorted(names, key=len, reverse=True))
    return re.compile(rf"(?<![\w-])(pairs? of )?({options}|\{{product\}})(?![\w-])", re.IGNORECASE)


@cache
def _by_form() -> dict[str, tuple[Product, bool]]:
    """Return the product that each form names, and whether the form is the plural."""
    singular = {product.name.lower(): (product, False) for product in products().values()}
    return {product.plural.lower(): (product, True) for product in products().values()} | singular


def mentions(text: str) -> list[Mention]:
    """Return where `text` speaks of its product. Raises RefusedError where it has none, or none that can be changed."""
    found = [mention for match in _pattern().finditer(text) if (mention := _mention(text, match))]
    if not found:
        raise RefusedError("no product in it")
    named = {mention.product.features for mention in found if mention.product}
    if len(named) > 1 or (named and any(mention.product is None for mention in found)):
        raise RefusedError("more than one product in it")
    return found


def _mention(text: str, match: re.Match[str]) -> Mention | None:
    pair, name = match.group(1), match.group(2)
    product, plural = (None, False) if name == SLOT else _by_form()[name.lower()]
    before = list(_before(text, match.start()))
    determiner, article = _determiner(before)
    form = _form(pair, product, plural=plural)
    if form == "one" and not determiner and name != SLOT:
        if any(word.lower() in _DETERMINERS for word, _ in before[1:4]):
            _check_before(before, determiner, form)
        return None
    if name.lower() in _VERBS_TOO and not determiner and not (before and before[0][0] in _NEUTRAL):
        return None
    if any(found.end() == match.start() for found in _NOT_A_THING.finditer(text, 0, match.end())):
        return None
    _check_before(before, determiner, form)
    of_many = [word.lower() for word, _ in before[1:3]] == ["of", "one"]
    return Mention(
        match.start(), match.end(), name, product, form, determiner, article,
        follows=_after(text, match.end(), name), of_many=of_many,
    )  # fmt: skip


def _form(pair: str | None, product: Product | None, *, plural: bool) -> str:
    if pair:
        return "pairs" if pair.lower().startswith("pairs") else "pair"
    if product and product.paired:
        return "both"
    return "many" if plural else "one"


def _before(text: str, place: int) -> Iterator[tuple[str, int]]:
    """Yield the words before `place`, the nearest first, with where they start, to the start of the clause."""
    for token in reversed(list(_TOKEN.finditer(text, max(0, place - 60), place))):
        if not token.group()[0].isalnum():
            return
        yield token.group(), token.start()


def _determiner(before: list[tuple[str, int]]) -> tuple[str, tuple[int, int] | None]:
    """Return the determiner of the product, and where it stands if it is an article right before it."""
    for number, (word, start) in enumerate(before):
        low = word.lower()
        if low in _DETERMINERS or low.isdigit():
            span = (start, start + len(word)) if number == 0 and low in _ARTICLES else None
            return low, span
        if low not in _NEUTRAL:
            break
    return "", None


def _check_before(before: list[tuple[str, int]], determiner: str, form: str) -> None:
    """Raise RefusedError where the word before says which kind of product it is."""
    words = [word for word, _ in before]
    while words and words[0].lower() in _NEUTRAL:
        words.pop(0)
    if not words or words[0].lower() == determiner or words[0].lower() in _SMALL_WORDS:
        return
    word = words[0]
    if word[0].isupper() and len(words) > 1:
        raise RefusedError("the product is named")
    if any(character.isdigit() for character in word):
        raise RefusedError("the product is named")
    kinds = parts_of_speech(word)
    if form in {"many", "both"} and "VERB" in kinds and not determiner:
        return
    if word.endswith(("'s", "’s", "s'")):
        return
    raise RefusedError("a word before it says which kind it is")


def _after(text: str, place: int, name: str) -> str:
    """Return the word after the product. Raises RefusedError where the name goes on with it."""
    rest = re.match(r"(['’]s)?\s+([\w’'-]+)", text[place : place + 40])
    if text[place : place + 2] in {"'s", "’s"} and name[-1:] != "}":
        following = parts_of_speech(rest.group(2)) if rest else frozenset()
        if following == {"NOUN"}:
            return "'s"
        return "'s?"
    if rest is None:
        return ""
    word = rest.group(2)
    low = word.lower()
    if low in _SMALL_WORDS or low in _DETERMINERS or low in _ORDER_WORDS or "'" in word or "’" in word:
        return low
    kinds = parts_of_speech(low)
    if low in _NOUNS_TOO or word[0].isupper() or (kinds == {"NOUN"}) or (kinds and kinds <= {"NOUN", "PROPN"}):
        raise RefusedError("its name goes on")
    return low
