"""From runs to a file: `write_report`."""

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from agents.errors import UsageError
from curation.metrics.evaluation import Watch
from curation.report.collecting import collect
from curation.report.page import page
from curation.report.view import RunView
from orchestrator.line_file import replace_text
from orchestrator.transcript import transcripts_path

BUDGET: Final = 9_200_000
"""How many bytes of conversations a page holds; with the plots' library it stays below 15 MB."""
FILE_NAME: Final = "report.html"


@dataclass(frozen=True, slots=True)
class Report:
    """A page that was written: its `size` in bytes, how many conversations there are and how many of them it holds."""

    path: Path
    size: int
    conversations: int
    shown: int


def write_report(
    run: Path | str, *, out: Path | str | None = None, compare: Path | str | None = None,
    budget: int = BUDGET, watch: Watch | None = None,
) -> Report:  # fmt: skip
    """Write the page of `run`, beside `compare` where that is given, to `out` (default: report.html in the run).

    `budget` is how many bytes of conversations it may hold; of a larger run it holds an even sample, and the figures
    are still those of the whole run. `watch` is told what is being measured. Raises UsageError, TranscriptError.
    """
    paths = [Path(run), *([Path(compare)] if compare is not None else [])]
    runs = [collect(path, budget=budget // len(paths), watch=watch) for path in paths]
    path = Path(out) if out is not None else transcripts_path(paths[0]).parent / FILE_NAME
    text = page(runs, title=" and ".join(view.name for view in runs))
    _write(path, text)
    return Report(path, len(text.encode()), *_counts(runs))


def _counts(runs: list[RunView]) -> tuple[int, int]:
    return sum(run.total for run in runs), sum(len(run.conversations) for run in runs)


def _write(path: Path, text: str) -> None:
    try:
        replace_text(path, text)
    except OSError as error:
        raise UsageError(f"{path} cannot be written: {error.strerror or error}") from None
