"""A simple classifier of texts, and what it says of texts that it was not trained on."""

from collections.abc import Mapping, Sequence
from typing import Final, Protocol, Self

import numpy as np

from curation.metrics.bootstrap import Floats
from curation.metrics.libraries import library
from curation.metrics.measure import NotMeasuredError

FOLDS: Final = 5
_WORDS: Final = {"ngram_range": (1, 2), "min_df": 2, "sublinear_tf": True}


class Classifier(Protocol):
    """What scikit-learn makes of texts and labels."""

    def fit(self, texts: Sequence[str], labels: Sequence[str]) -> Self: ...

    def predict(self, texts: Sequence[str]) -> Sequence[str]: ...


def classifier(how: Mapping[str, object] | None = None) -> Classifier:
    """Return logistic regression over TF-IDF of words and word pairs; `how` goes to the vectoriser."""
    text = library("sklearn.feature_extraction.text")
    linear = library("sklearn.linear_model")
    pipeline = library("sklearn.pipeline")
    words = text.TfidfVectorizer(**{**_WORDS, **(how or {})})
    judge = linear.LogisticRegression(C=10.0, class_weight="balanced", max_iter=1000)
    made: Classifier = pipeline.make_pipeline(words, judge)
    return made


def held_out(
    texts: Sequence[str], labels: Sequence[str], how: Mapping[str, object] | None = None
) -> tuple[list[str], Floats]:
    """Return the classes in order, and each text's probability of each under a classifier trained on other texts.

    Five folds with equal shares of each class, in the order of the data. Raises NotMeasuredError for a class with fewer
    than five texts.
    """
    classes, counts = np.unique(labels, return_counts=True)
    if len(classes) < 2 or min(counts) < FOLDS:
        raise NotMeasuredError(f"needs two kinds of conversation, {FOLDS} of each")
    selection = library("sklearn.model_selection")
    folds = selection.StratifiedKFold(FOLDS)
    try:
        found = selection.cross_val_predict(
            classifier(how), list(texts), list(labels), cv=folds, method="predict_proba"
        )
    except ValueError:  # no word is in two texts
        raise NotMeasuredError("the texts have no words in common") from None
    return [str(one) for one in classes], np.asarray(found)
