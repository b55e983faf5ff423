"""Training runs on a tiny GPT-2: what is learnt, told and left, and going on after a kill."""

import json
from pathlib import Path

import pytest
from safetensors.torch import load_file

from agents.errors import ModelError
from agents.gpt2.catalogue import find
from agents.training.progress import CheckpointSaved, Evaluated, Event, StepsDone, TrainingFinished, TrainingStarted
from agents.training.starting import Start, from_scratch
from tests.training_helpers import recipe, trained, vocabulary


def fresh(steps: int = 6) -> tuple[Start, object]:
    made = recipe(steps=steps)
    return from_scratch(made, vocabulary()), made


def weights(folder: Path) -> dict[str, object]:
    return {name: tensor.tolist() for name, tensor in load_file(folder / "model.safetensors").items()}


def test_training_lowers_the_held_out_perplexity_of_both_sides(tmp_path: Path) -> None:
    made = recipe(steps=30)
    _, events = trained(tmp_path, made, from_scratch(made, vocabulary()))
    measured = [event for event in events if isinstance(event, Evaluated)]
    for side in ("customer", "agent"):
        assert measured[-1].sides[side].per_token < 0.5 * measured[0].sides[side].per_token


def test_events_tell_the_whole_run(tmp_path: Path) -> None:
    made = recipe()
    _, events = trained(tmp_path, made, from_scratch(made, vocabulary()))
    assert isinstance(events[0], TrainingStarted)
    assert isinstance(events[-1], TrainingFinished)
    assert [event.step for event in events if isinstance(event, StepsDone)] == [1, 2, 3, 4, 5, 6]
    assert [event.step for event in events if isinstance(event, Evaluated)] == [0, 3, 6]
    assert [event.step for event in events if isinstance(event, CheckpointSaved)] == [2, 4, 6]
    assert events[-1].peak_memory > 0


def test_the_folder_is_one_that_model_takes(tmp_path: Path) -> None:
    made = recipe(steps=2)
    trained(tmp_path / "ours", made, from_scratch(made, vocabulary()))
    checkpoint = find(str(tmp_path / "ours"))
    assert checkpoint.shape.layers == 2
    assert checkpoint.vocabulary().special
    names = {path.name for path in (tmp_path / "ours").iterdir() if path.is_file()}
    assert names == {
        "config.json", "generation_config.json", "model.safetensors", "tokenizer.json", "tokenizer_config.json"
    }  # fmt: skip
    assert json.loads((tmp_path / "ours" / "config.json").read_text())["activation_function"] == "gelu_new"


def test_the_same_seed_gives_the_same_weights(tmp_path: Path) -> None:
    for name in ("one", "two"):
        made = recipe(steps=2)
        trained(tmp_path / name, made, from_scratch(made, vocabulary()))
    assert weights(tmp_path / "one") == weights(tmp_path / "two")


class _Killed(BaseException):
    pass


def kill_after(step: int) -> object:
    def listener(event: Event) -> None:
        if isinstance(event, StepsDone) and event.step == step:
            raise _Killed

    return listener


def killed(out: Path, after: int) -> None:
    made = recipe()
    with pytest.raises(_Killed):
        trained(out, made, from_scratch(made, vocabulary()), listener=kill_after(after))


def test_a_killed_run_goes_on_as_if_it_had_not_been(tmp_path: Path) -> None:
    made = recipe()
    trained(tmp_path / "whole", made, from_scratch(made, vocabulary()))
    killed(tmp_path / "cut", after=5)
    end, events = trained(tmp_path / "cut", made, from_scratch(made, vocabulary()), resume=True)
    assert [event.step for event in events if isinstance(event, StepsDone)] == [5, 6]
    assert [entry["step"] for entry in end.log if "loss" in entry] == [1, 2, 3, 4, 5, 6]
    assert weights(tmp_path / "cut") == weights(tmp_path / "whole")


def test_a_checkpoint_that_was_cut_off_is_passed_over(tmp_path: Path) -> None:
    killed(tmp_path, after=5)
    (tmp_path / "checkpoints" / "checkpoint-4" / "position-0.json").unlink()
    made = recipe()
    _, events = trained(tmp_path, made, from_scratch(made, vocabulary()), resume=True)
    assert next(event.step for event in events if isinstance(event, StepsDone)) == 3


def test_a_run_is_not_overwritten_unasked(tmp_path: Path) -> None:
    killed(tmp_path, after=3)
    made = recipe()
    with pytest.raises(ModelError, match=r"holds a training run \(step 2\); --resume goes on with it"):
        trained(tmp_path, made, from_scratch(made, vocabulary()))


def test_resuming_what_is_done_writes_the_model_again(tmp_path: Path) -> None:
    made = recipe(steps=2)
    trained(tmp_path, made, from_scratch(made, vocabulary()))
    before = weights(tmp_path)
    (tmp_path / "model.safetensors").unlink()
    trained(tmp_path, made, from_scratch(made, vocabulary()), resume=True)
    assert weights(tmp_path) == before


def test_a_longer_run_goes_on_from_a_shorter_one(tmp_path: Path) -> None:
    trained(tmp_path, recipe(steps=2), from_scratch(recipe(), vocabulary()))
    end, _ = trained(tmp_path, recipe(steps=4), from_scratch(recipe(), vocabulary()), resume=True)
    assert end.end.step == 4
