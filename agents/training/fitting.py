"""One training run from recipe and data to a folder with a model in it: fresh, or from the last checkpoint on.

It knows nothing of corpora: data is a stream of examples and a held-out set. Under `accelerate launch` it runs once a
device; the first device writes.
"""

import os
import resource
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import torch
from transformers import TrainingArguments
from transformers.utils import logging

from agents.errors import ModelError
from agents.training.packing import Stream
from agents.training.progress import Event, Listener, TrainingFinished, TrainingStarted
from agents.training.recipe import Recipe
from agents.training.saving import save
from agents.training.starting import Start
from agents.training.trainer import DialogueTrainer, HeldOut, last_checkpoint, read_position

CHECKPOINTS: Final = "checkpoints"


@dataclass(frozen=True)
class Data:
    """What a model is trained on and measured with. `stream` is asked with the number of the device."""

    stream: Callable[[int], Stream]
    held_out: HeldOut


@dataclass(frozen=True)
class Fitted:
    """The end of a run: its log, and the event that tells it."""

    log: list[dict[str, float]]
    end: TrainingFinished


def fit(
    start: Start, recipe: Recipe, data: Data, out: Path, *, resume: bool, merge: bool, listener: Listener
) -> Fitted | None:
    """Train and save to `out`; None on all devices but the first.

    With `resume`, training goes on from the last whole checkpoint in `out`, with the example that is next, and begins
    anew where there is none. Raises ModelError where `out` holds the checkpoints of another run and `resume` is False.
    """
    checkpoint = last_checkpoint(out / CHECKPOINTS)
    if checkpoint and not resume:
        raise ModelError(f"{out} holds a training run (step {_step(checkpoint)}); --resume goes on with it")
    logging.set_verbosity_error()
    logging.disable_progress_bar()
    told = listener if _rank() == 0 else _ignore
    trainer = _trainer(start, recipe, data, out, checkpoint, listener=told)
    began = time.monotonic()
    told(_started(trainer, start, recipe, checkpoint))
    if checkpoint and _step(checkpoint) >= recipe.steps:
        trainer.take_up(checkpoint)
    else:
        trainer.train(resume_from_checkpoint=str(checkpoint) if checkpoint else None)
    trainer.accelerator.wait_for_everyone()
    if _rank() != 0:
        return None
    save(start, recipe, out, merge=merge)
    state = trainer.state
    seconds = time.monotonic() - began
    end = TrainingFinished(out, state.global_step, int(state.num_input_tokens_seen), seconds, peak_memory())
    told(end)
    return Fitted(list(state.log_history), end)


def _trainer(
    start: Start, recipe: Recipe, data: Data, out: Path, checkpoint: Path | None, *, listener: Listener
) -> DialogueTrainer:
    rank = _rank()
    position = read_position(checkpoint, rank) if checkpoint else 0
    if position is None:
        raise ModelError(f"{checkpoint} was saved on fewer devices; resume on as many as before")
    return DialogueTrainer(
        start.model,
        _arguments(recipe, out, fresh=checkpoint is None),
        recipe,
        stream=data.stream(rank),
        held_out=data.held_out,
        listener=listener,
        start=position,
    )


def _arguments(recipe: Recipe, out: Path, *, fresh: bool) -> TrainingArguments:
    cpu = not torch.cuda.is_available() or bool(os.environ.get("ACCELERATE_USE_CPU"))
    world = int(os.environ.get("WORLD_SIZE", "1"))
    return TrainingArguments(
        output_dir=str(out / CHECKPOINTS),
        max_steps=recipe.steps,
        per_device_train_batch_size=1,
        gradient_accumulation_steps=max(1, round(recipe.batch.tokens / (recipe.batch.at_once * world))),
        learning_rate=recipe.optimizer.learning_rate,
        max_grad_norm=recipe.optimizer.clip,
        bf16=uses_bf16(recipe.precision, cpu=cpu),
        use_cpu=cpu,
        ddp_backend="gloo" if cpu and world > 1 else None,
        ddp_find_unused_parameters=False,
        seed=recipe.seed,
        logging_steps=recipe.log_every,
        eval_strategy="steps",
        eval_steps=recipe.evaluate_every,
        eval_on_start=fresh,
        save_steps=recipe.save_every,
        save_total_limit=2,
        ignore_data_skip=True,
        remove_unused_columns=False,
        dataloader_num_workers=0 if cpu else 1,
        include_num_input_tokens_seen="all",
        report_to="none",
        disable_tqdm=True,
        log_level="error",
        log_level_replica="error",
    )


def uses_bf16(precision: str, *, cpu: bool) -> bool:
    """Return whether matrix products are in bf16; `auto` takes it where the processor multiplies it."""
    if precision != "auto":
        return precision == "bf16"
    if cpu:
        return bool(torch.cpu._is_avx512_bf16_supported() or torch.cpu._is_amx_tile_supported())
    return bool(torch.cuda.is_bf16_supported())


def peak_memory() -> int:
    """Return the most memory in bytes that was held: on the accelerator where there is one, else by this process."""
    if torch.cuda.is_available() and torch.cuda.is_initialized():
        return torch.cuda.max_memory_allocated()
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


def _started(trainer: DialogueTrainer, start: Start, recipe: Recipe, checkpoint: Path | None) -> TrainingStarted:
    parameters = list(start.model.parameters())
    return TrainingStarted(
        step=_step(checkpoint) if checkpoint else 0,
        steps=recipe.steps,
        parameters=sum(one.numel() for one in parameters),
        trainable=sum(one.numel() for one in parameters if one.requires_grad),
        devices=trainer.args.world_size,
        device=trainer.args.device.type,
        precision="bf16" if trainer.args.bf16 else "fp32",
    )


def _rank() -> int:
    return int(os.environ.get("RANK", "0"))


def _step(checkpoint: Path) -> int:
    return int(checkpoint.name.rsplit("-", 1)[1])


def _ignore(_: Event) -> None:
    pass
