"""The questions that a statement of a help page answers, by its subject, its auxiliary and its verb."""

import re
from collections.abc import Iterator
from typing import Final

from curation.queries.clauses import LIMIT, Clause, clause_of
from curation.queries.english import BASES, agreed, capitalised, do, is_plural, listed
from curation.queries.figures import figures
from curation.queries.kinds import Ask, Kind, Theme
from curation.queries.patterns import conditions, until, ways

_BARE: Final = frozenset(("paid", "made", "changed", "set", "counted", "taken", "held", "kept", "needed", "based"))
_NO_PREDICATE: Final = re.compile(
    r"(?:about|around|at|in|on|to|as|like|due|then|also|only|usually|so|up|over|under|from|for|than|better|"
    r"more|less|worth|"
    r"usual|common|rare|normal|similar|different|enough|true|there|here|that|what|why|how|where|because|between|rather|not|always|never|often|still|out|part|one|"
    r"responsible)\b"
)
_IRREGULAR: Final = listed(
    "sent paid kept held bought sold given taken made built put left met shown lent spent cut drawn torn worn"
)
_NO_STATE: Final = listed("limited needed based red indeed")
_MOMENTS: Final = listed("arrive start begin end expire open close")
_WHEN: Final = re.compile(r"(?:on (?:the|\w+day)|within|after|as soon)\b|$")
_TIMED: Final = re.compile(r"\d|\b(?:when|once|after|within|as soon|on the day|with the)\b")


def asks_of(statement: str) -> Iterator[Ask]:
    """Yield the questions that a statement answers by itself, none for one that the rules do not understand."""
    yield from conditions(statement)
    yield from ways(statement)
    found = list(figures(statement))
    yield from found
    clause = clause_of(statement)
    if clause is not None:
        yield from (ask for ask in _of_clause(clause) if not found or ask.theme is not Theme.FACT)


def _of_clause(clause: Clause) -> Iterator[Ask]:
    if clause.subject == "I":
        yield from _of_customer(clause)
    elif clause.subject == "you":
        yield from _of_company(clause)
    elif clause.aux:
        yield from _of_thing(clause)
    else:
        yield from _of_doing(clause)


def _of_customer(clause: Clause) -> Iterator[Ask]:
    act = _act(clause)
    if not _acts(act):
        return
    if clause.aux in {"can", "may"}:
        yield _may("I", act, edge=clause.negated)
        if clause.limit and not clause.negated and re.search(rf"\bwithin {LIMIT}", clause.whole):
            yield from until(act, clause.limit)
        if clause.negated:
            yield Ask(Kind.COMPLAINT, Theme.RULE, f"Why can't I {act}", f"why I can't {act}")
    elif clause.aux in {"must", "have to", "should"} and not clause.negated:
        yield Ask(Kind.HOW, Theme.RULE, f"Do I have to {act}", f"whether I have to {act}")
        yield Ask(Kind.COMPLAINT, Theme.RULE, f"Why do I have to {act}", f"why I have to {act}")


def _act(clause: Clause) -> str:
    return clause.rest if clause.aux else f"{clause.verb} {clause.rest}".strip()


def _of_company(clause: Clause) -> Iterator[Ask]:
    act = _act(clause)
    if not _acts(act) or re.match(r"We charge ", clause.whole):
        return
    if clause.aux in {"can", "may"}:
        yield _may("you", act, edge=clause.negated)
    elif clause.aux in {"", "do", "will"}:
        yield _does("you", act, edge=clause.negated)
    if clause.negated and clause.aux in {"do", "can"} and not act.startswith("ask "):
        verb = "don't" if clause.aux == "do" else "can't"
        yield Ask(Kind.COMPLAINT, Theme.RULE, f"Why {verb} you {act}", f"why you {verb} {act}")


def _of_doing(clause: Clause) -> Iterator[Ask]:
    subject, rest = clause.subject, clause.rest
    if clause.verb in {"cost", "weigh", "take"}:
        return
    if clause.verb in _MOMENTS:
        if _WHEN.match(rest) and _TIMED.search(clause.whole):
            yield Ask(Kind.WHEN, Theme.TIME, f"When {do(subject)} {subject} {clause.verb}",
                      f"when {agreed(subject, clause.verb)}", subject)  # fmt: skip
    elif clause.verb in {"include", "contain", "cover"} and (clause.cut or len(rest.split()) > 4):
        yield Ask(Kind.HOW, Theme.FACT, f"What {do(subject)} {subject} {clause.verb}",
                  f"what {agreed(subject, clause.verb)}", subject)  # fmt: skip
    elif rest and len(rest.split()) <= 8 and (not clause.cut or " " in rest):
        yield _does(subject, f"{clause.verb} {rest}")


