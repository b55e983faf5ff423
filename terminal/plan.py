"""`duologue plan`: what scenarios expand to."""

from pathlib import Path
from typing import Annotated, Final

import typer

EXAMPLE: Final = "\b\nExample:\n  duologue plan scenarios/returns.yaml\n  duologue plan scenarios/*.yaml --json"


def plan(
    scenarios: Annotated[list[Path], typer.Argument(metavar="SCENARIO", hidden=True)],
    *,
    as_json: Annotated[bool, typer.Option("--json", help="Print as JSON.")] = False,
) -> None:
    """Check scenarios, count their conversations, and show a sample.

    No model is loaded or looked for. What a run would refuse in the files is refused here; what may not fit the model's
    window is said.
    """
    from terminal.plan_show import show

    show(scenarios, as_json=as_json)
