"""A tiny GPT-2, a stream of numbers and a held-out set: enough to train for a few steps in a second."""

from collections.abc import Iterator
from itertools import count, islice
from pathlib import Path

from agents import randomness
from agents.gpt2.vocabulary import Vocabulary
from agents.training.examples import Example
from agents.training.fitting import Data, Fitted, fit
from agents.training.packing import Stream
from agents.training.progress import Event, Listener
from agents.training.recipe import Recipe
from agents.training.saving import save
from agents.training.starting import Start, from_base, from_scratch, start_from, train_tokenizer
from agents.training.trainer import HeldOut

SIZES = {"layers": 2, "heads": 2, "width": 32}


def recipe(**changes: object) -> Recipe:
    """Return a recipe for a tiny model from scratch, six steps of two passes, saved at every second one."""
    basis = {
        "method": "scratch", "window": 64, "steps": 6, "evaluate_every": 3, "save_every": 2, "log_every": 1,
        "precision": "fp32", "architecture": SIZES, "batch": {"tokens": 256, "at_once": 128},
        "optimizer": {"name": "muon", "learning_rate": 0.01}, "schedule": {"kind": "stable", "warmup": 1},
    }  # fmt: skip
    return Recipe.model_validate(basis | changes)


def vocabulary() -> Vocabulary:
    return Vocabulary(train_tokenizer(["the order is late", "your order will come"] * 4, 300), 300)


def stream(device: int = 0) -> Stream:
    """Return examples in which each token follows from the one before."""
    return lambda start: (numbers(randomness.key("numbers", device, place)) for place in count(start))


def numbers(key: int) -> Example:
    first, length = 10 + randomness.below(key, 0, 200), 10 + randomness.below(key, 1, 30)
    return Example([10 + (first + place) % 200 for place in range(length)], [place > 4 for place in range(length)])


def data() -> Data:
    held_out = list(islice(stream(99)(0), 8))
    return Data(stream, HeldOut({"customer": held_out[:4], "agent": held_out[4:]}, [1] * 300))


def tiny_base(folder: Path) -> Path:
    """Write an untrained tiny checkpoint and return its folder."""
    made = recipe()
    save(from_scratch(made, vocabulary()), made, folder, merge=False)
    return folder


def based(made: Recipe) -> Start:
    return from_base(made, start_from(made))


def trained(
    out: Path,
    made: Recipe,
    start: Start,
    *,
    resume: bool = False,
    merge: bool = False,
    listener: Listener | None = None,
) -> tuple[Fitted, list[Event]]:
    events: list[Event] = []
    end = fit(start, made, data(), out, resume=resume, merge=merge, listener=listener or events.append)
    assert end is not None
    return end, events


def steps(events: list[Event]) -> Iterator[int]:
    return (event.step for event in events if hasattr(event, "loss"))
