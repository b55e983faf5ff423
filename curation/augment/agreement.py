"""One becomes many, or many one: the verb next to the product and the pronouns that mean it.

It follows words, not syntax: where an `it` may mean something else, or the verb is out of reach, it refuses.
"""

import re
from collections.abc import Iterator, Sequence
from typing import Final

from agents.styles import Edit
from curation.augment.english import base_of_third_person, listed, third_person
from curation.augment.mentions import Mention
from curation.augment.refusal import RefusedError

_TO_MANY: Final = {
    "is": "are", "was": "were", "has": "have", "does": "do", "isn't": "aren't", "wasn't": "weren't",
    "hasn't": "haven't", "doesn't": "don't", "where's": "where are", "what's": "what are", "how's": "how are",
}  # fmt: skip
_TO_ONE: Final = {many: one for one, many in _TO_MANY.items() if " " not in many}
_POINTING: Final = {"this": "these", "that": "those"}
_ADVERB: Final = "still|just|already|never|now|suddenly|also|only|really|always|often|simply|constantly|both"
_NEXT: Final = re.compile(rf"((?: (?:{_ADVERB}))*) ([A-Za-z]+(?:['’][a-z]+)?)")
_ASKED: Final = re.compile(
    r"(?:^|[.!?,;:] +|\b(?:where|when|why|how|what|which|how (?:long|much|many|often|soon|far)|and|but|so|because|if) )"
    r"([A-Za-z]+(?:n['’]t|['’]s)?) (?:(?:the|my|your|our|his|her|their|this|that|these|those) )(?:[\w-]+ )?$",
    re.IGNORECASE,
)
_RELATIVE: Final = frozenset({"that", "which", "who", "i", "you", "we", "he", "she", "they", "it"})
_COMMON_VERBS: Final = listed(
    """keep work come make fit play charge turn cut stop connect sound feel look need seem show cost take run break fall
    hurt start shut die get go refuse smell leak want give use arrive pair sit help"""
)
_DUMMY: Final = re.compile(
    r"\bit(?:['’]s| is| was| would be| will be| has been|['’]s been| had been)(?: not|n['’]t)? (?:possible|true|normal|"
    r"okay|ok|clear|hard|easy|difficult|worth|late|time|said|says|an? (?:pity|shame|joke|problem|while|week|month)|my|"
    r"your|about|because|up to|just that|two|three|over|weeks|days|months|since|raining|me\b|\d)"
    r"|\bit (?:seems|appears|turns out|took|says|said|matters|depends|would|happens)|\bdoes it (?:take|matter)\b"
    r"|\b(?:is|was|would|will) it (?:possible|true|normal|okay|ok|be|too late|worth|me\b)"
    r"|\b(?:make|made|get) it (?:to|clear|up|right)\b",
    re.IGNORECASE,
)
_OTHERS: Final = re.compile(
    r"\b(?:order|parcel|package|refund|label|box|email|app|charger|battery|screen|money|payment|delivery|warranty|"
    r"account|card|bill|price|website|page|link|courier|shop|case|cable|manual|code|form|invoice|message|replacement|"
    r"door|drum|lens|strap|button|offer|voucher|policy|company|shipment)\b",
    re.IGNORECASE,
)
_PEOPLE: Final = re.compile(
    r"\bthey(?:['’]ve| have|['’]d| had)? (?:said|told|sent|say|tell|promised|refused|charged|delivered|never answer|"
    r"want|claim|asked|replied|wrote|call|called|left|took)",
    re.IGNORECASE,
)
_SUBJECT: Final = re.compile(
    r"(?:^|[.!?,;:] +|\b(?:and|but|because|so|when|if|that) )(?:[\w'’-]+ ){0,2}$", re.IGNORECASE
)
_OBJECT: Final = re.compile(
    r"\b(?:of|for|with|on|about|from|in|into|to|by|at|under|without|than|like|as)(?: [\w'’-]+){1,3} $", re.IGNORECASE
)
_IT: Final = re.compile(r"(?<![\w'’])(it)((?:['’]s|['’]d|['’]ll)?)(?![\w'’])|(?<![\w'’])(its|itself)(?![\w'’])", re.I)
_THEY: Final = re.compile(
    r"(?<![\w'’])(they|them)((?:['’]re|['’]ve|['’]d|['’]ll)?)(?![\w'’])|(?<![\w'’])(their|themselves)(?![\w'’])", re.I
)
_MODAL: Final = re.compile(
    r"(?:can|could|will|would|won't|can't|must|should|may|might|did|didn't|had|\w+ed|came|broke|fell)$"
)
_ONES: Final = re.compile(r"\bones?\b", re.IGNORECASE)


def renumbered(text: str, said: Sequence[Mention], *, to_many: bool) -> list[Edit]:
    """Return the edits that agreement asks for once the product is many, or one. Raises RefusedError."""
    if to_many and _ONES.search(text, said[0].end):
        raise RefusedError("a 'one' that would have to agree")
    edits = [edit for mention in said for edit in _around(text, mention, to_many=to_many)]
    return [*edits, *_pronouns(text, said, to_many=to_many)]


