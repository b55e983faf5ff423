"""`duologue report`: a run, or two side by side, as one page for the browser."""

from pathlib import Path
from typing import Annotated, Final

import typer

EXAMPLE: Final = """\b
Example:
  duologue report outputs/returns
  duologue report outputs/returns --compare outputs/returns-2 --out both.html"""


def report(
    run: Annotated[Path, typer.Argument(metavar="RUN", hidden=True)],
    *,
    out: Annotated[Path | None, typer.Option(metavar="FILE", help="The page; else report.html in RUN.")] = None,
    compare: Annotated[Path | None, typer.Option(metavar="RUN2", help="Put this run beside it.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print path, size and counts as JSON.")] = False,
) -> None:
    """Write a run as one HTML page: figures, plots, all conversations.

    The page opens offline and fetches nothing. RUN is a run's folder or a transcript file. Of a run too large for a
    page of 15 MB, an even sample of the conversations is in it, and the figures are still those of all.
    """
    from terminal.report_show import show

    show(run, out=out, compare=compare, as_json=as_json)
