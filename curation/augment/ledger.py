"""What is known of a file in the making: the report beside it, from which a stopped job goes on.

The report counts what was kept and what was refused, and why. It is written now and then; what was written to the file
after it is cut off before the job goes on, so that no row is there twice and none is missing.
"""

import json
import os
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from agents.errors import RunError, UsageError
from orchestrator.faults import show
from orchestrator.line_file import replace_text

_ANEW: Final = "choose another file with --out"


@dataclass
class Ledger:
    """The counts of a job: rows done, bytes written, variants kept by operation and refused by operation and reason."""

    rows: int = 0
    size: int = 0
    kept: int = 0
    operations: Counter[str] = field(default_factory=Counter)
    refused: Counter[tuple[str, str]] = field(default_factory=Counter)

    def record(self) -> dict[str, Any]:
        """Return the counts as JSON takes them, the most frequent first."""
        reasons: dict[str, dict[str, int]] = {}
        for (operation, why), count in sorted(self.refused.items(), key=lambda item: (-item[1], item[0])):
            reasons.setdefault(operation, {})[why] = count
        operations = dict(sorted(self.operations.items(), key=lambda item: (-item[1], item[0])))
        return {
            "rows": self.rows, "bytes": self.size, "kept": self.kept, "operations": operations,
            "refused": self.refused.total(), "reasons": reasons,
        }  # fmt: skip

    @classmethod
    def of(cls, record: Mapping[str, Any]) -> "Ledger":
        """Return the ledger that `record` was made from."""
        refused = Counter({(name, why): n for name, whys in record["reasons"].items() for why, n in whys.items()})
        return cls(record["rows"], record["bytes"], record["kept"], Counter(record["operations"]), refused)


def report_path(out: Path) -> Path:
    """Return where the report of `out` lies: more.jsonl -> more.report.json."""
    return out.with_suffix(".report.json")


def save(out: Path, ledger: Ledger, settings: Mapping[str, str], *, finished: bool) -> None:
    """Write the report, all at once."""
    report = {"status": "finished" if finished else "unfinished", "settings": dict(settings), **ledger.record()}
    replace_text(report_path(out), json.dumps(report, ensure_ascii=False, indent=2) + "\n")


def taken_up(out: Path, settings: Mapping[str, str]) -> Ledger:
    """Return the ledger to go on from, a new one where nothing is there. Raises UsageError for another job's file."""
    if out.is_dir():
        raise UsageError(f"{out}: is a folder, not a file; {_ANEW}")
    path = report_path(out)
    if not path.exists():
        if out.exists() and out.stat().st_size:
            raise UsageError(f"{out}: is there and has no report beside it; {_ANEW}")
        return Ledger()
    ledger, was = _read(path)
    for key in {**was, **settings}:
        if was.get(key) != settings.get(key):
            raise UsageError(
                f"{out}: was made with {key} {show(str(was.get(key)))}, not {show(str(settings.get(key)))}; {_ANEW}"
            )
    if ledger.size and (not out.exists() or out.stat().st_size < ledger.size):
        raise UsageError(f"{out}: is shorter than its report says, so it cannot be gone on with; {_ANEW}")
    return ledger


def _read(path: Path) -> tuple[Ledger, dict[str, Any]]:
    try:
        report = json.loads(path.read_text(encoding="utf-8"))
        return Ledger.of(report), dict(report["settings"])
    except (ValueError, KeyError, TypeError, AttributeError):
        raise UsageError(f"{path}: is no report of an augmentation; {_ANEW}") from None


@contextmanager
def writing(path: Path) -> Iterator[None]:
    """Turn a failure of the disk into one line that says what to do."""
    try:
        yield
    except OSError as error:
        name = error.filename or path
        raise RunError(
            f"{name}: {error.strerror or os.strerror(error.errno or 0)}; what was written stays "
            "valid, and the same command goes on"
        ) from error
