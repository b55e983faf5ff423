"""What `duologue train` does: settle the recipe, follow the run, and tell its end, or only check the corpora."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from rich.text import Text

from agents.errors import UsageError
from agents.training.progress import Measured, TrainingFinished
from agents.training.recipe import Recipe, Source, read_recipe
from terminal.console import console
from terminal.palette import counted, duration
from terminal.text import file_stem, plain
from terminal.train_follow import TrainState, follower

_OUTPUTS: Final = Path("outputs")


@dataclass(frozen=True)
class Request:
    """What the command line asks for; `changes` are those to the recipe, None where there is none."""

    corpora: tuple[Path, ...]
    recipe: Path | None
    out: Path | None
    resume: bool
    merge: bool
    changes: Mapping[str, object]


def settled(request: Request) -> Recipe:
    """Return the recipe with what the command line changes. Raises UsageError where nothing is to be trained on."""
    recipe = (read_recipe(request.recipe) if request.recipe else Recipe()).but(**request.changes)
    if request.corpora:
        sources = tuple(Source(kind="corpus", path=path) for path in request.corpora)
        recipe = recipe.model_copy(update={"sources": sources})
    if not recipe.sources:
        raise UsageError("nothing to train on: name a corpus, or a --recipe with sources")
    return recipe


def folder_of(request: Request) -> Path:
    """Return where the model goes: as asked, or a folder in outputs named for the recipe or the first corpus."""
    if request.out:
        return request.out
    named = request.recipe or request.corpora[0].resolve()
    return _OUTPUTS / f"model-{file_stem(named.name.partition('.')[0])}"


def execute(request: Request) -> None:
    """Train as asked, and tell where the model is. Under a launcher of several processes only the first one speaks."""
    recipe = settled(request)
    folder = folder_of(request)
    from agents.training.tuning import tune

    screen = console(patient=True)
    screen.quiet = os.environ.get("RANK", "0") != "0"
    with follower(screen) as follow:
        faults = tune(recipe, folder, resume=request.resume, merge=request.merge, listener=follow)
    if faults:
        screen.print(Text(f"{counted(len(faults), 'record')} left out as broken; --check names them"), soft_wrap=True)
    if follow.state.over:
        screen.print(_summary(follow.state, follow.state.over), soft_wrap=True)


def check_corpora(request: Request) -> int:
    """Read and count the corpora that training would use, and return the exit code: 2 where one holds nothing."""
    from terminal.train_check import check

    return 2 if check(settled(request).sources, console()) else 0


def _summary(state: TrainState, over: TrainingFinished) -> Text:
    speed = f"{counted(over.step, 'step')}, {over.tokens:,} tokens, {duration(over.seconds)}"
    lines = [Text(plain(f"{over.folder}: {speed}, peak memory {over.peak_memory / 2**30:.1f} GiB"))]
    if state.evaluated:
        lines += [_fit(side, one, state) for side, one in state.evaluated.sides.items()]
    lines.append(Text("To use it: ").append(plain(f"model: {over.folder}"), "bold"))
    return Text("\n").join(lines)


def _fit(side: str, one: Measured, state: TrainState) -> Text:
    first = state.first if state.first is not state.evaluated else None
    before = f" (was {first.sides[side].per_token:.2f} at step {first.step:,})" if first else ""
    return Text(plain(f"{side}: perplexity {one.per_token:.2f} per token{before}, {one.per_byte:.3f} per byte"))
