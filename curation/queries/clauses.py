"""What a statement of a help page says, as far as rules can tell: who, which verb, what, how long.

A statement that the rules do not understand whole has no clause: to be passed by is better than to be asked about
wrongly. It makes no questions.
"""

import re
from dataclasses import dataclass
from typing import Final

from curation.queries.english import BASES, as_customer, base_of, inside, is_plural, listed

LIMIT: Final = (
    r"(?P<limit>(?:\d[\d,.]*|one|two|three|four|five|six|seven|ten|twelve|fourteen|thirty)(?: to \d+)? "
    r"(?:(?:working|business|calendar) )?(?:seconds?|minutes?|hours?|days?|nights?|weeks?|months?|years?))"
)
MONEY: Final = r"(?:[$€£] ?\d|\d+(?:\.\d+)? ?(?:[$€£]|cents|pence))"
_LEANS: Final = re.compile(
    r"^(?:It|This|That|They|These|Those|Both|Otherwise|Then|Until|After|Afterwards|Instead|But|And|So|Either|Neither|"
    r"Some|Such|The same|The other|Below|Above|Here|There|Each|All of|One|Its|Their|He|She|No|Nothing|Nobody|In that|"
    r"Another|Other|What|Whatever|Later|Earlier|Also|Anything|Anyone|Everything|Everyone|Not)\b"
)
"""How a statement begins that cannot be understood by itself."""
_AUXILIARIES: Final = (
    "can|cannot|can't|may not|may|must not|must|should not|should|will not|will|is not|is|are not|are|"
    "does not|doesn't|do not|don't|has to|have to"
)
_NOUN: Final = r"(?!(?:that|which|who|and|or|can|is|are|was|were|has|have|not|if|when|then|you|we)\b)[\w'’%&-]+"
_LINK: Final = r"(?:of|for|to|from|with|without|in|on|by|over|under|outside|between)"
_SUBJECT: Final = rf"(?P<subject>[A-Z][\w'’&-]*(?:,? {_NOUN}){{0,8}}?(?: (?:and|or) (?:{_NOUN} ?){{1,3}}?)?)"
_BY_AUXILIARY: Final = re.compile(rf"{_SUBJECT} (?P<aux>{_AUXILIARIES}) (?P<rest>.+)")
_BY_VERB: Final = re.compile(
    rf"(?P<subject>[A-Z][\w'’&-]*(?: {_NOUN}){{0,3}}?(?: {_LINK}(?: {_NOUN}){{1,3}}?)?) (?P<verb>[a-z]+) (?P<rest>.+)"
)
_END: Final = re.compile(
    rf"[.;:()–—]|, | (?:within|if|when|whenever|unless|until|because|once|as long|so that|while|but|which|who|except|"
    rf"even|though|although|where|whatever|whichever|since|at least|at most|up to|in full|than)\b|"
    rf" and (?=(?:is|are|can|"
    rf"must|may|has|have|will|does|do|we|you|it|they|then|cannot|in|to|on|after|one|the|costs?|takes?|holds?|starts?|"
    rf"ends?|arrives?|comes?|needs?|lasts?|keeps?|applies|covers?|includes?|contains?|stays?|runs?|brings?|ask|tap|"
    rf"press|not|no|a|an)\b)| (?:after|before|for|by|from|at|in|to|on|of|about|over|under|per|below|above)"
    rf" (?:only |about |more than |less than |a total of )?(?=\d|[$€£])| {MONEY}| \d"
)
_AND_SO_ON: Final = re.compile(
    r"(?:\b(?:and|or|with|the|an?|of|for|to|on|at|from|by|in|only|then|also|about|every|than) ?)+$"
)


@dataclass(frozen=True, slots=True)
class Clause:
    """A statement's parts in the customer's mouth. `aux` is empty where the verb bears the tense itself.

    `rest` ends before figures, conditions and further clauses; `cut` says that something stood there. `limit` is a
    length of time that follows ("30 days"), `whole` the statement as it was.
    """

    subject: str
    aux: str
    verb: str
    rest: str
    negated: bool
    cut: bool
    limit: str
    whole: str


def clause_of(sentence: str) -> Clause | None:
    """Return the clause of a statement that can be understood by itself, None for any other."""
    words = sentence.split()
    if _LEANS.match(sentence) or not 4 <= len(words) <= 40 or not sentence.endswith("."):
        return None
    plain = _NEVER.sub(r"\1 do not ", sentence)
    match = _BY_AUXILIARY.match(plain)
    if match and not _verb_in(match["subject"]):
        return _with_auxiliary(match, sentence)
    match = _plain_verb(sentence)
    return _with_verb(match, sentence) if match else None


def _verb_in(subject: str) -> bool:
    """Tell whether a verb stands in what looks like a subject, so that it is none."""
    words = subject.lower().split()
    return (
        words[0] in _NO_SUBJECT
        or not _NEVER_IN_SUBJECT.isdisjoint(words)
        or any(word.endswith("ing") or word in {"to", "if", "when"} for word in words[1:2])
    )


_NEVER: Final = re.compile(r"^(We|[A-Z][\w ]{2,30}(?:s|staff)) never (?=[a-z]+\b)")
_NEVER_IN_SUBJECT: Final = listed("but that which because so if when until while")
_NO_SUBJECT: Final = listed(
    """if when to for in on with without by once only please from at after before during while as until never
    always do not whoever whether how why"""
)


