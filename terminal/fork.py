"""`duologue fork`: the command line of a conversation that is taken up again."""

from pathlib import Path
from typing import Annotated, Final

import typer

EXAMPLE: Final = """\b
Example:
  duologue fork outputs/returns 17 --turn 5
  duologue fork outputs/returns 17 --turn 5 --disposition cynical
  duologue fork outputs/returns 17 --turn 3 --say "I have no order number."
  duologue replay outputs/returns-fork 17 --beside outputs/returns"""


def fork(
    run: Annotated[Path, typer.Argument(metavar="RUN", hidden=True)],
    name: Annotated[str, typer.Argument(metavar="ID", hidden=True)],
    *,
    turn: Annotated[int, typer.Option(metavar="N", help="The first turn that is had anew.")],
    seed: Annotated[int | None, typer.Option(metavar="S", min=0, help="Another seed.")] = None,
    disposition: Annotated[str | None, typer.Option(metavar="D", help="Another disposition.")] = None,
    motivation: Annotated[str | None, typer.Option(metavar="M", help="Another motivation.")] = None,
    model: Annotated[str | None, typer.Option(metavar="M", help="Another model for both sides.")] = None,
    temperature: Annotated[float | None, typer.Option(metavar="T", help="Another temperature, from 0 to 2.")] = None,
    say: Annotated[str | None, typer.Option(metavar="TEXT", help="What is said in turn N.")] = None,
    scenario: Annotated[
        Path | None, typer.Option(metavar="FILE", help="The scenario, where run.json does not have it.")
    ] = None,
    out: Annotated[Path | None, typer.Option(metavar="DIR", help="The fork's folder; else one in outputs.")] = None,
) -> None:
    """Take a conversation up again from one of its turns, otherwise.

    The turns before it stay as they are. RUN and ID are as in replay. Where nothing else is changed, the seed is the
    next one. The new transcript says where it came from, and is shown beside its original.
    """
    from orchestrator.seats import Wishes
    from terminal.fork_session import execute

    wishes = Wishes(disposition, motivation, model, temperature, seed)
    execute(run, name, turn, wishes, say=say, scenario=scenario, out=out)
