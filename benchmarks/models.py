"""The two checkpoints that are measured: the house model, and GPT-2 124M's architecture with random weights."""

import json
from pathlib import Path
from typing import Any, Final

from agents.gpt2.catalogue import HOUSE_FOLDER
from benchmarks.machine import device
from benchmarks.timing import SAMPLING

HOUSE: Final = "house"
GPT2: Final = "gpt2-124m"
MODELS: Final = (HOUSE, GPT2)

_SEED: Final = 124
_VOCABULARY: Final = 50_257


def prepare(model: str, scratch: Path) -> Path:
    """Return the folder of `model`, made in `scratch` where it does not ship."""
    return HOUSE_FOLDER if model == HOUSE else _random_gpt2(scratch / GPT2)


def _random_gpt2(folder: Path) -> Path:
    """Write a GPT-2 of 12 layers and 768 wide. Its tokenizer is the house one, filled up with words that nobody types,
    so that prompts have as many tokens as with the house model and every one of the 50,257 may be spoken."""
    import torch
    from transformers import GPT2Config, GPT2LMHeadModel

    _hush()
    torch.manual_seed(_SEED)
    GPT2LMHeadModel(GPT2Config(vocab_size=_VOCABULARY)).save_pretrained(folder)
    tokenizer = json.loads((HOUSE_FOLDER / "tokenizer.json").read_text(encoding="utf-8"))
    (folder / "tokenizer.json").write_text(json.dumps(_filled_up(tokenizer)), encoding="utf-8")
    settings = (HOUSE_FOLDER / "tokenizer_config.json").read_text(encoding="utf-8")
    (folder / "tokenizer_config.json").write_text(settings, encoding="utf-8")
    return folder


def _filled_up(tokenizer: dict[str, Any]) -> dict[str, Any]:
    words = tokenizer["model"]["vocab"]
    taken = {*words.values(), *(token["id"] for token in tokenizer["added_tokens"])}
    words |= {f"Ġunheard{token}": token for token in range(_VOCABULARY) if token not in taken}
    return tokenizer


def convert(folder: Path, scratch: Path) -> Path:
    """Write the checkpoint in `folder` in CTranslate2's own format and return where."""
    from ctranslate2.converters import TransformersConverter

    _hush()
    output = scratch / f"{folder.name}-ctranslate2"
    if not output.exists():
        TransformersConverter(str(folder)).convert(str(output))
    return output


def _hush() -> None:
    from transformers.utils import logging

    logging.disable_progress_bar()
    logging.set_verbosity_error()


def fast_precision() -> str:
    """Return the number format in which this machine multiplies fastest: bf16 where it has it, else fp32."""
    import torch

    on_cpu = torch.cpu._is_avx512_bf16_supported() or torch.cpu._is_amx_tile_supported()
    return "bf16" if torch.cuda.is_available() or on_cpu else "fp32"


def load_in_transformers(folder: Path, precision: str) -> Any:  # noqa: ANN401  transformers' types do not fit themselves
    """Load a checkpoint as transformers has it, with the shipped sampling and no token that ends a text."""
    import torch
    from transformers import GPT2LMHeadModel

    _hush()
    dtype = torch.bfloat16 if precision == "bf16" else torch.float32
    model = GPT2LMHeadModel.from_pretrained(folder, dtype=dtype, local_files_only=True)
    model.generation_config = generation_config()
    return model.eval().to(device())


def generation_config(*, end: int | None = None) -> Any:  # noqa: ANN401  transformers' types do not fit themselves
    from transformers import GenerationConfig

    return GenerationConfig(
        do_sample=True,
        temperature=SAMPLING.temperature,
        top_k=SAMPLING.top_k,
        top_p=SAMPLING.top_p,
        eos_token_id=end,
        pad_token_id=0,
    )
