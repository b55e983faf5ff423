"""The command `duologue`: its subcommands, and how each way of failing reads. It does none of the work itself."""

import io
import os
import sys
from collections.abc import Sequence
from typing import Annotated, TextIO

import typer

from agents.errors import DuologueError
from terminal import (
    augment,
    chat,
    evaluate,
    export,
    fork,
    init,
    models,
    plan,
    queries,
    replay,
    report,
    restyle,
    run,
    train,
    web,
)

app = typer.Typer(add_completion=False, rich_markup_mode=None, pretty_exceptions_enable=False)
app.command(epilog=plan.EXAMPLE)(plan.plan)
app.command(epilog=run.EXAMPLE)(run.run)
app.command(epilog=replay.EXAMPLE)(replay.replay)
app.command(epilog=fork.EXAMPLE)(fork.fork)
app.command(epilog=chat.EXAMPLE)(chat.chat)
app.command(epilog=web.EXAMPLE)(web.web)
app.command(epilog=queries.EXAMPLE)(queries.queries)
app.command(epilog=augment.EXAMPLE)(augment.augment)
app.command(epilog=restyle.EXAMPLE)(restyle.restyle)
app.command(epilog=export.EXAMPLE)(export.export)
app.command(epilog=evaluate.EXAMPLE)(evaluate.evaluate)
app.command(epilog=report.EXAMPLE)(report.report)
app.command(epilog=train.EXAMPLE)(train.train)
app.command(epilog=models.EXAMPLE)(models.models)
app.command(epilog=init.EXAMPLE)(init.init)


@app.callback(invoke_without_command=True, epilog=init.EXAMPLE)
def duologue(
    context: typer.Context,
    version: Annotated[bool, typer.Option("--version", help="Show the version and exit.")] = False,
) -> None:
    """Simulate customer conversations between two GPT-2 agents, offline, and replay them."""
    if version:
        from importlib.metadata import version as installed

        typer.echo(f"duologue {installed('duologue')}")
        raise typer.Exit
    if context.invoked_subcommand is None:
        typer.echo(context.get_help())


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command and return its exit code: 0 done, 1 failed or cut short, 2 wrong usage, 130 stopped by Ctrl-C."""
    _settle_encoding(sys.stdout)
    _settle_encoding(sys.stderr)
    try:
        code = app(arguments, prog_name="duologue", standalone_mode=False)
        sys.stdout.flush()
    except (DuologueError, typer.TyperException) as error:
        return _fail(_message(error), error.exit_code)
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:
        from terminal.console import silence_stdout

        silence_stdout()
        return 1
    except Exception as error:
        if os.environ.get("DUOLOGUE_DEBUG"):
            raise
        return _fail(f"{type(error).__name__}: {error} (set DUOLOGUE_DEBUG=1 to see where)", 1)
    return code if isinstance(code, int) else 0


def _settle_encoding(stream: TextIO) -> None:
    """Write UTF-8 to files and pipes wherever we run; a terminal that lacks a character shows another for it."""
    if isinstance(stream, io.TextIOWrapper):
        stream.reconfigure(encoding=None if stream.isatty() else "utf-8", errors="replace")


def _message(error: DuologueError | typer.TyperException) -> str:
    if isinstance(error, DuologueError):
        return str(error)
    context = getattr(error, "ctx", None)
    hint = f"; see '{context.command_path} --help'" if context else ""
    return error.format_message().replace("Value error, ", "").rstrip(".") + hint


def _fail(message: str, code: int) -> int:
    from terminal.text import one_line

    print(f"duologue: {one_line(message)}", file=sys.stderr)
    return code
