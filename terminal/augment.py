"""`duologue augment`: the command line from customers' messages to variants of them."""

from pathlib import Path
from typing import Annotated, Final

import typer

from agents.errors import UsageError

EXAMPLE: Final = """\b
Example:
  duologue augment seeds.jsonl --products camera,laptop \\
    --tones cheerful,annoyed --styles colloquial,typos --out more.jsonl
  duologue augment seeds.jsonl --styles typos --sample 1000 --out more.jsonl
  duologue augment messages.txt --products hoverboard=e-scooter --show 20"""


def augment(
    source: Annotated[Path, typer.Argument(metavar="ROWS", hidden=True)],
    *,
    products: Annotated[
        str, typer.Option(metavar="A,B", help="Other products, NAME=LIKE for one that is not known.")
    ] = "",
    tones: Annotated[str, typer.Option(metavar="A,B", help="neutral, cheerful, annoyed.")] = "",
    styles: Annotated[str, typer.Option(metavar="A,B", help="plain, colloquial, non_native, typos.")] = "",
    out: Annotated[Path | None, typer.Option(metavar="FILE", help="The JSONL file to write.")] = None,
    sample: Annotated[int | None, typer.Option(metavar="N", min=1, help="N variants in all; else all.")] = None,
    seed: Annotated[int, typer.Option(metavar="N", min=0, help="Other feelings, other errors.")] = 7,
    show: Annotated[
        int | None, typer.Option(metavar="N", min=1, help="Print N rows of each operation as Markdown; write nothing.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print what was made as JSON.")] = False,
) -> None:
    """Write messages anew: about other products, in other tones and styles.

    ROWS is JSONL with at least a "query" (other keys are kept), or .txt with a message a line. Every combination that
    makes sense is made; what makes none is counted, with the reason. Figures, dates and names stay. A row tells which
    row it comes from and what was changed where, so that the original can be restored. The same command goes on with a
    file that was cut short; a report stands beside it.
    """
    if out is not None and show is not None:
        raise UsageError("--show: writes nothing; leave out --out or --show")
    if out is None and show is None:
        raise UsageError("--out: say which file to write, or --show N to look at some first")
    from terminal.augment_show import axes_of, make, page

    axes = axes_of(products, tones, styles)
    if show is not None:
        page(source, axes, rows=show, seed=seed)
    elif out is not None:
        make(source, axes, out, seed=seed, sample=sample, as_json=as_json)
