"""A file of rows into a file of variants, row by row: nothing is held, and a job that was stopped goes on."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import IO, Final, TypeAlias

from agents.errors import UsageError
from curation.augment.ledger import Ledger, save, taken_up, writing
from curation.augment.rows import Row, read_rows, surveyed
from curation.augment.sampling import share_of_row
from curation.augment.variants import Axes, Refusal, Variant, variants

SAVE_EVERY: Final = 1000
"""After how many rows the report is written."""

OnProgress: TypeAlias = Callable[[int, int], None]
"""Told after every row of the rows that are done, and of how many."""


@dataclass(frozen=True, slots=True)
class Request:
    """What to make: variants of the rows of `source` along `axes`, all that make sense or a sample of so many."""

    source: Path
    axes: Axes
    seed: int = 0
    sample: int | None = None

    def settings(self, digest: str) -> dict[str, str]:
        """Return what makes this job this job and no other."""
        axes = {name: ",".join(values) for name, values in self.axes.names.items()}
        return {"source": digest, **axes, "seed": str(self.seed), "sample": str(self.sample or "all")}


def augment(request: Request, out: Path | str, *, on_progress: OnProgress | None = None) -> Ledger:
    """Write the variants of every row to `out`, in the order of the rows, and return the counts.

    The same rows, axes, seed and sample give the same bytes; a file that was cut short is gone on with. Raises
    UsageError for wrong input before anything is written, RunError where the disk fails, and KeyboardInterrupt when
    interrupted; what was written by then is valid.
    """
    if request.sample is not None and request.sample < 1:
        raise UsageError(f"--sample: {request.sample} is too small; at least 1")
    path = Path(out)
    total, digest = surveyed(request.source)
    if path.resolve() == request.source.resolve():
        raise UsageError(f"{path}: is the file that is read; choose another --out")
    settings = request.settings(digest)
    ledger = taken_up(path, settings)
    with writing(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("r+b" if path.exists() else "xb") as file:
            file.truncate(ledger.size)
            file.seek(ledger.size)
            job = _Job(request, path, file, settings, total, ledger)
            try:
                job.run(on_progress or (lambda _done, _total: None))
            finally:
                job.save()
    return ledger


@dataclass(frozen=True, slots=True)
class _Job:
    """One execution of a request into an open file."""

    request: Request
    out: Path
    file: IO[bytes]
    settings: dict[str, str]
    total: int
    ledger: Ledger

    def run(self, on_progress: OnProgress) -> None:
        for row in islice(read_rows(self.request.source), self.ledger.rows, None):
            self._put(row)
            on_progress(self.ledger.rows, self.total)
            if self.ledger.rows % SAVE_EVERY == 0:
                self.save()

    def save(self) -> None:
        """Write the report of all whole rows so far."""
        self.file.flush()
        save(self.out, self.ledger, self.settings, finished=self.ledger.rows == self.total)

    def _put(self, row: Row) -> None:
        """Write the variants of one row, all of them or, where it is interrupted, none that counts."""
        made = list(self._chosen(row))
        kept = [outcome for outcome in made if isinstance(outcome, Variant)]
        lines = "".join(json.dumps(variant.record(), ensure_ascii=False) + "\n" for variant in kept).encode()
        self.file.write(lines)
        ledger = self.ledger
        ledger.operations.update(operation.name for variant in kept for operation in variant.operations)
        ledger.refused.update((one.operation, one.why) for one in made if isinstance(one, Refusal))
        ledger.kept += len(kept)
        ledger.size += len(lines)
        ledger.rows += 1

    def _chosen(self, row: Row) -> Iterator[Variant | Refusal]:
        request, ledger = self.request, self.ledger
        if request.sample is None:
            yield from variants(row, request.axes, seed=request.seed)
            return
        owed = share_of_row(ledger.rows, total=self.total, wanted=request.sample, kept=ledger.kept, seed=request.seed)
        for outcome in variants(row, request.axes, seed=request.seed, shuffled=True) if owed else ():
            yield outcome
            owed -= isinstance(outcome, Variant)
            if owed <= 0:
                return
