"""Lets a GPT-2 say which way of putting a question it would take: it writes, and may write nothing but one of them.

Its tokens are drawn along the tree of what all ways have in common, so every token is the model's and every sentence is
one that the rules made. What it writes unaided is another matter: see `unaided`.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from agents.dialogue import Speaker
from agents.gpt2.sampling import Sampling
from agents.gpt2.vocabulary import Vocabulary
from agents.gpt2.writing import Choice, Manner, Stop, Writer
from agents.models import Model
from agents.persona import DISPOSITIONS, MOTIVATIONS, CustomerPersona, Style, Tone

MOVES: Final = ("open", "ask")
_SAMPLING: Final = Sampling(temperature=0.8, top_k=0, top_p=1.0)
_MANNER: Final = Manner((1, 400), False, ())
ASKER: Final = CustomerPersona(
    disposition=DISPOSITIONS["amiable"],
    motivation=MOTIVATIONS["information"],
    tone=Tone.NEUTRAL,
    style=Style.PLAIN,
)
"""The customer that the model is told to be."""


@dataclass(slots=True)
class _Node:
    following: "dict[int, _Node]" = field(default_factory=dict)
    text: int | None = None


class OneOf(Writer):
    """A turn that is one of `texts`: where only one token can come next, it enters without being drawn.

    `chosen` is the place of the text that was written.
    """

    def __init__(self, vocabulary: Vocabulary, texts: Sequence[str], stop: int) -> None:
        super().__init__(vocabulary, _MANNER)
        self._end = stop
        self._node = _tree([[*vocabulary.encode(text), stop] for text in texts])
        self.chosen = 0

    def choices(self) -> Choice:
        return tuple(sorted(self._node.following))

    def repeats(self) -> Sequence[int]:
        return ()

    def take(self, token: int) -> list[int]:
        entered = [token]
        node = self._node.following[token]
        while len(node.following) == 1:
            token, node = next(iter(node.following.items()))
            entered.append(token)
        self._node = node
        if node.text is not None:
            self.chosen, self.stop = node.text, Stop.OWN
            entered.pop()
        self.tokens += entered
        return entered


def _tree(texts: Sequence[Sequence[int]]) -> _Node:
    root = _Node()
    for place, tokens in enumerate(texts):
        node = root
        for token in tokens:
            node = node.following.setdefault(token, _Node())
        node.text = place
    return root


class Chooser:
    """Asks a model, for many questions at once, which of their ways it would write."""

    def __init__(self, model: Model) -> None:
        self._model = model
        self._prompt = [*model.form.role(ASKER), *model.form.cue(Speaker.CUSTOMER, MOVES if model.form.moves else None)]

    def first(self, ways: Sequence[Sequence[str]], keys: Sequence[int]) -> list[list[str]]:
        """Return each list of ways with the one that the model wrote in front; `keys` name the random numbers."""
        return asyncio.run(self._all(ways, keys))

    async def _all(self, ways: Sequence[Sequence[str]], keys: Sequence[int]) -> list[list[str]]:
        return list(await asyncio.gather(*map(self._one, ways, keys)))

    async def _one(self, ways: Sequence[str], key: int) -> list[str]:
        if len(ways) < 2:
            return list(ways)
        vocabulary = self._model.engine.vocabulary
        assert vocabulary is not None
        lead = "" if self._model.form.moves else " "
        writer = OneOf(vocabulary, [lead + way for way in ways], vocabulary.end)
        session = self._model.engine.open()
        try:
            await session.write(self._prompt, writer, _SAMPLING, key=key)
        finally:
            session.close()
        return [ways[writer.chosen], *(way for place, way in enumerate(ways) if place != writer.chosen)]
