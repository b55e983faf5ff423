"""From logits to tokens: temperature, top-k, top-p and one counter-based random number a token.

Rows are treated alone. The random number of a token is a function of the request's key and the token's place in the
reply, so nothing else that is sampled, before or beside it, can change it.
"""

from collections.abc import Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Annotated, Final, NamedTuple

from pydantic import Field

from agents.persona import Strict

if TYPE_CHECKING:
    from torch import Tensor

_FEW: Final = 1000
"""So many logits of a row are ranked without sorting the row."""


class Sampling(Strict):
    """How tokens are drawn. `temperature` 0 takes the likeliest; `top_k` 0 and `top_p` 1 keep all tokens.

    The defaults are low because the house model is small: above them its words drift from the matter.
    """

    temperature: Annotated[float, Field(strict=True, ge=0, le=2, allow_inf_nan=False)] = 0.5
    top_k: Annotated[int, Field(strict=True, ge=0, le=1000)] = 50
    top_p: Annotated[float, Field(strict=True, gt=0, le=1, allow_inf_nan=False)] = 0.9

    def warmed(self, factor: float) -> "Sampling":
        """Return the same with the temperature times `factor`, within its range."""
        return self if factor == 1 else _warmed(self, factor)


@lru_cache
def _warmed(sampling: Sampling, factor: float) -> Sampling:
    return sampling.model_copy(update={"temperature": min(2.0, sampling.temperature * factor)})


GREEDY: Final = Sampling(temperature=0)


class Drawn(NamedTuple):
    """A token for every row, and its log-probability at temperature 1 among those that top-k kept."""

    tokens: list[int]
    likelihoods: list[float]


def draw(logits: "Tensor", sampling: Sequence[Sampling], uniforms: Sequence[float]) -> Drawn:
    """Draw a token for every row of `logits` (B, V), fp32; forbidden tokens stand at -inf.

    Top-p keeps the smallest set of likeliest tokens whose mass reaches p (Holtzman et al. 2020), counted after top-k.
    """
    import numpy as np

    from agents.gpt2 import picking

    size = logits.shape[-1]
    counts = np.array([1 if one.temperature == 0 else min(one.top_k or size, size) for one in sampling])
    manner = (np.array([one.temperature for one in sampling]), np.array([one.top_p for one in sampling]))
    chosen, likely = np.empty(len(sampling), np.int64), np.empty(len(sampling))
    if logits.device.type == "cpu" and counts.max() <= _FEW:
        picking.pick(logits.numpy(), counts, *manner, np.array(uniforms), chosen, likely)
        return Drawn(list(map(int, chosen)), list(map(float, likely)))
    values, tokens = (found.cpu().numpy() for found in logits.topk(int(counts.max()), dim=-1))
    picking.pick_sorted(values, counts, *manner, np.array(uniforms), chosen, likely)
    return Drawn(list(map(int, tokens[np.arange(len(chosen)), chosen])), list(map(float, likely)))
