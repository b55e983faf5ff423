"""A GPT-2 in fp32 or bf16, run step by step on a CPU, with torch: where exactness matters more than speed."""

from collections.abc import Sequence

import torch
from torch import Tensor

from agents.gpt2.attention import Segment, StepAttention
from agents.gpt2.network import ROW_MULTIPLE, Network
from agents.gpt2.paging import PAGE, PagePool


class FloatNetwork:
    """Runs steps of a `Network` in its own number format, on its own device."""

    def __init__(self, network: Network) -> None:
        self._network = network
        self.shape = network.shape
        self.device = network.device
        self.precision = "bf16" if network.dtype is torch.bfloat16 else "fp32"

    def new_pool(self) -> PagePool:
        """Return an empty pool of pages for this network's keys and values."""
        return PagePool(self.shape, self.blank)

    def blank(self, pages: int) -> tuple[Tensor, ...]:
        """Return zeros for the keys and for the values of so many pages."""
        size = (self.shape.layers, pages, self.shape.heads, PAGE, self.shape.head_width)
        return tuple(torch.zeros(size, dtype=self._network.dtype, device=self.device) for _ in range(2))

    def logits(self, pool: PagePool, segments: Sequence[Segment], tokens: Sequence[int]) -> Tensor:
        """Compute `tokens`, which stand segment after segment, and return each segment's last logits, (B, V), fp32."""
        attention = StepAttention(pool, segments)
        padding = [0] * (-len(tokens) % ROW_MULTIPLE)
        positions = torch.tensor(attention.positions.tolist() + padding, device=self.device)
        hidden = self._network.hidden(torch.tensor([*tokens, *padding], device=self.device), positions, attention)
        last = torch.tensor([s.count for s in segments], device=self.device).cumsum(0) - 1
        return self._network.logits(hidden[last])
