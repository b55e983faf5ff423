"""Questions that a sentence of a help page answers, made by rule. Sentences that fit no rule make none."""

import re
from collections.abc import Callable, Iterator
from typing import Final, NamedTuple, TypeAlias

from agents.training.articles import Section, sentences
from agents.training.drills.pages import Page, Point
from agents.training.drills.topics import topic_of

_Ask: TypeAlias = Callable[[str, str], str]

_LEANS: Final = re.compile(
    r"^(?:It|This|That|They|These|Those|Both|Otherwise|Then|Until then|After that|Afterwards|Instead|But|And|So|Either|"
    r"Some|Such|The same|Below|Above|Here|Each of|All of|One|Its|Their|He|She|No|Nothing else)\b"
)
"""How a sentence begins that cannot be understood by itself."""
_VAGUE: Final = re.compile(
    r"\b(?:that|those|later|one|else|so|skip|of|within|for|on|at|to|from|in|by|with|up|about|than|every|the|an?|and|or)\?$|"
    r"\b(?:it|them|they|this|these|the rest|the same)\b|up to \d+ for|\band \w+\?$|\bif that\b"
)
"""What makes a question unclear to somebody who has not read the page."""
_MANY: Final = re.compile(
    r" (?:of|to|for|on|in|with|from|under|over|at|by|between|outside|above|below|against|plus|or|not)\b"
)
_VERBS: Final = (
    "check|open|refund|replace|repair|collect|deliver|match|accept|offer|charge|deduct|pay|store|lend|send|ship|post|keep|"
    "hold|take|give|decide|answer|reply|test|measure|restore|waive|record|delete|erase"
)
_STATES: Final = (
    "covered|included|free|refunded|refundable|insured|excluded|charged|replaced|possible|allowed|welcome|deleted|"
    "erased|accepted|exchanged|delivered|sold|tested"
)
_OPENERS: Final = (
    r"(?!(?:It|This|That|They|These|Both|There|We|You|If|When|For|In|Send|Open|Go|Choose|Press|Tap|Hold|Put|Keep|Bring|Add|"
    r"Enter|Check|Report|Ask|Call|Take|Use|Wait)\b)"
)
_SUBJECT: Final = rf"(?P<s>{_OPENERS}[A-Z][\w'-]*(?: (?!(?:that|which|who|and|can)\b)[\w'%-]+){{0,5}}?)"
_STOP: Final = (
    r"(?= until\b| within\b| if\b| when\b| once\b| as long\b| unless\b| up to\b| for up\b| after\b| from \d|"
    r" by \d| before \d| for \d| at \d| \d| [$€£]|[.;:,]|$)"
)
_ME: Final = tuple(
    (re.compile(pattern), other)
    for pattern, other in (
        (r"\byours\b", "mine"), (r"\byour\b", "my"), (r"\byourself\b", "myself"), (r"\byou are\b", "I am"),
        (r"\byou have\b", "I have"), (r"\byou were\b", "I was"),
        (r"\b(to|for|with|from|on|at|of|give|tell|send|show|refund|charge|pay|call|rings?|owes?|costs?|reach) you\b",
         r"\1 me"),
        (r"\b(keeps|lets|gives|tells|brings|makes|takes|reaches|shows|asks|helps|sends|meets|sees) you\b", r"\1 me"),
        (r"\byou (?=away|back|about|up\b)", "me "), (r"\bourselves\b", "yourselves"), (r"\byou\b", "I"),
        (r"\bus\b", "you"), (r"\bours?\b", "your"), (r"\bwe\b", "you"),
    )
)  # fmt: skip


class _Rule(NamedTuple):
    """What a sentence looks like (`s` its subject, `r` the rest of interest), and the questions that it answers."""

    pattern: re.Pattern[str]
    asks: tuple[_Ask, ...]
    guide: bool = False


def pages_of(sections: list[Section], trade: str) -> list[Page]:
    """Return the sections that answer at least one question, as pages."""
    found = [_page(section, trade) for section in sections]
    return [page for page in found if page.points]


def _page(section: Section, trade: str) -> Page:
    points = tuple(point for sentence in sentences(section.text) for point in _points(sentence))
    return Page(section.prompt, tuple(point for point in points if point.evidence in section.prompt), trade)


def _points(sentence: str) -> Iterator[Point]:
    """Yield what a sentence answers, where it can be said and understood by itself."""
    topic = topic_of(sentence)
    if topic is None or _LEANS.match(sentence) or not 5 <= len(sentence.split()) <= 34:
        return
    for rule in _RULES:
        match = rule.pattern.match(sentence)
        if match:
            asks = tuple(dict.fromkeys(_asked(ask, match) for ask in rule.asks))
            if not _VAGUE.search(asks[0]):
                yield Point(topic, asks, sentence, rule.guide)
            return


