"""Who takes part, under the names that the results use. What a contender needs is imported when it is opened."""

from contextlib import AbstractContextManager
from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec
from typing import Final

from benchmarks.timing import Runner, Setup


@dataclass(frozen=True, slots=True)
class Contender:
    """A way to run the workload: the function `name` of `module` opens it, and `library` is what it needs.

    `whole` says that it has to have conversations whole, because it keeps something from turn to turn.
    """

    name: str
    label: str
    module: str
    library: str
    whole: bool = False

    @property
    def missing(self) -> bool:
        return find_spec(self.library) is None

    def open(self, setup: Setup) -> AbstractContextManager[Runner]:
        """Load the checkpoint and warm up."""
        opened: AbstractContextManager[Runner] = getattr(import_module(self.module), self.name)(setup)
        return opened


OURS: Final = "duologue"
OURS_FP32: Final = "duologue_fp32"

_ALL: Final = (
    Contender("notebook_loop", "transformers `generate`, one at a time", "benchmarks.lockstep", "transformers"),
    Contender("lockstep_generate", "transformers `generate`, lock-step batches", "benchmarks.lockstep", "transformers"),
    Contender("ctranslate2_int8", "CTranslate2, lock-step batches", "benchmarks.lockstep", "ctranslate2"),
    Contender("ctranslate2_float32", "CTranslate2, lock-step batches", "benchmarks.lockstep", "ctranslate2"),
    Contender(
        "generate_batch", "transformers continuous batching", "benchmarks.continuous", "transformers", whole=True
    ),
    Contender(OURS_FP32, "Duologue in fp32", "benchmarks.ours", "torch", whole=True),
    Contender(OURS, "Duologue as shipped", "benchmarks.ours", "torch", whole=True),
)
CONTENDERS: Final = {contender.name: contender for contender in _ALL}
RIVALS: Final = tuple(name for name in CONTENDERS if name not in {OURS, OURS_FP32})
