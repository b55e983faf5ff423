"""Numbers on their way from Python to a device."""

from collections.abc import Mapping, Sequence
from itertools import chain

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor


def sent(numbers: npt.NDArray[np.generic], device: torch.device) -> Tensor:
    """Return `numbers` on `device`. To a GPU they go from pinned memory, so that nobody waits for the copy."""
    tensor: Tensor = torch.from_numpy(numbers)
    return tensor.pin_memory().to(device, non_blocking=True) if device.type == "cuda" else tensor.to(device)


def pairs(lists: Mapping[int, Sequence[int]], device: torch.device) -> tuple[Tensor, Tensor]:
    """Return rows and tokens on `device`, a pair for every token of every row's list."""
    rows = np.repeat(np.array(list(lists), np.int64), [len(tokens) for tokens in lists.values()])
    first, second = sent(np.stack((rows, np.fromiter(chain(*lists.values()), np.int64))), device)
    return first, second
