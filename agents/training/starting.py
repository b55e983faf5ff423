"""The model that training starts from: a checkpoint's weights, with adapters or without, or random ones.

Weights are fp32 while they are trained. A base without our special tokens is given them. It knows no data.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from agents.errors import ModelError
from agents.gpt2.catalogue import find
from agents.gpt2.checkpoint import Checkpoint
from agents.gpt2.vocabulary import END, SPECIAL, Vocabulary
from agents.training.packing import ATTENTION, register
from agents.training.recipe import Architecture, Method, Recipe

if TYPE_CHECKING:
    from peft import PeftModel
    from tokenizers import Tokenizer
    from transformers import GPT2Config, GPT2LMHeadModel

_FUSED: Final = "gelu_pytorch_tanh"
"""The same function as GPT-2's `gelu_new`, as one operation."""
_ADAPTED: Final = ["c_attn", "c_proj", "c_fc"]


@dataclass(frozen=True)
class Start:
    """A model ready to train. `extended` where the base had to be given our special tokens; no base: from scratch."""

    model: Any
    vocabulary: Vocabulary
    base: Checkpoint | None = None
    extended: bool = False


def vocabulary_of(base: Checkpoint) -> tuple[Vocabulary, bool]:
    """Return the vocabulary to train `base` with, and whether our special tokens had to be added to it."""
    vocabulary = base.vocabulary()
    if vocabulary.special:
        return vocabulary, False
    vocabulary.tokenizer.add_special_tokens(list(SPECIAL))
    return Vocabulary(vocabulary.tokenizer, max(vocabulary.size, vocabulary.tokenizer.get_vocab_size())), True


def from_base(recipe: Recipe, base: Checkpoint) -> Start:
    """Return `base` with all weights trainable, or frozen below adapters. Raises ModelError where it cannot be read."""
    vocabulary, extended = vocabulary_of(base)
    if recipe.window > base.shape.window:
        raise ModelError(f"window {recipe.window}: {base.name} has {base.shape.window} positions")
    model = _loaded(base)
    if extended:
        model.resize_token_embeddings(vocabulary.size, mean_resizing=True)
    if recipe.method is not Method.LORA:
        return Start(model, vocabulary, base, extended)
    new = [vocabulary.special[name] for name in SPECIAL] if extended else []
    return Start(_adapted(model, recipe, base, new), vocabulary, base, extended)


def from_scratch(recipe: Recipe, vocabulary: Vocabulary) -> Start:
    """Return a GPT-2 of the recipe's sizes with random weights, the same for the same seed."""
    import torch
    from transformers import GPT2LMHeadModel

    register()
    config = _config(recipe.architecture, recipe.window, vocabulary)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(recipe.seed)
        model = GPT2LMHeadModel._from_config(config, dtype=torch.float32, attn_implementation=ATTENTION)
    return Start(model, vocabulary)


def train_tokenizer(texts: Iterable[str], size: int) -> "Tokenizer":
    """Train a byte-level BPE of `size` tokens, ours among them, on an iterable of `texts`."""
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers

    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    first = [END, *(name for name in SPECIAL if name != END)]
    trainer = trainers.BpeTrainer(
        vocab_size=size,
        special_tokens=first,
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    tokenizer.train_from_iterator(texts, trainer)
    return tokenizer


def start_from(recipe: Recipe) -> Checkpoint:
    """Return the recipe's base. Raises ModelError with the models at hand where there is none of that name."""
    base = find(recipe.base)
    base.config  # noqa: B018  raises where it is no GPT-2
    return base


def _loaded(base: Checkpoint) -> "GPT2LMHeadModel":
    import torch
    from transformers import GPT2Config, GPT2LMHeadModel
    from transformers.utils import logging

    register()
    logging.disable_progress_bar()
    folder = base.base or base.folder
    config = GPT2Config.from_pretrained(folder, local_files_only=True)
    config.activation_function = _FUSED
    try:
        model = GPT2LMHeadModel.from_pretrained(
            folder, config=config, dtype=torch.float32, attn_implementation=ATTENTION, local_files_only=True,
            use_safetensors=True,
        )  # fmt: skip
        return _merged(model, base.folder) if base.base else model
    except (OSError, ValueError, RuntimeError) as error:
        raise ModelError(f"{base.name}: {folder} cannot be read ({error})") from None


def _merged(model: "GPT2LMHeadModel", adapter: Path) -> "GPT2LMHeadModel":
    from peft import PeftModel

    merged: GPT2LMHeadModel = PeftModel.from_pretrained(model, adapter).merge_and_unload()
    return merged.requires_grad_(True)


def _adapted(model: "GPT2LMHeadModel", recipe: Recipe, base: Checkpoint, new_tokens: list[int]) -> "PeftModel":
    from peft import LoraConfig, get_peft_model

    settings = LoraConfig(
        r=recipe.lora.rank,
        lora_alpha=recipe.lora.alpha,
        lora_dropout=recipe.lora.dropout,
        target_modules=_ADAPTED,
        fan_in_fan_out=True,
        task_type="CAUSAL_LM",
        trainable_token_indices={"wte": new_tokens} if new_tokens else None,
    )
    model.name_or_path = base.name if base.name == recipe.base else str(base.folder)
    return get_peft_model(model, settings)


def _config(sizes: Architecture, window: int, vocabulary: Vocabulary) -> "GPT2Config":
    from transformers import GPT2Config

    end = vocabulary.end
    return GPT2Config(
        vocab_size=vocabulary.size, n_positions=window, n_embd=sizes.width, n_layer=sizes.layers, n_head=sizes.heads,
        activation_function=_FUSED, resid_pdrop=0.0, embd_pdrop=0.0, attn_pdrop=0.0,
        bos_token_id=end, eos_token_id=end, pad_token_id=end,
    )  # fmt: skip
