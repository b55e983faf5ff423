"""Everything that is measured of a data set, in the order of the rubric. It prints nothing."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final, TypeAlias

from agents.errors import UsageError
from curation.metrics import (
    cost,
    disclosure,
    distances,
    diversity,
    endings,
    form,
    grounding,
    persona,
    reference,
    relevance,
    repetition,
    safety,
    two_sample,
)
from curation.metrics.data import DataSet, load, load_reference
from curation.metrics.measure import Heading, Measure, Metric, NotMeasuredError

METRICS: Final[tuple[Metric, ...]] = (
    *form.METRICS, *endings.METRICS, *disclosure.METRICS, *relevance.METRICS, *repetition.METRICS, *persona.METRICS,
    *diversity.METRICS, *safety.METRICS, *grounding.METRICS, *cost.METRICS,
)  # fmt: skip
"""What is measured of any data set."""

WITH_MODEL: Final[tuple[Metric, ...]] = reference.METRICS
"""What a reference model measures besides."""

COMPARING: Final[tuple[Metric, ...]] = (*distances.METRICS, *two_sample.METRICS, *reference.COMPARING)
"""What a reference set is compared by."""

Watch: TypeAlias = Callable[[str], None]
"""Is told the name of each measure before it is taken."""


@dataclass(frozen=True)
class Evaluation:
    """What was found, by heading; `skipped` says why a measure was not taken, `against` names the reference set."""

    conversations: int
    turns: int
    measures: tuple[Measure, ...]
    skipped: Mapping[str, str] = field(default_factory=dict)
    against: str | None = None

    def __getitem__(self, name: str) -> Measure:
        """Return the measure `name`. Raises KeyError where it was not taken."""
        for measure in self.measures:
            if measure.name == name:
                return measure
        raise KeyError(name)

    def __contains__(self, name: object) -> bool:
        return any(measure.name == name for measure in self.measures)

    def under(self, heading: Heading) -> tuple[Measure, ...]:
        """Return the measures of a heading."""
        return tuple(measure for measure in self.measures if measure.heading is heading)


def evaluate(
    *runs: Path | str,
    against: Path | str | None = None,
    reference: str | None = None,
    limit: int | None = None,
    watch: Watch | None = None,
) -> Evaluation:
    """Measure runs, or corpora of any form that `duologue train` takes, together.

    `against` is a set to compare with, of any of these forms; `reference` names a model to judge by; of each run the
    first `limit` conversations are read. Raises UsageError, TranscriptError or ModelError where one cannot be used.
    """
    if not runs:
        raise UsageError("nothing to evaluate")
    data = load(*runs, limit=limit)
    theirs = load_reference(against) if against else None
    if reference:
        _check(reference)
    found = measured(replace(data, against=theirs, reference=reference), metrics_for(against, reference), watch=watch)
    return replace(found, against=str(against) if against else None)


def metrics_for(against: object, reference: str | None) -> tuple[Metric, ...]:
    """Return what is measured with a reference set, with a reference model, with both or without either."""
    return (*METRICS, *(WITH_MODEL if reference else ()), *(COMPARING if against else ()))


def measured(data: DataSet, metrics: Sequence[Metric] = METRICS, *, watch: Watch | None = None) -> Evaluation:
    """Take `metrics` of `data`."""
    found: list[Measure] = []
    skipped: dict[str, str] = {}
    for metric in metrics:
        if watch:
            watch(metric.name)
        try:
            found.append(metric.measure(data))
        except NotMeasuredError as why:
            skipped[metric.name] = str(why)
    order = list(Heading)
    found.sort(key=lambda measure: order.index(measure.heading))
    return Evaluation(len(data.dialogues), data.turns, tuple(found), skipped)


def _check(reference: str) -> None:
    from agents.gpt2.catalogue import find

    find(reference)
