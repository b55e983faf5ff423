"""`duologue models`: what can speak."""

from typing import Annotated, Final

import typer

EXAMPLE: Final = "\b\nExample:\n  duologue models\n  duologue models --json"


def models(as_json: Annotated[bool, typer.Option("--json", help="Print as JSON.")] = False) -> None:
    """List what can speak on this machine.

    That is the house model and the GPT-2s in the local cache of the Hugging Face hub. Where a model is asked for, the
    path of a folder with a GPT-2 in it does as well.
    """
    from agents.gpt2.catalogue import available
    from terminal.models_table import as_records, table

    if as_json:
        import json

        typer.echo(json.dumps(as_records(available()), indent=2))
    else:
        from terminal.console import console

        console().print(table(available()))
