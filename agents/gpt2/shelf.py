"""A checkpoint's weights as plain arrays, so that the engines of one node can share what was read once.

It knows nothing of how arrays travel between processes; numpy has no bf16, so that is carried as 16-bit integers.
"""

import warnings
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from agents.gpt2.checkpoint import Checkpoint

if TYPE_CHECKING:
    import torch
    from numpy.typing import NDArray


@dataclass(frozen=True)
class ShelvedCheckpoint(Checkpoint):
    """A checkpoint whose weights were read already; the tokenizer is still read from its folder."""

    arrays: "dict[str, tuple[str, NDArray[Any]]]" = field(default_factory=dict)

    def tensors(self) -> "dict[str, torch.Tensor]":
        return {name: _tensor(kind, array) for name, (kind, array) in self.arrays.items()}


def shelved(checkpoint: Checkpoint) -> ShelvedCheckpoint:
    """Read the weights of `checkpoint`, and its hash with them. Raises ModelError."""
    arrays = {name: _array(tensor) for name, tensor in checkpoint.tensors().items()}
    shelf = ShelvedCheckpoint(checkpoint.name, checkpoint.folder, checkpoint.base, arrays)
    shelf.__dict__["digest"] = checkpoint.digest
    return shelf


def _array(tensor: "torch.Tensor") -> "tuple[str, NDArray[Any]]":
    import torch

    kind = str(tensor.dtype).removeprefix("torch.")
    plain = tensor.contiguous()
    return kind, (plain.view(torch.int16) if tensor.dtype is torch.bfloat16 else plain).numpy()


def _tensor(kind: str, array: "NDArray[Any]") -> "torch.Tensor":
    import torch

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # shared arrays are read-only, and nobody writes to weights
        tensor = torch.from_numpy(array)
    return tensor.view(torch.bfloat16) if kind == "bfloat16" else tensor
