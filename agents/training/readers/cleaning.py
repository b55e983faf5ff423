"""Text of public corpora made fit to learn from: placeholders filled, word pieces joined, a big shop's name replaced.

What stands for a placeholder depends on the dialogue's name alone, and is the same all through it.
"""

import re
from collections.abc import Callable
from typing import Final

from agents.draws import Draws

_PLACEHOLDER: Final = re.compile(r"\{\{\s*([^{}]{1,60}?)\s*\}\}|\[([A-Z][A-Za-z'& ]{2,50})\]")
_PIECE: Final = re.compile(r" (n't|'d|'s|'m|'re|'ll|'ve)\b")
_STOP: Final = re.compile(r" ([.,!?;:])(?=\s|$)")
_MARKS: Final = re.compile(r"\*\*|__|(?<!\w)#{1,4} ")
_SHOP: Final = re.compile(r"\bamazon(?:\.(?:in|com)\b)?(?: india\b)?", re.I)
_SHOPS: Final = ("Larkfield", "Oakmere", "Tidewell", "Penfold", "Wrenhouse", "Fairmile", "Stonebridge", "Marlstone")
_NAMES: Final = ("Alex Reed", "Sam Okoro", "Maria Lind", "Jonas Weber", "Priya Nair", "Tom Hale")
_STREETS: Final = ("Mill Lane", "Station Road", "Church Street", "Park Avenue", "Orchard Way")


def cleaner(name: str) -> Callable[[str], str]:
    """Return what cleans the texts of the dialogue of this name."""
    known: dict[str, str] = {}
    shop = Draws(name, "shop").choose(_SHOPS)

    def value(match: re.Match[str]) -> str:
        label = match.group(1) or match.group(2)
        return known.setdefault(label, _value(label, Draws(name, label)))

    def clean(text: str) -> str:
        text = _PLACEHOLDER.sub(value, _MARKS.sub("", text))
        return _SHOP.sub(shop, _STOP.sub(r"\1", _PIECE.sub(r"\1", text))).replace("our our ", "our ")

    return clean


def _value(label: str, draws: Draws) -> str:
    """Return what stands for a placeholder: a made-up value of its kind, or its own words (a button, a page)."""
    for pattern, made in _KINDS:
        if re.search(pattern, label, re.I):
            return made(draws)
    return label


_KINDS: Final[tuple[tuple[str, Callable[[Draws], str]], ...]] = (
    (r"e-?mail", lambda draws: f"{draws.choose(('help', 'support', 'care'))}@shop.example"),
    (r"phone", lambda draws: f"555-01{draws.between(10, 99)}"),
    (r"hours|availability|time\b", lambda draws: f"{draws.between(7, 10)} am to {draws.between(5, 9)} pm"),
    (r"url|link|website", lambda _: "our website"),
    (r"company|store name", lambda draws: draws.choose(_SHOPS)),
    (r"\bdate\b", lambda draws: f"{draws.between(1, 28)} {draws.choose(('March', 'May', 'June', 'October'))}"),
    (r"days|x to y", lambda draws: str(draws.between(3, 14))),
    (r"percent", lambda draws: f"{draws.between(1, 8) * 5}%"),
    (r"amount|price|fee\b", lambda draws: f"${draws.between(5, 90)}"),
    (r"address (removed|on)|(full|my|correct|alternative) address|^address$",
     lambda draws: f"{draws.between(1, 90)} {draws.choose(_STREETS)}"),
    (r"anonymi[sz]ed|number|\bid\b|code", lambda draws: str(draws.between(10_000, 9_999_999))),
    (r"(customer|user|person|client|first|last).*name|^name$", lambda draws: draws.choose(_NAMES)),
)  # fmt: skip
