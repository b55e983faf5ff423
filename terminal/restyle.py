"""`duologue restyle`: the command line from a run to the same run in another register."""

from pathlib import Path
from typing import Annotated, Final

import typer

EXAMPLE: Final = """\b
Example:
  duologue restyle outputs/returns --style social --out outputs/returns-social
  duologue restyle outputs/returns --style email --out outputs/returns-email
  duologue restyle outputs/returns --style formal --model remote:big \\
    --out outputs/returns-formal"""


def restyle(
    run: Annotated[Path, typer.Argument(metavar="RUN", hidden=True)],
    *,
    style: Annotated[str, typer.Option(metavar="STYLE", help="social, email, phone or formal.", show_default=False)],
    out: Annotated[Path, typer.Option(metavar="DIR", help="The new run's folder.", show_default=False)],
    seed: Annotated[int, typer.Option(metavar="N", help="Other greetings, closings and fillers.")] = 7,
    model: Annotated[
        str | None, typer.Option(metavar="M", help="Who rewrites: house, a hub id, a folder, remote:NAME; else rules.")
    ] = None,
    remotes: Annotated[
        Path | None, typer.Option(metavar="FILE", help="The servers; else remotes.yaml here or in the workspace.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print what was made as JSON.")] = False,
) -> None:
    """Rewrite finished conversations in another register.

    RUN is a run's folder or a transcript file. Every turn keeps its figures, its facts and its meaning, with the
    original beside it; a post has at most 280 characters. Citations that the new words do not bear out are dropped and
    told. A model's words that fail a check are replaced by the rules'. The same command goes on with a run that was cut
    short.
    """
    from curation.restyle import restyle_run
    from terminal.making_show import followed, show_restyled

    with followed("conversations", out) as on_conversation:
        made = restyle_run(
            run, out, style=style, seed=seed, model=model, remotes=remotes, on_conversation=on_conversation
        )
    show_restyled(made, as_json=as_json)
