"""One rule for each register: a turn in, the same turn in other words out. Offline, and at once."""

import re
from collections.abc import Callable
from typing import Final

from agents.dialogue import Speaker
from agents.persona import Role
from curation.restyle.kinds import Register, Said
from curation.restyle.shortening import MOST, shortened, without_formulas
from curation.restyle.wording import (
    capitalised,
    contracted,
    expanded,
    lowered,
    replaced,
    sentences,
    tables,
    without_emoji,
    without_greeting,
)


def rewritten(said: Said, register: Register) -> str:
    """Return the words of a turn in another register."""
    return _RULES[register](said)


def _social(said: Said) -> str:
    text = replaced(contracted(_one_line(said.text), keep=said.keep), "social.words", keep=said.keep)
    if said.speaker is Speaker.AGENT:
        text = without_formulas(text)
    if said.first:
        text = f"{_opener(said)} {lowered(without_greeting(text)) if said.speaker is Speaker.CUSTOMER else text}"
    if said.speaker is Speaker.CUSTOMER and said.chance(0, 0.6):
        text = " ".join(map(lowered, sentences(text)))
        text = text.removesuffix(".")
    mark = _mark(said)
    return shortened(text, MOST - len(mark), keep=said.keep) + mark


def _opener(said: Said) -> str:
    openers = tables()["social"]["openers"]
    return said.choose(3, openers["annoyed" if said.annoyed else str(said.speaker)])


def _mark(said: Said) -> str:
    """Return an emoji that fits the turn's moves, now and then; with the blank before it."""
    options = [mark for move in said.moves for mark in tables()["social"]["marks"].get(move, ())]
    return f" {said.choose(1, options)}" if options and said.chance(2, 0.45) else ""


def _email(said: Said) -> str:
    table, side = tables()["email"], str(said.speaker)
    body = replaced(without_greeting(without_emoji(said.text)), "email.words", keep=said.keep)
    parts = [capitalised(one) for one in sentences(body)]
    paragraphs = [" ".join(parts[start : start + 2]) for start in range(0, len(parts), 2)] or [body]
    closings = table["closing"]
    if said.speaker is Speaker.AGENT:
        ends = closings["salesperson" if said.role is Role.SALESPERSON else "agent"]
    else:
        ends = closings["annoyed" if said.annoyed else "customer"]
    mail = [said.choose(0, table["greeting"][side]), *paragraphs, said.choose(1, ends)]
    return "\n\n".join([*([_subject(said)] if said.opening else []), *mail])


def _subject(said: Said) -> str:
    return f"Subject: My {said.product}" if said.product else "Subject: A question"


def _phone(said: Said) -> str:
    leads = tables()["phone"]["leads"]
    text = without_greeting(without_emoji(said.text)) if said.first else without_emoji(said.text)
    text = replaced(contracted(text, keep=said.keep), "phone.words", keep=said.keep)
    move = next((move for move in said.moves if move in leads), "")
    options = leads[f"{said.speaker}_first"] if said.first else leads.get(move, ())
    lead = said.choose(0, options) if options and (said.first or said.chance(1, 0.7)) else ""
    spoken = [_with_filler(one, said, place) for place, one in enumerate(sentences(text) or [text])]
    return " ".join(part for part in (lead, *spoken) if part)


def _with_filler(sentence: str, said: Said, place: int) -> str:
    fillers = tables()["phone"]["agent_fillers" if said.speaker is Speaker.AGENT else "fillers"]
    if place == 0 or not said.chance(10 + place, 0.3) or not _PLAIN_START.match(sentence):
        return sentence
    return said.choose(40 + place, fillers) + lowered(sentence)


_PLAIN_START: Final = re.compile(
    r"(?:I|We|You|It|They|He|She|The|An?|This|That|These|My|Your|Our|If|When|Once|There|What|How|Who|Can|Could|Do|Does|"
    r"Is|Are|Will|Would|Please)\b"
)
"""How a sentence begins that takes a filler before it."""


def _formal(said: Said) -> str:
    text = without_greeting(without_emoji(said.text)) if said.first else without_emoji(said.text)
    text = replaced(expanded(text, keep=said.keep), "formal.words", keep=said.keep)
    text = re.sub(r"!+", ".", re.sub(r"\?!+|!+\?|\?{2,}", "?", text))
    parts = [capitalised(one if re.search(r"[.?…:\"”)]$", one) else f"{one}.") for one in sentences(text)]
    first = [said.choose(0, tables()["formal"]["first"][str(said.speaker)])] if said.first else []
    return " ".join([*first, *parts]) or text


def _one_line(text: str) -> str:
    return " ".join(text.split())


_RULES: Final[dict[Register, Callable[[Said], str]]] = {
    Register.SOCIAL: _social,
    Register.EMAIL: _email,
    Register.PHONE: _phone,
    Register.FORMAL: _formal,
}
