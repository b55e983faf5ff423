"""`python -m benchmarks.load`: one long run, watched from outside: does it stay as fast, as small, as open as it began?

The run is `duologue run` in a process of its own. Every few seconds its resident memory, its open files and the
conversations in its transcript file are read from /proc and from the file; the figures are told by fifths of the run.
`--runs 10` holds ten runs at once instead, each with a seed and a folder of its own, and before them one alone.
"""

import argparse
import json
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from statistics import fmean
from time import monotonic, sleep
from typing import Any, Final

from benchmarks import machine
from benchmarks.options import positive
from benchmarks.table import RESULTS

SCENARIO: Final = """\
name: load
domain: support
help_content: help_content
openings: ["Who pays for the return label of my {product}?", "How long does a refund for the {product} take?"]
customer:
  dispositions: [amiable, cynical, sarcastic, passive, emotive]
  motivations: [refund, replacement, information, fairness, distrust]
  tones: [neutral, cheerful, annoyed]
  styles: [plain, colloquial, non_native, typos]
agent: {role: support}
products: [camera, smartphone, laptop, tablet, smartwatch]
turns: {min: 2, max: 4}
reply: {words: [50, 75], attempts: 1, drafts: 1}
repeats: 1000
"""
_FIFTHS: Final = 5


@dataclass(frozen=True, slots=True)
class Glance:
    """The run at one moment: seconds since it began, conversations written, resident bytes, open file handles."""

    seconds: float
    conversations: int
    resident: int
    handles: int


