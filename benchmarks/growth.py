"""`python -m benchmarks.growth`: how speed goes with conversations, turns and cores, and how long a user waits.

Speed is measured on the benchmark's workload, as shipped, each figure in a process of its own.
"""

import argparse
import json
import os
import tempfile
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from statistics import fmean
from typing import Any, Final

from agents.gpt2.checkpoint import Checkpoint
from benchmarks import machine
from benchmarks.contenders import OURS
from benchmarks.models import HOUSE, MODELS, prepare
from benchmarks.report import rate, rounded
from benchmarks.run import work
from benchmarks.starting import first_reply_seconds, help_seconds
from benchmarks.table import RESULTS, growth_table
from benchmarks.worker import Measurement, Task
from benchmarks.workload import Talk, TokenForm, scripts

COUNTS: Final = (1, 8, 32, 64, 128, 256)
QUICK_COUNTS: Final = (1, 4, 8)
CORES: Final = (1, 2, 4, 8, 16)


def main(arguments: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.growth", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="few conversations; the results are not kept")
    parser.add_argument("--model", choices=MODELS, default=HOUSE)
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory(prefix="duologue-benchmark-") as scratch:
        folder = prepare(options.model, Path(scratch))
        record = {
            "model": options.model,
            "measured": datetime.now(UTC).date().isoformat(),
            "machine": machine.describe(),
            "growth": _growth(folder, QUICK_COUNTS if options.quick else COUNTS),
        }
    print(f"\n{growth_table(record)}\n")
    if not options.quick:
        RESULTS.mkdir(exist_ok=True)
        name = "growth.json" if options.model == HOUSE else f"growth-{options.model}.json"
        (RESULTS / name).write_text(json.dumps(record, indent=2) + "\n", encoding="utf-8")


def _growth(folder: Path, counts: Sequence[int]) -> dict[str, Any]:
    runs = {count: _run(folder, count) for count in counts}
    middle = counts[len(counts) // 2]
    cores = [number for number in CORES if number <= machine.cores()]
    return {
        "conversations": [_by_count(count, run) for count, run in runs.items()],
        "turns": _by_turn(folder, middle, runs[middle]),
        "turns_at": middle,
        "cores": [
            {"cores": number, "replies_per_second": rounded(rate(_run(folder, middle, cores=number)))}
            for number in cores
        ],
        "first_reply_seconds": rounded(first_reply_seconds()),
        "help_seconds": rounded(help_seconds()),
    }


def _run(folder: Path, count: int, *, cores: int = 0) -> Measurement:
    outcome = work(Task(OURS, str(folder), str(folder), count, cores=cores))
    if isinstance(outcome, str):
        raise SystemExit(outcome)
    on = f" on {cores} of {os.cpu_count()} cores" if cores else ""
    print(f"{count:4} conversations{on}: {rate(outcome):.2f} replies/s", flush=True)
    return outcome


def _by_count(count: int, run: Measurement) -> dict[str, Any]:
    return {
        "conversations": count,
        "replies_per_second": rounded(rate(run)),
        "tokens_per_second": rounded(run.tokens / run.seconds),
        "peak_memory_bytes": run.memory,
    }


def _by_turn(folder: Path, count: int, run: Measurement) -> list[dict[str, Any]]:
    """Return, for each turn, the mean seconds of a reply beside the mean tokens of its prompt and its own."""
    form = TokenForm(Checkpoint(HOUSE, folder).vocabulary())
    rows: dict[int, list[tuple[int, int]]] = {}
    for place, script in enumerate(scripts(count)):
        talk = Talk(script, form, place=place)
        while not talk.done:
            rows.setdefault(talk.next.turn, []).append((len(talk.prompt()), talk.next.tokens))
            talk.take(talk.filler())
    return [
        {
            "turn": turn,
            "prompt_tokens": rounded(fmean(prompt for prompt, _ in lengths)),
            "tokens": rounded(fmean(tokens for _, tokens in lengths)),
            "seconds": rounded(run.turns[str(turn)]),
        }
        for turn, lengths in sorted(rows.items())
    ]


if __name__ == "__main__":
    main()
