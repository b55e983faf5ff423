"""What a question is: its kind, its theme, its two forms. It knows no rules."""

from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """What kind of opening a query is.

    how: how something is done, works or costs, and whether it is possible. when: times and time limits. what if: a
    condition. complaint: something went wrong or seems unfair. edge case: an exception, a limit or a refusal.
    """

    HOW = "how"
    WHEN = "when"
    WHAT_IF = "what if"
    COMPLAINT = "complaint"
    EDGE = "edge case"


class Theme(StrEnum):
    """What a question is about, which decides what may stand around it."""

    TIME = "time"
    MONEY = "money"
    RULE = "rule"
    WAY = "way"
    FACT = "fact"
    FAULT = "fault"


@dataclass(frozen=True, slots=True)
class Ask:
    """A question: `direct` without its mark ("How long does it take"), `told` as it follows "Do you know" (or empty).

    With the theme FAULT, a complaint's `direct` is the trouble itself ("My router does not start"). `subject` is what
    it is about, where another question about the same may follow with a pronoun.
    """

    kind: Kind
    theme: Theme
    direct: str
    told: str = ""
    subject: str = ""
