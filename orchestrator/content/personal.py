"""Personal data that nobody gave: card and account numbers, phone numbers, email and postal addresses.

Numbers with check digits are checked (Luhn, ISO 13616); the others go by their shape. What was said before, stands in a
passage shown, or is the speaker's own to tell passes.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar, Final

from orchestrator.guards import Objection, Scene

_CARD: Final = re.compile(r"(?<![\w-])(?:\d[ -]?){12,18}\d(?![\w-])")
_IBAN: Final = re.compile(r"\b[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,3})?\b")
_EMAIL: Final = re.compile(r"\b[\w.+-]+@[\w-]+(?:\.[\w-]+)+", re.I)
_PHONE: Final = re.compile(
    r"(?<![\w.$£€-])(?:\+\d{1,3}[ .-]?)?(?:\(\d{2,5}\) ?)?\d{2,5}(?:[ .-]\d{2,6}){1,4}(?![\w-]|[.,]\d)"
    r"|(?<!\w)\+\d{8,14}(?!\w)"
    r"|\b(?:phone|call|ring|text|tel|telephone|mobile|number)\b[^.!?\d]{0,20}(?P<bare>\d{7,12})\b",
    re.I,
)
_YEARS: Final = re.compile(r"(?:19|20)\d\d\D(?:19|20)\d\d|\d{4}\D\d\d?\D\d\d?|\d\d?\D\d\d?\D\d{4}")
_STREET: Final = re.compile(
    r"\b\d{1,5}[a-z]?,? (?:[A-Z][\w'.]* ){1,3}"
    r"(?:Street|St|Road|Rd|Avenue|Ave|Lane|Ln|Drive|Dr|Boulevard|Blvd|Court|Ct|Way|Square|Close|Terrace|Crescent)\b"
)
_DIGIT: Final = re.compile(r"\D")


@dataclass(frozen=True)
class PersonalData:
    """Personal data that is not in the ledger, was not said before and stands in no passage shown.

    Each kind can be switched off.
    """

    name: ClassVar[str] = "personal_data"

    cards: bool = True
    accounts: bool = True
    phones: bool = True
    emails: bool = True
    addresses: bool = True

    def check(self, candidate: str, scene: Scene) -> Objection | None:
        """Return the objection to `candidate` by the first such datum."""
        if not any(sign in candidate for sign in "0123456789@"):
            return None
        given = " ".join([scene.said(), scene.ledger, scene.value, *(hit.passage.prompt for hit in scene.hits)])
        squeezed = _squeezed(given)
        for found, what in self._found(candidate):
            if _squeezed(found) not in squeezed:
                return Objection(self.name, found, what, vital=True)
        return None

    def _found(self, text: str) -> Iterator[tuple[str, str]]:
        if self.emails:
            yield from ((found.rstrip("."), "an email address") for found in _EMAIL.findall(text))
        if self.cards:
            yield from ((found, "a card number") for found in _CARD.findall(text) if luhn(found))
        if self.accounts:
            yield from ((found, "a bank account") for found in _IBAN.findall(text) if iban(found))
        if self.phones:
            yield from ((found, "a phone number") for found in _phones(text))
        if self.addresses:
            yield from ((found, "a postal address") for found in _STREET.findall(text))


def luhn(number: str) -> bool:
    """Tell whether the digits of `number` pass the check of ISO/IEC 7812-1."""
    digits = [int(digit) for digit in reversed(_DIGIT.sub("", number))]
    doubled = [sum(divmod(2 * digit, 10)) for digit in digits[1::2]]
    return (sum(digits[::2]) + sum(doubled)) % 10 == 0 and len(set(digits)) > 1


def iban(text: str) -> bool:
    """Tell whether `text` passes the check of ISO 13616: its digits, letters as 10 to 35, are 1 modulo 97."""
    signs = text.replace(" ", "")
    return 15 <= len(signs) <= 34 and int("".join(str(int(sign, 36)) for sign in signs[4:] + signs[:4])) % 97 == 1


def _phones(text: str) -> Iterator[str]:
    for match in _PHONE.finditer(text):
        found = match["bare"] or match[0]
        if 7 <= len(_DIGIT.sub("", found)) <= 15 and not _YEARS.fullmatch(found.strip()):
            yield found.strip()


def _squeezed(text: str) -> str:
    return re.sub(r"[^\w@+]", "", text).casefold()
