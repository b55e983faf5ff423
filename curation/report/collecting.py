"""A run, read and measured, as what the page is told of it."""

from collections.abc import Iterator, Mapping, Sequence
from math import isfinite
from pathlib import Path
from typing import Any

from agents.errors import UsageError
from curation.metrics import DataSet, Measure
from curation.metrics.data import load
from curation.metrics.evaluation import Watch, measured
from curation.report.help_view import help_view
from curation.report.judging import Band, remaining
from curation.report.view import Conversation, MeasureView, RunView, SpeedView
from orchestrator.transcript import Transcript


def collect(run: Path, *, budget: int, watch: Watch | None = None) -> RunView:
    """Read `run`, a folder or a transcript file, and measure it. `watch` is told what is measured.

    As many conversations are kept as take about `budget` bytes, evenly over the run. Raises UsageError where it holds
    no conversations, TranscriptError where one is broken.
    """
    data = load(run)
    if not data.transcripts:
        raise UsageError(f"{run}: is no run; it needs a transcripts.jsonl")
    evaluation = measured(data, watch=watch)
    record = data.records[0] if data.records else {}
    bands = _bands(record)
    kept = _sampled(data.transcripts, budget)
    return RunView(
        name=_name(run),
        total=len(data.transcripts),
        conversations=[_conversation(transcript, bands.get(transcript.scenario)) for transcript in kept],
        measures=[_measure(measure) for measure in evaluation.measures],
        skipped=evaluation.skipped,
        help={name: help_view(name, kept, data.passages.get(name, {}), record) for name in _scenarios(data)},
        bands=bands,
        attempts=_count(record.get("attempts")),
        objections=_counts(record.get("objections")),
        speed=_speed(record),
        about=list(_about(data, record)),
    )


def _sampled(transcripts: Sequence[Transcript], budget: int) -> Sequence[Transcript]:
    """Return as many transcripts as take about `budget` bytes, evenly over the run and at least one."""
    total = len(transcripts)
    probe = [transcripts[place] for place in _even(total, 200)]
    mean = sum(len(transcript.to_line().encode()) for transcript in probe) / len(probe)
    return [transcripts[place] for place in _even(total, max(1, int(budget / mean)))]


def _even(total: int, most: int) -> list[int]:
    return list(range(total)) if total <= most else [place * total // most for place in range(most)]


def _conversation(transcript: Transcript, band: Band | None) -> Conversation:
    data = transcript.model_dump(mode="json", exclude={"schema_"}, exclude_none=True)
    return {**data, "objections": remaining(transcript, band)}


def _measure(measure: Measure) -> MeasureView:
    return MeasureView(
        measure.name, _finite(measure.value), measure.n, _finite(measure.low), _finite(measure.high), measure.unit,
        measure.better, measure.heading, measure.definition, measure.source,
    )  # fmt: skip


def _finite(value: float | None) -> float | None:
    """Return `value`, or None where JSON has no word for it."""
    return value if value is not None and isfinite(value) else None


def _name(run: Path) -> str:
    name = run.resolve().name if run.is_dir() else run.stem
    return name.encode(errors="replace").decode()


def _scenarios(data: DataSet) -> list[str]:
    return list(dict.fromkeys(transcript.scenario for transcript in data.transcripts))


def _configs(record: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Yield the name and the settings of each scenario that the record describes."""
    listed = record.get("scenarios")
    for scenario in listed if isinstance(listed, list) else ():
        if isinstance(scenario, Mapping) and isinstance(scenario.get("config"), Mapping):
            yield str(scenario.get("name")), scenario["config"]


def _bands(record: Mapping[str, Any]) -> dict[str, Band]:
    """Return the words that each scenario asks of an agent's turn, where it asks for any."""
    found = {}
    for name, config in _configs(record):
        reply = config.get("reply")
        words = reply.get("words") if isinstance(reply, Mapping) else None
        if isinstance(words, list) and len(words) == 2 and all(isinstance(word, int) for word in words):
            found[name] = (words[0], words[1])
    return found


def _speed(record: Mapping[str, Any]) -> SpeedView:
    seconds = record.get("seconds")
    points = record.get("timeline")
    return SpeedView(
        seconds=float(seconds) if isinstance(seconds, int | float) else None,
        replies=_count(record.get("replies")),
        tokens=_count(record.get("tokens")),
        points=[(point[0], point[1]) for point in points] if isinstance(points, list) else [],
    )


def _about(data: DataSet, record: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield what else the page tells of the run: label and words."""
    yield "scenarios", ", ".join(_scenarios(data))
    for side in ("customer", "agent"):
        yield side, ", ".join(dict.fromkeys(str(getattr(one.models, side)) for one in data.transcripts))
    for key in ("status", "python", "processor", "sha256"):
        if key in record:
            yield key, str(record[key])
    versions = record.get("versions")
    if isinstance(versions, Mapping):
        yield "versions", ", ".join(f"{name} {version}" for name, version in versions.items())
    for name, config in _configs(record):
        yield f"seed of {name}", str(config.get("seed"))


def _count(value: object) -> int | None:
    return value if isinstance(value, int) else None


def _counts(value: object) -> dict[str, int]:
    counts = value if isinstance(value, Mapping) else {}
    return {str(name): count for name, count in counts.items() if isinstance(count, int)}
