"""The learning rate's course, and what Muon is given."""

import pytest
import torch
from torch import nn

from agents.training.optimizers import factor, optimizer_for, scheduler_for
from agents.training.recipe import Optimizer, Schedule


def test_warmup_rises_to_the_peak() -> None:
    schedule = Schedule(kind="cosine", warmup=4)
    assert [factor(step, 100, schedule) for step in range(4)] == [0.25, 0.5, 0.75, 1.0]


@pytest.mark.parametrize("kind", ["cosine", "linear", "stable"])
def test_every_course_ends_at_the_floor(kind: str) -> None:
    schedule = Schedule(kind=kind, warmup=2, floor=0.1)
    assert factor(50, 50, schedule) == pytest.approx(0.1)
    assert factor(80, 50, schedule) == pytest.approx(0.1)


def test_cosine_is_half_way_down_in_the_middle() -> None:
    assert factor(50, 100, Schedule(kind="cosine", warmup=0, floor=0.0)) == pytest.approx(0.5)


def test_stable_holds_and_does_not_depend_on_the_steps_while_it_holds() -> None:
    schedule = Schedule(kind="stable", warmup=5, decay=0.2, floor=0.0)
    assert {factor(step, 100, schedule) for step in range(5, 80)} == {1.0}
    assert factor(60, 100, schedule) == factor(60, 200, schedule)
    assert factor(90, 100, schedule) == pytest.approx(0.5)


class Small(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        torch.manual_seed(1)
        self.wte = nn.Embedding(5, 4)
        self.hidden = nn.Linear(4, 4)


def stepped(settings: Optimizer, steps: int, state: dict | None = None, begin: int = 0) -> tuple[Small, dict]:
    model = Small()
    if state:
        model.load_state_dict(state["model"])
    optimizer = optimizer_for(model, settings)
    scheduler = scheduler_for(optimizer, 10, Schedule(kind="linear", warmup=0))
    if state:
        optimizer.load_state_dict(state["optimizer"])
        scheduler.load_state_dict(state["scheduler"])
    for step in range(begin, begin + steps):
        loss = model.hidden(model.wte(torch.tensor([step % 5]))).square().sum()
        loss.backward()
        optimizer.step()
        scheduler.step()
        optimizer.zero_grad()
    states = {"model": model.state_dict(), "optimizer": optimizer.state_dict(), "scheduler": scheduler.state_dict()}
    return model, states


def test_muon_takes_the_hidden_matrices_alone() -> None:
    model = Small()
    groups = optimizer_for(model, Optimizer(name="muon")).param_groups
    with_momentum = [parameter for group in groups if "momentum" in group for parameter in group["params"]]
    assert len(with_momentum) == 1
    assert with_momentum[0] is model.hidden.weight


def test_muon_goes_on_from_its_state_as_if_it_had_not_stopped() -> None:
    settings = Optimizer(name="muon", learning_rate=0.05)
    whole, _ = stepped(settings, 6)
    _, state = stepped(settings, 3)
    resumed, _ = stepped(settings, 3, state, begin=3)
    assert torch.equal(whole.hidden.weight, resumed.hidden.weight)
    assert torch.equal(whole.wte.weight, resumed.wte.weight)


def test_both_optimisers_follow_one_learning_rate() -> None:
    optimizer = optimizer_for(Small(), Optimizer(name="muon", learning_rate=0.4))
    scheduler_for(optimizer, 10, Schedule(kind="linear", warmup=4))
    assert {group["lr"] for group in optimizer.param_groups} == {0.1}
