"""What a run took: time, speed, tokens and attempts, as its `run.json` says."""

from collections.abc import Mapping
from typing import Any, Final

from curation.metrics.bootstrap import plain, ratio
from curation.metrics.data import DataSet
from curation.metrics.measure import Better, Estimate, Heading, Metric, NotMeasuredError, Unit, metric


@metric("seconds-per-conversation", Heading.COMPUTE, better=Better.LOWER, unit=Unit.SECONDS)
def seconds_per_conversation(data: DataSet) -> Estimate:
    """The wall-clock seconds of a run over its conversations; of the last execution, where a run was resumed."""
    return _over(data, "seconds", "conversations")


@metric("replies-per-second", Heading.COMPUTE, better=Better.HIGHER, unit=Unit.RATE)
def replies_per_second(data: DataSet) -> Estimate:
    """The turns that models wrote in a second."""
    return _over(data, "replies", "seconds")


@metric("tokens-per-second", Heading.COMPUTE, better=Better.HIGHER, unit=Unit.RATE)
def tokens_per_second(data: DataSet) -> Estimate:
    """The tokens that models wrote in a second, those of rejected attempts counted."""
    return _over(data, "tokens", "seconds")


@metric("tokens-per-conversation", Heading.COMPUTE, unit=Unit.NUMBER)
def tokens_per_conversation(data: DataSet) -> Estimate:
    """The tokens that models wrote for a conversation, those of rejected attempts counted."""
    return _over(data, "tokens", "conversations")


def _over(data: DataSet, part: str, whole: str) -> Estimate:
    pairs = [(_number(record, part), _number(record, whole)) for record in data.records]
    parts, wholes = (sum(values) for values in zip(*pairs, strict=True)) if pairs else (0.0, 0.0)
    if not parts or not wholes:
        raise NotMeasuredError("no run.json tells")
    return plain(parts / wholes, round(sum(_number(record, "conversations") for record in data.records)))


def _number(record: Mapping[str, Any], key: str) -> float:
    value = record.get(key)
    return float(value) if isinstance(value, int | float) else 0.0


@metric("attempts", Heading.COMPUTE, better=Better.LOWER, unit=Unit.NUMBER)
def attempts(data: DataSet) -> Estimate:
    """The mean number of candidates that a drawn turn took."""
    counts = [[turn.attempts for turn in one.turns if turn.attempts] for one in data.runs()]
    return ratio([(sum(each), len(each)) for each in counts])


METRICS: Final[tuple[Metric, ...]] = (
    seconds_per_conversation, replies_per_second, tokens_per_second, tokens_per_conversation, attempts,
)  # fmt: skip