def _around(text: str, mention: Mention, *, to_many: bool) -> Iterator[Edit]:
    swaps = _TO_MANY if to_many else _TO_ONE
    yield from _pointing(text, mention, to_many=to_many)
    asked = _ASKED.search(text, 0, mention.start)
    if asked and (new := swaps.get(_plain(asked.group(1)))):
        yield _edit(text, asked.start(1), asked.end(1), new)
        return
    if _OBJECT.search(text[: mention.start]):
        return
    if mention.follows.startswith("'s"):
        raise RefusedError("an 's that would have to agree")
    following = _NEXT.match(text, mention.end)
    if following is None:
        return
    word = _plain(following.group(2))
    if word in _RELATIVE:
        yield from _relative(text, mention, following, swaps)
        return
    new = swaps.get(word) or _verb(text, word, mention, to_many=to_many)
    if new:
        yield _edit(text, following.start(2), following.end(2), new)


def _relative(text: str, mention: Mention, following: re.Match[str], swaps: dict[str, str]) -> Iterator[Edit]:
    """Yield the edit of the verb after `that` or `which`; a subject's own verb comes too late to be found."""
    if _SUBJECT.search(text[: mention.start]):
        raise RefusedError("its verb is out of reach")
    verb = _NEXT.match(text, following.end(2))
    if verb and (new := swaps.get(_plain(verb.group(2)))):
        yield _edit(text, verb.start(2), verb.end(2), new)


def _verb(text: str, word: str, mention: Mention, *, to_many: bool) -> str | None:
    if to_many:
        return base_of_third_person(word)
    subject = _SUBJECT.search(text[: mention.start])
    return third_person(word) if subject and word in _COMMON_VERBS else None


def _pointing(text: str, mention: Mention, *, to_many: bool) -> Iterator[Edit]:
    table = _POINTING if to_many else {many: one for one, many in _POINTING.items()}
    if new := table.get(mention.determiner):
        start = text.lower().rfind(mention.determiner, 0, mention.start)
        yield _edit(text, start, start + len(mention.determiner), new)


def _pronouns(text: str, said: Sequence[Mention], *, to_many: bool) -> Iterator[Edit]:
    dummies = [match.span() for match in _DUMMY.finditer(text)]
    pattern, first = (_IT if to_many else _THEY), said[0]
    for match in pattern.finditer(text):
        if to_many and any(start <= match.start() < end for start, end in dummies):
            continue
        if match.start() < first.start or _PEOPLE.match(text, match.start()):
            raise RefusedError("a pronoun that may mean something else")
        nearest = max(mention.end for mention in said if mention.end <= match.start())
        if _OTHERS.search(text, nearest, match.start()):
            raise RefusedError("a pronoun that may mean something else")
        yield from _pronoun(text, match, to_many=to_many)


def _pronoun(text: str, match: re.Match[str], *, to_many: bool) -> Iterator[Edit]:
    alone = match.group(3)
    if alone:
        table = {"its": "their", "itself": "themselves", "their": "its", "themselves": "itself"}
        yield _edit(text, match.start(), match.end(), table[alone.lower()])
        return
    yield from _as_subject(text, match, to_many=to_many)


def _as_subject(text: str, match: re.Match[str], *, to_many: bool) -> Iterator[Edit]:
    """Yield the edits of an `it` or a `they`, with the verb next to it."""
    swaps = _TO_MANY if to_many else _TO_ONE
    short = match.group(2).replace("’", "'").lower()
    before = re.search(r"([A-Za-z]+(?:n['’]t|['’]s)?) $", text[: match.start()])
    asked = swaps.get(_plain(before.group(1))) if before else None
    following = _NEXT.match(text, match.end())
    word = _plain(following.group(2)) if following else ""
    verb = swaps.get(word) or (base_of_third_person(word) if to_many else None)
    if not to_many and match.group(1).lower() == "they" and word in _COMMON_VERBS and not asked:
        verb = third_person(word)
    subject = bool(asked or short or verb) or bool(following and _MODAL.match(word))
    if to_many:
        yield _edit(text, match.start(), match.end(), _many(short, word) if subject else "them")
    else:
        yield _edit(text, match.start(), match.end(), _one(short))
    if asked and before:
        yield _edit(text, before.start(1), before.end(1), asked)
    elif verb and following and not short:
        yield _edit(text, following.start(2), following.end(2), verb)


def _many(short: str, word: str) -> str:
    if short == "'s":
        return "they've" if re.match(r"been|had|got|stopped|gone|come|broken$|started", word) else "they're"
    return "they" + short


def _one(short: str) -> str:
    return {"'re": "it's", "'ve": "it's"}.get(short, "it" + short)


def _plain(word: str) -> str:
    return word.replace("’", "'").lower()


def _edit(text: str, start: int, end: int, new: str) -> Edit:
    return Edit(start, end, new[:1].upper() + new[1:] if text[start].isupper() else new, "agreement")
