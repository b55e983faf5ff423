"""One contender, one run, in a process of its own: `python -m benchmarks.worker JSON` prints what it measured as JSON.

A fresh process makes its memory its own, keeps the threads of one library out of another's way, and gives every run the
same start. Loading and warming up are not timed.
"""

import json
import os
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from statistics import fmean
from typing import TYPE_CHECKING, Any

from benchmarks.machine import on_card, resident, resident_peak
from benchmarks.workload import REPLIES, Script, Talk, TokenForm, scripts

if TYPE_CHECKING:
    from agents.gpt2.checkpoint import Checkpoint
    from benchmarks.timing import Runner


@dataclass(frozen=True, slots=True)
class Task:
    """What a worker is to do: `first` is the place of its first conversation in the workload, `cores` 0 for all.

    With `share`, ours is set against the machine's own limits, too.
    """

    contender: str
    folder: str
    converted: str
    conversations: int
    first: int = 0
    cores: int = 0
    share: bool = False


@dataclass(frozen=True, slots=True)
class Measurement:
    """What a worker found. `seconds` and `tokens` stand for all replies of its conversations.

    `memory` is the most that it held, in bytes, over what it held before its libraries were loaded; on a GPU, what was
    taken on the card at the end. Of ours only: the mean seconds of a reply by turn, and a `benchmarks.share.Share` as
    plain data.
    """

    replies: int
    seconds: float
    tokens: int
    memory: int
    precision: str
    turns: dict[str, float] = field(default_factory=dict)
    share: dict[str, Any] = field(default_factory=dict)


def main() -> None:
    task = Task(**json.loads(sys.argv[1]))
    if task.cores:
        os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[: task.cores])
    print(json.dumps(asdict(measure(task))))


def measure(task: Task) -> Measurement:
    """Run a contender once."""
    from agents.gpt2.checkpoint import Checkpoint

    checkpoint = Checkpoint(Path(task.folder).name, Path(task.folder))
    vocabulary = checkpoint.vocabulary()
    cast = scripts(task.conversations, first=task.first)
    before = resident()

    from benchmarks.contenders import CONTENDERS
    from benchmarks.timing import Setup

    setup = Setup(checkpoint.folder, Path(task.converted), vocabulary, task.conversations)
    with CONTENDERS[task.contender].open(setup) as runner:
        talks = [Talk(script, TokenForm(vocabulary), place=place) for place, script in enumerate(cast)]
        timed = runner(talks)
        peak = resident_peak() - before
        memory = on_card() or peak
        about_us = _about_us(runner, checkpoint, cast, task)
    return Measurement(len(cast) * REPLIES, timed.seconds, timed.tokens, memory, timed.precision, **about_us)


def _about_us(runner: "Runner", checkpoint: "Checkpoint", cast: Sequence[Script], task: Task) -> dict[str, Any]:
    """Return what is measured of ours alone."""
    from benchmarks.ours import Ours
    from benchmarks.share import against_limits

    if not isinstance(runner, Ours):
        return {}
    share = asdict(against_limits(runner.engine, checkpoint, cast)) if task.share else {}
    turns = {str(turn): fmean(seconds) for turn, seconds in sorted(runner.turns.items())}
    return {"turns": turns, "share": share}


if __name__ == "__main__":
    main()
