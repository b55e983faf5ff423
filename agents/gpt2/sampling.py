"""From logits to tokens: temperature, top-k, top-p and one counter-based random number a token.

Rows are treated alone. The random number of a token is a function of the request's key and the token's place in the
reply, so nothing else that is sampled, before or beside it, can change it.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Final

from pydantic import Field

from agents.persona import Strict

if TYPE_CHECKING:
    from torch import Tensor


class Sampling(Strict):
    """How tokens are drawn. `temperature` 0 takes the likeliest; `top_k` 0 and `top_p` 1 keep all tokens.

    The defaults are low because the house model is small: above them its words drift from the matter.
    """

    temperature: Annotated[float, Field(strict=True, ge=0, le=2, allow_inf_nan=False)] = 0.5
    top_k: Annotated[int, Field(strict=True, ge=0, le=1000)] = 50
    top_p: Annotated[float, Field(strict=True, gt=0, le=1, allow_inf_nan=False)] = 0.9

    def warmed(self, factor: float) -> "Sampling":
        """Return the same with the temperature times `factor`, within its range."""
        return self.model_copy(update={"temperature": min(2.0, self.temperature * factor)})


GREEDY: Final = Sampling(temperature=0)


def draw(logits: "Tensor", sampling: Sequence[Sampling], uniforms: Sequence[float]) -> list[int]:
    """Return a token for every row of `logits` (B, V), fp32; forbidden tokens stand at -inf.

    Top-p keeps the smallest set of likeliest tokens whose mass reaches p (Holtzman et al. 2020), counted after top-k.
    """
    tokens = [0] * len(sampling)
    for group, rows in _grouped(sampling).items():
        part = logits[rows] if len(rows) < len(sampling) else logits
        for row, token in zip(rows, _draw(part, group, [uniforms[row] for row in rows]), strict=True):
            tokens[row] = token
    return tokens


def _grouped(sampling: Sequence[Sampling]) -> dict[Sampling, list[int]]:
    groups: dict[Sampling, list[int]] = {}
    for row, one in enumerate(sampling):
        groups.setdefault(one, []).append(row)
    return groups


def _draw(logits: "Tensor", sampling: Sampling, uniforms: Sequence[float]) -> list[int]:
    import torch

    if sampling.temperature == 0:
        greedy: list[int] = logits.argmax(-1).tolist()
        return greedy
    top, tokens = logits.topk(min(sampling.top_k or logits.shape[-1], logits.shape[-1]), dim=-1)  # (B, K), descending
    mass = (top.double() / sampling.temperature).softmax(-1).cumsum(-1)
    last = (mass < sampling.top_p).sum(-1, keepdim=True).clamp_(max=mass.shape[-1] - 1)  # (B, 1), the last one kept
    target = torch.tensor(uniforms, dtype=torch.double, device=logits.device)[:, None] * mass.gather(-1, last)
    chosen = torch.minimum((mass <= target).sum(-1, keepdim=True), last)
    sampled: list[int] = tokens.gather(-1, chosen)[:, 0].tolist()
    return sampled
