"""Questions that a figure answers: what something costs, how long it takes or lasts, how many there are."""

import re
from collections.abc import Iterator
from typing import Final

from curation.queries.clauses import LIMIT, MONEY, speaker, trimmed
from curation.queries.english import BASES, agreed, as_customer, base_of, be, do, is_plural
from curation.queries.kinds import Ask, Kind, Theme

_NAME: Final = r"(?P<subject>[A-Z][\w'’&-]*(?: (?!(?:that|which|who|and|or|if|when)\b)[\w'’&-]+){0,6}?)"
_ABOUT: Final = r"(?:(?:about|only|just|usually|normally|at most|at least|up to|another|a further) )*"
_PRICE: Final = re.compile(rf"^{_NAME} (?:is|are|costs?|starts? at) {_ABOUT}{MONEY}")
_TAKES: Final = re.compile(rf"^{_NAME} (?:(?:usually|normally|often) )?(?P<verb>takes?|lasts?) {_ABOUT}{LIMIT}")
_IS_LONG: Final = re.compile(rf"^{_NAME} (?:is|are) {_ABOUT}{LIMIT}\.?$")
_VALID: Final = re.compile(rf"^{_NAME} (?:is|are|stays?) valid for {_ABOUT}{LIMIT}")
_FOR: Final = re.compile(rf"^{_NAME} (?P<act>(?P<verb>[a-z]+)(?: (?!for\b)[\w'’-]+){{0,5}}?) for {_ABOUT}{LIMIT}")
_SOON: Final = re.compile(rf"^{_NAME} (?P<act>(?P<verb>[a-z]+)(?: (?!within\b)[\w'’-]+){{0,7}}?) within {LIMIT}")
_TERM: Final = re.compile(
    rf"^{_NAME} (?:has|have|comes? with|carr(?:y|ies)) (?:an?|the) (?P<term>\d+-(?:day|night|week|month|year)) "
    r"(?P<what>[a-z][\w-]*(?: [a-z][\w-]*)?)(?=[.,]| and| from| on)"
)
_MANY: Final = re.compile(
    rf"^{_NAME} (?P<verb>has|have|holds?|includes?|contains?|comes? with) {_ABOUT}(?:\d[\d,.]*|two|three|four|"
    rf"five|six) "
    r"(?P<what>(?:[a-z][\w-]* ){0,2}?[a-z][\w-]*s)(?=[.,;]| and| with| in\b| for\b| of\b| from\b)"
)
_OFF: Final = re.compile(rf"^{_NAME} (?:gets?|pays?) \d+ ?(?:%|percent|per cent) (?:off|less)\b")
_WEIGHS: Final = re.compile(rf"^{_NAME} weighs? ")
_TIME_TO: Final = re.compile(
    rf"^(?:You|Customers) (?:then )?have {_ABOUT}{LIMIT} to (?P<act>[^.;:,]{{4,60}}?)(?=[.;:,]| after| once|$)"
)
_IN: Final = re.compile(rf"^{_NAME} (?P<act>(?P<verb>[a-z]+)(?: (?!in\b)[\w'’-]+){{0,3}}?) in {_ABOUT}{LIMIT}")
_AMOUNT: Final = re.compile(
    r"\b(?:saving|discount|deposit|fee|difference|limit|refund|credit|total|bonus|excess|charge|penalty|"
    r"amount|price|cost|"
    r"deductible|cap|reward|payment|compensation)s?\b"
)
_HELD: Final = re.compile(
    rf"^{_NAME} (?:is|are) (?P<state>[a-z]+(?:ed|held|kept|paid|sent)|held|kept) for {_ABOUT}{LIMIT}"
)
_READY: Final = re.compile(
    rf"^{_NAME} (?:is|are) (?P<state>ready|available|back|visible|active) (?:within|in) {_ABOUT}{LIMIT}"
)
_UNITS: Final = re.compile(r"^(?:working|business|seconds|minutes|hours|days|weeks|months|years|kg|km|grams|percent)\b")


