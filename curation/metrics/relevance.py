"""Whether replies fit what they reply to: by the words that the two share, against those of other conversations.

It is blind to paraphrase, as all likeness of words is, and says nothing of whether an answer is true.
"""

from collections.abc import Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from agents import randomness
from agents.dialogue import Speaker
from curation.metrics.bootstrap import Floats, ratio
from curation.metrics.data import DataSet, Dialogue
from curation.metrics.libraries import library
from curation.metrics.measure import Better, Estimate, Heading, Metric, NotMeasuredError, metric
from curation.metrics.sampling import SEED
from orchestrator.grounding.words import is_content, stem, words
from orchestrator.transcript import TurnRecord

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix

_OTHERS: Final = 20
_LEAST_WORDS: Final = 2


class Pair(NamedTuple):
    """A reply and what it should fit, from conversation number `place`; `key` is what other pairs must not share."""

    place: int
    reply: str
    target: str
    key: str


@metric("relevance-to-query", Heading.RELEVANCE, better=Better.HIGHER)
def relevance_to_query(data: DataSet) -> Estimate:
    """How often an agent turn is more like the customer's turn before it than like another conversation's.

    Likeness is the cosine of TF-IDF vectors of content-word stems, others are 20 customer turns drawn for each reply,
    and a tie counts half, so that 0.5 is chance. Customer turns with fewer than two content words are left out. The
    mean likenesses are in the detail.

    Source: the two-alternative form of next-utterance ranking, Lowe et al., "The Ubuntu Dialogue Corpus", SIGDIAL 2015.
    """
    return _won([pair for place, dialogue in enumerate(data.dialogues) for pair in _queries(place, dialogue)], data)


def _queries(place: int, dialogue: Dialogue) -> list[Pair]:
    sides = (Speaker.CUSTOMER, Speaker.AGENT)
    return [
        Pair(place, reply.text, asked.text, asked.text)
        for asked, reply in pairwise(dialogue.turns)
        if (asked.speaker, reply.speaker) == sides and len(stems(asked.text)) >= _LEAST_WORDS
    ]


@metric("relevance-to-passage", Heading.RELEVANCE, better=Better.HIGHER)
def relevance_to_passage(data: DataSet) -> Estimate:
    """How often an agent turn that cites is more like its first cited passage than like another that was cited.

    As relevance-to-query, with passages of other articles in place of other customer turns.
    """
    pairs = [
        Pair(place, turn.text, passage.prompt, passage.article)
        for place, one in enumerate(data.runs())
        for turn in one.turns
        if turn.citations and (passage := data.passages.get(one.scenario, {}).get(turn.citations[0].passage))
    ]
    return _won(pairs, data)


@metric("passage-fits-query", Heading.RELEVANCE, better=Better.HIGHER)
def passage_fits_query(data: DataSet) -> Estimate:
    """How often the first cited passage is more like the conversation so far than another article's that was cited.

    As relevance-to-query, with what the customer has said up to the reply in place of the reply.
    """
    pairs = [
        Pair(place, _asked(one.turns[:n]), passage.prompt, passage.article)
        for place, one in enumerate(data.runs())
        for n, turn in enumerate(one.turns)
        if turn.citations and (passage := data.passages.get(one.scenario, {}).get(turn.citations[0].passage))
    ]
    return _won(pairs, data)


def _asked(turns: Sequence[TurnRecord]) -> str:
    return " ".join(turn.text for turn in turns if turn.speaker is Speaker.CUSTOMER)


def _won(pairs: Sequence[Pair], data: DataSet) -> Estimate:
    """Return how often a reply's own target is more like it than another's, by conversation."""
    if len({pair.key for pair in pairs}) < 2:
        raise NotMeasuredError("needs two different things to reply to")
    replies, targets = _vectors([pair.reply for pair in pairs], [pair.target for pair in pairs])
    own = _likeness(replies, targets)
    won, faced, others = np.zeros((3, len(pairs)))
    keys = np.unique([pair.key for pair in pairs], return_inverse=True)[1]
    places = np.array([pair.place for pair in pairs])
    for number in range(_OTHERS):
        other = _drawn(len(pairs), number)
        fair = (keys != keys[other]) & (places != places[other])
        likeness = _likeness(replies, targets[other])
        won += fair * ((own > likeness) + 0.5 * (own == likeness))
        others += fair * likeness
        faced += fair
    return _estimate(won, faced, places, len(data.dialogues), {"own": own.mean(), "other": others.sum() / faced.sum()})


def _estimate(won: Floats, faced: Floats, places: Floats, size: int, likeness: dict[str, float]) -> Estimate:
    has = faced > 0
    shares = np.divide(won, faced, out=np.zeros_like(won), where=has)
    sums, counts = (np.bincount(places, weights, size) for weights in (shares * has, has.astype(float)))
    detail = {f"likeness to {name}": round(float(value), 4) for name, value in likeness.items()}
    return ratio(list(zip(sums.tolist(), counts.tolist(), strict=True)), detail)


def _drawn(size: int, number: int) -> NDArray[np.intp]:
    stream = randomness.key(SEED, "others", number)
    return np.array([randomness.below(stream, place, size) for place in range(size)], dtype=np.intp)


def _vectors(*sides: list[str]) -> list[Any]:
    text = library("sklearn.feature_extraction.text")
    vectorizer = text.TfidfVectorizer(analyzer=stems, sublinear_tf=True)
    vectorizer.fit([one for side in sides for one in side])
    return [vectorizer.transform(side) for side in sides]


def _likeness(replies: "csr_matrix", targets: "csr_matrix") -> Floats:
    found: Floats = np.asarray(replies.multiply(targets).sum(axis=1)).ravel()
    return found


def stems(text: str) -> list[str]:
    """Return the stems of the content words of `text`."""
    return [stem(word) for word in words(text) if is_content(word)]


METRICS: Final[tuple[Metric, ...]] = (relevance_to_query, relevance_to_passage, passage_fits_query)
