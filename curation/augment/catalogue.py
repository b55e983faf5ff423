"""Products: what each is called, one and many, and what it does or has. It knows no sentences."""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache
from pathlib import Path
from typing import Any, Final

from agents.errors import UsageError
from curation.augment.english import a_or_an, many

_PAIRED: Final = "pair"
_FOLLOWS: Final = {
    "machine": frozenset({"electric", "wheels", "time"}),
    "lasting": frozenset({"hard", "standing", "electric"}),
}
"""Features that others bring with them."""


@dataclass(frozen=True, slots=True)
class Product:
    """A sort of thing. `paired`: its name is a plural that stands for one of it, such as headphones."""

    name: str
    features: frozenset[str]

    @property
    def paired(self) -> bool:
        return _PAIRED in self.features

    @property
    def plural(self) -> str:
        return self.name if self.paired else many(self.name)

    @property
    def one(self) -> str:
        """The product with its article."""
        return f"a pair of {self.name}" if self.paired else a_or_an(self.name)


@dataclass(frozen=True, slots=True)
class Presumption:
    """Words that only make sense of a product with `feature`, and how others fall short."""

    feature: str
    words: re.Pattern[str]
    lack: str


@cache
def _catalogue() -> Mapping[str, Any]:
    return tomllib.loads(Path(__file__).with_name("catalogue.toml").read_text(encoding="utf-8"))


@cache
def products() -> Mapping[str, Product]:
    """Return the products that are known, by name."""
    return {name: Product(name, _features(words)) for name, words in _catalogue()["products"].items()}


def _features(words: str) -> frozenset[str]:
    kinds = _catalogue()["kinds"]
    found = {part for word in words.split() for part in kinds.get(word, word).split()}
    found |= {feature for feature, means in _FOLLOWS.items() if found & means}
    return frozenset(found if "standing" in found else found | {"posted"})


@cache
def presumptions() -> tuple[Presumption, ...]:
    """Return what sentences presume of their products."""
    return tuple(
        Presumption(feature, re.compile(rf"(?<![\w-])(?:{entry['words']})(?![\w-])", re.IGNORECASE), entry["lack"])
        for feature, entry in _catalogue()["presumed"].items()
    )


def placed(wanted: str) -> Product:
    """Return the product that is meant by a name, or by NAME=LIKE, which places a new one as a known one is placed.

    Raises UsageError where nothing is known of it.
    """
    name, equals, like = (part.strip() for part in wanted.partition("="))
    known = {known.lower(): product for known, product in products().items()}
    found = known.get((like if equals else name).lower())
    if found and name:
        return Product(name, found.features) if equals else found
    unknown = like if equals else name
    near = get_close_matches(unknown.lower(), known, n=3, cutoff=0.75)
    hint = f"did you mean {', '.join(near)}?" if near else "say what it is like, such as hoverboard=e-scooter"
    raise UsageError(f"--products: nothing is known of {unknown!r}, so it cannot be placed in a sentence; {hint}")
