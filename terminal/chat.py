"""`duologue chat`: the command line of a conversation with a model."""

from pathlib import Path
from typing import Annotated, Final, Literal

import typer

EXAMPLE: Final = """\b
Example:
  duologue chat
  duologue chat --as agent --scenario scenarios/returns.yaml --disposition cynical
  duologue chat --seed 7 < what-i-say.txt"""


def chat(
    *,
    side: Annotated[Literal["customer", "agent"], typer.Option("--as", help="Your side.")] = "customer",
    scenario: Annotated[
        Path | None, typer.Option(metavar="FILE", help="What it is about; else the shop that init makes.")
    ] = None,
    disposition: Annotated[str | None, typer.Option(metavar="D", help="The customer's, such as cynical.")] = None,
    motivation: Annotated[str | None, typer.Option(metavar="M", help="The customer's, such as refund.")] = None,
    model: Annotated[
        str | None, typer.Option(metavar="M", help="In place of the scenario's: house, a hub id or a folder.")
    ] = None,
    temperature: Annotated[float | None, typer.Option(metavar="T", help="The model's, from 0 to 2.")] = None,
    seed: Annotated[int | None, typer.Option(metavar="N", help="In place of the scenario's seed.")] = None,
    out: Annotated[Path | None, typer.Option(metavar="DIR", help="Where it is kept; else a folder in outputs.")] = None,
) -> None:
    """Talk to the other side, as the customer or as the agent.

    Words come as they are drawn. /help lists what else can be done: take back, try again, cite, save. What was said is
    kept in the end, after Ctrl-C too. Lines are read from a pipe as well as from a terminal.
    """
    from agents.dialogue import Speaker
    from orchestrator.seats import Wishes
    from terminal.chat_session import execute

    wishes = Wishes(disposition, motivation, model, temperature, seed)
    raise typer.Exit(execute(scenario, Speaker(side), wishes, out))
