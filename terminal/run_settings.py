"""The options of `duologue run`: what they are, how a rate is read, and which run is meant to go on."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import chain, count, takewhile
from pathlib import Path
from typing import Final

from agents.errors import UsageError
from orchestrator.run_folder import OUTPUTS, Resume

_RATE: Final = re.compile(r"\s*(\d{1,9}(?:\.\d{1,9})?)\s*(?:/\s*s)?\s*", re.ASCII)


@dataclass(frozen=True, slots=True)
class Settings:
    """As given on the command line; `rate` is how many conversations start per second.

    `cluster` is the address of a Ray cluster, or auto, and `engines` how many of its engines are used.
    """

    out: Path | None = None
    parallel: int = 32
    limit: int | None = None
    seed: int | None = None
    model: str | None = None
    resume: Resume = "never"
    rate: float | None = None
    remotes: Path | None = None
    cluster: str | None = None
    engines: int | None = None


def parse_rate(text: str) -> float:
    """Return a number a second from `5/s` or `5`. Raises UsageError."""
    match = _RATE.fullmatch(text)
    if not match or not float(match[1]):
        raise UsageError(f"--rate: {text!r} is no rate; write a number a second, such as 5/s")
    return float(match[1])


def latest_folder(names: Iterable[str], *, outputs: Path = OUTPUTS) -> Path | None:
    """Return the folder of the latest run of these scenarios that was given none; None where there was no run."""
    name = "+".join(names)
    folders = chain([outputs / name], (outputs / f"{name}-{number}" for number in count(2)))
    latest = None
    for folder in takewhile(Path.exists, folders):
        latest = folder
    return latest
