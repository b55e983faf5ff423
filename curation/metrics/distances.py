"""How far the shape of our conversations is from that of a reference set's.

Distances lie between 0 (the same) and 1 (nothing in common). Two samples of the same source are not at 0 either: the
smaller the sets, the further apart they stand by chance.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import Final

import numpy as np

from agents.dialogue import Speaker, Turn
from curation.metrics.bootstrap import Floats, drawn, interval
from curation.metrics.data import DataSet, Dialogue
from curation.metrics.diversity import mtld_of
from curation.metrics.measure import Better, Estimate, Heading, Metric, NotMeasuredError, metric
from curation.metrics.reference import against

Values = Sequence[Sequence[float]]
"""The values of each conversation."""
_CLASSES: Final = (5, 10, 20, 40, 80)


@metric("distance-turns", Heading.REFERENCE, better=Better.LOWER)
def distance_turns(data: DataSet) -> Estimate:
    """The Kolmogorov-Smirnov distance of the numbers of turns of conversations.

    Means and the Wasserstein distance, in turns, are in the detail.
    """
    return _distance(data, lambda one: [len(one.turns)])


@metric("distance-agent-words", Heading.REFERENCE, better=Better.LOWER)
def distance_agent_words(data: DataSet) -> Estimate:
    """The Kolmogorov-Smirnov distance of the lengths of agent turns; means and Wasserstein distance in words."""
    return _distance(data, lambda one: [len(turn.text.split()) for turn in one.of(Speaker.AGENT)])


@metric("distance-customer-words", Heading.REFERENCE, better=Better.LOWER)
def distance_customer_words(data: DataSet) -> Estimate:
    """The Kolmogorov-Smirnov distance of the lengths of customer turns; means and Wasserstein distance in words."""
    return _distance(data, lambda one: [len(turn.text.split()) for turn in one.of(Speaker.CUSTOMER)])


@metric("distance-questions", Heading.REFERENCE, better=Better.LOWER)
def distance_questions(data: DataSet) -> Estimate:
    """The Kolmogorov-Smirnov distance of the shares of a conversation's turns with a question mark."""
    return _distance(data, lambda one: [sum("?" in turn.text for turn in one.turns) / max(1, len(one.turns))])


@metric("distance-mtld", Heading.REFERENCE, better=Better.LOWER)
def distance_mtld(data: DataSet) -> Estimate:
    """The Kolmogorov-Smirnov distance of the lexical diversities (see mtld) of conversations of 100 words or more."""
    return _distance(data, mtld_of)


def _distance(data: DataSet, values: Callable[[Dialogue], Sequence[float]]) -> Estimate:
    ours, theirs = ([values(one) for one in side.dialogues] for side in (data, against(data)))
    grid = np.unique(np.concatenate([np.ravel(each) for side in (ours, theirs) for each in side]))
    if not sum(map(len, ours)) or not sum(map(len, theirs)):
        raise NotMeasuredError("one side has nothing to compare")
    counts = [_counted(side, grid) for side in (ours, theirs)]
    ones = [_cumulative(np.ones((1, len(count))), count) for count in counts]
    draws = [_cumulative(drawn(len(count)), count) for count in counts]
    least = min(map(len, draws))
    gap = np.abs(ones[0] - ones[1])[0]
    low, high = interval(np.abs(draws[0][:least] - draws[1][:least]).max(axis=1), around=float(gap.max()))
    means = [float(np.mean([value for each in side for value in each])) for side in (ours, theirs)]
    wasserstein = float((gap[:-1] * np.diff(grid)).sum())
    detail = {"mean": means[0], "mean of the reference": means[1], "wasserstein": wasserstein}
    return Estimate(float(gap.max()), sum(map(len, ours)), low, high, detail)


def _counted(side: Values, grid: Floats) -> Floats:
    """Return how often each conversation has each value: (conversations, values)."""
    counts = np.zeros((len(side), len(grid)), dtype=np.float32)
    for place, each in enumerate(side):
        np.add.at(counts[place], np.searchsorted(grid, each), 1)
    return counts


def _cumulative(times: Floats, counts: Floats) -> Floats:
    """Return the cumulative distribution of each draw: (draws, values)."""
    summed: Floats = (times @ counts).cumsum(axis=1)
    return summed / np.maximum(summed[:, -1:], 1)


@metric("distance-flow", Heading.REFERENCE, better=Better.LOWER)
def distance_flow(data: DataSet) -> Estimate:
    """The Jensen-Shannon divergence, in bits, of what follows what: pairs of neighbouring turns.

    A turn is who speaks and its first move where both sets have moves, else who speaks, whether it asks, and its length
    in six classes.

    Source: Lin, "Divergence measures based on the Shannon entropy", IEEE Transactions on Information Theory 37, 1991.
    """
    theirs = against(data)
    with_moves = all(any(turn.moves for one in side.dialogues for turn in one.turns) for side in (data, theirs))
    flows = [[_flow(one, with_moves=with_moves) for one in side.dialogues] for side in (data, theirs)]
    places = {pair: n for n, pair in enumerate(dict.fromkeys(p for side in flows for flow in side for p in flow))}
    if not places:
        raise NotMeasuredError("no conversation has two turns")
    counts = [_matrix(side, places) for side in flows]
    draws = [drawn(len(count)) @ count for count in counts]
    least = min(map(len, draws))
    value = float(_divergence(*(count.sum(axis=0, keepdims=True) for count in counts))[0])
    low, high = interval(_divergence(draws[0][:least], draws[1][:least]), around=value)
    return Estimate(value, int(counts[0].sum()), low, high, {"turns by": "moves" if with_moves else "length"})


def _flow(dialogue: Dialogue, *, with_moves: bool) -> Counter[tuple[str, str]]:
    return Counter(pairwise([_kind(turn, with_moves=with_moves) for turn in dialogue.turns]))


def _kind(turn: Turn, *, with_moves: bool) -> str:
    if with_moves:
        return f"{turn.speaker} {turn.moves[0] if turn.moves else ''}"
    length = sum(len(turn.text.split()) > edge for edge in _CLASSES)
    return f"{turn.speaker} {length} {'?' in turn.text}"


def _matrix(flows: Sequence[Counter[tuple[str, str]]], places: dict[tuple[str, str], int]) -> Floats:
    counts = np.zeros((len(flows), len(places)), dtype=np.float32)
    for row, flow in enumerate(flows):
        for pair, count in flow.items():
            counts[row, places[pair]] = count
    return counts


def _divergence(ours: Floats, theirs: Floats) -> Floats:
    p, q = (side / np.maximum(side.sum(axis=1, keepdims=True), 1) for side in (ours, theirs))
    half = (p + q) / 2
    bits: Floats = (_relative(p, half) + _relative(q, half)) / 2
    return bits


def _relative(p: Floats, q: Floats) -> Floats:
    shares = np.divide(p, q, out=np.ones_like(p), where=p > 0)
    found: Floats = (p * np.log2(shares)).sum(axis=1)
    return found


METRICS: Final[tuple[Metric, ...]] = (
    distance_turns, distance_agent_words, distance_customer_words, distance_questions, distance_mtld, distance_flow,
)  # fmt: skip
