"""`python -m benchmarks.run`: all contenders on the same conversations, one after the other, several times over."""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from agents.gpt2.checkpoint import Checkpoint
from benchmarks import machine
from benchmarks.contenders import CONTENDERS, OURS, OURS_FP32
from benchmarks.counting import count_tokens
from benchmarks.models import MODELS, convert, prepare
from benchmarks.options import positive
from benchmarks.report import SCHEMA, Runs, rate, results
from benchmarks.sizes import Extent, chosen
from benchmarks.table import RESULTS, table
from benchmarks.worker import Measurement, Task
from benchmarks.workload import REPLIES, SCENARIO, TURNS, TokenForm, scripts

ROOT: Final = Path(__file__).parents[1]
BUSY: Final = 0.5
"""A load average above which something else is running."""


def main(arguments: list[str] | None = None) -> None:
    options = _parser().parse_args(arguments)
    models = MODELS if options.model == "both" else (options.model,)
    load = os.getloadavg()[0]
    if load > BUSY:
        print(f"This machine is busy (load {load:.1f}): the figures will be off.", flush=True)
    with tempfile.TemporaryDirectory(prefix="duologue-benchmark-") as scratch:
        for model in models:
            _measure(model, Path(scratch), options)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.run", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="fewer conversations, once: about 3 minutes")
    parser.add_argument("--model", choices=[*MODELS, "both"], default="both")
    parser.add_argument("--contenders", nargs="+", choices=list(CONTENDERS), default=[], metavar="NAME")
    parser.add_argument("--conversations", type=positive, metavar="N", help="at most N at once, for every contender")
    parser.add_argument("--repeats", type=positive, metavar="N")
    parser.add_argument("--out", type=Path, default=RESULTS, metavar="DIR", help="where the JSON goes")
    return parser


def _measure(model: str, scratch: Path, options: argparse.Namespace) -> None:
    asked = {"conversations": options.conversations, "repeats": options.repeats, "contenders": options.contenders}
    on_gpu = machine.device().type == "cuda"
    extent, names = chosen(model, quick=options.quick, on_gpu=on_gpu, **asked)
    skipped = {name: f"{CONTENDERS[name].library} is not installed" for name in names if CONTENDERS[name].missing}
    present = [name for name in names if name not in skipped]
    folder = prepare(model, scratch)
    needs_conversion = any(CONTENDERS[name].library == "ctranslate2" for name in present)
    converted = convert(folder, scratch) if needs_conversion else folder
    runs: dict[str, list[Measurement]] = {name: [] for name in present}
    for name, outcome in _rounds(model, folder, converted, extent, present):
        if isinstance(outcome, str):
            skipped[name] = outcome
        else:
            runs[name].append(outcome)
    runs = {name: measured for name, measured in runs.items() if name not in skipped}
    partial = options.contenders or (options.conversations and not on_gpu)
    suffix = "-quick" if options.quick else "-part" if partial else ""
    where = f"-gpu-{extent.conversations}" if on_gpu else ""
    _keep(options.out / f"{model}{where}{suffix}.json", _record(model, folder, extent, runs, skipped))


def _rounds(
    model: str, folder: Path, converted: Path, extent: Extent, names: list[str]
) -> Iterator[tuple[str, Measurement | str]]:
    """Let everyone run once, then everyone again; yield what each run measured, or why it failed."""
    for repeat in range(extent.repeats):
        for name in names:
            count = extent.of(name)
            first = repeat * count if count < extent.conversations else 0
            share = name in {OURS, OURS_FP32}
            outcome = work(Task(name, str(folder), str(converted), count, first, share=share))
            said = outcome if isinstance(outcome, str) else f"{rate(outcome):8.2f} replies/s"
            print(f"{model}  {repeat + 1} of {extent.repeats}  {name:20} {said}", flush=True)
            yield name, outcome


def work(task: Task) -> Measurement | str:
    """Have a task done in a process of its own; return what it measured, or the last line of what went wrong."""
    command = [sys.executable, "-m", "benchmarks.worker", json.dumps(asdict(task))]
    environment = os.environ | {"HF_HUB_OFFLINE": "1"}
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        return next(iter(done.stderr.strip().splitlines()[-1:]), f"exit code {done.returncode}")
    return Measurement(**json.loads(done.stdout.splitlines()[-1]))


def _record(model: str, folder: Path, extent: Extent, runs: Runs, skipped: Mapping[str, str]) -> dict[str, Any]:
    checkpoint = Checkpoint(model, folder)
    return {
        "schema": SCHEMA,
        "model": model,
        "parameters": checkpoint.parameters,
        "measured": datetime.now(UTC).date().isoformat(),
        "machine": machine.describe(),
        "workload": _workload(checkpoint, extent),
        **results(runs, {name: extent.of(name) for name in runs}),
        "skipped": dict(skipped),
    }


def _workload(checkpoint: Checkpoint, extent: Extent) -> dict[str, Any]:
    tokens = count_tokens(scripts(extent.conversations), TokenForm(checkpoint.vocabulary()))
    return {
        "scenario": SCENARIO.stem,
        "conversations": extent.conversations,
        "turns": TURNS,
        "replies": extent.conversations * REPLIES,
        "reply_tokens": tokens.decode + tokens.first,
        "prompt_tokens": tokens.prompts,
        "prompt_tokens_needed": tokens.prefill,
    }


def _keep(path: Path, record: dict[str, Any]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(record, indent=2) + "\n", encoding="utf-8")
    print(f"\n{table(record)}\n\n{path}\n", flush=True)


if __name__ == "__main__":
    main()