def main(arguments: Sequence[str] | None = None) -> None:
    """Hold the run, print its fifths and keep them."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.load", description=__doc__)
    parser.add_argument("--conversations", type=positive, default=5_000)
    parser.add_argument("--parallel", type=positive, default=64)
    parser.add_argument("--every", type=float, default=2.0, help="seconds between two glances")
    parser.add_argument("--runs", type=positive, default=1, help="runs at once, of which only time and memory are told")
    options = parser.parse_args(arguments)
    if options.runs > 1:
        with tempfile.TemporaryDirectory(prefix="duologue-load-") as scratch:
            alone, *together = _at_once(Path(scratch), options.runs, options.conversations, options.parallel)
        print(runs_table(alone, together))
        return
    with tempfile.TemporaryDirectory(prefix="duologue-load-") as scratch:
        glances = list(_watched(Path(scratch), options.conversations, options.parallel, options.every))
    record = {
        "conversations": options.conversations,
        "parallel": options.parallel,
        "measured": datetime.now(UTC).date().isoformat(),
        "machine": machine.describe(),
        "seconds": round(glances[-1].seconds, 1),
        "fifths": [asdict(fifth) for fifth in fifths(glances, options.conversations)],
    }
    RESULTS.mkdir(exist_ok=True)
    (RESULTS / "load.json").write_text(json.dumps(record, indent=2) + "\n", encoding="utf-8")
    print(table(record))


@dataclass(frozen=True, slots=True)
class Fifth:
    """A fifth of a run: conversations a second, the mean and most MB held, the most open handles."""

    conversations_per_second: float
    mean_mb: float
    most_mb: float
    most_handles: int


def fifths(glances: Sequence[Glance], total: int) -> list[Fifth]:
    """Return the run by fifths of its conversations, as far as there were glances within each."""
    parts = []
    for n in range(_FIFTHS):
        low, high = n * total / _FIFTHS, (n + 1) * total / _FIFTHS
        within = [glance for glance in glances if low < glance.conversations <= high]
        if sum(glance.resident > 0 for glance in within) < 2:
            continue
        done = within[-1].conversations - within[0].conversations
        memory = [glance.resident / 1e6 for glance in within if glance.resident]
        parts.append(
            Fifth(
                round(done / (within[-1].seconds - within[0].seconds), 2),
                round(fmean(memory), 1),
                round(max(memory), 1),
                max(glance.handles for glance in within),
            )
        )
    return parts


def table(record: dict[str, Any]) -> str:
    """Return the fifths of a record as a table in Markdown."""
    rows = [
        f"| {n} | {fifth['conversations_per_second']:.2f} | {fifth['mean_mb']:.0f} | {fifth['most_mb']:.0f} "
        f"| {fifth['most_handles']} |"
        for n, fifth in enumerate(record["fifths"], 1)
    ]
    return "\n".join(
        ["| fifth | conversations/s | MB, mean | MB, most | open files, most |", "|---|---|---|---|---|", *rows]
    )


@dataclass(frozen=True, slots=True)
class Whole:
    """A whole run: the seconds that it took, and the most MB that its process held."""

    seconds: float
    most_mb: float


def runs_table(alone: Whole, together: Sequence[Whole]) -> str:
    """Return one run alone and several at once as a table in Markdown."""
    rows = ["| runs | s, the last to end | MB, the largest | MB, all |", "|---|---|---|---|"]
    for runs in ([alone], together):
        memory = [run.most_mb for run in runs]
        rows.append(f"| {len(runs)} | {max(r.seconds for r in runs):.0f} | {max(memory):.0f} | {sum(memory):.0f} |")
    return "\n".join(rows)


def _at_once(folder: Path, runs: int, conversations: int, parallel: int) -> Iterator[Whole]:
    """Yield a run alone, then `runs` of them that began together."""
    _make_workspace(folder)
    first = _command(folder, "alone", conversations, parallel)
    yield from _to_end([first])
    yield from _to_end(
        [[*_command(folder, f"run-{n}", conversations, parallel), "--seed", str(n)] for n in range(runs)]
    )


def _to_end(commands: Sequence[Sequence[str]]) -> list[Whole]:
    begun = monotonic()
    runs = [subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE) for command in commands]
    most, seconds = [0.0] * len(runs), [0.0] * len(runs)
    while not all(seconds):
        for n, run in enumerate(runs):
            most[n] = max(most[n], _most_mb(run.pid))
            if not seconds[n] and run.poll() is not None:
                seconds[n] = monotonic() - begun
        sleep(0.1)
    if failed := [run.communicate()[1].decode() for run in runs if run.returncode]:
        raise SystemExit(failed[0])
    return [Whole(*figures) for figures in zip(seconds, most, strict=True)]


def _most_mb(pid: int) -> float:
    """Return the most memory that a process has held so far, nothing where it is over."""
    try:
        status = Path(f"/proc/{pid}/status").read_text(encoding="ascii")
    except (FileNotFoundError, ProcessLookupError):
        return 0.0
    found = re.search(r"VmHWM:\s+(\d+) kB", status)
    return int(found[1]) * 1024 / 1e6 if found else 0.0


def _make_workspace(folder: Path) -> None:
    shipped = Path(__file__).parents[1] / "help_content" / "returns"
    (folder / "duologue.yaml").touch()
    (folder / "help_content").mkdir()
    for article in shipped.glob("*.md"):
        (folder / "help_content" / article.name).write_bytes(article.read_bytes())
    (folder / "load.yaml").write_text(SCENARIO, encoding="utf-8")


def _command(folder: Path, out: str, conversations: int, parallel: int) -> list[str]:
    command = [sys.executable, "-c", "import sys; from terminal.main import main; sys.exit(main())", "run"]
    command += [str(folder / "load.yaml"), "--limit", str(conversations), "--parallel", str(parallel)]
    return [*command, "--out", str(folder / out)]


def _watched(folder: Path, conversations: int, parallel: int, every: float) -> Iterator[Glance]:
    _make_workspace(folder)
    command = _command(folder, "run", conversations, parallel)
    begun = monotonic()
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True) as run:
        counter = _Lines(folder / "run" / "transcripts.jsonl")
        while run.poll() is None:
            glance = _glance(run.pid, monotonic() - begun, counter.count())
            if glance:
                yield glance
            _wait(run, every)
        if run.returncode:
            raise SystemExit(run.stderr.read() if run.stderr else f"the run ended with {run.returncode}")
        yield Glance(monotonic() - begun, counter.count(), 0, 0)


def _wait(run: "subprocess.Popen[str]", seconds: float) -> None:
    try:
        run.wait(seconds)
    except subprocess.TimeoutExpired:
        return


def _glance(pid: int, seconds: float, conversations: int) -> Glance | None:
    try:
        pages = int(Path(f"/proc/{pid}/statm").read_text(encoding="ascii").split()[1])
        handles = len(list(Path(f"/proc/{pid}/fd").iterdir()))
    except (FileNotFoundError, ProcessLookupError, PermissionError):
        return None
    return Glance(seconds, conversations, pages * os.sysconf("SC_PAGE_SIZE"), handles)


class _Lines:
    """Counts the lines of a growing file, reading what is new."""

    def __init__(self, path: Path) -> None:
        self._path, self._read, self._lines = path, 0, 0

    def count(self) -> int:
        if not self._path.exists():
            return 0
        with self._path.open("rb") as file:
            file.seek(self._read)
            while block := file.read(1 << 20):
                self._lines += block.count(b"\n")
                self._read += len(block)
        return self._lines


if __name__ == "__main__":
    main()
