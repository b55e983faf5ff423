"""Small GPT-2s for tests: random weights, real files."""

from pathlib import Path

import torch

TEXT = "Our help pages say that a parcel is"


def tiny_folder(path: Path, *, seed: int = 0, window: int = 256) -> Path:
    """Write a small GPT-2 with the plain GPT-2 tokenizer files: no special tokens of ours."""
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
    from transformers import GPT2Config, GPT2LMHeadModel

    torch.manual_seed(seed)
    config = GPT2Config(vocab_size=400, n_positions=window, n_embd=64, n_layer=2, n_head=2, initializer_range=0.3)
    GPT2LMHeadModel(config).save_pretrained(path)
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    trainer = trainers.BpeTrainer(vocab_size=380, special_tokens=["<|endoftext|>"], initial_alphabet=alphabet)
    tokenizer.train_from_iterator([TEXT] * 20, trainer)
    tokenizer.save(str(path / "tokenizer.json"))
    return path
