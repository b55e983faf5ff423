"""Questions from statements of a known shape: conditions, instructions, charges, what there is, who may."""

import re
from collections.abc import Iterator
from typing import Final

from curation.queries.clauses import LIMIT, MONEY, speaker, trimmed
from curation.queries.english import BASES, agreed, as_customer, capitalised, do, inside, listed, third_person
from curation.queries.kinds import Ask, Kind, Theme

UNCLEAR: Final = re.compile(
    r"\b(?:it|its|they|them|their|this|that|these|those|he|she|one|so|then|both|either|latter|former|wish|prefer|like|"
    r"want|choose|possible|necessary|otherwise|else|below|above|following)\b", re.I
)  # fmt: skip
"""Words that make a question unclear to somebody who has not read the page."""
_CONDITION: Final = re.compile(r"^(?:If|When|Should) (?P<if>[^.;,:()]{8,70}), ")
_TROUBLE: Final = re.compile(
    r"\b(?:damaged|broken|faulty|lost|missing|late|wrong|blocked|stolen|fails?|failed|declined|refuses?|"
    r"closed|dark|slow|"
    r"swollen|empty|expired|torn|incomplete|stuck|cracked|delayed|does not|do not|will not|cannot|"
    r"not arrived?|leaks?)\b"
)
_FINITE: Final = listed("is are was were has have had can cannot do does did will am I'm must dies falls")
_THIRD_PERSONS: Final = frozenset(third_person(base) for base in BASES)
_OR_ELSE: Final = re.compile(r" or (?:do|does|is|are|has|have|cannot|will)\b.*$")
_OWNED: Final = re.compile(
    r"^(?:the|a|an|your) (?=(?:parcel|order|phone|router|laptop|tablet|camera|watch|speaker|account|card|bill|refund|"
    r"delivery|package|device|product|item|ticket|payment|train|booking|machine|lens|seat|bike|size|pet|bag|hub)\b)"
)
_WITHIN: Final = re.compile(rf"^(?:Please )?(?P<act>(?P<verb>[A-Za-z]+) [^.;:,]{{4,60}}?) within {LIMIT}\b")
_TO_DO: Final = re.compile(r"^To (?P<act>(?P<verb>[a-z]+) [^.;:,]{4,60}), ")
_ONLY: Final = re.compile(r"^Only (?P<who>[a-z][\w' -]{3,40}) can (?P<act>[^.;:,]{4,50}?)\.$")
_CHARGE: Final = re.compile(
    rf"\bwe charge (?:[a-z]+ ){{0,2}}{MONEY}[\d.,]* (?:extra )?for (?P<what>[^.;:,]{{4,50}})[.;,]", re.I
)
_MUST_NOT: Final = re.compile(r"^(?:Do not|Never) (?P<act>(?P<verb>[a-z]+) [^.;:,]{4,50}?)(?=[.;:,]| because| before)")
_CLAIM: Final = re.compile(
    r"^(?:An?|One|Another|Some|Other|Many|The)(?: \w+){0,2} (?:claims?|tips?|posts?|people|rumours?|"
    r"myths?) (?:says?|claims?|believes?|"
    r"believe|think) that (?P<what>[^;:]{12,90})\."
)
_NO_SUCH: Final = re.compile(
    r"^(?P<subject>[A-Z][\w'’-]*(?: (?!and|or)[\w'’-]+){0,3}?) (?P<has>has|have) no (?P<what>[a-z][^.;:,]{3,40}?)[.;,]"
)
_BEST: Final = re.compile(
    r"^[A-Z].{2,40} (?:is|are) (?:the )?best (?:value |choice )?for (?P<what>[a-z][^.;:,]{3,40}?)(?=[.;,]| because)"
)
_TIP: Final = re.compile(r"^(?P<act>(?P<verb>[A-Z][a-z]+) [^;:,]{10,80}?)(?=[.;,])")
_NO_TIP: Final = listed(
    "open choose select look check be find go type see read start tell ask answer enter press tap click sign "
    "cost switch turn"
)
_UP_TO: Final = re.compile(
    r"^(?P<subject>You|Customers|[A-Z][\w'’-]*(?: (?!and|or)[\w'’-]+){0,3}?) (?:can|may) (?P<verb>[a-z]+) "
    r"(?:(?:up to|at most|only) )?(?P<number>[$€£]\d|\d[\d,]*|two|three|four|five|"
    r"six)[\d,.]*(?P<what>(?: [a-z][\w-]*){0,3}?)"
    r"(?=[.,;]| (?:a|per|in|from|at|for|with|on|to|by)\b)"
)
_UNTIL: Final = re.compile(
    r"^(?:(?:You|Customers) can |Please )?(?P<act>(?P<verb>[A-Za-z]+) [^.;:,]{3,50}?) (?:until|up to) \d"
)
_THERE: Final = re.compile(
    r"^There (?P<be>is|are) (?P<no>no|an?) (?P<what>[a-z][^.;:,]{4,50}?)(?=[.;:,]| if| when| for \d)"
)