def _asked(ask: _Ask, match: re.Match[str]) -> str:
    groups = match.groupdict(default="")
    text = ask(_inside(groups.get("s", "")), _me(groups.get("r", "")))
    return " ".join(text.split()).rstrip(".,;:") + "?"


def _me(text: str) -> str:
    """Return what the company says to a customer, as the customer says it."""
    for pattern, other in _ME:
        text = pattern.sub(other, text)
    return text


def _inside(subject: str) -> str:
    """Return a subject as it stands inside a sentence; names keep their capital."""
    first, *rest = subject.split(" ")
    named = (len(first) > 1 and first.isupper()) or any(word[:1].isupper() for word in rest)
    return _me(subject if named else subject[:1].lower() + subject[1:])


def _many(subject: str) -> bool:
    words = _MANY.split(subject)[0].split()
    return bool(words) and words[-1].endswith("s") and not words[-1].endswith(("ss", "us", "'s"))


def _do(subject: str) -> str:
    return f"do {subject}" if _many(subject) else f"does {subject}"


def _be(subject: str) -> str:
    return f"are {subject}" if _many(subject) else f"is {subject}"


def _low(text: str) -> str:
    return text if text.startswith("I ") else text[:1].lower() + text[1:]


def _rule(pattern: str, *asks: _Ask, guide: bool = False) -> _Rule:
    return _Rule(re.compile(pattern), asks, guide)


_RULES: Final = (
    _rule(
        rf"{_SUBJECT} (?:usually |normally )?takes? (?=\S*\d|about|up to|less|between|at most|a few|one|two|three)",
        lambda s, _: f"How long {_do(s)} take",
        lambda s, _: f"How much time {_do(s)} take",
    ),
    _rule(
        rf"{_SUBJECT} costs? (?=\D{{0,12}}\d)",
        lambda s, _: f"How much {_do(s)} cost",
        lambda s, _: f"What {_do(s)} cost",
        lambda s, _: f"What do you charge for {s}",
    ),
    _rule(rf"{_SUBJECT} (?:is|are|stays?) valid (?:for|until)", lambda s, _: f"How long {_be(s)} valid"),
    _rule(rf"{_SUBJECT} lasts? (?:for |about |up to |until )?\d", lambda s, _: f"How long {_do(s)} last"),
    _rule(rf"{_SUBJECT} weighs? ", lambda s, _: f"How heavy {_be(s)}"),
    _rule(r"You have \d[^.]*? to (?P<r>[^.;:,]{4,60}?)(?=[.;:,]|$)", lambda _, r: f"How long do I have to {r}"),
    _rule(
        rf"You (?:can|may)(?: still| also)? (?P<r>[^.;:,?]{{4,70}}?){_STOP}",
        lambda _, r: f"Can I {r}",
        lambda _, r: f"Is it possible to {r}",
    ),
    _rule(
        rf"You (?:cannot|can't|may not) (?P<r>[^.;:,?]{{4,70}}?){_STOP}",
        lambda _, r: f"Can I {r}",
        lambda _, r: f"Am I allowed to {r}",
    ),
    _rule(rf"We (?:do not|don't|never) (?P<r>[^.;:,?]{{4,70}}?){_STOP}", lambda _, r: f"Do you {r}"),
    _rule(rf"We (?:cannot|can't|can) (?P<r>[^.;:,?]{{4,70}}?){_STOP}", lambda _, r: f"Can you {r}"),
    _rule(rf"We (?P<r>(?:{_VERBS})\b[^.;:,\d]{{3,45}}?){_STOP}", lambda _, r: f"Do you {r}"),
    _rule(rf"{_SUBJECT} (?:cannot|can) be (?P<r>[^.;:,\d]{{3,50}}?){_STOP}", lambda s, r: f"Can {s} be {r}"),
    _rule(
        rf"{_SUBJECT} (?:are|is)(?: not)? (?P<r>(?:{_STATES})\b[^.;:,\d]{{0,40}}?){_STOP}",
        lambda s, r: f"{_be(s)[:1].upper()}{_be(s)[1:]} {r}",
    ),
    _rule(
        r"(?:If|When|Should) (?P<r>[^.;,]{6,70}),",
        lambda _, r: f"What happens if {_low(r)}",
        lambda _, r: f"And if {_low(r)}, what then",
    ),
    _rule(
        r"To (?P<r>[^.;,:]{4,60}), ",
        lambda _, r: f"How do I {r}",
        lambda _, r: f"What do I have to do to {r}",
        guide=True,
    ),
    _rule(r"Only [a-z][^.;,\d]{4,40}? (?:can|may) (?P<r>[^.;,\d]{4,50}?)(?=[.;,]|$)", lambda _, r: f"Who can {r}"),
)
