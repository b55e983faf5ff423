"""Which files a scenario may point at: those inside its workspace. It knows nothing of what the files hold."""

from pathlib import Path
from typing import Final

from orchestrator.faults import show

MARKERS: Final = ("pyproject.toml", ".git", "duologue.yaml")
HELP_SUFFIXES: Final = frozenset({".md", ".txt", ".html", ".htm"})


def workspace(folder: Path) -> Path:
    """Return the nearest folder, from `folder` upwards, that holds a marker; without one, the parent of `folder`."""
    for candidate in (folder, *folder.parents):
        if any((candidate / marker).exists() for marker in MARKERS):
            return candidate
    return folder.parent


def resolve(text: str, folder: Path, *, allow_outside: bool) -> Path:
    """Return the absolute path that `text` means in `folder`.

    Raises ValueError, saying what is wrong, where nothing is there or where it lies outside the workspace.
    """
    try:
        path, root = (folder / text).resolve(), workspace(folder)
        there = path.exists()
    except (OSError, RuntimeError) as error:
        reason = error.strerror if isinstance(error, OSError) else error
        raise ValueError(f"{show(text)} is not a usable path ({reason})") from None
    if not allow_outside and not path.is_relative_to(root):
        raise ValueError(f"{show(text)} leads out of the workspace {str(root)!r}")
    if not there:
        raise ValueError(f"{show(text)} is not there (looked for {str(path)!r})")
    return path


def help_path(text: str, folder: Path, *, allow_outside: bool) -> Path:
    """Return the path of a help article or of a folder with at least one; raises ValueError, saying what is wrong."""
    path = resolve(text, folder, allow_outside=allow_outside)
    if path.is_dir() and not any(_is_article(file) and not _is_hidden(file, path) for file in path.rglob("*")):
        raise ValueError(f"{show(text)} is a folder without any .md, .txt or .html file")
    if not path.is_dir() and not _is_article(path):
        raise ValueError(f"{show(text)} is not a .md, .txt or .html file")
    return path


def messages_path(text: str, folder: Path, *, allow_outside: bool) -> Path:
    """Return the path of a file of messages; raises ValueError, saying what is wrong."""
    path = resolve(text, folder, allow_outside=allow_outside)
    if not path.is_file():
        raise ValueError(f"{show(text)} is not a file")
    return path


def _is_article(path: Path) -> bool:
    return path.suffix.lower() in HELP_SUFFIXES and path.is_file()


def _is_hidden(file: Path, folder: Path) -> bool:
    return any(part.startswith(".") for part in file.relative_to(folder).parts)
