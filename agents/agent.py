"""An agent of the simulation (customer or representative): a persona with an open session on an engine.

It hears, it speaks, it draws again until a reply passes. What passes is for the caller to judge.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final, Generic, TypeVar

from agents import randomness
from agents.dialogue import MOVES, Speaker, Turn
from agents.gpt2.engine import Written
from agents.gpt2.sampling import Sampling
from agents.gpt2.writing import Manner
from agents.models import Model
from agents.persona import CustomerPersona, Persona
from agents.prompt import Utterance, View

_T = TypeVar("_T")

_TOKENS_A_WORD: Final = 2
_TOKENS_OF_MOVES: Final = 24


@dataclass(frozen=True, slots=True)
class Reply(Generic[_T]):
    """What an agent says, and what it took: `objections` holds those to each attempt, the kept one's last.

    `sampled` counts the tokens of all attempts, `forgot` the earliest turns that no longer fit into the window.
    """

    text: str
    moves: tuple[str, ...]
    attempts: int
    objections: tuple[tuple[_T, ...], ...]
    sampled: int
    forgot: int


class Agent:
    """One side of one conversation. `stream` keys its random numbers; close it when the conversation is over."""

    def __init__(self, persona: Persona, model: Model, *, sampling: Sampling, stream: int) -> None:
        self.side = Speaker.CUSTOMER if isinstance(persona, CustomerPersona) else Speaker.AGENT
        self._model = model
        self._sampling = sampling
        self._stream = stream
        self._view = View(model.form, persona, window=model.engine.window)
        self._session = model.engine.open()

    def take_in(self, turn: Turn) -> None:
        """Remember a turn that was not drawn by this agent: the partner's, or an own one that was given."""
        self._view.add(Utterance(turn.speaker, turn.text, turn.moves))

    async def reply(
        self,
        n: int,
        *,
        words: tuple[int, int],
        whole_sentences: bool,
        judge: Callable[[Written], Sequence[_T]],
        passages: Sequence[str] = (),
        attempts: int = 1,
    ) -> Reply[_T]:
        """Write turn `n`: draw until `judge` objects to nothing, at most `attempts` times, and keep the best.

        Raises ContextFullError where prompt and reply cannot fit into the model's window.
        """
        budget = words[1] * _TOKENS_A_WORD + _TOKENS_OF_MOVES
        prompt = self._view.prompt(passages, None, reply=budget)
        moves = MOVES[self.side] if self._model.form.moves else None
        manner = Manner(words, whole_sentences, self._model.form.stops(self.side), moves)
        drawn: list[tuple[Written, tuple[_T, ...]]] = []
        for attempt in range(1, attempts + 1):
            key = randomness.key(self._stream, n, self.side, attempt)
            written = await self._session.write(prompt.tokens, manner, self._sampling, key=key)
            drawn.append((written, tuple(judge(written))))
            if not drawn[-1][1]:
                break
        kept = min(drawn, key=lambda one: len(one[1]))
        best = kept[0]
        self._view.add(Utterance(self.side, best.text, best.moves, best.tokens, tuple(passages)))
        others = [objections for one, objections in drawn if one is not best]
        sampled = sum(len(one.tokens) for one, _ in drawn)
        return Reply(best.text, best.moves, len(drawn), (*others, kept[1]), sampled, prompt.forgot)

    def close(self) -> None:
        self._session.close()