def _of_thing(clause: Clause) -> Iterator[Ask]:
    aux, rest = clause.aux, clause.rest
    if aux in {"is", "are"}:
        yield from _state(clause)
    elif aux in {"can", "may", "must", "should", "has to", "have to"} and rest.startswith("be "):
        if participle(rest.removeprefix("be ")):
            yield from _passive(clause, rest.removeprefix("be "))
    elif aux in {"can", "may"} and _acts(rest):
        yield _may(clause.subject, rest, edge=clause.negated)
    elif aux in {"does", "do"} and _acts(rest):
        yield _does(clause.subject, rest, edge=clause.negated)


def _passive(clause: Clause, state: str) -> Iterator[Ask]:
    subject = clause.subject
    limit = re.search(rf"\b{re.escape(state)} (?:\w+ )?within {LIMIT}", clause.whole)
    if clause.aux in {"can", "may"}:
        yield _may(subject, f"be {state}", edge=clause.negated)
        if clause.negated:
            yield Ask(Kind.COMPLAINT, Theme.RULE, f"Why can't {subject} be {state}", f"why {subject} can't be {state}")
        elif limit:
            yield Ask(
                Kind.WHEN, Theme.TIME, f"Until when can {subject} be {state}", f"until when {subject} can be {state}"
            )
            after = f"be {state} after {limit['limit']}"
            yield Ask(Kind.EDGE, Theme.TIME, f"Can {subject} still {after}", f"whether {subject} can still {after}")
    elif not clause.negated:
        yield Ask(Kind.HOW, Theme.RULE, f"{capitalised(do(subject))} {subject} have to be {state}",
                  f"whether {agreed(subject, f'have to be {state}')}", subject)  # fmt: skip
        if limit:
            yield Ask(Kind.WHEN, Theme.TIME, f"By when {do(subject)} {subject} have to be {state}",
                      f"by when {agreed(subject, f'have to be {state}')}", subject)  # fmt: skip


def _state(clause: Clause) -> Iterator[Ask]:
    subject, aux, rest = clause.subject, clause.aux, clause.rest
    limit = re.search(rf"\b{re.escape(rest)} (?:\w+ )?within {LIMIT}", clause.whole) if rest else None
    if rest in {"free", "free of charge", "at no charge"} or rest.startswith("free for"):
        yield Ask(Kind.HOW, Theme.MONEY, f"{capitalised(aux)} {subject} free", f"whether {subject} {aux} free", subject)
        yield Ask(
            Kind.HOW, Theme.MONEY, f"Do I have to pay for {subject}", f"whether I have to pay for {subject}", subject
        )
    elif rest and rest not in _BARE and (participle(rest) or len(rest.split()) <= 7) and not _NO_PREDICATE.match(rest):
        kind, theme = (Kind.EDGE, Theme.RULE) if clause.negated else (Kind.HOW, Theme.FACT)
        yield Ask(kind, theme, f"{capitalised(aux)} {subject} {rest}", f"whether {subject} {aux} {rest}", subject)
        if clause.negated and participle(rest):
            short = "isn't" if aux == "is" else "aren't"
            yield Ask(Kind.COMPLAINT, Theme.RULE, f"Why {short} {subject} {rest}", f"why {subject} {short} {rest}")
        elif limit and participle(rest):
            yield Ask(
                Kind.WHEN, Theme.TIME, f"How soon {aux} {subject} {rest}", f"how soon {subject} {aux} {rest}", subject
            )
            ends = f"until {subject} {aux} {rest}"
            yield Ask(Kind.COMPLAINT, Theme.TIME, f"How long does it take {ends}", f"how long it takes {ends}")


def participle(text: str) -> bool:
    """Tell whether `text` begins with a past participle, by its ending or a short list."""
    first = text.split(" ", maxsplit=1)[0] if text else ""
    return first in _IRREGULAR or (len(first) > 4 and first.endswith("ed") and first not in _NO_STATE)


def _acts(act: str) -> bool:
    words = act.split()
    return 2 <= len(words) <= 12 and words[0] in BASES


def _may(who: str, act: str, *, edge: bool) -> Ask:
    return Ask(Kind.EDGE if edge else Kind.HOW, Theme.RULE, f"Can {who} {act}", f"whether {who} can {act}", _about(who))


def _does(who: str, act: str, *, edge: bool = False) -> Ask:
    aux = "Do" if who in {"I", "you"} or is_plural(who) else "Does"
    kind, theme = (Kind.EDGE, Theme.RULE) if edge else (Kind.HOW, Theme.FACT)
    return Ask(kind, theme, f"{aux} {who} {act}", f"whether {agreed(who, act)}", _about(who))


def _about(who: str) -> str:
    return "" if who in {"I", "you"} else who
