"""Promises that an agent may not make: deeds that nobody did, outcomes that no passage bears out, guarantees, advice.

The agent of a simulation has no hands: it can say what the help content says, and nothing is sent, booked or passed on
by it. It knows English by patterns; a promise in other words gets through.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar, Final

from agents.dialogue import Speaker
from orchestrator.grounding import sentences
from orchestrator.grounding.evidence import best_match, spans_of
from orchestrator.guards import Objection, Scene, Share


def _any(*patterns: str) -> re.Pattern[str]:
    return re.compile("|".join(f"(?:{pattern})" for pattern in patterns), re.I)


_DONE: Final = (
    r"(?:sent|forwarded|passed|submitted|raised|opened|created|issued|processed|refunded|cancell?ed|arranged|booked|"
    r"updated|attached|escalated|scheduled|replaced|credited|shipped|dispatched|ordered|contacted|emailed|notified|"
    r"alerted|filed|registered|reserved|approved|released|extended|waived|applied|activated|transferred|reported|nudged|chased|flagged)"
)
_DO: Final = (
    r"(?:send|forward|submit|raise|issue|process|refund|cancel|arrange|book|escalate|schedule|replace|credit|ship|"
    r"dispatch|contact|email|notify|file|register|reserve|approve|waive|activate|transfer|call you|ring you|"
    r"get back to you|pass (?:it|this|that|your)|make sure|see to it|take care of (?:it|this|that|your)|"
    r"fix (?:it|this|that))"
)
_DAY: Final = r"(?:today|tomorrow|tonight|this week|by (?:mon|tues|wednes|thurs|fri|satur|sun)day)"
_OTHERS: Final = r"(?:colleague|team|manager|supervisor|department|specialist|boss|warehouse)\w*"
DEEDS: Final = _any(
    rf"\b(?:I|we)(?:'ve|'d| have| had)?(?: (?:just|already|now|also|personally|duly))* {_DONE}\b(?! by\b)",
    r"\b(?:I|we)(?:'ve| have) (?:made (?:the note|sure)|taken care of it|put (?:it|that|your \w+) (?:in|through))\b",
    rf"(?:,|\band) {_DONE} (?:it|this|that|the request|your \w+|a \w+) (?:to|for|with|through|on)\b",
    rf"\b(?:your|the) (?:request|case|claim|complaint|ticket|matter|issue|question|enquiry) (?:has been|is now|was) "
    rf"(?:{_DONE}|logged|noted)\b",
    r"\b(?:is|are) now part of your (?:case|file|record)s?\b",
    r"\bI(?:'m| am) (?:now )?(?:sending|passing|forwarding) (?:it|this|that|them|your \w+)\b",
    rf"\b(?:I|we)(?:'ve| have) (?:told|asked|informed|briefed|reminded|spoken to|talked to) (?:my|the|our|a) {_OTHERS}",
    r"\b(?:the|your) case is (?:mine|ours|now with|with (?:me|us|the))\b",
)
PLEDGES: Final = _any(
    rf"\b(?:I|we)(?:'ll| will| shall|'m going to| am going to)(?: (?:\w+ly|also|just|now|then))* {_DO}\b",
    rf"\b(?:they|someone|somebody|(?:my|the|our|a) {_OTHERS})(?:'ll| will) "
    r"(?:contact|write|call|ring|get back|be in touch)\b",
    r"\b(?:I|we)(?:'ll| will) (?:write|get back|come back) to you\b",
    r"\b(?:it|an answer|the answer)(?:'ll| will) come (?:straight |directly )?to you\b",
    rf"\bthe {_OTHERS} assigned\b",
)
OUTCOMES: Final = _any(
    r"\byou(?:'ll| will| are going to| shall)(?: (?:\w+ly|also|then))* (?:receive|get|have|be (?:refunded|credited|"
    r"compensated|paid|reimbursed)|see)\b[^.!?]{0,60}\b(?:refund|money|compensation|voucher|replacement|credit|"
    rf"discount|gift|{_DAY})\b",
    r"\b(?:refund|money|replacement|parcel|order|technician|credit)\b[^.!?]{0,30}\b(?:will|'ll) (?:\w+ )?"
    rf"(?:arrive|come|be (?:there|with you|refunded|delivered|replaced|back|fixed|credited))\b[^.!?]{{0,30}}"
    rf"\b(?:{_DAY}|for (?:sure|certain)|without fail)\b",
)
GUARANTEES: Final = _any(
    r"\b(?:I|we) (?:can )?(?:personally |absolutely |fully )?(?:guarantee|promise|swear|give you my word)\b",
    r"\byou have (?:my|our) word\b|\bmy word on it\b|\b(?:100|a hundred) ?(?:%|per ?cent) (?:sure|certain|safe)\b",
    r"\b(?:it|that|this|which) is (?:fully |absolutely )?guaranteed\b",
    r"\b(?:no|without any) risk (?:at all|whatsoever)\b",
)
ADVICE: Final = _any(
    r"\byou (?:can|could|should|may|must) (?:sue|take (?:them|us|him|her|it) to court|claim damages)\b",
    r"\b(?:legally|by law),? (?:you|we|they) (?:are|have|must|can|cannot)\b|\byou(?: are|'re) legally\b",
    r"\byou(?:'ll| will| would) win (?:the|your|any|that) (?:case|claim|lawsuit)\b",
    r"\b(?:as|this is) legal advice\b",
    r"\byou (?:do not|don't) need (?:to (?:see|call) )?a (?:doctor|lawyer|physician|solicitor)\b",
    r"\b(?:stop taking|take (?:two|more|less) of) your (?:medicine|medication|pills)\b|\bno side[- ]effects\b",
    r"\b(?:will|it) (?:cures?|heals?) (?:you|your)\b|\bsafe (?:for|to take for) (?:anyone|everyone)\b",
    r"\b(?:invest|put your money) (?:in|into) \w+",
)
_VERBS: Final = tuple(_DONE.removeprefix("(?:").removesuffix(")").replace("l?", "l").split("|"))
_UNSAID: Final = tuple(
    f"{subject} {verb}" for subject in ("I have", "I've", "we have", "we've", "We have", "We've") for verb in _VERBS
)
_KINDS: Final = {
    "deeds": (DEEDS, "a deed that the agent cannot have done"),
    "pledges": (PLEDGES, "a deed that the agent cannot do"),
    "outcomes": (OUTCOMES, "an outcome that no passage bears out"),
    "guarantees": (GUARANTEES, "a guarantee"),
    "advice": (ADVICE, "legal, medical or financial advice"),
}


@dataclass(frozen=True)
class Promises:
    """What an agent may not promise, unless a passage shown bears the sentence out to `least`, from 0 to 1.

    Each kind can be switched off; `also` are texts that count as promises too, `allow` those that never do.
    """

    name: ClassVar[str] = "promises"

    deeds: bool = True
    pledges: bool = True
    outcomes: bool = True
    guarantees: bool = True
    advice: bool = True
    also: tuple[str, ...] = ()
    allow: tuple[str, ...] = ()
    least: Share = 0.75

    @property
    def unsaid(self) -> tuple[str, ...]:
        """The phrases that are kept from being written at all: a model that would report a deed goes on otherwise."""
        return _UNSAID if self.deeds and not self.allow else ()

    def check(self, candidate: str, scene: Scene) -> Objection | None:
        """Return the objection to `candidate` by its first promise, where an agent makes it."""
        if scene.speaker is not Speaker.AGENT:
            return None
        for start, end in sentences(candidate):
            for saw, why in self._made(candidate[start:end].replace("’", "'")):
                if not self._borne_out(candidate[start:end], scene):
                    return Objection(self.name, saw, why, vital=True)
        return None

    def _made(self, sentence: str) -> Iterator[tuple[str, str]]:
        plain = sentence.casefold()
        if any(text.casefold() in plain for text in self.allow):
            return
        yield from ((text, "a promise on the scenario's list") for text in self.also if text.casefold() in plain)
        for kind, (pattern, why) in _KINDS.items():
            if getattr(self, kind) and (found := pattern.search(sentence)):
                yield found[0], why

    def _borne_out(self, sentence: str, scene: Scene) -> bool:
        match = best_match(sentence, spans_of(hit.passage for hit in scene.hits))
        return match is not None and match.score >= self.least
