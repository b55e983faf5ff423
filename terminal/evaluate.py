"""`duologue evaluate`: what the conversations of a run are like, in numbers."""

from pathlib import Path
from typing import Annotated, Final

import typer

EXAMPLE: Final = """\b
Example:
  duologue evaluate outputs/returns
  duologue evaluate outputs/returns --against human-chats.jsonl --reference gpt2
  duologue evaluate outputs/returns --json --out measures.json
  duologue evaluate outputs/returns --fail-under supported=0.98 --fail-under role-leaks=0"""


def evaluate(
    runs: Annotated[list[Path], typer.Argument(metavar="RUN", hidden=True)],
    *,
    against: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Compare with these conversations: a run or a corpus.")
    ] = None,
    reference: Annotated[
        str | None, typer.Option(metavar="MODEL", help="Measure perplexity under it: house, a hub id, a folder.")
    ] = None,
    limit: Annotated[int | None, typer.Option(metavar="N", min=1, help="Read the first N of each run.")] = None,
    fail_under: Annotated[
        list[str] | None,
        typer.Option(metavar="MEASURE=VALUE", help="Exit with 1 where it is worse than that; repeatable."),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print as JSON.")] = False,
    out: Annotated[Path | None, typer.Option(metavar="FILE", help="Write the JSON to a file, too.")] = None,
) -> None:
    """Measure what the conversations of a run are like.

    RUN is a run's folder, a transcript file, or a corpus as `duologue train` takes it; several are measured together.
    Measures stand under six headings: relevance, coherence and fluency, creativity, toxicity and bias, accuracy and
    completeness, compute time. Of a measure where lower is better, --fail-under sets the most that it may be.
    """
    from terminal.evaluate_show import Request, execute

    request = Request(tuple(runs), against, reference, limit, tuple(fail_under or ()), as_json, out)
    raise typer.Exit(execute(request))
