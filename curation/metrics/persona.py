"""Whether customers sound like who they are said to be, and whether both sides stay in their part."""

from collections import Counter
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Final

from agents.dialogue import Speaker
from curation.metrics.bootstrap import ratio, share_of
from curation.metrics.classifying import Classifier, classifier, held_out
from curation.metrics.data import DataSet
from curation.metrics.measure import Better, Estimate, Heading, Metric, metric
from orchestrator.guards import RoleLeak, Scene
from orchestrator.transcript import CustomerRecord

_LEAST_WORDS: Final = 4
_SPELLING: Final = {"analyzer": "char_wb", "ngram_range": (2, 4), "lowercase": False}


@metric("role-leaks", Heading.FLUENCY, better=Better.LOWER)
def role_leaks(data: DataSet) -> Estimate:
    """The share of turns with a tag, a speaker's label, a status word, a line break or the other side's phrases."""
    guard, scenes = RoleLeak(), {speaker: Scene(speaker, (), None) for speaker in Speaker}
    return ratio([share_of(bool(guard.check(t.text, scenes[t.speaker])) for t in one.turns) for one in data.dialogues])


@metric("role-consistency", Heading.FLUENCY, better=Better.HIGHER)
def role_consistency(data: DataSet) -> Estimate:
    """The share of turns that sound like the side that says them, to a classifier of words that has not seen the data.

    It is trained on the gold dialogues that ship. Turns under four words are left out.
    """
    turns = [(n, t) for n, one in enumerate(data.dialogues) for t in one.turns if len(t.text.split()) >= _LEAST_WORDS]
    said = _role_classifier().predict([turn.text for _, turn in turns]) if turns else []
    right, total = Counter[int](), Counter[int]()
    for (place, turn), found in zip(turns, said, strict=True):
        right[place] += found == str(turn.speaker)
        total[place] += 1
    return ratio([(right[place], total[place]) for place in range(len(data.dialogues))])


@lru_cache(maxsize=1)
def _role_classifier() -> Classifier:
    from agents.training.gold_corpus import GOLD, companies, read_company

    turns = [turn for company in companies(GOLD) for one in read_company(company) for turn in one.turns]
    return classifier().fit([turn.text for turn in turns], [str(turn.speaker) for turn in turns])


@metric("disposition-consistency", Heading.FLUENCY, better=Better.HIGHER)
def disposition_consistency(data: DataSet) -> Estimate:
    """How well customers' dispositions can be told from their words: the balanced accuracy of a classifier.

    It is cross-validated, and reads what a customer says after the opening, as words and word pairs. `chance` in the
    detail is what guessing would reach; the shares of each disposition that are told aright stand beside it.
    """
    return _told(data, lambda customer: customer.disposition)


@metric("tone-consistency", Heading.FLUENCY, better=Better.HIGHER)
def tone_consistency(data: DataSet) -> Estimate:
    """How well customers' tones can be told from their words, as disposition-consistency."""
    return _told(data, lambda customer: customer.tone)


@metric("style-consistency", Heading.FLUENCY, better=Better.HIGHER)
def style_consistency(data: DataSet) -> Estimate:
    """How well customers' styles of writing can be told from their words, as disposition-consistency.

    The classifier reads runs of two to four characters here, spelling being part of style.
    """
    return _told(data, lambda customer: customer.style, _SPELLING)


def _told(data: DataSet, axis: Callable[[CustomerRecord], str], how: Mapping[str, object] | None = None) -> Estimate:
    said = [
        (axis(one.customer), " ".join(t.text for t in one.turns[1:] if t.speaker is Speaker.CUSTOMER))
        for one in data.runs()
    ]
    said = [(label, text) for label, text in said if text]
    classes, chances = held_out([text for _, text in said], [label for label, _ in said], how)
    right = [classes[place] == label for place, (label, _) in zip(chances.argmax(1), said, strict=True)]
    totals = Counter(label for label, _ in said)
    hits = Counter(label for hit, (label, _) in zip(right, said, strict=True) if hit)
    weights = [len(said) / totals[label] / len(classes) for label, _ in said]
    counts = [(weight * hit, weight) for weight, hit in zip(weights, right, strict=True)]
    return ratio(counts, {"chance": 1 / len(classes), **{name: hits[name] / totals[name] for name in classes}})


METRICS: Final[tuple[Metric, ...]] = (
    role_leaks, role_consistency, disposition_consistency, tone_consistency, style_consistency,
)  # fmt: skip
