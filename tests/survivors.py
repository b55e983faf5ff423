"""What must survive every rewording: figures in their order, dates, number words, names and addresses."""

import re
from collections import Counter

FIGURE = re.compile(r"[$€£]?\d(?:[\d.,:/-]*\d)?%?")
CODE = re.compile(r"\b[A-Z]{2,}-?\d[\w-]*")
ADDRESS = re.compile(r"\b[\w.+-]+@[\w-]+\.\w+|\bwww\.\S+\w|https?://\S+\w")
WORDS = re.compile(
    r"\b(?:two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|twenty|thirty|forty|fifty|hundred|thousand|half|"
    r"twice|monday|tuesday|wednesday|thursday|friday|saturday|sunday|january|february|march|april|june|july|august|"
    r"september|october|november|december|yesterday|today|tomorrow|tonight|noon|midnight)\b",
    re.IGNORECASE,
)
NAME = re.compile(r"(?<=[a-z,;] )[A-Z][a-z]{2,}\b")


def survivors(text: str) -> tuple[list[str], Counter[str]]:
    """Return the figures of a text in order, and everything else that must survive, counted."""
    others = [*CODE.findall(text), *ADDRESS.findall(text), *NAME.findall(text)]
    return FIGURE.findall(text), Counter([*others, *(word.lower() for word in WORDS.findall(text))])


def lost(before: str, after: str) -> list[str]:
    """Return what a rewording lost, or put into another order."""
    figures, others = survivors(before)
    figures_now, _ = survivors(after)
    gone = [] if figures == figures_now else [f"{figures} -> {figures_now}"]
    low = after.lower()
    for item, count in others.items():
        if len(re.findall(rf"(?<!\w){re.escape(item.lower())}(?!\w)", low)) < count:
            gone.append(item)
    return gone
