"""`duologue run`: the command line of a simulation."""

from pathlib import Path
from typing import Annotated, Final, Literal

import typer

EXAMPLE: Final = """\b
Example:
  duologue run scenarios/returns.yaml
  duologue run scenarios/returns.yaml --limit 20 --out outputs/trial
  duologue run scenarios/returns.yaml --out outputs/trial --resume always"""


def run(
    scenarios: Annotated[list[Path], typer.Argument(metavar="SCENARIO", hidden=True)],
    *,
    out: Annotated[
        Path | None, typer.Option(metavar="DIR", help="The run's folder; else one in outputs, named for the scenario.")
    ] = None,
    parallel: Annotated[int, typer.Option(metavar="N", min=1, help="So many conversations at once.")] = 32,
    limit: Annotated[int | None, typer.Option(metavar="N", min=1, help="N of each scenario at most.")] = None,
    seed: Annotated[int | None, typer.Option(metavar="N", help="In place of the scenario's seed.")] = None,
    model: Annotated[
        str | None,
        typer.Option(metavar="M", help="In place of the scenario's: house, a hub id, a folder or remote:NAME."),
    ] = None,
    resume: Annotated[
        Literal["never", "always", "if-possible"], typer.Option(help="Whether to go on with a run that was cut short.")
    ] = "never",
    rate: Annotated[str | None, typer.Option(metavar="N/s", help="Start N conversations a second at most.")] = None,
    remotes: Annotated[
        Path | None, typer.Option(metavar="FILE", help="The servers; else remotes.yaml beside the scenario.")
    ] = None,
    cluster: Annotated[
        str | None, typer.Option(metavar="ADDRESS", help="On a Ray cluster: auto for the one that runs here.")
    ] = None,
    engines: Annotated[int | None, typer.Option(metavar="N", min=1, help="So many engines of the cluster.")] = None,
) -> None:
    """Simulate the conversations of one or more scenarios.

    Ctrl-C stops cleanly: what was written stays valid, and --resume goes on with it.
    """
    from terminal.run_settings import Settings, parse_rate

    per_second = None if rate is None else parse_rate(rate)
    settings = Settings(out, parallel, limit, seed, model, resume, per_second, remotes, cluster, engines)

    from terminal.run_session import execute

    raise typer.Exit(execute(scenarios, settings))
