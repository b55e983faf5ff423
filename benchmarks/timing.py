"""What every contender is: something that runs conversations of the workload and says how long they took."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, TypeAlias

from agents.gpt2.sampling import Sampling
from agents.gpt2.vocabulary import Vocabulary
from benchmarks.workload import Talk

SAMPLING: Final = Sampling(temperature=0.8, top_k=50, top_p=0.95)
"""All draw their tokens as the project does unless a scenario says otherwise."""


@dataclass(frozen=True, slots=True)
class Timed:
    """What a run took, how many tokens it wrote, and in which number format.

    Seconds and tokens stand for all turns of the conversations that it had.
    """

    seconds: float
    tokens: int
    precision: str


WARM_UP: Final = [5] * 32
"""A prompt to run once, so that no contender is timed while it allocates or compiles."""

Runner: TypeAlias = Callable[[Sequence[Talk]], Timed]


@dataclass(frozen=True, slots=True)
class Setup:
    """What a contender is given: a checkpoint, and how many conversations it is going to have at once.

    `converted` is the checkpoint in CTranslate2's own format.
    """

    folder: Path
    converted: Path
    vocabulary: Vocabulary
    conversations: int
