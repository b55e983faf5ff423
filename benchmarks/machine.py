"""What the machine can do at most, measured: matrix products a second in each number format, bytes read a second.

Each figure is the best of several short runs, so that a busy moment does not flatter whoever is measured against it.
"""

import os
import platform
import time
from collections.abc import Callable
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    import torch

_SHAPES: Final = ((64, 3072, 768), (512, 3072, 768), (2048, 2304, 768), (2048, 2048, 2048))
"""Rows, outputs and inputs of the products that are tried: the fastest counts."""
_LARGE: Final = (8192, 8192, 8192)
"""Tried on a GPU, too, which is done with the others before the next is launched."""
_SECONDS_A_PRODUCT: Final = 0.15
_READ_BYTES: Final = 1 << 29
_READ_BYTES_ON_A_GPU: Final = 1 << 31
_READS: Final = 6
_LIBRARIES: Final = ("torch", "transformers", "ctranslate2", "numba", "numpy", "tokenizers", "safetensors")


@dataclass(frozen=True, slots=True)
class Limits:
    """Operations a second by number format (a multiply-add counts as two), and bytes read from memory a second."""

    operations: dict[str, float]
    bandwidth: float


def measure() -> Limits:
    """Return the limits of this machine now; takes about three seconds."""
    return Limits({precision: _products(precision) for precision in ("fp32", "bf16", "int8")}, _bandwidth())


def _products(precision: str) -> float:
    shapes = (*_SHAPES, _LARGE) if device().type == "cuda" else _SHAPES
    return max(_rate(_product(precision, *shape), 2 * shape[0] * shape[1] * shape[2]) for shape in shapes)


def _product(precision: str, rows: int, outputs: int, inputs: int) -> Callable[[], object]:
    import torch

    if precision == "int8":
        a = torch.ones(rows, inputs, dtype=torch.int8, device=device())
        b = torch.ones(outputs, inputs, dtype=torch.int8, device=device()).t()
        return lambda: torch._int_mm(a, b)
    dtype = torch.bfloat16 if precision == "bf16" else torch.float32
    x = torch.ones(rows, inputs, dtype=dtype, device=device())
    weight = torch.ones(outputs, inputs, dtype=dtype, device=device())
    return lambda: torch.nn.functional.linear(x, weight)


def _rate(call: Callable[[], object], amount: float) -> float:
    """Return `amount` a second at the fastest of the calls that fit into the time."""
    call()
    _settle()
    best, begun = float("inf"), time.perf_counter()
    while time.perf_counter() - begun < _SECONDS_A_PRODUCT:
        start = time.perf_counter()
        call()
        _settle()
        best = min(best, time.perf_counter() - start)
    return amount / best


def _bandwidth() -> float:
    import torch

    size = _READ_BYTES_ON_A_GPU if device().type == "cuda" else _READ_BYTES
    block = torch.zeros(size // 4, device=device())
    best = float("inf")
    for _ in range(_READS):
        start = time.perf_counter()
        block.sum()
        _settle()
        best = min(best, time.perf_counter() - start)
    return size / best


def _settle() -> None:
    import torch

    if torch.cuda.is_available():
        torch.cuda.synchronize()


def device() -> "torch.device":
    """Where every contender runs: a GPU where there is one."""
    import torch

    return torch.device("cuda" if torch.cuda.is_available() else "cpu")


def cores() -> int:
    """The processor cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def describe() -> dict[str, object]:
    """Return what a reader of the results has to know of the machine and its software."""
    import torch

    return {
        "cpu": _cpu_model(),
        "cores": cores(),
        "memory_gib": round(_memory_bytes() / 2**30),
        "gpu": torch.cuda.get_device_name() if torch.cuda.is_available() else None,
        "system": f"{platform.system()} {platform.machine()}",
        "python": platform.python_version(),
        "libraries": {name: found for name in _LIBRARIES if (found := _version(name))},
    }


def _cpu_model() -> str:
    info = Path("/proc/cpuinfo")
    lines = info.read_text(encoding="utf-8").splitlines() if info.exists() else []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.processor()


def _memory_bytes() -> int:
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")


def _version(name: str) -> str | None:
    try:
        return version(name)
    except PackageNotFoundError:
        return None


def resident() -> int:
    """Return the memory in bytes that this process holds."""
    return _status("VmRSS")


def resident_peak() -> int:
    """Return the most memory in bytes that this process has held so far."""
    return _status("VmHWM")


def on_card() -> int:
    """Return the memory in bytes that is taken on the GPU, by whomever; 0 where there is none."""
    import torch

    if not torch.cuda.is_available():
        return 0
    free, total = torch.cuda.mem_get_info()
    return total - free


def _status(name: str) -> int:
    """Return a field of Linux's account of this process; elsewhere, the peak as the system counts it."""
    status = Path("/proc/self/status")
    if status.exists():
        line = next(line for line in status.read_text(encoding="utf-8").splitlines() if line.startswith(name))
        return int(line.split()[1]) * 1024
    import resource

    unit = 1 if platform.system() == "Darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit
