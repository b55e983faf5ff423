"""`duologue queries`: the command line from help content to seed queries."""

from pathlib import Path
from typing import Annotated, Final

import typer

EXAMPLE: Final = """\b
Example:
  duologue queries help_content --out seeds.jsonl
  duologue queries help_content/returns help_content/delivery --per-article 20 \\
    --seed 3 --out seeds.jsonl
  duologue queries help_content --model none --out seeds.jsonl"""


def queries(
    help_content: Annotated[list[Path], typer.Argument(metavar="HELP", hidden=True)],
    *,
    out: Annotated[Path, typer.Option(metavar="FILE", help="The JSONL file to write.", show_default=False)],
    per_article: Annotated[int, typer.Option(metavar="N", min=1, max=200, help="So many of each article at most.")] = 8,
    seed: Annotated[int, typer.Option(metavar="N", min=0, help="Other queries from the same articles.")] = 7,
    model: Annotated[
        str,
        typer.Option(metavar="M", help="Who puts the questions: house, a hub id, a folder, or none for rules alone."),
    ] = "house",
    unaided: Annotated[
        int, typer.Option(metavar="N", min=0, max=50, help="Let the model also write N a passage by itself.")
    ] = 0,
    as_json: Annotated[bool, typer.Option("--json", help="Print what was made as JSON.")] = False,
) -> None:
    """Write customers' openings that help articles answer.

    HELP is a file or a folder of .md, .txt or .html. A query stays only if the index finds its own passage among the
    first three; it names no article, copies no sentence and is like no other. A scenario takes the file as it is:
    openings: {file: seeds.jsonl}. The same command goes on with a file that was cut short; a report stands beside it.
    """
    from curation.queries import write_queries
    from terminal.making_show import followed, show_queries

    with followed("articles", out) as on_article:
        made = write_queries(
            help_content,
            out,
            per_article=per_article,
            seed=seed,
            model=None if model == "none" else model,
            unaided=unaided,
            on_article=on_article,
        )
    show_queries(made, as_json=as_json)
