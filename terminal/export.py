"""`duologue export`: the command line from runs to a data set."""

from pathlib import Path
from typing import Annotated, Final, Literal

import typer

EXAMPLE: Final = """\b
Example:
  duologue export outputs/returns --to csv
  duologue export outputs/returns --to messages --ending resolved --dedupe \\
    --split 90/5/5 --out data/returns.jsonl
  duologue export outputs/a outputs/b --to messages --flip --system \\
    --out data/customers.jsonl"""


def export(
    runs: Annotated[list[Path], typer.Argument(metavar="RUN", hidden=True)],
    *,
    to: Annotated[
        Literal["csv", "parquet", "messages", "sharegpt", "text"],
        typer.Option(help="What to write.", show_default=False),
    ],
    out: Annotated[Path | None, typer.Option(metavar="FILE", help="The data file; else one in RUN.")] = None,
    ending: Annotated[
        list[str] | None, typer.Option(metavar="REASON", help="Only those that ended so; may be repeated.")
    ] = None,
    min_turns: Annotated[int, typer.Option(metavar="N", min=1, help="Only those of N turns or more.")] = 1,
    role: Annotated[
        Literal["customer", "agent"] | None, typer.Option(help="Only the turns of one side; not for chats.")
    ] = None,
    split: Annotated[
        str | None, typer.Option(metavar="90/5/5", help="Part by opening and article: train, validation, test.")
    ] = None,
    seed: Annotated[int, typer.Option(metavar="N", help="Which openings fall into which part.")] = 0,
    dedupe: Annotated[bool, typer.Option("--dedupe", help="Leave out what says the same as one before.")] = False,
    flip: Annotated[bool, typer.Option("--flip", help="Chats: make the customer the assistant.")] = False,
    system: Annotated[bool, typer.Option("--system", help="Chats: put who the assistant is in front.")] = False,
    passages: Annotated[bool, typer.Option("--passages", help="Chats: put cited help pages before a reply.")] = False,
    licence: Annotated[str, typer.Option(metavar="ID", help="The licence that the data card names.")] = "other",
    force: Annotated[bool, typer.Option("--force", help="Replace files that are there.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print what was made as JSON.")] = False,
) -> None:
    """Make a data set from runs, with a data card beside it.

    RUN is a run's folder or a transcript file. csv has a row for each turn, parquet one for each conversation; messages
    and sharegpt are chats to train on, text is for reading. Without --out the files go to a folder in RUN named for
    the format.
    """
    from agents.dialogue import Speaker
    from curation.export import Request, parse_shares
    from curation.export.request import Format
    from terminal.export_show import reasons, show

    request = Request(
        runs=tuple(runs),
        to=Format(to),
        out=out,
        endings=reasons(ending or ()),
        min_turns=min_turns,
        role=Speaker(role) if role else None,
        shares=() if split is None else parse_shares(split),
        seed=seed,
        dedupe=dedupe,
        flip=flip,
        system=system,
        passages=passages,
        licence=licence,
        force=force,
    )
    show(request, as_json=as_json)
