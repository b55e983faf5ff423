"""How many operations and bytes the workload needs when nothing is computed twice, and what time that takes at least.

A token is computed once for every different text that leads up to it: prompts of a session share what came before, and
conversations share what they have in common from the start. Matrix products count two operations a weight, attention
four a width and a token looked at (Kaplan et al. 2020, section 2.1); norms, activations and sampling count nothing.
It knows no engine.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from agents.gpt2.int8.tiles import COLUMNS, KEYS, LINE, VALUES
from agents.gpt2.network import Shape
from agents.gpt2.paging import PAGE
from agents.prompt import Form
from benchmarks.machine import Limits
from benchmarks.workload import REPLIES, Script, Talk


@dataclass(frozen=True, slots=True)
class Tokens:
    """What has to be computed: `seen` sums, over the tokens, how many tokens each one looks at, itself counted.

    `prompts` are all tokens of all prompts, `prefill` those of them that are new, `decode` those that follow the first
    of a reply; `first` counts replies, whose first token comes out of the prefill. `read` sums the tokens that stood in
    a cache before a prompt went on from it.
    """

    prefill: int
    prefill_seen: int
    read: int
    decode: int
    decode_seen: int
    first: int
    prompts: int


@dataclass(frozen=True, slots=True)
class Sizes:
    """Bytes of a weight and of a number in a cache."""

    weight: float
    cache: float


SIZES: Final = {
    "fp32": Sizes(4, 4),
    "bf16": Sizes(2, 2),
    "int8": Sizes(1, (KEYS + VALUES) * LINE / (2 * PAGE * COLUMNS)),
}
"""The sizes that go with an engine's precision; a page of codes has their scales and sums with it."""


@dataclass(frozen=True, slots=True)
class Work:
    """Operations and bytes of one phase."""

    operations: float
    bytes: float

    def seconds(self, limits: Limits, precision: str) -> float:
        """Return the least time that a machine with `limits` needs."""
        return max(self.operations / limits.operations[precision], self.bytes / limits.bandwidth)


def count_tokens(scripts: Sequence[Script], form: Form) -> Tokens:
    """Walk through the whole workload and count its tokens."""
    known: set[int] = set()
    totals = [0] * 7
    for place, script in enumerate(scripts):
        talk = Talk(script, form, place=place)
        while not talk.done:
            prompt, reply = talk.prompt(), talk.filler()
            counted = (*_count_prompt(known, prompt), *_count_reply(known, prompt, reply), 1, len(prompt))
            totals = [total + one for total, one in zip(totals, counted, strict=True)]
            talk.take(reply)
    return Tokens(*totals)


def _count_prompt(known: set[int], prompt: Sequence[int]) -> tuple[int, int, int]:
    """Return how many tokens are new, what they look at together, and how many stand before the first new one."""
    names = _prefixes(prompt)
    new = [n for n, name in enumerate(names) if name not in known]
    known.update(names)
    return len(new), sum(n + 1 for n in new), new[0] if new else 0


def _count_reply(known: set[int], prompt: Sequence[int], reply: Sequence[int]) -> tuple[int, int]:
    computed = [*prompt, *reply[:-1]]
    known.update(_prefixes(computed)[len(prompt) :])
    return len(reply) - 1, sum(range(len(prompt) + 1, len(computed) + 1))


def _prefixes(tokens: Sequence[int]) -> list[int]:
    """Return a number for each prefix of `tokens` that is different for different prefixes."""
    names, name = [], 0
    for token in tokens:
        name = hash((name, token))
        names.append(name)
    return names


def matrix_weights(shape: Shape) -> int:
    """The weights that every token is multiplied with, the vocabulary projection left out."""
    return 12 * shape.layers * shape.width**2


def prefill_work(tokens: Tokens, shape: Shape, sizes: Sizes) -> Work:
    """What the prompts need; weights are read once a turn."""
    operations = (
        2 * matrix_weights(shape) * tokens.prefill
        + 4 * shape.layers * shape.width * tokens.prefill_seen
        + 2 * shape.width * shape.vocabulary * tokens.first
    )
    weights = REPLIES * (matrix_weights(shape) + shape.width * shape.vocabulary)
    cache = 2 * shape.layers * shape.width * (tokens.prefill + tokens.read)
    return Work(operations, sizes.weight * weights + sizes.cache * cache)


def decode_work(tokens: Tokens, shape: Shape, sizes: Sizes, batch: int) -> Work:
    """What the rest of the replies needs, `batch` of them at a time: weights are read once for a batch of tokens."""
    operations = (
        2 * (matrix_weights(shape) + shape.width * shape.vocabulary) * tokens.decode
        + 4 * shape.layers * shape.width * tokens.decode_seen
    )
    steps = math.ceil(tokens.decode / batch)
    weights = steps * (matrix_weights(shape) + shape.width * shape.vocabulary)
    cache = 2 * shape.layers * shape.width * (tokens.decode_seen + tokens.decode)
    return Work(operations, sizes.weight * weights + sizes.cache * cache)
