"""The questions that a section's heading stands for: its trouble, its question, its task."""

import re
from collections.abc import Iterator
from typing import Final

from curation.queries.english import (
    BASES,
    as_customer,
    base_of,
    base_of_gerund,
    inside,
    is_plural,
    listed,
    third_person,
)
from curation.queries.kinds import Ask, Kind, Theme
from orchestrator.grounding.words import is_content, words

_TROUBLE: Final = re.compile(
    r"^(?:(?:The|Your|My) )?(?P<thing>[A-Za-z][\w-]*(?: [a-z][\w-]*){0,2}?) (?P<state>(?:will not|does not|is|are|runs|"
    r"restarts|leaks|stops|says|drops|charges|cannot|keeps|turns|freezes|has not)\b.*)$"
)
_NO: Final = re.compile(r"^No (?P<thing>[a-z][^,.]*?)(?:,.*)?$")
_HOW_TO: Final = re.compile(r"^How to (?P<act>(?P<verb>\w+) .+)$")
_EMBEDDED: Final = re.compile(
    r"^(?P<wh>How long|How much|When|Where|What) (?P<subject>(?:an? |the |your )?[\w' -]+?) (?P<verb>takes|"
    r"lasts|costs|covers|"
    r"includes|means?|cost|arrives?|works?|starts?|ends?)$"
)
_EMBEDDED_BE: Final = re.compile(r"^(?P<wh>How long|When|Where|Which \w+|What) (?P<subject>you|your [\w ]+|"
    r"the [\w ]+|an? [\w ]+)"
                                 r" (?P<be>are|is) (?P<state>[a-z]+ed|held|kept|taken|paid)\b$")  # fmt: skip
_HOW_WORKS: Final = re.compile(r"^How (?P<subject>(?!it\b)[\w' -]+?) (?P<verb>works?)$")
_GERUND: Final = re.compile(r"^(?P<verb>[A-Z][a-z]+ing) (?P<rest>(?:a|an|the|your|another|for|with)\b.{3,50})$")
_ORDER: Final = re.compile(r"^(?P<verb>[A-Z][a-z]+) (?P<rest>(?:a|an|the|your|between)\b.{3,50})$")
_WORKS: Final = listed(
    """delivery discount trial promise trade-in match wrapping warranty exchange pick-up collection insurance swap
    instalments roaming freeze deposit trade sign-in reward circle loan"""
)
_DOTTED: Final = re.compile(r"[,;:?!$€£\d\"“]| or | and ")


def asks_of_heading(heading: str) -> Iterator[Ask]:
    """Yield the questions that a heading stands for; the innermost of nested headings counts."""
    text = heading.rpartition(": ")[2].strip()
    yield from _troubles(text)
    yield from _questions(text)
    yield from _tasks(text)
    yield from _told(text)
    parts = text.split()
    if 2 <= len(parts) <= 3 and parts[-1].lower() in _WORKS and not _DOTTED.search(text):
        thing = f"your {inside(as_customer(text))}"
        verb = "do" if is_plural(thing) else "does"
        tail = "work" if is_plural(thing) else "works"
        yield Ask(Kind.HOW, Theme.WAY, f"How {verb} {thing} work", f"how {thing} {tail}", thing)


def _troubles(text: str) -> Iterator[Ask]:
    match, absent = _TROUBLE.match(text), _NO.match(text)
    if (
        match
        and " " in match["state"]
        and match["state"].split()[1] != "and"
        and not _NO_THINGS & set(text.lower().split())
    ):
        thing, state = inside(match["thing"]), as_customer(match["state"])
        yield Ask(Kind.COMPLAINT, Theme.FAULT, f"My {thing} {state}")
        yield Ask(
            Kind.WHAT_IF, Theme.FAULT, f"What can I do if my {thing} {state}", f"what to do if my {thing} {state}"
        )
        yield Ask(Kind.HOW, Theme.FAULT, f"How do I fix it when my {thing} {state}", "")
    elif absent and len(absent["thing"].split()) <= 4 and absent["thing"].split()[0] not in {"fee", "haggling"}:
        thing = absent["thing"]
        yield Ask(Kind.COMPLAINT, Theme.FAULT, f"I have no {thing}")
        yield Ask(
            Kind.WHAT_IF, Theme.FAULT, f"What should I try if I have no {thing}", f"what to try if I have no {thing}"
        )


