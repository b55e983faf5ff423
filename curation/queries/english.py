"""Small pieces of English grammar that turning a statement into a question needs: verbs, number, and who speaks.

It parses nothing. What is not among its words is left as it stands, and the rules that use it pass such sentences by.
"""

import re
from typing import Final


def listed(text: str) -> frozenset[str]:
    """Return the words of a text as a set."""
    return frozenset(text.split())


def _forms(text: str) -> dict[str, str]:
    return {third_person(base): base for base in text.split()}


def third_person(verb: str) -> str:
    """Return a verb as it stands after "she": apply -> applies, have -> has."""
    if verb == "have":
        return "has"
    if verb.endswith(("s", "x", "sh", "ch", "z")) or verb in {"go", "do"}:
        return f"{verb}es"
    if verb.endswith("y") and verb[-2] not in "aeiou":
        return f"{verb[:-1]}ies"
    return f"{verb}s"


THIRD: Final = _forms(
    """accept add adjust allow answer appear apply arrive ask attract begin belong bring cancel change charge check
    choose clean close collect combine come confirm connect contain cost count cover deduct deliver depend drop
    earn end exclude exchange expire extend fall fit fold follow form freeze give go happen heat help hold
    include increase insure join keep last leave let lock look lose lower match mean meet move need offer open
    own pass pay pick play post print produce protect provide pull push raise reach receive record recover
    reduce refund release remain remove renew repair replace replant report require reset restart restore return
    run save scan sell send serve ship show shrink affect block cause clear damage destroy draw dull enable gain
    improve kill let lift prevent ruin slow speed stretch weaken sit spread stay start stop store suit supply
    support survive switch take test tell transfer travel turn update use vary wait wash weigh work"""
)
"""Verbs of help pages by their third person."""
BASES: Final = frozenset(THIRD.values()) | listed(
    """agree appeal attend bake be book borrow build buy call cash cook contact correct create decide delete
    discuss download dry eat edit enter exceed explain file fill find finish fix get hand have ignore insert
    install invite link load leave make mark measure mend miss mix name opt order pack park pause place plan
    plug press prove put query exist read redirect redeem refuse register request rent reserve resend reuse ring
    route see select set share sign skip spend split spray stack submit swap tap track trade transport try
    unlock unplug upgrade downgrade upload vacuum visit waive wear wipe withdraw withhold write wrap"""
)

_NOT_PLURAL: Final = ("ss", "us", "is", "'s")
_PREPOSITION: Final = re.compile(
    r" (?:of|to|for|on|in|with|without|from|under|over|at|by|between|outside|above|below|against|plus|or|not|after|"
    r"during|per|inside|made|bought|sent|ordered|kept|left|placed|that|which|who)\b"
)
_SINGULAR_S: Final = frozenset(("access", "business", "gas", "news", "always", "bonus", "lens", "address", "series"))


def is_plural(subject: str) -> bool:
    """Tell whether a noun phrase takes a plural verb, as far as its endings show it."""
    head = _PREPOSITION.split(subject)[0].split()
    if not head:
        return False
    if " and " in subject or subject.lower().startswith(("both ", "all ", "most ", "these ", "some ")):
        return True
    last = head[-1].lower()
    if last in {"people", "children", "men", "women", "feet", "you", "they", "we"}:
        return True
    return last.endswith("s") and not last.endswith(_NOT_PLURAL) and last not in _SINGULAR_S


def base_of(verb: str) -> str | None:
    """Return the base of a third-person verb that is known."""
    return THIRD.get(verb.lower())


def base_of_gerund(word: str) -> str | None:
    """Return the base of an -ing form that is known: cancelling -> cancel."""
    return _GERUNDS.get(word.lower())


def _gerunds(base: str) -> tuple[str, ...]:
    if base.endswith("ie"):
        return (f"{base[:-2]}ying",)
    if base.endswith("e") and not base.endswith("ee"):
        return (f"{base[:-1]}ing",)
    return (f"{base}ing", f"{base}{base[-1]}ing") if base[-1] in "lnprtgdm" else (f"{base}ing",)


_GERUNDS: Final = {form: base for base in sorted(BASES) for form in _gerunds(base)}

_FINITE: Final = (
    r"are|were|have|had|do|did|can|could|may|might|must|should|will|would|cannot|don't|can't|haven't|didn't|won't|"
    r"\w{3,}ed|already|still|also|only|no longer|never|want|wish|paid|bought|ordered|chose|sent|gave|got|made|"
    r"used|cancelled|"
    r"received|collected|signed|think|feel|like|prefer|hear|own|live|know|spend|"
    + "|".join(sorted(BASES - {"be", "back", "post"}))
)
_YOU_SUBJECT: Final = re.compile(rf"\byou(?= (?:{_FINITE})\b)", re.I)
_ALREADY_THERE: Final = (
    (re.compile(r"\byou are\b", re.I), "I am"),
    (re.compile(r"\byou were\b", re.I), "I was"),
    (re.compile(r"\byou(?:'re|’re)\b", re.I), "I'm"),
    (re.compile(r"\byou(?:'ve|’ve)\b", re.I), "I've"),
    (_YOU_SUBJECT, "I"),
    (re.compile(r"\byourself\b|\byourselves\b", re.I), "myself"),
    (re.compile(r"\byours\b", re.I), "mine"),
    (re.compile(r"\byour\b", re.I), "my"),
    (re.compile(r"\byou\b", re.I), "me"),
    (re.compile(r"\bourselves\b", re.I), "yourselves"),
    (re.compile(r"\bours\b", re.I), "yours"),
    (re.compile(r"\bour\b", re.I), "your"),
    (re.compile(r"\bus\b"), "you"),
    (re.compile(r"\bwe\b", re.I), "you"),
)


def as_customer(text: str) -> str:
    """Return what the company says to a customer in the customer's mouth: your -> my, we -> you."""
    for pattern, other in _ALREADY_THERE:
        text = pattern.sub(other, text)
    return text


def inside(text: str) -> str:
    """Return the beginning of a sentence as it stands inside one: names, acronyms and "I" keep their capital."""
    first, _, rest = text.partition(" ")
    if first in {"I", "I'm", "I've"} or sum(map(str.isupper, first)) > 1 or any(map(str.isdigit, first)):
        return text
    if rest[:1].isupper() and first.lower() not in _DETERMINERS:
        return text
    return first[:1].lower() + text[1:]


_DETERMINERS: Final = listed("a an the my your our this each every any all no one most some both")


def capitalised(text: str) -> str:
    return text[:1].upper() + text[1:]


def do(subject: str) -> str:
    return "do" if is_plural(subject) else "does"


def be(subject: str) -> str:
    return "are" if is_plural(subject) else "is"


def agreed(subject: str, act: str) -> str:
    """Return "subject act" with the verb at the beginning of `act` agreeing with the subject."""
    verb, _, rest = act.partition(" ")
    plain = subject in {"I", "you"} or is_plural(subject)
    return f"{subject} {verb if plain else third_person(verb)} {rest}".strip()