def figures(statement: str) -> Iterator[Ask]:
    """Yield the questions that the figure of a statement answers."""
    for pattern, made in _SHAPES:
        match = pattern.match(statement)
        subject = speaker(_bare(match["subject"])) if match and "subject" in match.groupdict() else ""
        if match and subject is not None and not _odd(subject):
            yield from made(subject, match)
            return


def _bare(subject: str) -> str:
    return re.sub(r" (?:also|usually|normally|often|sometimes|generally|then|still|only|now)\b", "", subject)


def _odd(subject: str) -> bool:
    return bool(
        re.search(r"\b(?:it|they|this|that|these|both|all|there|one|other|another|rest|each|first|second)\b", subject)
    )


def _price(subject: str, _: re.Match[str]) -> Iterator[Ask]:
    if subject in {"I", "you"}:
        return
    if _AMOUNT.search(subject):
        yield Ask(
            Kind.HOW, Theme.MONEY, f"How much {be(subject)} {subject}", f"how much {subject} {be(subject)}", subject
        )
        return
    yield Ask(
        Kind.HOW, Theme.MONEY, f"How much {do(subject)} {subject} cost", f"how much {agreed(subject, 'cost')}", subject
    )
    yield Ask(Kind.HOW, Theme.MONEY, f"What do you charge for {subject}", f"what you charge for {subject}", subject)
    told = f"what {subject} {be(subject)} supposed to cost"
    yield Ask(Kind.COMPLAINT, Theme.MONEY, f"What {be(subject)} {subject} supposed to cost", told, subject)


def _takes(subject: str, match: re.Match[str]) -> Iterator[Ask]:
    verb = match["verb"].removesuffix("s")
    to, _ = trimmed(as_customer(match.string[match.end() :].lstrip()))
    if verb == "take" and to.startswith("to "):
        verb = f"take {to}"
    yield Ask(
        Kind.WHEN, Theme.TIME, f"How long {do(subject)} {subject} {verb}", f"how long {agreed(subject, verb)}", subject
    )
    if verb.startswith("take"):
        told = f"how long {subject} {be(subject)} supposed to {verb}"
        yield Ask(Kind.COMPLAINT, Theme.TIME, f"How long {be(subject)} {subject} supposed to {verb}", told, subject)


def _is_long(subject: str, _: re.Match[str]) -> Iterator[Ask]:
    yield Ask(Kind.WHEN, Theme.TIME, f"How long {be(subject)} {subject}", f"how long {subject} {be(subject)}", subject)


def _valid(subject: str, _: re.Match[str]) -> Iterator[Ask]:
    yield Ask(
        Kind.WHEN,
        Theme.TIME,
        f"How long {be(subject)} {subject} valid",
        f"how long {subject} {be(subject)} valid",
        subject,
    )


def _held(subject: str, match: re.Match[str]) -> Iterator[Ask]:
    state = match["state"]
    told = f"how long {subject} {be(subject)} {state}"
    yield Ask(Kind.WHEN, Theme.TIME, f"How long {be(subject)} {subject} {state}", told, subject)


def _ready(subject: str, match: re.Match[str]) -> Iterator[Ask]:
    state = match["state"]
    told = f"how soon {subject} {be(subject)} {state}"
    yield Ask(Kind.WHEN, Theme.TIME, f"How soon {be(subject)} {subject} {state}", told, subject)
    yield Ask(Kind.COMPLAINT, Theme.TIME, f"How long does it take until {subject} {be(subject)} {state}",
              f"how long it takes until {subject} {be(subject)} {state}")  # fmt: skip


def _for(subject: str, match: re.Match[str]) -> Iterator[Ask]:
    act = _act(subject, match)
    if act:
        yield Ask(
            Kind.WHEN,
            Theme.TIME,
            f"How long {_aux(subject)} {subject} {act}",
            f"how long {agreed(subject, act)}",
            subject,
        )


