"""How well a simple classifier tells our conversations from those of a reference set."""

import re
from collections.abc import Mapping
from typing import Final

import numpy as np

from curation.metrics.bootstrap import Floats, statistic
from curation.metrics.classifying import held_out
from curation.metrics.data import DataSet, Dialogue
from curation.metrics.libraries import library
from curation.metrics.measure import Better, Estimate, Heading, Metric, Unit, metric
from curation.metrics.reference import against
from curation.metrics.sampling import sample
from orchestrator.grounding.words import is_content

_MOST: Final = 500
_DRAWS: Final = 200
_TOKEN: Final = re.compile(r"[^\W_]+(?:'[^\W_]+)*|[^\w\s]")


@metric("two-sample", Heading.REFERENCE, better=Better.LOWER, unit=Unit.NUMBER)
def two_sample(data: DataSet) -> Estimate:
    """How well a classifier of words and word pairs tells our conversations from the reference set's: its AUC.

    Cross-validated over five folds, on as many of each, 500 at most; 0.5 is chance, 1 tells all apart. Subject matter
    alone may do it: two-sample-style is the one to look at where the two are not about the same things.

    Source: Lopez-Paz and Oquab, "Revisiting classifier two-sample tests", ICLR 2017.
    """
    return _told_apart(data)


@metric("two-sample-style", Heading.REFERENCE, better=Better.LOWER, unit=Unit.NUMBER)
def two_sample_style(data: DataSet) -> Estimate:
    """As two-sample, with every content word and figure hidden: function words, punctuation and order are left."""
    return _told_apart(data, {"preprocessor": _hidden, "token_pattern": r"\S+", "ngram_range": (1, 3)})


def _told_apart(data: DataSet, how: Mapping[str, object] | None = None) -> Estimate:
    theirs = against(data)
    most = min(len(data.dialogues), len(theirs.dialogues), _MOST)
    sides = {"ours": sample(data.dialogues, most, "two-sample"), "theirs": sample(theirs.dialogues, most, "two-sample")}
    texts = [_text(dialogue) for side in sides.values() for dialogue in side]
    labels = [name for name, side in sides.items() for _ in side]
    scores = held_out(texts, labels, how)[1][:, 1]
    auc = library("sklearn.metrics").roc_auc_score
    ours = np.array([label == "theirs" for label in labels])

    def area(times: Floats) -> float:
        return float(auc(ours, scores, sample_weight=times))

    return statistic(len(texts), area, n=len(texts), draws=_DRAWS, detail={})


def _text(dialogue: Dialogue) -> str:
    return "\n".join(turn.text for turn in dialogue.turns)


def _hidden(text: str) -> str:
    found = _TOKEN.findall(text.lower().replace("’", "'"))
    return " ".join("_" if token[0].isalnum() and is_content(token) else token for token in found)


METRICS: Final[tuple[Metric, ...]] = (two_sample, two_sample_style)
