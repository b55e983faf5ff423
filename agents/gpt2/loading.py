"""From a checkpoint to a running engine: which device, which number format."""

import os
from enum import StrEnum

import torch

from agents.gpt2.checkpoint import Checkpoint
from agents.gpt2.engine import Engine


class Precision(StrEnum):
    """The number format of weights and caches; `auto` takes bf16 where the processor multiplies it, else fp32."""

    AUTO = "auto"
    BF16 = "bf16"
    FP32 = "fp32"


def load_engine(checkpoint: Checkpoint, *, precision: Precision = Precision.AUTO) -> Engine:
    """Read `checkpoint` and return an engine for it, on the device that accelerate finds."""
    device = _device()
    dtype = {Precision.BF16: torch.bfloat16, Precision.FP32: torch.float32}.get(precision) or _native(device)
    return Engine(checkpoint.network(dtype, device), checkpoint.vocabulary())


def _device() -> torch.device:
    if not torch.cuda.is_available() or os.environ.get("ACCELERATE_USE_CPU"):
        return torch.device("cpu")
    from accelerate import PartialState

    device: torch.device = PartialState().device
    return device


def _native(device: torch.device) -> torch.dtype:
    if device.type == "cpu":
        fast = torch.cpu._is_avx512_bf16_supported() or torch.cpu._is_amx_tile_supported()
        return torch.bfloat16 if fast else torch.float32
    return torch.bfloat16 if torch.cuda.is_bf16_supported() else torch.float32
