"""A GPT-2 on disk, read into memory: sizes, tensors, vocabulary and a hash that names them.

Only safetensors and JSON are read. A folder with a LoRA adapter is merged into its base by peft. It knows folders;
where they come from is the catalogue's business.
"""

import json
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from agents.errors import ModelError
from agents.gpt2.vocabulary import Vocabulary

if TYPE_CHECKING:
    import torch

    from agents.gpt2.network import Network, Shape

ADAPTER: Final = "adapter_config.json"
_ACTIVATIONS: Final = ("gelu_new", "gelu_pytorch_tanh")
_SHARDS: Final = "model.safetensors.index.json"


@dataclass(frozen=True)
class Checkpoint:
    """A folder with `config.json`, safetensors and a tokenizer. `base` is the folder that an adapter is merged into."""

    name: str
    folder: Path
    base: Path | None = None

    @cached_property
    def config(self) -> dict[str, Any]:
        """The checked content of `config.json`. Raises ModelError where it is no plain GPT-2."""
        path = (self.base or self.folder) / "config.json"
        try:
            config = json.loads(path.read_text(encoding="utf-8"))
        except (OSError, ValueError) as error:
            raise ModelError(f"{self.name}: {path} cannot be read ({error})") from None
        _check(config, self.name)
        return dict(config)

    @cached_property
    def digest(self) -> str:
        """The SHA-256, in hex, of everything that decides what the model says."""
        hash_ = sha256()
        for path in self._files:
            hash_.update(path.name.encode() + b"\0")
            with path.open("rb") as file:
                while chunk := file.read(1 << 20):
                    hash_.update(chunk)
        return hash_.hexdigest()

    @property
    def label(self) -> str:
        """How transcripts name the model: its name and the first eight digits of its hash."""
        return f"{self.name}@{self.digest[:8]}"

    @cached_property
    def parameters(self) -> int:
        """The number of weights, counted from the safetensors headers; tied embeddings count once."""
        return sum(count for path in self._weights(self.base or self.folder) for count in _sizes(path))

    @cached_property
    def shape(self) -> "Shape":
        from agents.gpt2.network import Shape

        config = self.config
        return Shape(
            layers=config["n_layer"],
            heads=config["n_head"],
            width=config["n_embd"],
            window=config["n_positions"],
            vocabulary=config["vocab_size"],
            epsilon=config.get("layer_norm_epsilon", 1e-5),
        )

    def vocabulary(self) -> Vocabulary:
        has_own = (self.folder / "tokenizer.json").exists() or (self.folder / "vocab.json").exists()
        return Vocabulary.load(self.folder if has_own else self.base or self.folder, self.config["vocab_size"])

    def network(self, dtype: "torch.dtype", device: "torch.device") -> "Network":
        """Read the weights. Raises ModelError where a tensor is missing, broken or of the wrong size."""
        from agents.gpt2.network import build

        try:
            network = build(self.shape, self.tensors(), dtype, device)
        except KeyError as error:
            raise ModelError(f"{self.name}: the weights lack {error.args[0]!r}; this is no whole GPT-2") from None
        width = (self.shape.vocabulary, self.shape.width)
        if tuple(network.token_embedding.shape) != width:
            found = tuple(network.token_embedding.shape)
            raise ModelError(f"{self.name}: wte.weight is {found}, config.json says {width}")
        return network

    def tensors(self) -> dict[str, "torch.Tensor"]:
        """Read the weights as they are on disk, an adapter merged into its base. Raises ModelError."""
        return self._merged() if self.base else self._tensors(self.folder)

    @property
    def _files(self) -> list[Path]:
        folders = [self.folder, *([self.base] if self.base else [])]
        wanted = ("config.json", ADAPTER, "tokenizer.json", "vocab.json", "merges.txt")
        found = [folder / name for folder in folders for name in wanted if (folder / name).exists()]
        return [*found, *(path for folder in folders for path in self._weights(folder))]

    def _weights(self, folder: Path) -> list[Path]:
        if (folder / _SHARDS).exists():
            index = json.loads((folder / _SHARDS).read_text(encoding="utf-8"))
            return [folder / Path(name).name for name in sorted(set(index["weight_map"].values()))]
        names = ("model.safetensors", "adapter_model.safetensors")
        found = [folder / name for name in names if (folder / name).exists()]
        if not found:
            raise ModelError(f"{self.name}: {folder} holds no model.safetensors (only safetensors are loaded)")
        return found

    def _tensors(self, folder: Path) -> dict[str, "torch.Tensor"]:
        from safetensors import SafetensorError
        from safetensors.torch import load_file

        tensors: dict[str, torch.Tensor] = {}
        for path in self._weights(folder):
            try:
                tensors |= load_file(path)
            except (SafetensorError, OSError) as error:
                raise ModelError(f"{self.name}: {path} is truncated or damaged ({error})") from None
        return {name.removeprefix("transformer."): tensor for name, tensor in tensors.items()}

    def _merged(self) -> dict[str, "torch.Tensor"]:
        from peft import PeftModel
        from transformers import GPT2LMHeadModel
        from transformers.utils import logging

        logging.disable_progress_bar()
        try:
            model = GPT2LMHeadModel.from_pretrained(self.base, local_files_only=True, use_safetensors=True)
            merged = PeftModel.from_pretrained(model, self.folder).merge_and_unload()
        except (OSError, ValueError, RuntimeError) as error:
            raise ModelError(f"{self.name}: the adapter does not fit {self.base} ({_first_line(error)})") from None
        state: dict[str, torch.Tensor] = merged.state_dict()
        return {name.removeprefix("transformer."): tensor for name, tensor in state.items()}


def _check(config: dict[str, Any], name: str) -> None:
    kind = config.get("model_type")
    if kind != "gpt2":
        raise ModelError(f"{name}: model_type is {kind!r}, not 'gpt2'; Duologue runs GPT-2s")
    missing = [key for key in ("n_layer", "n_head", "n_embd", "n_positions", "vocab_size") if key not in config]
    if missing:
        raise ModelError(f"{name}: config.json lacks {missing[0]!r}")
    activation = config.get("activation_function", "gelu_new")
    unusual = config.get("scale_attn_by_inverse_layer_idx") or not config.get("scale_attn_weights", True)
    if activation not in _ACTIVATIONS or unusual or config.get("n_inner") not in (None, 4 * config["n_embd"]):
        raise ModelError(f"{name}: config.json describes a variant of GPT-2 that is not supported")


def _sizes(path: Path) -> list[int]:
    from math import prod

    from safetensors import safe_open

    with safe_open(path, "numpy") as file:
        return [prod(file.get_slice(key).get_shape()) for key in file.keys()]  # noqa: SIM118  not a mapping


def _first_line(error: Exception) -> str:
    return str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
