"""Adapters: they load as a model, fold in, and give a base without our special tokens those that it lacks."""

import json
import shutil
from pathlib import Path

import pytest
import torch

from agents.errors import ModelError
from agents.gpt2.catalogue import find
from agents.gpt2.checkpoint import Checkpoint
from tests.training_helpers import based, recipe, tiny_base, trained, vocabulary

ADAMW = {"name": "adamw", "learning_rate": 0.01}


def lora(base: Path, **changes: object) -> object:
    return recipe(method="lora", base=str(base), optimizer=ADAMW, lora={"rank": 2, "alpha": 4}, **changes)


def head(checkpoint: Checkpoint) -> torch.Tensor:
    network = checkpoint.network(torch.float32, torch.device("cpu"))
    return torch.cat([block.qkv.weight for block in network.blocks])


def test_an_adapter_loads_as_a_model_and_changes_it(tmp_path: Path) -> None:
    made = lora(tiny_base(tmp_path / "base"))
    trained(tmp_path / "ours", made, based(made))
    assert (tmp_path / "ours" / "adapter_model.safetensors").exists()
    assert not (tmp_path / "ours" / "model.safetensors").exists()
    ours, base = find(str(tmp_path / "ours")), find(str(tmp_path / "base"))
    assert ours.digest != base.digest
    assert not torch.equal(head(ours), head(base))


def test_an_adapter_and_its_base_may_move_together(tmp_path: Path) -> None:
    (tmp_path / "here").mkdir()
    made = lora(tiny_base(tmp_path / "here" / "base"), steps=2)
    trained(tmp_path / "here" / "ours", made, based(made))
    shutil.move(tmp_path / "here", tmp_path / "there")
    assert find(str(tmp_path / "there" / "ours")).shape.layers == 2


def test_merging_gives_the_same_model_as_one_folder(tmp_path: Path) -> None:
    made = lora(tiny_base(tmp_path / "base"))
    trained(tmp_path / "adapter", made, based(made))
    trained(tmp_path / "merged", made, based(made), merge=True)
    merged = find(str(tmp_path / "merged"))
    assert merged.base is None
    torch.testing.assert_close(head(merged), head(find(str(tmp_path / "adapter"))), atol=2e-3, rtol=1e-2)


def test_few_parameters_are_trained(tmp_path: Path) -> None:
    made = lora(tiny_base(tmp_path / "base"), steps=1)
    _, events = trained(tmp_path / "ours", made, based(made))
    assert 0 < events[0].trainable < 0.2 * events[0].parameters


def test_a_killed_adapter_run_goes_on(tmp_path: Path) -> None:
    made = lora(tiny_base(tmp_path / "base"), steps=4)
    trained(tmp_path / "whole", made, based(made))
    half = lora(tmp_path / "base", steps=4, save_every=2)
    trained(tmp_path / "cut", half.but(steps=2, schedule={"kind": "stable", "warmup": 1, "decay": 0.0}), based(half))
    end, _ = trained(tmp_path / "cut", half, based(half), resume=True)
    assert end.end.step == 4


def plain_base(folder: Path) -> Path:
    """Write a tiny checkpoint without our special tokens."""
    from tokenizers import Tokenizer, models, pre_tokenizers, trainers

    tiny_base(folder)
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    tokenizer.train_from_iterator(
        ["the order is late"], trainers.BpeTrainer(vocab_size=300, initial_alphabet=alphabet, show_progress=False)
    )
    tokenizer.save(str(folder / "tokenizer.json"))
    return folder


def test_a_base_without_our_tokens_is_given_them_and_saved_whole(tmp_path: Path) -> None:
    made = lora(plain_base(tmp_path / "base"), steps=2)
    start = based(made)
    assert start.extended
    trained(tmp_path / "ours", made, start)
    ours = find(str(tmp_path / "ours"))
    assert ours.base is None
    assert len(ours.vocabulary().special) == 6
    network = ours.network(torch.float32, torch.device("cpu"))
    assert network.token_embedding.shape[0] == start.vocabulary.size
    assert torch.equal(network.token_embedding, network.head)


def test_full_training_starts_from_the_base(tmp_path: Path) -> None:
    made = recipe(method="full", base=str(tiny_base(tmp_path / "base")), steps=1)
    trained(tmp_path / "ours", made, based(made))
    ours = json.loads((tmp_path / "ours" / "tokenizer.json").read_text())
    assert ours == json.loads((tmp_path / "base" / "tokenizer.json").read_text())


def test_a_window_beyond_the_base_is_refused(tmp_path: Path) -> None:
    made = recipe(method="full", base=str(tiny_base(tmp_path / "base")), window=96)
    with pytest.raises(ModelError, match=r"window 96: .* has 64 positions"):
        based(made)


def test_our_tokens_are_single_tokens_of_a_trained_tokenizer() -> None:
    assert len(set(vocabulary().special.values())) == 6
