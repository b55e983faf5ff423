"""The arithmetic of GPT-2 over a flat list of tokens (Radford et al. 2019; transformers' GPT2LMHeadModel).

A step takes N tokens of any number of sessions side by side, without padding between them. What a token may look at is
the business of `Attention`; which tokens stand in a step is the engine's. Every operation treats a row alone, so a row
never depends on its batch mates; N must be a multiple of 8, below which matrix products change with the height.
"""

from dataclasses import dataclass
from typing import Protocol

import torch
from torch import Tensor
from torch.nn import functional

ROW_MULTIPLE = 8


@dataclass(frozen=True, slots=True)
class Shape:
    """The sizes of a GPT-2: `width` is the embedding's, `window` the number of positions."""

    layers: int
    heads: int
    width: int
    window: int
    vocabulary: int
    epsilon: float = 1e-5

    @property
    def head_width(self) -> int:
        return self.width // self.heads


class Attention(Protocol):
    """What the network asks of the caches, once a layer."""

    def attend(self, layer: int, q: Tensor, k: Tensor, v: Tensor) -> Tensor:
        """Store k and v and return each row's attention: all are (N, C), in the network's dtype."""


@dataclass(frozen=True, slots=True)
class Norm:
    """A layer norm's weights, kept in fp32."""

    weight: Tensor  # (C)
    bias: Tensor  # (C)

    def __call__(self, x: Tensor, epsilon: float, dtype: torch.dtype) -> Tensor:
        return functional.layer_norm(x, x.shape[-1:], self.weight, self.bias, epsilon).to(dtype)


@dataclass(frozen=True, slots=True)
class Linear:
    """An affine map; weights stand as (out, in)."""

    weight: Tensor
    bias: Tensor

    def __call__(self, x: Tensor) -> Tensor:
        return functional.linear(x, self.weight, self.bias)


@dataclass(frozen=True, slots=True)
class Block:
    """One layer."""

    norm_1: Norm
    qkv: Linear
    out: Linear
    norm_2: Norm
    up: Linear
    down: Linear


@dataclass(frozen=True, slots=True)
class Network:
    """A GPT-2's weights, ready to run. The residual stream and the norms are fp32 whatever `dtype` is."""

    shape: Shape
    dtype: torch.dtype
    token_embedding: Tensor  # (V, C), fp32
    position_embedding: Tensor  # (window, C), fp32
    blocks: tuple[Block, ...]
    final_norm: Norm
    head: Tensor  # (V, C)

    @property
    def device(self) -> torch.device:
        return self.head.device

    def hidden(self, tokens: Tensor, positions: Tensor, attention: Attention) -> Tensor:
        """Return the last layer's residual stream, (N, C) in fp32, for `tokens` (N) at `positions` (N)."""
        x = functional.embedding(tokens, self.token_embedding)  # (N, C)
        x = x + functional.embedding(positions, self.position_embedding)
        for layer, block in enumerate(self.blocks):
            q, k, v = block.qkv(block.norm_1(x, self.shape.epsilon, self.dtype)).chunk(3, dim=-1)
            x += block.out(attention.attend(layer, q, k, v))
            h = block.up(block.norm_2(x, self.shape.epsilon, self.dtype))  # (N, 4C)
            x += block.down(functional.gelu(h, approximate="tanh"))
        return x

    def logits(self, hidden: Tensor) -> Tensor:
        """Return the next token's logits, (R, V) in fp32, for the rows `hidden` (R, C)."""
        rows = hidden.shape[0]
        padded = functional.pad(hidden, (0, 0, 0, -rows % ROW_MULTIPLE))
        normed = self.final_norm(padded, self.shape.epsilon, self.dtype)
        return functional.linear(normed, self.head)[:rows].float()


def build(shape: Shape, weights: dict[str, Tensor], dtype: torch.dtype, device: torch.device) -> Network:
    """Arrange a checkpoint's tensors, named as in transformers' GPT2Model. Raises KeyError for a missing one."""

    def tensor(name: str, kind: torch.dtype) -> Tensor:
        return weights[name].to(device=device, dtype=kind)

    def norm(name: str) -> Norm:
        return Norm(tensor(f"{name}.weight", torch.float32), tensor(f"{name}.bias", torch.float32))

    def linear(name: str) -> Linear:
        return Linear(tensor(f"{name}.weight", dtype).t().contiguous(), tensor(f"{name}.bias", dtype))

    def block(n: int) -> Block:
        at = f"h.{n}"
        return Block(
            norm_1=norm(f"{at}.ln_1"),
            qkv=linear(f"{at}.attn.c_attn"),
            out=linear(f"{at}.attn.c_proj"),
            norm_2=norm(f"{at}.ln_2"),
            up=linear(f"{at}.mlp.c_fc"),
            down=linear(f"{at}.mlp.c_proj"),
        )

    head = "lm_head.weight" if "lm_head.weight" in weights else "wte.weight"
    return Network(
        shape=shape,
        dtype=dtype,
        token_embedding=tensor("wte.weight", torch.float32),
        position_embedding=tensor("wpe.weight", torch.float32),
        blocks=tuple(block(n) for n in range(shape.layers)),
        final_norm=norm("ln_f"),
        head=tensor(head, dtype).contiguous(),
    )