_NO_THINGS: Final = listed("what when where how which who if it we you no there this that data on")


def _questions(text: str) -> Iterator[Ask]:
    if match := _HOW_WORKS.match(text):
        subject = inside(as_customer(match["subject"]))
        aux = "do" if is_plural(subject) else "does"
        yield Ask(Kind.HOW, Theme.WAY, f"How {aux} {subject} work", f"how {subject} {match['verb']}", subject)
    elif match := _EMBEDDED.match(text):
        subject, base = inside(as_customer(match["subject"])), base_of(match["verb"]) or match["verb"]
        if subject.split()[0] in {"it", "they", "that", "I", "you"} or base not in BASES:
            return
        aux, tail = ("do", base) if is_plural(subject) else ("does", third_person(base))
        theme = Theme.TIME if match["wh"] in {"How long", "When"} else Theme.MONEY if base == "cost" else Theme.FACT
        kind = Kind.WHEN if theme is Theme.TIME else Kind.HOW
        yield Ask(
            kind, theme, f"{match['wh']} {aux} {subject} {base}", f"{match['wh'].lower()} {subject} {tail}", subject
        )
    elif match := _EMBEDDED_BE.match(text):
        subject = "I" if match["subject"] == "you" else inside(as_customer(match["subject"]))
        be = "am" if subject == "I" else match["be"]
        wh, state = match["wh"], match["state"]
        kind = Kind.WHEN if wh in {"When", "How long"} else Kind.HOW
        yield Ask(kind, Theme.TIME, f"{wh} {be} {subject} {state}", f"{wh.lower()} {subject} {be} {state}")


_ASKED: Final = re.compile(r"(?:What|How|Where|Which|Who)\b(?! to\b).{8,60}")
_NO_QUESTION: Final = listed("it we us claim claims figure figures known rules rule next fast")


def _told(text: str) -> Iterator[Ask]:
    """Yield a heading that is a question without its mark, as a customer wants it answered: who can join."""
    said = as_customer(text)
    low = said[:1].lower() + said[1:]
    content = [word for word in words(text) if is_content(word)]
    if not _ASKED.fullmatch(text) or _DOTTED.search(text) or len(content) < 2 or _NO_QUESTION & set(words(text)):
        return
    timed = low.startswith(("when ", "how long", "how soon"))
    kind, theme = (Kind.WHEN, Theme.TIME) if timed else (Kind.HOW, Theme.FACT)
    yield Ask(kind, theme, f"Can you tell me {low}", low)


def _tasks(text: str) -> Iterator[Ask]:
    act = ""
    if (match := _HOW_TO.match(text)) and match["verb"] in BASES:
        act = match["act"]
    elif (match := _GERUND.match(text)) and (verb := base_of_gerund(match["verb"])):
        act = f"{verb} {match['rest']}"
    elif (match := _ORDER.match(text)) and match["verb"].lower() in BASES:
        act = inside(text)
    if not act or _DOTTED.search(act) or " it" in act or act.startswith(("change your mind", "help ", "come ")):
        return
    act = as_customer(act)
    yield Ask(Kind.HOW, Theme.WAY, f"How do I {act}", f"how to {act}")
    yield Ask(Kind.HOW, Theme.WAY, f"What do I need to do to {act}", f"what I need to do to {act}")
    yield Ask(Kind.COMPLAINT, Theme.WAY, f"How am I supposed to {act}", f"how I am supposed to {act}")
