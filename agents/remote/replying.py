"""How a turn is written by a server, which cannot be steered inside its decoding: by asking, cutting and going on.

A turn that is too short is gone on with. One that is too long is cut after a sentence. Evidence that a turn must hold
is put behind a sentence of the model's own, and the model goes on from there (splice); a value that it must give and
did not stands by itself after the first sentence, as the engine on this machine does it too.
"""

import re
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, TypeAlias

from agents import randomness
from agents.dialogue import MOVES, Speaker
from agents.gpt2.vocabulary import SAY, SPECIAL
from agents.gpt2.writing import Manner, Stop
from agents.remote.answers import Answer
from agents.remote.forms import Wish, chat_body, completion_body
from agents.remote.pieces import Pieces
from agents.remote.sentences import first_sentence, is_whole, sentence_ends, shortened
from agents.remote.settings import PromptForm

_LEAD: Final = 20
"""Words at most of the model's own sentence before the evidence."""
_ROUNDS: Final = 4
"""Requests that a turn may take to become long enough."""
_THOUGHT: Final = re.compile(r"^\s*<think>.*?</think>", re.DOTALL)
_QUOTED: Final = re.compile(r"^[\"“'](.*)[\"”']$", re.DOTALL)
_TAG: Final = re.compile("|".join(re.escape(name) for name in SPECIAL))

Ask: TypeAlias = Callable[[dict[str, Any], int], Awaitable[Answer]]
"""Sends the fields of a request, with the key of its random numbers."""


@dataclass(slots=True)
class RemoteTurn:
    """One turn in the making. `moves` are those that the model chose, where they were left to it."""

    kind: PromptForm
    prompt: Sequence[int]
    manner: Manner
    ask: Ask
    key: int
    moves: tuple[str, ...] = ()
    stop: Stop = Stop.OWN
    _requests: int = field(default=0)

    async def write(self) -> str:
        """Return the words of the turn; `stop` and `moves` say the rest."""
        if self.manner.moves and self.kind is PromptForm.HOUSE:
            await self._choose_moves()
        text = await self._around_evidence() if self.manner.evidence else ""
        text = await self._lengthened(text)
        return self._with_value(text)

    async def _choose_moves(self) -> None:
        answer = await self._more(Wish((0, 3), stop=SAY))
        chosen = [move for move in answer.text.split() if move in (self.manner.moves or ())]
        self.moves = tuple(dict.fromkeys(chosen))[:3] or _usual(self.manner.moves or ())
        pieces = Pieces()
        self.prompt = [*self.prompt, *pieces.encode(" ".join(self.moves)), pieces.special[SAY]]

    async def _around_evidence(self) -> str:
        answer = await self._more(Wish((4, _LEAD), lead=True))
        lead = first_sentence(_clean(answer.text), _LEAD)
        return f"{lead} {self.manner.evidence}".strip()

    async def _lengthened(self, text: str) -> str:
        low, high = self.manner.words
        for _ in range(_ROUNDS):
            missing = low - len(text.split())
            if text and missing <= 0:
                break
            room = high - len(text.split())
            answer = await self._more(Wish((max(1, missing), room), text))
            added = _clean(answer.text)
            if not added:
                continue
            joined = f"{text} {_after(text, added)}".strip()
            text = self._cut(joined, whole=answer.whole)
        return text

    def _cut(self, text: str, *, whole: bool) -> str:
        low, high = self.manner.words
        if whole and len(text.split()) <= high and (is_whole(text) or not self.manner.whole_sentences):
            self.stop = Stop.OWN
            return text
        text, kept = shortened(text, low, high)
        self.stop = Stop.BAND if kept else Stop.FORCED
        return text

    def _with_value(self, text: str) -> str:
        value = self.manner.value
        if not value or value.casefold() in text.casefold():
            return text
        end = next(sentence_ends(text), len(text))
        return f"{text[:end]} {value}. {text[end:].strip()}".strip()

    async def _more(self, wish: Wish) -> Answer:
        self._requests += 1
        if self.kind is PromptForm.CHAT:
            body = chat_body(self.prompt, self.manner, wish)
        else:
            body = completion_body(self.prompt, self.manner, wish, kind=self.kind)
        return await self.ask(body, randomness.key(self.key, "request", self._requests))


def _clean(text: str) -> str:
    """Return the words of an answer on one line, without what stands around them."""
    text = _THOUGHT.sub("", text)
    tag = _TAG.search(text)
    text = " ".join(text[: tag.start() if tag else None].split())
    quoted = _QUOTED.match(text)
    return quoted[1].strip() if quoted else text


def _after(draft: str, added: str) -> str:
    """Return `added` without the draft, which some models say again."""
    return added[len(draft) :].strip() if draft and added.startswith(draft) else added


def _usual(moves: Sequence[str]) -> tuple[str, ...]:
    """Return the moves of a turn for which the model named none that exists."""
    return ("inform",) if tuple(moves) == MOVES[Speaker.AGENT] else ("ask",)
