"""The countable part of what makes a gold dialogue right. It knows nothing of how good a dialogue is."""

import json
import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from agents.dialogue import MOVES, Speaker
from agents.persona import DISPOSITIONS, Style, Tone

TURNS: Final = (4, 12)
WORDS: Final = (50, 75)
MOST_WORDS: Final = 80
_REASONS: Final = frozenset(("resolved", "unresolved", "sale_closed", "sale_declined", "goodbye"))
_AXES: Final = {
    "disposition": frozenset(DISPOSITIONS), "tone": frozenset(map(str, Tone)), "style": frozenset(map(str, Style)),
}  # fmt: skip
_FIGURE: Final = re.compile(r"\d[\d,.:/-]*\d|\d")
_CLOSING: Final = re.compile(r"\b(thank(s| you)|bye|goodbye|have a (great|nice|good)|welcome|take care|cheers)\b", re.I)
_SMALL: Final = frozenset(map(str, range(13)))


@dataclass
class Checked:
    """What a check has found: faults as lines of text, and counts."""

    faults: list[str] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)


def check_gold(companies: Sequence[Path]) -> Checked:
    """Check COMPANY/dialogues.jsonl against COMPANY/articles, for each company and all of them together."""
    found = Checked()
    openings: dict[str, list[str]] = defaultdict(list)
    texts: dict[str, str] = {}
    for company in companies:
        articles = {path.name: path.read_text(encoding="utf-8") for path in (company / "articles").glob("*.md")}
        for number, line in enumerate((company / "dialogues.jsonl").read_text(encoding="utf-8").splitlines(), 1):
            if line.strip():
                faults = _checked_line(line, articles, found.counts, openings, texts)
                found.faults += [f"{company.name}:{number}: {fault}" for fault in faults]
    most = max(2, found.counts["dialogues"] // 20)
    found.faults += [f"{len(w)} first replies open with {start!r}" for start, w in openings.items() if len(w) > most]
    return found


def _checked_line(
    line: str, articles: dict[str, str], counts: Counter[str], openings: dict[str, list[str]], texts: dict[str, str]
) -> Iterator[str]:
    try:
        record = json.loads(line)
        yield from _checked(record, articles, counts, openings, texts)
    except json.JSONDecodeError as error:
        yield f"not JSON ({error.msg})"
    except (KeyError, TypeError, IndexError, AttributeError) as error:
        yield f"not a dialogue of the schema ({type(error).__name__}: {error})"


def _checked(
    record: dict[str, Any],
    articles: dict[str, str],
    counts: Counter[str],
    openings: dict[str, list[str]],
    texts: dict[str, str],
) -> Iterator[str]:
    customer, turns = record["customer"], record["turns"]
    counts.update(("dialogues", f"motivation={customer['motivation']}", f"ending={record['ending']['reason']}"))
    for axis, known in _AXES.items():
        counts[f"{axis}={customer.get(axis)}"] += 1
        if customer.get(axis) not in known:
            yield f"customer.{axis} is {customer.get(axis)!r}"
    yield from _ending(record["ending"], turns)
    if not TURNS[0] <= len(turns) <= TURNS[1]:
        yield f"{len(turns)} turns"
    yield from _repeats(record["id"], turns, texts)
    said = json.dumps({"goal": record.get("goal"), **customer}, ensure_ascii=False)
    for number, turn in enumerate(turns, 1):
        yield from (f"turn {number}: {fault}" for fault in _turn(turn, number, said, articles, counts))
        said += " " + turn["text"]
    openings[" ".join(turns[1]["text"].lower().split()[:3])].append(record["id"])
    yield from _facts(customer.get("facts", ()), turns)


def _ending(ending: dict[str, Any], turns: list[dict[str, Any]]) -> Iterator[str]:
    if ending["reason"] not in _REASONS:
        yield f"ending {ending['reason']!r}"
    if ending.get("evidence") and ending["evidence"] not in turns[ending["turn"] - 1]["text"]:
        yield "ending.evidence is not in the turn named"
    closing = 0
    for turn in reversed(turns):
        if not _CLOSING.search(turn["text"]):
            break
        closing += 1
    if closing > 2:
        yield f"{closing} closing turns at the end"


def _repeats(name: str, turns: list[dict[str, Any]], texts: dict[str, str]) -> Iterator[str]:
    for number, turn in enumerate(turns, 1):
        key = re.sub(r"\W+", " ", turn["text"].lower()).strip()
        if key in texts and len(turn["text"].split()) > 4:
            yield f"turn {number}: same text as in {texts[key]}"
        texts[key] = name


def _facts(facts: Sequence[dict[str, Any]], turns: list[dict[str, Any]]) -> Iterator[str]:
    for fact in facts:
        told = fact.get("told_in")
        if told and fact["value"].lower() not in turns[told - 1]["text"].lower():
            yield f"fact {fact['name']!r} is not in turn {told}"


def _turn(
    turn: dict[str, Any], number: int, said: str, articles: dict[str, str], counts: Counter[str]
) -> Iterator[str]:
    speaker = Speaker.AGENT if number % 2 == 0 else Speaker.CUSTOMER
    if turn["n"] != number or turn["speaker"] != speaker:
        yield "number or speaker (the customer opens, the sides alternate)"
    if set(turn["moves"]) - set(MOVES[speaker]) or not 1 <= len(turn["moves"]) <= 3:
        yield f"moves {turn['moves']}"
    counts[f"{speaker} turns"] += 1
    if speaker is Speaker.AGENT:
        yield from _agent_turn(turn, said, articles, counts)
    elif number > 1:
        loose = figures(turn["text"]) - figures(said) - _SMALL
        if loose:
            yield f"the customer's figures are in no fact or earlier turn: {sorted(loose)}"


def _agent_turn(turn: dict[str, Any], said: str, articles: dict[str, str], counts: Counter[str]) -> Iterator[str]:
    words = len(turn["text"].split())
    counts[f"agent turns of {WORDS[0]}-{WORDS[1]} words"] += WORDS[0] <= words <= WORDS[1]
    if words > MOST_WORDS:
        yield f"{words} words"
    quotes = [_quote(citation, articles) for citation in turn.get("citations", ())]
    if None in quotes:
        yield "a citation names no span of an article"
    if {"inform", "guide"} & set(turn["moves"]) and not quotes:
        yield "inform or guide without citations"
    loose = figures(turn["text"]) - figures(" ".join(quote or "" for quote in quotes)) - figures(said)
    if loose:
        yield f"figures in no quote, fact or earlier turn: {sorted(loose)}"


def _quote(citation: dict[str, Any], articles: dict[str, str]) -> str | None:
    article = articles.get(citation["passage"].split("#", 1)[0], "")
    return article[citation["start"] : citation["end"]] or None


def figures(text: str) -> set[str]:
    """Return the figures in a text, without the commas of thousands."""
    return {figure.replace(",", "") for figure in _FIGURE.findall(text)}
