"""`duologue init`: a new workspace that runs at once."""

from pathlib import Path
from typing import Annotated, Final

import typer

EXAMPLE: Final = "\b\nExample:\n  duologue init coffee\n  duologue run coffee/scenarios/first.yaml"

_TEMPLATE: Final = Path(__file__).with_name("workspace")


def init(folder: Annotated[Path, typer.Argument(metavar="DIR", hidden=True)]) -> None:
    """Make a new workspace that runs at once.

    It holds a scenario, help articles and a page that says what to do. DIR is made where it is missing; a folder that
    has anything in it is left alone.
    """
    import shutil

    from agents.errors import UsageError
    from terminal.text import one_line

    try:
        if folder.exists() and any(folder.iterdir()):
            raise UsageError(f"{one_line(str(folder))} is not empty; name a new or an empty folder")
        shutil.copytree(_TEMPLATE, folder, dirs_exist_ok=True)
    except (OSError, shutil.Error) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise UsageError(f"no workspace can be made in {one_line(str(folder))}: {reason}") from None
    typer.echo(_next_steps(folder))


def _next_steps(folder: Path) -> str:
    import shlex

    scenario = shlex.quote(str(folder / "scenarios" / "first.yaml"))
    files = sorted(path.relative_to(_TEMPLATE) for path in _TEMPLATE.rglob("*") if path.is_file())
    lines = [f"Made a workspace in {folder}:", *(f"  {file}" for file in files)]
    return "\n".join([*lines, "Next:", f"  duologue plan {scenario}", f"  duologue run {scenario}"])
