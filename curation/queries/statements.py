"""A passage taken apart into statements that can be understood by themselves: one subject, one verb each.

"It" and "They" at a statement's beginning stand for the subject of the one before. The words are the passage's own.
"""

import re
from collections.abc import Iterator
from typing import Final

from curation.queries.english import THIRD, capitalised, is_plural
from orchestrator.grounding.markdown import plain
from orchestrator.grounding.passages import Passage
from orchestrator.grounding.splitting import sentences

_VERBS: Final = "|".join(sorted([*THIRD, "is", "are", "has", "can", "cannot", "must", "may", "will"]))
_SUBJECT: Final = re.compile(
    rf"(?P<subject>(?:The|A|An|Every|Each|Our|Your|New)? ?[A-Z]?[\w'’-]+(?: (?!and\b|or\b)[\w'’-]+){{0,4}}?)"
    rf" (?P<verb>{_VERBS}|have|do|does|cost|take|last|play|connect|include|contain|need)\b"
)
_NAMED: Final = re.compile(r"(?P<subject>The [A-Z]\w+(?: [A-Z]\w+)?) [a-z]+s\b")
_PREDICATES: Final = re.compile(rf"(?:, and |, | and )(?=(?:{_VERBS})\b)")
_CLAUSES: Final = re.compile(
    r"; |, (?:and|but|so) (?=(?:the|a|an|we|you|your|our|it|they|there|every|each)\b|[a-z]+ [a-z]+ (?:is|are|"
    r"takes?|costs?)\b)"
)
_ASIDE: Final = re.compile(r" ?\([^)]*\)")
_LEAD: Final = re.compile(
    r"^(?:Without|With|For|In|On|At|After|During|From|Before|Above|Below|Outside|Inside|By) "
    r"(?!(?:you|we|it|this|that)\b)[^,.;:]{3,40}, (?=[a-z])"
)


def statements_of(passage: Passage) -> Iterator[str]:
    """Yield the statements of `passage` in order, each ending in a full stop."""
    before = ""
    for start, end in sentences(passage.text):
        sentence = _ASIDE.sub("", " ".join(plain(passage.text[start:end]).split()))
        if not sentence.endswith("."):
            continue
        for clause in _apart(sentence):
            whole = _with_noun(clause, before)
            if whole is None:
                continue
            before = _subject(whole) or before
            yield from _predicates(whole)


def _apart(sentence: str) -> Iterator[str]:
    if re.match(r"(?:If|When|Should|Once|As)\b", sentence):
        yield sentence
        return
    for part in _CLAUSES.split(sentence):
        clause = capitalised(part.strip().rstrip(".")) + "."
        yield clause
        if _LEAD.match(clause):
            yield capitalised(_LEAD.sub("", clause))


def _with_noun(clause: str, before: str) -> str | None:
    """Return a clause with the noun that its pronoun stands for; None where that is not known."""
    first, _, rest = clause.partition(" ")
    if first not in {"It", "They"}:
        return clause
    if not before or is_plural(before) is not (first == "They"):
        return None
    return f"{before} {rest}"


def _subject(clause: str) -> str:
    match = _SUBJECT.match(clause) or _NAMED.match(clause)
    if match is None or match["subject"].split()[0] in {
        "If",
        "When",
        "You",
        "We",
        "There",
        "It",
        "They",
        "This",
        "That",
    }:
        return ""
    return match["subject"]


def _predicates(clause: str) -> Iterator[str]:
    """Yield a clause whose subject has several verbs once for each."""
    subject = _subject(clause)
    parts = _PREDICATES.split(clause) if subject else [clause]
    if len(parts) == 1 or re.search(r"\b(?:that|which|who|if|when)\b", parts[0]):
        yield clause
        return
    yield parts[0].rstrip(".") + "."
    for part in parts[1:]:
        yield f"{subject} {part.rstrip('.')}."
