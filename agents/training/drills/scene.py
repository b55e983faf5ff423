"""One drill in the making: who speaks about what, which lines fit now, and how lines become a turn."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from agents.dialogue import Speaker
from agents.draws import Draws
from agents.persona import Domain, Role, Style, Tone
from agents.styles import styled
from agents.training.dialogues import CustomerMeta, TrainingDialogue, TrainingTurn
from agents.training.drills.fits import Fits, anything, both, without, words
from agents.training.drills.lines import SLOT, Line, LineBank
from agents.training.drills.pages import Page, Point
from agents.training.drills.stock import stock

WORDS: Final = (50, 75)
"""How long an agent's reply is."""
REGISTERS: Final = ("warm", "brisk", "formal", "casual")
TANGIBLE: Final = frozenset(("shop", "device", "clothes", "furniture"))
"""Trades whose products come in a parcel."""
_DRAFTS: Final = 5
_CHOICE: Final = re.compile(r"\[([^\]]*)\]")
_ORDER: Final = {
    "greet": 0, "feel": 1, "counter": 2, "admit": 3, "inform": 4, "guide": 4, "offer": 5, "confirm": 6, "request": 7,
    "close": 8,
}  # fmt: skip
"""Where in a reply a move stands; what has the same place stays in the order of the draft."""
_PERSON: Final = tuple(
    (re.compile(pattern), other)
    for pattern, other in (
        (r"\bI was\b", "you were"), (r"\bI am\b", "you are"), (r"\bI\b", "you"), (r"\bmy\b", "your"),
        (r"\bme\b", "you"),
    )
)  # fmt: skip


class _Part(NamedTuple):
    """A line in a draft: its move, the line itself and the line with its slots filled."""

    move: str
    line: str
    text: str


def your(text: str) -> str:
    """Return what a customer says, as the agent repeats it to them."""
    for pattern, other in _PERSON:
        text = pattern.sub(other, text)
    return text


