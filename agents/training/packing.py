"""Examples laid end to end: what a model computes in one pass, without padding and without looking across examples.

It knows tokens, not dialogues. An endless stream of examples becomes batches; where a batch begins is a place in the
stream and nothing else, so that training can go on from there.
"""

from collections.abc import Callable, Iterator, Sequence
from typing import Any, Final, TypeAlias

import torch
from torch import Tensor
from torch.nn import functional
from torch.utils.data import IterableDataset

from agents.training.examples import Example

ATTENTION: Final = "duologue_examples"
"""The name under which `attend` is registered with transformers."""

Stream: TypeAlias = Callable[[int], Iterator[Example]]
"""An endless stream of examples, from a place in it on."""
Batch: TypeAlias = dict[str, Any]


def attend(
    _module: torch.nn.Module, query: Tensor, key: Tensor, value: Tensor, _mask: Tensor | None,
    *, scaling: float, dropout: float = 0.0, lengths: Sequence[int], **_: object,
) -> tuple[Tensor, None]:  # fmt: skip
    """Attend causally within each example; q, k, v are (1, H, N, D) and the examples' `lengths` add up to N."""
    parts = zip(*(tensor.split(list(lengths), 2) for tensor in (query, key, value)), strict=True)
    attended = [
        functional.scaled_dot_product_attention(q, k, v, is_causal=True, scale=scaling, dropout_p=dropout)
        for q, k, v in parts
    ]
    return torch.cat(attended, 2).transpose(1, 2), None  # (1, N, H, D)


def register() -> None:
    """Make `attend` known to transformers."""
    from transformers import AttentionInterface

    AttentionInterface.register(ATTENTION, attend)


def pack(examples: Sequence[Example]) -> Batch:
    """Return what the model is given for `examples`: logits are computed only where a target follows."""
    tokens = torch.tensor([token for example in examples for token in example.tokens])  # (N)
    learn = torch.tensor([learn for example in examples for learn in (False, *example.learn[1:])])  # (N)
    targets = learn.nonzero()[:, 0]  # (M)
    return {
        "input_ids": tokens[None],
        "position_ids": torch.cat([torch.arange(len(example.tokens)) for example in examples])[None],
        "lengths": [len(example.tokens) for example in examples],
        "logits_to_keep": targets - 1,
        "labels": tokens[targets],
    }


def packed(examples: Iterator[Example], at_once: int) -> Iterator[list[Example]]:
    """Group examples in their order, as many as fit `at_once` tokens; a longer one stands alone."""
    group: list[Example] = []
    held = 0
    for example in examples:
        if group and held + len(example.tokens) > at_once:
            yield group
            group, held = [], 0
        group.append(example)
        held += len(example.tokens)
    if group:
        yield group


class Packed(IterableDataset[Batch]):
    """The batches of a stream from `start` on. Each tells at which example of the stream the next one begins."""

    def __init__(self, stream: Stream, *, at_once: int, start: int = 0) -> None:
        self._stream, self._at_once, self._start = stream, at_once, start

    def __iter__(self) -> Iterator[Batch]:
        position = self._start
        for group in packed(self._stream(position), self._at_once):
            position += len(group)
            yield pack(group) | {"position": position}
