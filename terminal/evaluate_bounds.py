"""The bounds of `--fail-under`: what a measure must reach or, where lower is better, must not pass."""

from collections.abc import Sequence
from dataclasses import dataclass
from difflib import get_close_matches

from agents.errors import UsageError
from curation.metrics.evaluation import COMPARING, WITH_MODEL, Evaluation
from curation.metrics.measure import Better, Metric
from terminal.evaluate_table import number


@dataclass(frozen=True, slots=True)
class Bound:
    """The worst value that a measure may have."""

    metric: Metric
    worst: float


def bound_from(text: str, known: Sequence[Metric]) -> Bound:
    """Read `measure=value`, `0.98` or `98%`. Raises UsageError, with near names, where there is no such measure."""
    name, sign, value = text.partition("=")
    by_name = {metric.name: metric for metric in known}
    if not sign:
        raise UsageError(f"--fail-under: {text!r} is not MEASURE=VALUE, such as supported=0.98")
    if name not in by_name:
        raise UsageError(f"--fail-under: {_unknown(name, list(by_name))}")
    return Bound(by_name[name], _number(value, text))


def _unknown(name: str, known: Sequence[str]) -> str:
    if any(metric.name == name for metric in WITH_MODEL):
        return f"{name} needs --reference MODEL"
    if any(metric.name == name for metric in COMPARING):
        return f"{name} needs --against FILE"
    near = get_close_matches(name, known, n=4, cutoff=0.4) or sorted(known)
    return f"no such measure {name!r}; {'near are' if len(near) < 5 else 'known are'} {', '.join(near)}"


def _number(value: str, text: str) -> float:
    try:
        number = float(value.removesuffix("%")) / (100 if value.endswith("%") else 1)
    except ValueError:
        number = float("nan")
    if number != number:  # noqa: PLR0124  not a number
        raise UsageError(f"--fail-under: {value!r} in {text!r} is no number, such as 0.98 or 98%")
    return number


def broken(bound: Bound, found: Evaluation) -> str | None:
    """Return the line that says how `bound` is broken, None where it is kept."""
    metric = bound.metric
    if metric.name not in found:
        return f"{metric.name} was not measured: {found.skipped.get(metric.name, 'it does not apply')}"
    value = found[metric.name].value
    lower = metric.better is Better.LOWER
    if value <= bound.worst if lower else value >= bound.worst:
        return None
    way = "over" if lower else "under"
    return f"{metric.name} is {number(value, metric.unit)}, {way} {number(bound.worst, metric.unit)}"