def _plain_verb(sentence: str) -> re.Match[str] | None:
    direct = re.match(r"(?P<subject>You|We|Customers) (?P<verb>[a-z]+) (?P<rest>.+)", sentence)
    if direct:
        return direct
    for match in (_BY_VERB.match(sentence), *_later_verbs(sentence)):
        if (
            match
            and base_of(match["verb"])
            and not _verb_first(match["rest"])
            and not _verb_in(match["subject"])
            and _fits(match["subject"])
        ):
            return match
    return _by_plural(sentence)


def _verb_first(rest: str) -> bool:
    """Tell whether a verb follows, so that what looked like one is a noun: "euro transfers arrive"."""
    first = rest.split(maxsplit=1)[0].rstrip(".,") if rest else ""
    return first in BASES or base_of(first) is not None or first in {"is", "are", "can", "must", "may", "has", "have"}


def _by_plural(sentence: str) -> re.Match[str] | None:
    """Return a statement about several things parted at its verb, which then looks like any base form."""
    words = sentence.split()
    for place in range(1, min(5, len(words) - 1)):
        if words[place] in BASES and is_plural(" ".join(words[:place])) and " and " not in " ".join(words[:place]):
            head = re.escape(" ".join(words[:place]))
            found = (
                None
                if _verb_first(" ".join(words[place + 1 :]))
                else re.match(rf"(?P<subject>{head}) (?P<verb>{re.escape(words[place])}) (?P<rest>.+)", sentence)
            )
            if found and not _verb_in(found["subject"]):
                return found
    return None


def _later_verbs(sentence: str) -> tuple[re.Match[str] | None, ...]:
    known = [word for word in sentence.split()[1:8] if base_of(word)]
    return tuple(
        re.match(rf"(?P<subject>{_BY_VERB_SUBJECT}) (?P<verb>{re.escape(word)}) (?P<rest>.+)", sentence)
        for word in known[:1]
    )


_BY_VERB_SUBJECT: Final = rf"[A-Z][\w'’&-]*(?: {_NOUN}){{0,5}}?"


def _fits(subject: str) -> bool:
    return subject.lower().split()[-1] not in {"the", "a", "an", "your", "our", "of", "to", "and", "or"}


def _with_auxiliary(match: re.Match[str], sentence: str) -> Clause | None:
    aux, negated = _positive(match["aux"])
    rest, cut = trimmed(match["rest"])
    subject = speaker(match["subject"])
    if not rest or subject is None:
        return None
    return Clause(subject, aux, "", as_customer(rest), negated, cut, limit_in(match["rest"]), sentence)


def _with_verb(match: re.Match[str], sentence: str) -> Clause | None:
    subject, verb = speaker(match["subject"]), match["verb"]
    base = verb if subject in {"I", "you"} or verb in BASES else base_of(verb)
    if subject is None or base is None or base not in BASES:
        return None
    rest, cut = trimmed(match["rest"])
    return Clause(subject, "", base, as_customer(rest), False, cut, limit_in(match["rest"]), sentence)


def speaker(subject: str) -> str | None:
    """Return a subject in the customer's mouth, None for one that nobody would take up."""
    if subject in {"You", "Customers", "The customer", "A customer"}:
        return "I"
    if subject == "We":
        return "you"
    if (
        subject.split(maxsplit=1)[0].lower() in _NO_SUBJECT
        or subject.split(maxsplit=1)[0].lower() in {"many", "few", "several", "such"}
        or len(subject.split()) > 9
        or subject.lower().split()[-1] in {"you", "we"}
    ):
        return None
    return inside(as_customer(_ADVERB.sub("", subject)))


_ADVERB: Final = re.compile(r" (?:also|usually|normally|often|sometimes|generally|then|still|only|now)\b")


def _positive(aux: str) -> tuple[str, bool]:
    negated = aux in {"cannot", "can't", "doesn't", "don't"} or aux.endswith(" not")
    plain = {"cannot": "can", "can't": "can", "doesn't": "does", "don't": "do"}.get(aux, aux.removesuffix(" not"))
    return plain, negated


def trimmed(rest: str) -> tuple[str, bool]:
    """Return the beginning of what follows a verb, up to a figure, a condition or another clause; and if it was cut."""
    match = _END.search(f" {rest}")
    kept = f" {rest}"[: match.start()] if match else rest
    figure = match is not None and re.search(r"\d|[$€£]|at least|at most|up to", match.group())
    if figure and match and not re.match(rf" (?:{_LIMITING})\b", match.group()):
        kept = _LAST_LINK.sub("", kept)
    if match and match.group() == ", " and re.search(r" an? [\w-]+$", kept):
        return "", True
    kept = _AND_SO_ON.sub("", kept.strip()).strip(" ,'\"“”")
    return kept, match is not None and match.group() != "."


_LIMITING: Final = "within|for|by|from|after|before|at|in|on|until"
_LAST_LINK: Final = re.compile(r" (?:with|for|of|from|in|on|at|to|by|over|under|than)(?: (?:an?|the))?(?: [\w-]+)?$")


def limit_in(rest: str) -> str:
    """Return the length of time that a statement sets as a limit ("within 30 days"), empty where it sets none."""
    match = re.search(rf"\b(?:within|for up to|for|up to|at least|takes?|lasts?) (?:about |usually )?{LIMIT}", rest)
    return match["limit"] if match else ""
