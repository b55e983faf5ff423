"""How conversations end, for whom, and how long they take over it."""

from collections import Counter
from typing import Final

import numpy as np

from agents.dialogue import Turn
from curation.metrics.bootstrap import Counts, Floats, mean, ratio, statistic
from curation.metrics.data import DataSet
from curation.metrics.measure import Better, Detail, Estimate, Heading, Metric, NotMeasuredError, Unit, metric
from orchestrator.phrases import is_courtesy
from orchestrator.transcript import Reason, Transcript

_SETTLED: Final = (Reason.RESOLVED, Reason.SALE_CLOSED)
_FAILED: Final = (Reason.GUARDED, Reason.CONTEXT_FULL, Reason.ERROR)
_DRAWS: Final = 500


@metric("settled", Heading.FORM)
def settled(data: DataSet) -> Estimate:
    """The share of conversations that ended as `resolved` or `sale_closed`; all endings are in the detail."""
    reasons = Counter(str(transcript.ending.reason) for transcript in data.runs())
    return _share(data, *_SETTLED, detail=dict(reasons.most_common()))


@metric("turn-limit", Heading.FORM, better=Better.LOWER)
def turn_limit(data: DataSet) -> Estimate:
    """The share of conversations that were stopped at the turn limit."""
    return _share(data, Reason.MAX_TURNS)


@metric("failed", Heading.FLUENCY, better=Better.LOWER)
def failed(data: DataSet) -> Estimate:
    """The share of conversations that ended as `guarded`, `context_full` or `error`."""
    return _share(data, *_FAILED)


@metric("endings-by-disposition", Heading.FORM, better=Better.HIGHER, unit=Unit.NUMBER)
def endings_by_disposition(data: DataSet) -> Estimate:
    """How far endings hang on the customer's disposition: Cramer's V of the table of the two, from 0 to 1.

    `p` in the detail is that of Pearson's chi-square test that all dispositions end alike; the table stands beside it.

    Source: Cramer, Mathematical Methods of Statistics, 1946; Pearson, Philosophical Magazine 50, 1900.
    """
    from scipy.stats import chi2_contingency

    people = [transcript.customer.disposition for transcript in data.runs()]
    reasons = [str(transcript.ending.reason) for transcript in data.runs()]
    rows, columns = sorted(set(people)), sorted(set(reasons))
    if len(rows) < 2 or len(columns) < 2:
        raise NotMeasuredError("needs two dispositions and two ways to end")
    cells = np.array([rows.index(who) for who in people]) * len(columns) + [columns.index(why) for why in reasons]

    def counted(times: Floats) -> Floats:
        return np.bincount(cells, times, len(rows) * len(columns)).reshape(len(rows), len(columns)).astype(np.float64)

    table = counted(np.ones(len(cells)))
    listed = {who: _named(columns, row) for who, row in zip(rows, table, strict=True)}
    detail: Detail = {"p": float(chi2_contingency(table).pvalue), "table": listed}
    return statistic(len(cells), lambda times: _cramers_v(counted(times)), n=len(cells), draws=_DRAWS, detail=detail)


def _named(columns: list[str], row: Floats) -> dict[str, int]:
    return {why: int(count) for why, count in zip(columns, row, strict=True) if count}


def _cramers_v(table: Floats) -> float:
    table = table[table.sum(1) > 0][:, table.sum(0) > 0]
    total, least = table.sum(), min(table.shape) - 1
    if not least:
        return 0.0
    expected = np.outer(table.sum(1), table.sum(0)) / total
    return float(np.sqrt(((table - expected) ** 2 / expected).sum() / total / least))


@metric("closing-tail", Heading.FLUENCY, better=Better.LOWER, unit=Unit.TURNS)
def closing_tail(data: DataSet) -> Estimate:
    """The mean number of turns that a conversation goes on once it is over.

    These are the turns after the one that decided the ending or, where they are more, the last turns that hold nothing
    but thanks, wishes and farewells. One closing exchange, an agent's reply to a goodbye, makes it 1.
    """
    return mean([_tail(turns, after) for turns, after in _closings(data)])


@metric("long-goodbyes", Heading.FLUENCY, better=Better.LOWER)
def long_goodbyes(data: DataSet) -> Estimate:
    """The share of conversations with more than one closing exchange.

    That is one that goes on for more than a turn after its ending was decided, or that has more than two turns of
    nothing but courtesies among its last four.
    """
    return ratio([(int(_is_long(turns, after)), 1) for turns, after in _closings(data)])


def _closings(data: DataSet) -> list[tuple[tuple[Turn, ...], int]]:
    """Return the turns of each conversation, and how many stand after the one that decided its ending."""
    if not data.transcripts:
        return [(dialogue.turns, 0) for dialogue in data.dialogues]
    pairs = zip(data.dialogues, data.transcripts, strict=True)
    return [(dialogue.turns, _after(transcript)) for dialogue, transcript in pairs]


def _after(transcript: Transcript) -> int:
    return len(transcript.turns) - transcript.ending.turn if transcript.ending.by else 0


def _tail(turns: tuple[Turn, ...], after: int) -> int:
    courtesies = next((n for n, turn in enumerate(reversed(turns)) if not is_courtesy(turn.text)), len(turns))
    return max(after, courtesies)


def _is_long(turns: tuple[Turn, ...], after: int) -> bool:
    return after > 1 or sum(is_courtesy(turn.text) for turn in turns[-4:]) > 2


def _share(data: DataSet, *reasons: Reason, detail: dict[str, int] | None = None) -> Estimate:
    counts: list[Counts] = [(transcript.ending.reason in reasons, 1) for transcript in data.runs()]
    return ratio(counts, detail)


METRICS: Final[tuple[Metric, ...]] = (
    settled, turn_limit, endings_by_disposition, failed, closing_tail, long_goodbyes,
)  # fmt: skip
