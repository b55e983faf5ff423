"""Contenders that keep nothing between turns: every turn, all conversations hand in their whole history.

Each is a function from prompts and reply lengths to replies; `Lockstep` drives it through the turns and times it.
"""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Final, TypeAlias

from benchmarks.machine import cores
from benchmarks.models import fast_precision, load_in_transformers
from benchmarks.timing import SAMPLING, WARM_UP, Runner, Setup, Timed
from benchmarks.workload import MIDDLE, Talk

if TYPE_CHECKING:
    from ctranslate2 import GenerationStepResult

Prompts: TypeAlias = Sequence[list[int]]
Write: TypeAlias = Callable[[Prompts, Sequence[int]], list[list[int]]]

CTRANSLATE2_BATCH: Final = 8
"""Rows a batch on a CPU, the fastest of 4 to 32: it takes prompts in at once only up to the shortest, so like lengths
pay. On a GPU, all are one batch."""


@dataclass(frozen=True, slots=True)
class Lockstep:
    """Runs a writer over batches of at most `batch` conversations, turn by turn.

    Each of `turns` is timed and counts as many times as its weight says.
    """

    write: Write
    batch: int
    precision: str
    turns: Mapping[int, int] = field(default_factory=lambda: MIDDLE)

    def __call__(self, talks: Sequence[Talk]) -> Timed:
        seconds, tokens = 0.0, 0
        for turn, weight in self.turns.items():
            for talk in talks:
                talk.skip_to(turn)
            tokens += weight * sum(talk.next.tokens for talk in talks)
            start = time.perf_counter()
            for first in range(0, len(talks), self.batch):
                self._turn(talks[first : first + self.batch])
            seconds += weight * (time.perf_counter() - start)
        return Timed(seconds, tokens, self.precision)

    def _turn(self, talks: Sequence[Talk]) -> None:
        replies = self.write([talk.prompt() for talk in talks], [talk.next.tokens for talk in talks])
        for talk, reply in zip(talks, replies, strict=True):
            talk.take(reply)


def _ready(write: Write, batch: int, precision: str) -> Lockstep:
    write([WARM_UP], [4])
    return Lockstep(write, batch, precision)


@contextmanager
def notebook_loop(setup: Setup) -> Iterator[Runner]:
    """Call `generate` for one conversation at a time; at this height fp32 is no slower than bf16."""
    yield _ready(_generate(setup.folder, "fp32"), 1, "fp32")


@contextmanager
def lockstep_generate(setup: Setup) -> Iterator[Runner]:
    """Call `generate` for all conversations at once, in bf16 where the processor has it: it is the faster."""
    yield _ready(_generate(setup.folder, fast_precision()), setup.conversations, fast_precision())


def _generate(folder: Path, precision: str) -> Write:
    """Write with transformers' `generate`, prompts padded on the left; all rows go on until the longest is done."""
    import torch

    model = load_in_transformers(folder, precision)

    def write(prompts: Prompts, lengths: Sequence[int]) -> list[list[int]]:
        width = max(map(len, prompts))
        gaps = [width - len(prompt) for prompt in prompts]
        tokens = torch.tensor([[0] * gap + prompt for gap, prompt in zip(gaps, prompts, strict=True)])
        mask = torch.tensor([[0] * gap + [1] * (width - gap) for gap in gaps])
        inputs = {"input_ids": tokens.to(model.device), "attention_mask": mask.to(model.device)}
        written = model.generate(**inputs, max_new_tokens=max(lengths))[:, width:].tolist()
        return [row[:length] for row, length in zip(written, lengths, strict=True)]

    return write


@contextmanager
def ctranslate2_int8(setup: Setup) -> Iterator[Runner]:
    with _ctranslate2(setup, "int8") as runner:
        yield runner


@contextmanager
def ctranslate2_float32(setup: Setup) -> Iterator[Runner]:
    with _ctranslate2(setup, "float32") as runner:
        yield runner


@contextmanager
def _ctranslate2(setup: Setup, compute_type: str) -> Iterator[Runner]:
    """Write with CTranslate2, which sorts prompts by length, drops rows as they finish, and gives each core a batch."""
    from ctranslate2 import Generator, get_cuda_device_count

    on_gpu = get_cuda_device_count() > 0
    where = {"device": "cuda"} if on_gpu else {"device": "cpu", "inter_threads": cores(), "intra_threads": 1}
    generator = Generator(str(setup.converted), compute_type=compute_type, **where)
    names = [setup.vocabulary.tokenizer.id_to_token(token) for token in range(setup.vocabulary.size)]

    def write(prompts: Prompts, lengths: Sequence[int]) -> list[list[int]]:
        replies: list[list[int]] = [[] for _ in prompts]

        def finished(step: "GenerationStepResult") -> bool:
            replies[step.batch_id].append(step.token_id)
            return len(replies[step.batch_id]) == lengths[step.batch_id]

        longest = max(map(len, prompts)) + max(lengths)
        generator.generate_batch(
            [[names[token] for token in prompt] for prompt in prompts],
            max_batch_size=len(prompts) if on_gpu else CTRANSLATE2_BATCH,
            max_length=longest,
            min_length=longest,
            sampling_topk=SAMPLING.top_k,
            sampling_topp=SAMPLING.top_p,
            sampling_temperature=SAMPLING.temperature,
            include_prompt_in_result=False,
            callback=finished,
        )
        return replies

    yield _ready(write, setup.conversations, "int8" if compute_type == "int8" else "fp32")
    generator.unload_model()
