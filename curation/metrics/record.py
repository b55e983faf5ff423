"""An evaluation as plain data, for JSON: the rubric with its measures, and what was not measured."""

import math
from collections.abc import Mapping
from typing import Any

from curation.metrics.evaluation import Evaluation
from curation.metrics.measure import Heading, Measure


def as_record(found: Evaluation) -> dict[str, Any]:
    """Return the evaluation, by heading; numbers that are none (an empty interval) become null."""
    return {
        "conversations": found.conversations,
        "turns": found.turns,
        "against": found.against,
        "headings": {
            str(heading): [_measure(one) for one in measures]
            for heading in Heading
            if (measures := found.under(heading))
        },
        "not_measured": dict(found.skipped),
    }


def _measure(measure: Measure) -> dict[str, Any]:
    return {
        "name": measure.name,
        "value": _plain(measure.value),
        "low": _plain(measure.low),
        "high": _plain(measure.high),
        "n": measure.n,
        "unit": str(measure.unit),
        "better": str(measure.better),
        "definition": measure.definition,
        "source": measure.source,
        "detail": _plain(measure.detail),
    }


def _plain(value: object) -> object:
    if isinstance(value, Mapping):
        return {str(key): _plain(each) for key, each in value.items()}
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value
