"""What the engine reaches of the machine's own limits, measured in the process that it ran in."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from agents.gpt2.checkpoint import Checkpoint
from agents.gpt2.engine import Engine
from agents.prompt import Form
from benchmarks import machine
from benchmarks.counting import SIZES, Tokens, count_tokens, decode_work, prefill_work
from benchmarks.machine import Limits
from benchmarks.ours import decode_seconds
from benchmarks.workload import Script, Talk, TokenForm

CONTEXT: Final = 420
TRIAL_TOKENS: Final = 48
"""Decoding alone is tried on texts of so many tokens, about the workload's mean, and so many that follow."""


@dataclass(frozen=True, slots=True)
class Share:
    """The machine's limits, the least seconds that they allow for each phase of the workload and for a trial of
    decoding alone, and how long that trial took."""

    limits: Limits
    prefill: float
    decode: float
    trial: float
    trial_took: float


def against_limits(engine: Engine, checkpoint: Checkpoint, scripts: Sequence[Script]) -> Share:
    form = TokenForm(engine.vocabulary)
    prompts = [_trial_prompt(script, form, place) for place, script in enumerate(scripts)]
    took = decode_seconds(engine, prompts, TRIAL_TOKENS)
    limits = machine.measure()
    shape, sizes, precision, batch = checkpoint.shape, SIZES[engine.precision], engine.precision, len(scripts)
    tokens = count_tokens(scripts, form)
    return Share(
        limits,
        prefill=prefill_work(tokens, shape, sizes).seconds(limits, precision),
        decode=decode_work(tokens, shape, sizes, batch).seconds(limits, precision),
        trial=decode_work(trial_tokens(prompts), shape, sizes, batch).seconds(limits, precision),
        trial_took=took,
    )


def _trial_prompt(script: Script, form: Form, place: int) -> list[int]:
    talk = Talk(script, form, place=place)
    talk.skip_to(6)
    return talk.prompt()[:CONTEXT]


def trial_tokens(prompts: Sequence[Sequence[int]]) -> Tokens:
    """Count the trial: each step takes in one token a text, the last of the prompt first."""
    seen = sum(sum(range(len(prompt), len(prompt) + TRIAL_TOKENS)) for prompt in prompts)
    decode = TRIAL_TOKENS * len(prompts)
    return Tokens(prefill=0, prefill_seen=0, read=0, decode=decode, decode_seen=seen, first=0, prompts=0)
