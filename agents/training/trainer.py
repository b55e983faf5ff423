"""transformers' Trainer, taught our batches: packed examples, loss on learnt tokens, perplexity per side, its place.

Gradient accumulation, bf16, checkpoints, resuming and several devices are the Trainer's and accelerate's own work.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import exp
from pathlib import Path
from typing import Final

import torch
from torch import Tensor, nn
from torch.nn import functional
from torch.utils.data import DataLoader
from transformers import PrinterCallback, Trainer, TrainerCallback, TrainerControl, TrainerState, TrainingArguments
from typing_extensions import override

from agents.training.examples import Example
from agents.training.optimizers import optimizer_for, scheduler_for
from agents.training.packing import Batch, Packed, Stream, pack, packed
from agents.training.progress import CheckpointSaved, Evaluated, Listener, Measured, StepsDone
from agents.training.recipe import Recipe

_STATE: Final = "trainer_state.json"


@dataclass(frozen=True)
class HeldOut:
    """Examples never trained on, by side, and the length in bytes of each token of the vocabulary."""

    sides: Mapping[str, Sequence[Example]]
    byte_lengths: Sequence[int]


class DialogueTrainer(Trainer):
    """Trains `model` on a stream. `position` is the place of the next example to be seen by this device."""

    loss_is_scaled_for_ga = True

    def __init__(
        self,
        model: nn.Module,
        args: TrainingArguments,
        recipe: Recipe,
        *,
        stream: Stream,
        held_out: HeldOut,
        listener: Listener,
        start: int = 0,
    ) -> None:
        self.position = start
        self.tell = listener
        self._network, self._recipe = model, recipe
        self._held_out = held_out
        optimizer = optimizer_for(model, recipe.optimizer)
        schedule = scheduler_for(optimizer, recipe.steps, recipe.schedule)
        self._packed = Packed(stream, at_once=recipe.batch.at_once, start=start)
        super().__init__(
            model, args, train_dataset=self._packed, eval_dataset=[{}],
            optimizers=(optimizer, schedule),
        )  # fmt: skip
        self.remove_callback(PrinterCallback)
        self.add_callback(PlaceKeeper(self))

    def get_train_dataloader(self) -> DataLoader[Batch]:
        return DataLoader(self._packed, batch_size=None, num_workers=self.args.dataloader_num_workers)

    def get_batch_samples(
        self, epoch_iterator: Iterator[Batch], num_batches: int, device: torch.device
    ) -> tuple[list[Batch], Tensor | int | None]:
        """Take the next batches and count their targets, which the loss is divided by."""
        batches = [next(epoch_iterator) for _ in range(num_batches)]
        targets = torch.tensor(sum(len(batch["labels"]) for batch in batches), device=device)
        return batches, self.accelerator.reduce(targets, "sum")

    def compute_loss(
        self,
        model: nn.Module,
        inputs: Batch,
        return_outputs: bool = False,
        num_items_in_batch: Tensor | int | None = None,
    ) -> Tensor | tuple[Tensor, dict[str, Tensor]]:
        """Return the summed loss over the targets of the whole step, so that gradients average over devices."""
        self.position = inputs.pop("position")
        assert num_items_in_batch is not None
        loss = _loss(model, inputs) / num_items_in_batch * self.accelerator.num_processes
        return (loss, {}) if return_outputs else loss

    def evaluate(self, *_: object, metric_key_prefix: str = "eval", **__: object) -> dict[str, float]:
        """Measure the perplexities of the held-out sides and log them."""
        self._network.eval()
        metrics: dict[str, float] = {}
        for side, examples in self._held_out.sides.items():
            loss, tokens, size = self._measured(examples)
            if tokens:  # too few dialogues leave none to hold out
                metrics[f"{metric_key_prefix}_{side}_per_token"] = exp(loss / tokens)
                metrics[f"{metric_key_prefix}_{side}_per_byte"] = exp(loss / size)
        self.log(dict(metrics))
        self.tell(Evaluated(self.state.global_step, measured_sides(metrics)))
        self.control = self.callback_handler.on_evaluate(self.args, self.state, self.control, metrics)
        return metrics

    def log(self, logs: dict[str, float], start_time: float | None = None) -> None:
        super().log(logs, start_time)
        if "learning_rate" in logs:
            rate = logs.get("train_tokens_per_second", 0.0)
            tokens = int(self.state.num_input_tokens_seen)
            self.tell(StepsDone(self.state.global_step, logs["loss"], logs["learning_rate"], tokens, rate))

    def take_up(self, checkpoint: Path) -> None:
        """Take the weights and the log of a checkpoint, without training on."""
        self._load_from_checkpoint(str(checkpoint))
        self.state = TrainerState.load_from_json(str(checkpoint / _STATE))

    @torch.no_grad()
    def _measured(self, examples: Sequence[Example]) -> tuple[float, int, int]:
        """Return the summed loss, the tokens and the bytes that were predicted, over all devices."""
        groups = list(packed(iter(examples), self._recipe.batch.at_once))
        sums = torch.zeros(3, dtype=torch.double)
        lengths = torch.tensor(self._held_out.byte_lengths)
        for group in groups[self.args.process_index :: self.args.world_size]:
            batch = self._prepare_inputs(pack(group))
            targets = batch["labels"].cpu()
            with self.compute_loss_context_manager():
                loss = _loss(self._network, batch)
            sums += torch.tensor([loss.item(), len(targets), lengths[targets].sum().item()], dtype=torch.double)
        loss_sum, tokens, size = self.accelerator.reduce(sums.float().to(self.args.device), "sum").tolist()
        return loss_sum, int(tokens), int(size)


def _loss(model: nn.Module, batch: Batch) -> Tensor:
    inputs = {name: value for name, value in batch.items() if name != "labels"}
    logits = model(**inputs, use_cache=False).logits[0]  # (M, V)
    return functional.cross_entropy(logits.float(), batch["labels"], reduction="sum")


class PlaceKeeper(TrainerCallback):
    """Writes the trainer's place in its stream into each checkpoint, and tells that it was saved."""

    def __init__(self, trainer: DialogueTrainer) -> None:
        self._trainer = trainer

    @override
    def on_train_begin(
        self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **kwargs: object
    ) -> None:
        state.compute_steps(args, state.max_steps)  # a checkpoint brings those of the run that it was saved by

    @override
    def on_save(self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **kwargs: object) -> None:
        folder = Path(str(args.output_dir)) / f"checkpoint-{state.global_step}"
        write_position(folder, args.process_index, self._trainer.position)
        self._trainer.tell(CheckpointSaved(state.global_step, folder))


