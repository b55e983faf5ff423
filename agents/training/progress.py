"""What a training run tells while it goes on: plain events, for the live view and for whoever else listens."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias


@dataclass(frozen=True, slots=True)
class TrainingStarted:
    """Training begins at `step`. `trainable` of the model's `parameters` are trained, on `devices` devices."""

    step: int
    steps: int
    parameters: int
    trainable: int
    devices: int
    device: str
    precision: str


@dataclass(frozen=True, slots=True)
class Measured:
    """One side's fit to held-out dialogues: perplexity per token learnt and per byte of text."""

    per_token: float
    per_byte: float


@dataclass(frozen=True, slots=True)
class StepsDone:
    """`loss` is the mean per token since the last such event; `tokens` were seen in all, `rate` a second."""

    step: int
    loss: float
    learning_rate: float
    tokens: int
    rate: float


@dataclass(frozen=True, slots=True)
class Evaluated:
    """The held-out perplexities after `step`, by side."""

    step: int
    sides: dict[str, Measured]


@dataclass(frozen=True, slots=True)
class CheckpointSaved:
    """Training can go on from here."""

    step: int
    folder: Path


@dataclass(frozen=True, slots=True)
class TrainingFinished:
    """The model is in `folder`; `peak_memory` in bytes is the accelerator's where there is one, else the process's."""

    folder: Path
    step: int
    tokens: int
    seconds: float
    peak_memory: int


Event: TypeAlias = TrainingStarted | StepsDone | Evaluated | CheckpointSaved | TrainingFinished
Listener: TypeAlias = Callable[[Event], None]
