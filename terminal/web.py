"""`duologue web`: starts the pages in `web/`. It knows only how to start them."""

from typing import Annotated, Final

import typer

EXAMPLE: Final = "\b\nExample:\n  duologue web\n  duologue web --port 8600\n  duologue web --address 0.0.0.0"


def web(
    *,
    port: Annotated[int, typer.Option(metavar="N", min=1, max=65535, help="The port.")] = 8501,
    address: Annotated[
        str, typer.Option(metavar="IP", help="Where to listen; anything but this machine asks for a token.")
    ] = "127.0.0.1",
) -> None:
    """Talk, simulate and look around in the browser.

    Scenarios are those in ./scenarios, runs those in ./outputs. All browsers share the models. Ctrl-C stops it.
    """
    from terminal.web_server import serve

    raise typer.Exit(serve(port, address))