def measured_sides(metrics: Mapping[str, float]) -> dict[str, Measured]:
    """Return the perplexities of a log entry by side; empty where it has none."""
    sides = [key.removeprefix("eval_").removesuffix("_per_token") for key in metrics if key.endswith("_per_token")]
    return {side: Measured(metrics[f"eval_{side}_per_token"], metrics[f"eval_{side}_per_byte"]) for side in sides}


def write_position(checkpoint: Path, rank: int, position: int) -> None:
    """Write how far device `rank` is in its stream: last of a checkpoint's files, so it also says that it is whole."""
    path = checkpoint / f"position-{rank}.json"
    beside = path.with_suffix(".part")
    beside.write_text(json.dumps({"position": position}), encoding="utf-8")
    beside.replace(path)


def read_position(checkpoint: Path, rank: int) -> int | None:
    """Return where device `rank` goes on, None where the checkpoint does not say."""
    path = checkpoint / f"position-{rank}.json"
    return int(json.loads(path.read_text(encoding="utf-8"))["position"]) if path.exists() else None


def last_checkpoint(folder: Path) -> Path | None:
    """Return the newest whole checkpoint in `folder`."""
    whole = [path for path in folder.glob("checkpoint-*") if read_position(path, 0) is not None]
    whole = [path for path in whole if (path / _STATE).exists()]
    return max(whole, key=lambda path: int(path.name.rsplit("-", 1)[1]), default=None)


def history(checkpoint: Path) -> list[dict[str, float]]:
    """Return the log entries that a checkpoint keeps."""
    state = json.loads((checkpoint / _STATE).read_text(encoding="utf-8"))
    entries: list[dict[str, float]] = state["log_history"]
    return entries
