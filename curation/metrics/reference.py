"""How likely a reference model holds the conversations to be, and how near they are to others in its eyes.

A model of the user's choice judges; what it was trained on decides what it finds likely, so values of different models
do not compare, and those of MAUVE under the house model not with published ones.
"""

from collections.abc import Sequence
from math import exp, log
from typing import TYPE_CHECKING, Final

import numpy as np

from curation.metrics.bootstrap import plain, ratio
from curation.metrics.data import DataSet, Dialogue
from curation.metrics.libraries import library, silent
from curation.metrics.measure import Better, Detail, Estimate, Heading, Metric, NotMeasuredError, Unit, metric
from curation.metrics.sampling import sample

if TYPE_CHECKING:
    from curation.metrics.bootstrap import Floats

HOUSE: Final = "house"
_READ: Final = 200
_COMPARED: Final = 200
_LEAST: Final = 50
_SEEDS: Final = 5
_CLUSTER: Final = 20
"""Texts of a cluster, on average."""


@metric("perplexity", Heading.FLUENCY, better=Better.LOWER, unit=Unit.NUMBER)
def perplexity(data: DataSet) -> Estimate:
    """The perplexity per token, under the reference model, of all turns after the first, each after those before it.

    Of 200 conversations at most, drawn with a seed; conversations that do not fit the model's window are read up to
    there. Perplexity per word and bits per byte, which compare across tokenisers, are in the detail.

    Source: Jelinek et al., "Perplexity: a measure of the difficulty of speech recognition tasks", JASA 62, 1977.
    """
    from curation.metrics.language_model import reader

    model = reader(data.reference or HOUSE)
    found = [model.likelihood(dialogue) for dialogue in sample(data.dialogues, _READ, "perplexity")]
    loss = ratio([(one.loss, one.tokens) for one in found])
    words, size = sum(one.words for one in found), sum(one.size for one in found)
    total = loss.value * loss.n
    detail: Detail = {"model": model.label, "per word": exp(total / words), "bits per byte": total / log(2) / size}
    return Estimate(exp(loss.value), loss.n, exp(loss.low or 0.0), exp(loss.high or 0.0), detail)


@metric("mauve", Heading.REFERENCE, better=Better.HIGHER, unit=Unit.NUMBER)
def mauve(data: DataSet) -> Estimate:
    """MAUVE between our conversations and the reference set's: how far two clouds of texts overlap, from 0 to 1.

    A text is the beginning of a conversation, 256 tokens of it; 200 of each set are drawn with a seed. Its features are
    the mean of the last layer's states of the reference model, the house model where none is named: with the state of
    the last token alone, as it was published, so small a model does not notice words in disorder. The mean over five
    clusterings with 20 texts a cluster; their range is in the detail.

    Source: Pillutla et al., "MAUVE: measuring the gap between neural text and human text", NeurIPS 2021.
    """
    theirs = against(data)
    sides = [[one for one in side.dialogues if one.turns] for side in (data, theirs)]
    least = min(*map(len, sides), _COMPARED)
    if least < _LEAST:
        raise NotMeasuredError(f"needs {_LEAST} conversations on each side")
    compute = library("mauve").compute_mauve
    label, ours, others = _features(data, sides[0], sides[1], least)
    buckets = max(2, 2 * least // _CLUSTER)
    with silent():
        found = [
            float(compute(p_features=ours, q_features=others, num_buckets=buckets, seed=seed, verbose=False).mauve)
            for seed in range(_SEEDS)
        ]
    return plain(float(np.mean(found)), least, {"model": label, "least": min(found), "most": max(found)})


def _features(
    data: DataSet, ours: Sequence[Dialogue], theirs: Sequence[Dialogue], most: int
) -> "tuple[str, Floats, Floats]":
    from curation.metrics.language_model import reader

    model = reader(data.reference or HOUSE)
    sides = [np.stack([model.features(one) for one in sample(side, most, "mauve")]) for side in (ours, theirs)]
    return model.label, sides[0], sides[1]


def against(data: DataSet) -> DataSet:
    """Return the reference set. Raises NotMeasuredError where there is none."""
    if data.against is None:
        raise NotMeasuredError("needs a reference set")
    return data.against


METRICS: Final[tuple[Metric, ...]] = (perplexity,)
COMPARING: Final[tuple[Metric, ...]] = (mauve,)