def conditions(statement: str) -> Iterator[Ask]:
    """Yield what a statement that begins with a condition answers."""
    match = _CONDITION.match(statement)
    if match is None or UNCLEAR.search(match["if"]):
        return
    condition = inside(as_customer(_OR_ELSE.sub("", match["if"].strip())))
    if not _says_something(condition):
        return
    condition = _OWNED.sub("my ", condition)
    yield Ask(Kind.WHAT_IF, Theme.RULE, f"What happens if {condition}", f"what happens if {condition}")
    yield Ask(Kind.WHAT_IF, Theme.RULE, f"What if {condition}", f"what I should do if {condition}")
    if _TROUBLE.search(condition) and condition.startswith(("my ", "I ")) and "never" not in condition:
        yield Ask(Kind.COMPLAINT, Theme.FAULT, capitalised(condition))


def _says_something(condition: str) -> bool:
    """Tell whether a condition has a subject and a verb, as "a payment fails" has and "in doubt" has not."""
    words = condition.split()
    verbs = _FINITE | _THIRD_PERSONS | (BASES if words[0] in {"I", "you"} else frozenset())
    return 3 <= len(words) <= 12 and any(word in verbs for word in words[1:]) and " or " not in condition


_ADJECTIVE: Final = re.compile(r" an? [\w-]+$")
"""What stands before the comma of "a dry, airy place"."""


def ways(statement: str) -> Iterator[Ask]:
    """Yield what instructions, charges and reservations answer."""
    for pattern, made in (
        (_WITHIN, _in_time),
        (_TO_DO, _way),
        (_MUST_NOT, _warned),
        (_UNTIL, _by_then),
        (_TIP, _advised),
    ):
        match = pattern.match(statement)
        if match and match["verb"].lower() in BASES and _orders(match["act"]) and not UNCLEAR.search(match["act"]):
            act, cut = trimmed(as_customer(inside(match["act"])))
            if _ADJECTIVE.search(act) and statement[match.end() : match.end() + 1] == ",":
                continue
            if len(act.split()) > (4 if cut and made is _advised else 1):
                yield from made(act, match)
    for pattern, stated in _STATED:
        match = pattern.search(statement)
        if match and not UNCLEAR.search(match.group()):
            yield from stated(match)


def _orders(act: str) -> bool:
    """Tell whether what begins with a verb's base is an instruction, and not a noun with a verb of its own."""
    _, *rest = act.lower().split()
    named = len(rest) > 1 and rest[0].endswith("s") and rest[1] in BASES
    return not named and not _FINITE.intersection(rest[:5]) and not (rest and rest[0] in _NO_OBJECT)


_NO_OBJECT: Final = listed("in to that which who from of by at credit and or costs takes comes arrives works needs")


def until(act: str, limit: str) -> Iterator[Ask]:
    """Yield what a time limit for an act of the customer's answers."""
    yield Ask(Kind.WHEN, Theme.TIME, f"How long do I have to {act}", f"how long I have to {act}")
    yield Ask(Kind.EDGE, Theme.TIME, f"Can I still {act} after {limit}", f"whether I can still {act} after {limit}")
    yield Ask(
        Kind.WHAT_IF, Theme.TIME, f"What happens if I {act} a day too late", f"what happens if I {act} a day too late"
    )


def _in_time(act: str, match: re.Match[str]) -> Iterator[Ask]:
    yield from until(act, match["limit"])


def _by_then(act: str, _: re.Match[str]) -> Iterator[Ask]:
    yield Ask(Kind.WHEN, Theme.TIME, f"Until when can I {act}", f"until when I can {act}")