def _in(subject: str, match: re.Match[str]) -> Iterator[Ask]:
    act = _act(subject, match)
    if act and act != "follow" and subject not in {"I", "you"}:
        yield Ask(Kind.WHEN, Theme.TIME, f"How long {do(subject)} {subject} take to {act}",
                  f"how long {agreed(subject, 'take')} to {act}", subject)  # fmt: skip


def _soon(subject: str, match: re.Match[str]) -> Iterator[Ask]:
    act = _act(subject, match)
    if not act or subject == "I":
        return
    yield Ask(
        Kind.WHEN, Theme.TIME, f"How soon {_aux(subject)} {subject} {act}", f"how soon {agreed(subject, act)}", subject
    )
    until = f"until {agreed(subject, act)}"
    yield Ask(Kind.COMPLAINT, Theme.TIME, f"How long does it take {until}", f"how long it takes {until}")


def _aux(subject: str) -> str:
    return "do" if subject in {"I", "you"} else do(subject)


def _act(subject: str, match: re.Match[str]) -> str:
    """Return the predicate with its verb in the base form, empty where the verb is not known."""
    verb, *after = match["act"].split()
    if after and (after[0] in BASES or base_of(after[0])):
        return ""
    base = verb if (subject in {"I", "you"} or is_plural(subject)) else base_of(verb)
    if base not in BASES or re.search(r"\b(?:it|them|they|that|this|which|is|are|can|and)\b", match["act"]):
        return ""
    act, cut = trimmed(as_customer(match["act"].replace(verb, base, 1)))
    return "" if cut else act


def _term(subject: str, match: re.Match[str]) -> Iterator[Ask]:
    what = match["what"]
    yield Ask(Kind.WHEN, Theme.TIME, f"How long is the {what} on {subject}", f"how long the {what} on {subject} is")
    yield Ask(
        Kind.HOW, Theme.FACT, f"What {what} {do(subject)} {subject} have", f"what {what} {agreed(subject, 'have')}"
    )


def _many(subject: str, match: re.Match[str]) -> Iterator[Ask]:
    base = match["verb"] if match["verb"] in {"have", "come with"} else base_of(match["verb"].split()[0]) or "have"
    if match["verb"].endswith("with"):
        base = "come with"
    what = match["what"]
    if not _UNITS.match(what):
        yield Ask(Kind.HOW, Theme.FACT, f"How many {what} {do(subject)} {subject} {base}",
                  f"how many {what} {agreed(subject, base)}", subject)  # fmt: skip


def _off(subject: str, _: re.Match[str]) -> Iterator[Ask]:
    yield Ask(Kind.HOW, Theme.MONEY, f"Is there a discount for {subject}", f"whether there is a discount for {subject}")


def _weighs(subject: str, _: re.Match[str]) -> Iterator[Ask]:
    yield Ask(Kind.HOW, Theme.FACT, f"How heavy {be(subject)} {subject}", f"how heavy {subject} {be(subject)}", subject)
    yield Ask(
        Kind.HOW, Theme.FACT, f"How much {do(subject)} {subject} weigh", f"how much {agreed(subject, 'weigh')}", subject
    )


def _time_to(_: str, match: re.Match[str]) -> Iterator[Ask]:
    act, cut = trimmed(as_customer(match["act"]))
    if not cut and len(act.split()) > 1:
        yield Ask(Kind.WHEN, Theme.TIME, f"How long do I have to {act}", f"how long I have to {act}")


_SHAPES: Final = (
    (_PRICE, _price), (_TAKES, _takes), (_IS_LONG, _is_long), (_VALID, _valid), (_TERM, _term), (_MANY, _many),
    (_HELD, _held), (_READY, _ready), (_OFF, _off), (_WEIGHS, _weighs), (_TIME_TO, _time_to), (_FOR, _for),
    (_IN, _in), (_SOON, _soon),
)  # fmt: skip
