"""Where an export's files go, and how they come there whole: under other names first, renamed once all is written."""

import os
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from agents.errors import RunError, UsageError
from curation.export.request import SUFFIXES, Request
from curation.export.sources import Source
from orchestrator.run_folder import RECORD_NAME

MARK: Final = "<!-- duologue export: {} -->"
"""Stands in a data card, with the name that was asked for."""
_CARD: Final = "README.md"


@dataclass(frozen=True, slots=True)
class Targets:
    """The data files, one for each part, and the card beside them. `name` is the name of the whole."""

    name: str
    files: tuple[Path, ...]
    card: Path

    @classmethod
    def of(cls, request: Request, sources: Sequence[Source]) -> "Targets":
        """Raise UsageError where a target is there already and is not to be replaced, or is a file of the run."""
        whole = _whole(request, sources[0])
        parts = [whole.with_name(f"{whole.stem}-{part}{whole.suffix}") for part in request.parts]
        files = tuple(parts) if request.shares else (whole,)
        targets = cls(whole.name, files, _card(whole))
        targets._check(request, sources)
        return targets

    @property
    def all(self) -> tuple[Path, ...]:
        return (*self.files, self.card)

    def _check(self, request: Request, sources: Sequence[Source]) -> None:
        own = {path.resolve() for source in sources for path in (source.path, source.path.with_name(RECORD_NAME))}
        for path in self.all:
            if path.resolve() in own:
                raise UsageError(f"--out: {path} is the run's own file; choose another")
            if path.exists() and not request.force:
                raise UsageError(f"{path} is there already; --force replaces it, --out chooses another")


def _whole(request: Request, source: Source) -> Path:
    suffix = SUFFIXES[request.to][0]
    out = request.out
    if out is None:
        return source.path.parent / request.to / f"{source.name}{suffix}"
    if out.is_dir():
        return out / f"{source.name}{suffix}"
    return out if out.suffix else out.with_name(out.name + suffix)


def _card(whole: Path) -> Path:
    """Return README.md; a name of its own where there is one that belongs to something else."""
    card = whole.with_name(_CARD)
    with suppress(OSError, ValueError):
        if MARK.format(whole.name) not in card.read_text(encoding="utf-8"):
            return whole.with_name(f"{whole.name}.{_CARD}")
    return card


@contextmanager
def landing(paths: Sequence[Path]) -> Iterator[dict[Path, Path]]:
    """Give a spare name for each path to write to; at the end all are renamed; no spare is left where that fails.

    Raises RunError where the disk fails.
    """
    spares = {path: path.with_name(f".{path.name}.{os.getpid()}.new") for path in paths}
    folder = paths[0].parent
    is_new = not folder.exists()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        yield spares
        for path, spare in spares.items():
            _settle(spare, path)
    except BaseException as error:
        _clear(spares.values(), folder if is_new else None)
        if isinstance(error, OSError):
            raise RunError(f"{error.filename or folder} cannot be written: {error.strerror or error}") from None
        raise


def _clear(spares: Iterable[Path], folder: Path | None) -> None:
    with suppress(OSError):
        for spare in spares:
            spare.unlink(missing_ok=True)
        if folder:
            folder.rmdir()


def _settle(spare: Path, path: Path) -> None:
    with spare.open("rb+") as file:
        os.fsync(file.fileno())
    spare.replace(path)