def _way(act: str, _: re.Match[str]) -> Iterator[Ask]:
    yield Ask(Kind.HOW, Theme.WAY, f"How do I {act}", f"how to {act}")
    yield Ask(Kind.COMPLAINT, Theme.WAY, f"How am I supposed to {act}", f"how I am supposed to {act}")


def _warned(act: str, _: re.Match[str]) -> Iterator[Ask]:
    yield Ask(Kind.EDGE, Theme.RULE, f"Is it all right to {act}", f"whether it is all right to {act}")
    yield Ask(Kind.WHAT_IF, Theme.RULE, f"What can happen if I {act}", f"what can happen if I {act}")


def _advised(act: str, match: re.Match[str]) -> Iterator[Ask]:
    if match["verb"].lower() not in _NO_TIP and len(act.split()) > 2:
        yield Ask(Kind.HOW, Theme.RULE, f"Should I {act}", f"whether I should {act}")


def _claimed(match: re.Match[str]) -> Iterator[Ask]:
    what = as_customer(match["what"])
    yield Ask(Kind.HOW, Theme.FACT, f"Is it true {what}", f"whether it is true {what}")
    yield Ask(Kind.EDGE, Theme.FACT, f"Is there anything to it when people say {what}")


def _lacking(match: re.Match[str]) -> Iterator[Ask]:
    subject = speaker(match["subject"])
    if subject and subject not in {"I", "you"}:
        what, _ = trimmed(as_customer(match["what"]))
        yield Ask(Kind.EDGE, Theme.RULE, f"{capitalised(do(subject))} {subject} have {what}",
                  f"whether {agreed(subject, 'have')} {what}")  # fmt: skip
        short = "don't" if do(subject) == "do" else "doesn't"
        yield Ask(
            Kind.COMPLAINT, Theme.RULE, f"Why {short} {subject} have {what}", f"why {subject} {short} have {what}"
        )


def _recommended(match: re.Match[str]) -> Iterator[Ask]:
    what, _ = trimmed(as_customer(match["what"]))
    yield Ask(Kind.HOW, Theme.WAY, f"Which model is best for {what}", f"which model is best for {what}")
    yield Ask(Kind.HOW, Theme.WAY, f"What would you recommend for {what}", f"what you would recommend for {what}")


def _up_to(match: re.Match[str]) -> Iterator[Ask]:
    subject, verb, what = speaker(match["subject"]), match["verb"], match["what"].strip()
    money = match["number"][0] in "$€£"
    if subject and verb in BASES and (money or what.endswith("s")) and not _UNIT.match(what):
        how = "How much" if money else f"How many {what}"
        yield Ask(Kind.HOW, Theme.MONEY if money else Theme.RULE, f"{how} can {subject} {verb}",
                  f"{how[:1].lower()}{how[1:]} {subject} can {verb}")  # fmt: skip


_UNIT: Final = re.compile(r"(?:working|business|seconds|minutes|hours|days|nights|weeks|months|years|times)\b")


def _reserved(match: re.Match[str]) -> Iterator[Ask]:
    act = as_customer(match["act"])
    yield Ask(Kind.EDGE, Theme.RULE, f"Who can {act}", f"who can {act}")


def _charged(match: re.Match[str]) -> Iterator[Ask]:
    what, _ = trimmed(as_customer(match["what"]))
    yield Ask(Kind.HOW, Theme.MONEY, f"How much do you charge for {what}", f"how much you charge for {what}")
    yield Ask(Kind.COMPLAINT, Theme.MONEY, f"Why do you charge for {what}", f"why you charge for {what}")


def _there(match: re.Match[str]) -> Iterator[Ask]:
    what, _ = trimmed(as_customer(match["what"]))
    some = "any" if match["be"] == "are" else "an" if what[:1] in "aeiou" else "a"
    kind, theme = (Kind.EDGE, Theme.RULE) if match["no"] == "no" else (Kind.HOW, Theme.FACT)
    if len(what.split()) > 1:
        yield Ask(
            kind, theme, f"{capitalised(match['be'])} there {some} {what}", f"whether there {match['be']} {some} {what}"
        )


_STATED: Final = (
    (_ONLY, _reserved), (_CHARGE, _charged), (_THERE, _there), (_CLAIM, _claimed), (_NO_SUCH, _lacking),
    (_BEST, _recommended),
    (_UP_TO, _up_to),
)  # fmt: skip
