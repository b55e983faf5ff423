"""`duologue replay`: the conversations of a run, listed, found, played or exported."""

from pathlib import Path
from typing import Annotated, Final, Literal

import typer

EXAMPLE: Final = """\b
Example:
  duologue replay outputs/returns
  duologue replay outputs/returns --ending unresolved --grep refund
  duologue replay outputs/returns 17 --cite --speed 2
  duologue replay outputs/returns 17 --export svg"""


def replay(
    run: Annotated[Path, typer.Argument(metavar="RUN", hidden=True)],
    name: Annotated[str | None, typer.Argument(metavar="ID", hidden=True)] = None,
    *,
    speed: Annotated[
        float | None, typer.Option(metavar="X", min=0.1, help="Type it out, X times as fast as one reads.")
    ] = None,
    ending: Annotated[str | None, typer.Option(metavar="REASON", help="List those that ended so.")] = None,
    grep: Annotated[str | None, typer.Option(metavar="TEXT", help="List those in which TEXT was said.")] = None,
    limit: Annotated[int | None, typer.Option(metavar="N", min=1, help="List N at most.")] = None,
    beside: Annotated[
        Path | None, typer.Option(metavar="RUN", help="Show it beside the one of RUN that it was forked from.")
    ] = None,
    cite: Annotated[bool, typer.Option("--cite", help="Show what the replies rest on.")] = False,
    export: Annotated[Literal["svg", "html"] | None, typer.Option(help="Write it to a file instead.")] = None,
    out: Annotated[Path | None, typer.Option(metavar="FILE", help="The file to export to; else one in RUN.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the lines of the transcript file.")] = False,
) -> None:
    """List the conversations of a run, or play one.

    RUN is a run's folder or a transcript file. ID is a conversation's id, the beginning of one, or the number in it.
    """
    from terminal.replay_show import Choice, show

    choice = Choice.of(run, name, ending=ending, grep=grep, limit=limit)
    show(choice, speed=speed, cite=cite, beside=beside, export=export, out=out, as_json=as_json)
