"""`duologue train`: the command line of a training run."""

from pathlib import Path
from typing import Annotated, Final, Literal

import typer

EXAMPLE: Final = """\b
Example:
  duologue train my-dialogues.jsonl --out models/ours
  duologue train outputs/trial --method full --learn agent --out models/agent
  duologue train --recipe recipe.toml --out models/ours --resume"""


def train(
    corpora: Annotated[list[Path] | None, typer.Argument(metavar="CORPUS", hidden=True)] = None,
    *,
    recipe: Annotated[
        Path | None, typer.Option(metavar="FILE", help="A TOML or YAML file, or the name of one that ships.")
    ] = None,
    base: Annotated[
        str | None, typer.Option(metavar="MODEL", help="What to start from: house, a hub id, a folder.")
    ] = None,
    method: Annotated[Literal["lora", "full", "scratch"] | None, typer.Option(help="What is trained.")] = None,
    learn: Annotated[Literal["customer", "agent", "both"] | None, typer.Option(help="Whose turns are learnt.")] = None,
    out: Annotated[Path | None, typer.Option(metavar="DIR", help="The model's folder; else one in outputs.")] = None,
    steps: Annotated[int | None, typer.Option(metavar="N", min=1, help="So many optimiser steps.")] = None,
    seed: Annotated[int | None, typer.Option(metavar="N", help="In place of the recipe's seed.")] = None,
    resume: Annotated[bool, typer.Option("--resume", help="Go on from the last checkpoint in the folder.")] = False,
    merge: Annotated[bool, typer.Option("--merge", help="Fold the adapter into the base's weights.")] = False,
    check: Annotated[bool, typer.Option("--check", help="Read and count the corpora; train nothing.")] = False,
) -> None:
    """Fine-tune a GPT-2 on dialogues, or train one from scratch.

    A corpus is a run of duologue, dialogue JSONL, messages JSONL, CSV with speaker and text, alternating Person1: and
    Person2: lines, the Cornell Movie-Dialogs files, or a folder of these; without one, the recipe's sources are read.
    The result is a folder that `model:` takes. Ctrl-C stops; --resume goes on with the last checkpoint. On several
    GPUs: accelerate launch "$(command -v duologue)" train.
    """
    from terminal.train_session import Request, check_corpora, execute

    request = Request(
        tuple(corpora or ()), recipe, out, resume, merge,
        changes={"base": base, "method": method, "learn": learn, "steps": steps, "seed": seed},
    )  # fmt: skip
    if check:
        raise typer.Exit(check_corpora(request))
    execute(request)