@dataclass
class Scene:
    """A drill as it grows.

    `pages` are those that the agent may be shown, `page` the one that the matter is about, and `hidden` one that the
    agent never sees. `values` fill the slots of lines, and a line whose slots they do not fill does not fit.
    """

    bank: LineBank
    draws: Draws
    role: Role
    page: Page
    pages: list[Page]
    hidden: Page | None
    meta: CustomerMeta
    register: str
    values: dict[str, str]
    turns: list[TrainingTurn] = field(default_factory=list)
    used: set[str] = field(default_factory=set)
    told: list[Point] = field(default_factory=list)
    """The points that the agent has stated, in order."""

    def has(self, move: str) -> bool:
        """Return whether a turn has made a move."""
        return any(move in (turn.moves or ()) for turn in self.turns)

    @property
    def tangible(self) -> bool:
        return self.page.trade in TANGIBLE or self.role is Role.SALESPERSON

    def customer_line(self, move: str, fits: Fits = anything) -> str | None:
        """Return a line of the customer with its slots filled, None where no line fits."""
        meta = self.meta
        options = self.bank.customer(move, str(meta.disposition), str(meta.tone), both(self._can, fits))
        if not options:
            return None
        line = self.draws.choose(options)
        self.used.add(line.text)
        return filled(line.text, self.values)

    def lead(self) -> str:
        """Return a few words that take up what the agent said."""
        return str(self.draws.choose(stock()["leads"][self.meta.disposition][self.meta.tone]))

    def mood(self) -> str:
        """Return the move that a lead makes, by the customer's tone and temper."""
        if self.meta.tone == Tone.ANNOYED:
            return "vent"
        if self.meta.disposition in {"cynical", "sarcastic"} and self.meta.tone == Tone.NEUTRAL:
            return "doubt"
        return "vent" if self.meta.disposition == "emotive" else "accept"

    def say(self, *parts: tuple[str, str | None]) -> bool:
        """Let the customer make moves with these texts, those that are not None; False where nothing is left to say."""
        said = [(move, text) for move, text in parts if text]
        if said:
            keep = (*(value for _, value in self.meta.facts), self.meta.product or "")
            text = styled(" ".join(text for _, text in said), Style(self.meta.style or "plain"), self.draws, keep)
            moves = tuple(dict.fromkeys(move for move, _ in said))[:3]
            self.turns.append(TrainingTurn(Speaker.CUSTOMER, text, moves))
        return bool(said)

    def reply(
        self,
        moves: Sequence[str],
        *,
        point: Point | None = None,
        more: Sequence[str] = (),
        fits: dict[str, Fits] | None = None,
    ) -> bool:
        """Let the agent make `moves`, then those of `more` as far as the reply needs them to be long enough.

        A move "inform+more" goes on with the move before the plus. False where the lines would not have it.
        """
        drafts = [draft for _ in range(_DRAFTS) if (draft := self._draft(moves, point, more, fits or {}))]
        if not drafts:
            return False
        best = min(drafts, key=lambda draft: _misfit(_text(draft)))
        self.used.update(part.line for part in best if "[" not in part.line)
        self.turns.append(TrainingTurn(Speaker.AGENT, _text(best), _labels(best), self._shown(point)))
        if point and any(point in page.points for page in self.pages):
            self.told = [other for other in self.told if other != point] + [point]
        return True

    def _shown(self, point: Point | None) -> tuple[str, ...]:
        if point is None and self.draws.chance(0.5):
            return ()
        holding = next((page for page in self.pages if point in page.points), self.page)
        others = [page for page in self.pages if page is not holding]
        found = [holding.passage]
        if others and self.draws.chance(0.4):
            found.insert(self.draws.between(0, 1), self.draws.choose(others).passage)
        return tuple(found)

    def _draft(
        self, moves: Sequence[str], point: Point | None, more: Sequence[str], fits: dict[str, Fits]
    ) -> list[_Part] | None:
        values = {**self.values, "problem": your(self.values["problem"])} if "problem" in self.values else self.values
        values = values | (self._evidence(point) if point else {})
        draft: list[_Part] = []
        for move in moves:
            if not self._add(draft, move, values, fits):
                return None
        for move in more:
            if len(_text(draft).split()) >= WORDS[0] + self.draws.between(1, 8):
                break
            once = move in {"greet", "feel"} and move in _labels(draft)
            if not once and len({*_labels(draft), _move(move)}) <= 3:
                self._add(draft, move, values, fits)
        return draft

    def _evidence(self, point: Point) -> dict[str, str]:
        page = next((page for page in self.pages if point in page.points), self.page)
        others = [other.evidence for other in page.points if other is not point and other not in self.told]
        more = {"more": self.draws.choose(others)} if others else {}
        return {"topic": point.topic, "evidence": point.evidence, **more}

    def recap(self) -> Point | None:
        """Return the one or two points that were told last, as one."""
        if not self.told:
            return None
        last = self.told[-1]
        before = [point for point in self.told[-2:-1] if len(f"{point.evidence} {last.evidence}".split()) < 45]
        return Point(last.topic, last.asks, " ".join(point.evidence for point in (*before, last)))

    def _add(self, draft: list[_Part], move: str, values: dict[str, str], fits: dict[str, Fits]) -> bool:
        said = {part.line for part in draft}
        stated = any("{evidence}" in line for line in said)
        suits = fits.get(move, anything)

        def fitting(line: Line) -> bool:
            if line.text in said or line.text in self.used or not line.slots <= values.keys():
                return False
            return not (stated and "evidence" in line.slots) and self._spoken(line) and suits(line)

        options = self.bank.agent(move, self.role.value, self.register, fitting)
        if not options:
            return False
        line = self.draws.choose(options)
        wording = _CHOICE.sub(lambda match: self.draws.choose(match.group(1).split("|")), line.text)
        draft.append(_Part(move, line.text, filled(wording, values)))
        draft.sort(key=_rank)
        return True

    def _can(self, line: Line) -> bool:
        return line.text not in self.used and line.slots <= self.values.keys() and self._spoken(line)

    def _spoken(self, line: Line) -> bool:
        return self.tangible or without(words("things"))(line)

    def dialogue(self, name: str) -> TrainingDialogue:
        return TrainingDialogue(
            id=name,
            source="drills",
            turns=tuple(self.turns),
            domain=Domain.SALES if self.role is Role.SALESPERSON else Domain.SUPPORT,
            role=self.role,
            customer=self.meta,
        )


def _move(name: str) -> str:
    return name.split("+", maxsplit=1)[0]


def _rank(part: _Part) -> float:
    """Return where in a reply a part stands: what takes up the customer's words comes before what answers them."""
    takes_up = part.move == "inform+lead" or ("{fact" in part.line and part.move == "confirm")
    return 1.5 if takes_up else _ORDER[_move(part.move)]


def _labels(draft: list[_Part]) -> tuple[str, ...]:
    """Return the moves of a draft; what goes on after instructions is part of them."""
    moves = dict.fromkeys(_move(part.move) for part in draft)
    whole = {part.move for part in draft if "+" not in part.move}
    return tuple(move for move in moves if move in whole or not (move == "inform" and "guide" in whole))


def _text(draft: list[_Part]) -> str:
    return " ".join(part.text for part in draft)


def _misfit(text: str) -> int:
    words = len(text.split())
    return max(WORDS[0] - words, words - WORDS[1], 0)


def filled(text: str, values: dict[str, str]) -> str:
    """Return a line with its slots filled; a value that begins a sentence gets a capital."""

    def value(match: re.Match[str]) -> str:
        found = values[match.group(1)]
        before = text[: match.start()].rstrip()
        return found[:1].upper() + found[1:] if not before or before[-1] in ".!?" else found

    return SLOT.sub(value, text)
