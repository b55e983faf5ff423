"""From a checkpoint to a running engine: which device, which number format."""

import os
from enum import StrEnum

import torch

from agents.errors import ModelError
from agents.gpt2.captured import CapturedNetwork
from agents.gpt2.checkpoint import Checkpoint
from agents.gpt2.engine import Engine, Runner
from agents.gpt2.floats import FloatNetwork


class Precision(StrEnum):
    """The number format of weights and caches.

    `auto` takes int8 on a CPU with AVX-512 VNNI, and elsewhere bf16 where it is multiplied fast, else fp32.
    """

    AUTO = "auto"
    INT8 = "int8"
    BF16 = "bf16"
    FP32 = "fp32"


def load_engine(checkpoint: Checkpoint, *, precision: Precision = Precision.AUTO) -> Engine:
    """Read `checkpoint` and return an engine for it, on the device that accelerate finds."""
    return Engine(runner_of(checkpoint, precision), checkpoint.vocabulary())


def runner_of(checkpoint: Checkpoint, precision: Precision) -> Runner:
    """Read `checkpoint` and return its network, ready to run in the given number format.

    Raises ModelError where this machine cannot multiply it.
    """
    device = _device()
    if precision is Precision.AUTO:
        precision = _native(device)
    network = checkpoint.network(torch.bfloat16 if precision is Precision.BF16 else torch.float32, device)
    if precision is Precision.INT8:
        if device.type != "cpu" or not _has_vnni():
            raise ModelError("int8 needs a CPU with AVX-512 VNNI, which this machine lacks; use bf16 or fp32")
        from agents.gpt2.int8.network import Int8Network

        return Int8Network(network)
    return CapturedNetwork(network) if device.type == "cuda" else FloatNetwork(network)


def _device() -> torch.device:
    if not torch.cuda.is_available() or os.environ.get("ACCELERATE_USE_CPU"):
        return torch.device("cpu")
    from accelerate import PartialState

    device: torch.device = PartialState().device
    return device


def _native(device: torch.device) -> Precision:
    if device.type == "cpu":
        return Precision.INT8 if _has_vnni() else _float_on_cpu()
    return Precision.BF16 if torch.cuda.is_bf16_supported() else Precision.FP32


def _has_vnni() -> bool:
    from agents.gpt2.int8.tiles import has_vnni

    return has_vnni()


def _float_on_cpu() -> Precision:
    fast = torch.cpu._is_avx512_bf16_supported() or torch.cpu._is_amx_tile_supported()
    return Precision.BF16 if fast else Precision.FP32
