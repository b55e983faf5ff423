"""The contender that batches continuously: transformers' manager behind `generate_batch`.

One manager serves the whole run, so it finds again in its pages what it has computed in earlier turns, and a
conversation's next turn is handed in as soon as its reply is there.
"""

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

from benchmarks.machine import device
from benchmarks.models import fast_precision, generation_config, load_in_transformers
from benchmarks.timing import WARM_UP, Runner, Setup, Timed
from benchmarks.workload import WINDOW, Talk

if TYPE_CHECKING:
    from transformers import ContinuousBatchingConfig
    from transformers.generation.continuous_batching import ContinuousBatchingManager
    from transformers.generation.continuous_batching.requests import GenerationOutput

ROWS: Final = 8
"""Requests a step, the fastest of 4 to 16 on a CPU, where every row is compared with the keys of all others."""
PAGE: Final = 32
"""Tokens a page on a CPU: only whole pages are found again."""
STEP_TOKENS: Final = 1024
_SPARE_PAGES: Final = 8


@contextmanager
def generate_batch(setup: Setup) -> Iterator[Runner]:
    model = load_in_transformers(setup.folder, fast_precision())
    manager = model.continuous_batching_context_manager(
        generation_config=generation_config(end=-1),
        continuous_batching_config=_config(setup.conversations),
    )
    with manager as serving:
        serving.add_request(WARM_UP, max_new_tokens=4, eos_token_id=-1)
        _wait(serving)
        yield lambda talks: _run(serving, talks)


def _config(conversations: int) -> "ContinuousBatchingConfig":
    """Return settings with room for both sides of all conversations; on a GPU, its own, which go by its memory."""
    from transformers import ContinuousBatchingConfig

    if device().type == "cuda":
        return ContinuousBatchingConfig(max_requests_per_batch=conversations)
    return ContinuousBatchingConfig(
        page_size=PAGE,
        num_blocks=2 * conversations * WINDOW // PAGE + _SPARE_PAGES,
        max_batch_tokens=STEP_TOKENS,
        max_requests_per_batch=ROWS,
    )


def _run(manager: "ContinuousBatchingManager", talks: Sequence[Talk]) -> Timed:
    """Have whole conversations, all at the same time."""
    start = time.perf_counter()
    open_: dict[str, Talk] = {_submit(manager, talk): talk for talk in talks}
    while open_:
        result = _wait(manager)
        talk = open_.pop(result.request_id)
        talk.take(result.generated_tokens)
        if not talk.done:
            open_[_submit(manager, talk)] = talk
    return Timed(time.perf_counter() - start, sum(talk.tokens for talk in talks), fast_precision())


def _wait(manager: "ContinuousBatchingManager") -> "GenerationOutput":
    """Return the next reply that is complete."""
    while manager.is_running():
        result = manager.get_result(timeout=1)
        if result is not None and result.is_finished():
            return result
    raise RuntimeError("the manager of continuous batches has stopped")


def _submit(manager: "ContinuousBatchingManager", talk: Talk) -> str:
    return str(manager.add_request(talk.prompt(), max_new_tokens=talk.next.tokens, eos_token_id=-1))
