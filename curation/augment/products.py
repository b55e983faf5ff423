"""Product substitution: another product in the place of the one that a message is about, where it makes sense there.

A sentence presumes things of its product (it has a lens, it is worn, it leaks); a product that falls short of one is
refused, with the reason. Articles, plurals, verbs and pronouns follow the new product.
"""

import re

from agents.styles import Edit, Revision, applied
from agents.styles.edits import compatible
from curation.augment.agreement import renumbered
from curation.augment.catalogue import Product, presumptions
from curation.augment.english import a_or_an
from curation.augment.mentions import Mention, mentions
from curation.augment.refusal import RefusedError
from curation.augment.understanding import check_understood


def substituted(text: str, product: Product) -> Revision:
    """Return `text` about `product` instead. Raises RefusedError where it makes no sense, or cannot be done well."""
    said = mentions(text)
    old = said[0].product
    if old and old.name.lower() == product.name.lower():
        raise RefusedError("it is about that product already")
    _check_sense(text, said, product)
    edits = [edit for mention in said for edit in _renamed(text, mention, product)]
    if _changes_number(said, product):
        edits += renumbered(text, said, to_many=product.paired)
    return applied(text, compatible(edits))


def _check_sense(text: str, said: list[Mention], product: Product) -> None:
    rest = list(text)
    for mention in said:
        rest[mention.start : mention.end] = " " * (mention.end - mention.start)
    around = "".join(rest)
    old = said[0].product
    for presumption in presumptions():
        presumed = old is None or presumption.feature in old.features
        if presumed and presumption.feature not in product.features and presumption.words.search(around):
            raise RefusedError(f"{product.one} {presumption.lack}")
    if old and re.search(rf"\b{re.escape(old.name.split()[-1])}s?\b", around, re.IGNORECASE):
        raise RefusedError("it goes by another name, too")
    check_understood(around, [mention.start for mention in said], product)


def _changes_number(said: list[Mention], product: Product) -> bool:
    """Tell whether one thing becomes a plural name, or the other way round."""
    if product.paired:
        return any(mention.form == "one" and _whole(mention) for mention in said)
    return any(mention.form == "both" and mention.definite for mention in said)


def _whole(mention: Mention) -> bool:
    """Tell whether a single product becomes the plural name itself, and not a pair of it."""
    return mention.definite or (mention.product is None and not mention.determiner)


def _renamed(text: str, mention: Mention, product: Product) -> list[Edit]:
    new = _name(mention, product)
    edits = [Edit(mention.start, mention.end, _cased(new, text[mention.start : mention.end]), "product")]
    if mention.article:
        start, end = mention.article
        article = a_or_an(new).split(" ", maxsplit=1)[0]
        edits.append(Edit(start, end, _cased(article, text[start:end]), "article"))
    return edits


def _name(mention: Mention, product: Product) -> str:
    if not product.paired:
        plural = mention.form in {"many", "pairs"} or (mention.form == "both" and not mention.definite)
        return product.plural if plural else product.name
    if mention.form == "pair" or (mention.form == "one" and not _whole(mention)):
        return f"pair of {product.name}"
    if mention.form == "pairs" or (mention.form == "many" and mention.counted):
        return f"pairs of {product.name}"
    return product.name


def _cased(new: str, old: str) -> str:
    if len(old) > 2 and old.isupper():
        return new.upper() if old != "TV" else new
    return new[:1].upper() + new[1:] if old[:1].isupper() and not old[1:2].isupper() else new
