"""Packed batches: each example is read as if it stood alone, and targets are those that are learnt."""

from collections.abc import Iterator
from itertools import count, islice

import torch

from agents.gpt2.vocabulary import Vocabulary
from agents.training.examples import Example
from agents.training.packing import Packed, pack, packed
from agents.training.recipe import Architecture, Recipe
from agents.training.starting import from_scratch, train_tokenizer


def example(*tokens: int, learn: str) -> Example:
    return Example(list(tokens), [mark == "x" for mark in learn])


def tiny_model() -> torch.nn.Module:
    vocabulary = Vocabulary(train_tokenizer(["a b c d"] * 3, 300), 300)
    recipe = Recipe(method="scratch", window=64, architecture=Architecture(layers=2, heads=2, width=16))
    model: torch.nn.Module = from_scratch(recipe, vocabulary).model
    return model.eval()


def test_targets_are_the_learnt_tokens_after_the_first() -> None:
    batch = pack([example(5, 6, 7, learn=".xx"), example(8, 9, learn="xx")])
    assert batch["labels"].tolist() == [6, 7, 9]
    assert batch["input_ids"][0, batch["logits_to_keep"]].tolist() == [5, 6, 8]
    assert batch["position_ids"].tolist() == [[0, 1, 2, 0, 1]]


def test_an_example_is_read_the_same_alone_and_packed() -> None:
    model = tiny_model()
    first, second = example(*range(10, 30), learn="x" * 20), example(*range(50, 65), learn="x" * 15)
    with torch.no_grad():
        alone = model(**_inputs(second)).logits[0]
        together = model(**_inputs(first, second)).logits[0]
    torch.testing.assert_close(together[-len(alone) :], alone, atol=1e-5, rtol=1e-4)


def test_groups_keep_the_order_and_the_limit() -> None:
    sizes = [3, 4, 9, 2, 2, 2]
    groups = list(packed((example(*[7] * n, learn="x" * n) for n in sizes), 7))
    assert [[len(one.tokens) for one in group] for group in groups] == [[3, 4], [9], [2, 2, 2]]


def numbered(start: int) -> Iterator[Example]:
    return (example(*[n] * (2 + n % 5), learn="x" * (2 + n % 5)) for n in count(start))


def test_a_stream_goes_on_where_a_batch_says_that_it_ended() -> None:
    whole = list(islice(Packed(numbered, at_once=20), 6))
    rest = list(islice(Packed(numbered, at_once=20, start=whole[2]["position"]), 3))
    assert [one["input_ids"].tolist() for one in rest] == [one["input_ids"].tolist() for one in whole[3:]]


def _inputs(*examples: Example) -> dict[str, object]:
    return {name: value for name, value in pack(examples).items() if name != "labels"} | {"use_cache": False}
