"""The optimisers and the learning rate's course. They know parameters by name and size only."""

from collections.abc import Callable
from math import cos, pi
from typing import Any, Final

import torch
from torch import nn

from agents.training.recipe import Optimizer as Settings
from agents.training.recipe import Schedule

_EMBEDDINGS: Final = ("wte", "wpe", "lm_head")


class MuonAndAdamW(torch.optim.Optimizer):
    """Muon for hidden matrices, AdamW for embeddings, norms and biases, behind the interface of one optimiser.

    Muon (Jordan et al. 2024) steps along the orthogonalised momentum. Its steps are scaled to AdamW's typical size (Liu
    et al. 2025, "Muon is scalable for LLM training"), so that both follow one learning rate.
    """

    def __init__(self, matrices: list[nn.Parameter], rest: list[nn.Parameter], settings: Settings) -> None:
        super().__init__([*matrices, *rest], {})
        rate = settings.learning_rate
        self._muon = torch.optim.Muon(
            matrices, rate, settings.weight_decay, settings.momentum, adjust_lr_fn="match_rms_adamw"
        )
        self._adamw = torch.optim.AdamW(rest, rate, settings.betas, weight_decay=0.0, fused=True)
        self._share_groups()

    @torch.no_grad()
    def step(self, closure: Callable[[], float] | None = None) -> float | None:  # type: ignore[override]
        loss = closure() if closure else None
        self._muon.step()
        self._adamw.step()
        return loss

    def state_dict(self) -> dict[str, Any]:
        return {"muon": self._muon.state_dict(), "adamw": self._adamw.state_dict()}

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        self._muon.load_state_dict(state_dict["muon"])
        self._adamw.load_state_dict(state_dict["adamw"])
        self._share_groups()

    def _share_groups(self) -> None:
        self.param_groups = [*self._muon.param_groups, *self._adamw.param_groups]


def optimizer_for(model: nn.Module, settings: Settings) -> torch.optim.Optimizer:
    """Return the optimiser of `model`'s trainable parameters. Weight decay holds for hidden matrices alone."""
    trainable = {name: parameter for name, parameter in model.named_parameters() if parameter.requires_grad}
    hidden = {name for name, one in trainable.items() if one.ndim == 2 and not any(e in name for e in _EMBEDDINGS)}
    matrices = [one for name, one in trainable.items() if name in hidden]
    rest = [one for name, one in trainable.items() if name not in hidden]
    if settings.name == "muon" and rest:
        return MuonAndAdamW(matrices, rest, settings)
    groups = [{"params": matrices, "weight_decay": settings.weight_decay}, {"params": rest, "weight_decay": 0.0}]
    filled = [group for group in groups if group["params"]]
    return torch.optim.AdamW(filled, settings.learning_rate, settings.betas, fused=True)


def factor(step: int, steps: int, schedule: Schedule) -> float:
    """Return the learning rate of `step` (from 0) out of `steps`, as a share of its peak."""
    if step < schedule.warmup:
        return (step + 1) / schedule.warmup
    begin = steps - round(schedule.decay * steps) if schedule.kind == "stable" else schedule.warmup
    gone = min(max(step - begin, 0) / max(steps - begin, 1), 1.0)
    down = (1 + cos(pi * gone)) / 2 if schedule.kind == "cosine" else 1 - gone
    return schedule.floor + (1 - schedule.floor) * down


def scheduler_for(
    optimizer: torch.optim.Optimizer, steps: int, schedule: Schedule
) -> torch.optim.lr_scheduler.LambdaLR:
    """Return the scheduler that moves `optimizer`'s learning rates."""
    return torch.optim.lr_scheduler.LambdaLR(optimizer, lambda step: factor(step, steps, schedule))
