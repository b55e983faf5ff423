"""A trained model on disk: the folder that `model:` takes. Weights are bf16 safetensors; the rest is JSON."""

import os
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Final

import torch

from agents.training.recipe import Method, Recipe
from agents.training.starting import Start

if TYPE_CHECKING:
    from peft import PeftModel

_TOKENIZER_FILES: Final = ("tokenizer.json", "tokenizer_config.json")


def save(start: Start, recipe: Recipe, out: Path, *, merge: bool) -> None:
    """Write the trained model of `start` to `out`, as an adapter where it is one that its base can carry."""
    adapter = recipe.method is Method.LORA and not merge and not start.extended
    if adapter and start.base is not None:
        _save_adapter(start.model, named_from(recipe.base, out), out)
        return
    model = start.model.merge_and_unload() if recipe.method is Method.LORA else start.model
    model.config.activation_function = "gelu_new"
    model.config.use_cache = True
    model.to(torch.bfloat16).save_pretrained(out)
    (out / "model.safetensors").chmod(0o644)
    _save_tokenizer(start, out, model.config.n_positions)


def named_from(base: str, out: Path) -> str:
    """Return how an adapter in `out` names its base: a folder by its way from `out`, so that both may move together."""
    folder = Path(base).expanduser()
    return os.path.relpath(folder.resolve(), out.resolve()) if folder.is_dir() else base


def _save_adapter(model: "PeftModel", base: str, out: Path) -> None:
    for settings in model.peft_config.values():
        settings.base_model_name_or_path = base
    model.save_pretrained(str(out), save_embedding_layers=False)
    (out / "README.md").unlink(missing_ok=True)


def _save_tokenizer(start: Start, out: Path, window: int) -> None:
    from transformers import PreTrainedTokenizerFast

    base = start.base.folder if start.base and not start.extended else None
    if base and all((base / name).exists() for name in _TOKENIZER_FILES):
        for name in _TOKENIZER_FILES:
            shutil.copyfile(base / name, out / name)
        return
    tokenizer = start.vocabulary.tokenizer
    end = tokenizer.id_to_token(start.vocabulary.end)
    PreTrainedTokenizerFast(
        tokenizer_object=tokenizer, bos_token=end, eos_token=end, unk_token=end, pad_token=end, model_max_length=window
    ).save_pretrained(out)
