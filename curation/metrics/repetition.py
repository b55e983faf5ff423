"""What is said again: within a turn, within a conversation, and from one conversation to the next."""

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Final

from agents.dialogue import Speaker
from curation.metrics.bootstrap import Counts, mean, ratio
from curation.metrics.data import DataSet, Dialogue
from curation.metrics.libraries import library
from curation.metrics.measure import Better, Estimate, Heading, Metric, NotMeasuredError, metric
from orchestrator.overlap import Run, runs

_GRAM: Final = 4
_SHINGLE: Final = 5
_ALIKE: Final = 0.8
_PERMUTATIONS: Final = 128
_SHOWN: Final = 5


@metric("rep-4", Heading.FLUENCY, better=Better.LOWER)
def rep_4(data: DataSet) -> Estimate:
    """The share of the word 4-grams of a turn that stand in the same turn before, over all turns.

    Source: Welleck et al., "Neural text generation with unlikelihood training", ICLR 2020 (seq-rep-4).
    """
    return ratio([_repeated(dialogue) for dialogue in data.dialogues])


def _repeated(dialogue: Dialogue) -> Counts:
    grams = [_grams(turn) for turn in dialogue.words]
    return sum(len(each) - len(set(each)) for each in grams), sum(map(len, grams))


@metric("echo-self", Heading.FLUENCY, better=Better.LOWER)
def echo_self(data: DataSet) -> Estimate:
    """The share of the different word 4-grams of a turn that its speaker has said in an earlier turn."""
    return ratio([_echoes(dialogue, own=True) for dialogue in data.dialogues])


@metric("echo-partner", Heading.FLUENCY, better=Better.LOWER)
def echo_partner(data: DataSet) -> Estimate:
    """The share of the different word 4-grams of a turn that the partner has said in an earlier turn."""
    return ratio([_echoes(dialogue, own=False) for dialogue in data.dialogues])


def _echoes(dialogue: Dialogue, *, own: bool) -> Counts:
    said: dict[Speaker, set[Run]] = {speaker: set() for speaker in Speaker}
    again = total = 0
    for turn, words in zip(dialogue.turns, dialogue.words, strict=True):
        grams = set(_grams(words))
        heard = said[turn.speaker if own else turn.speaker.other]
        again, total = again + len(grams & heard), total + len(grams)
        said[turn.speaker] |= grams
    return again, total


@metric("self-repetition", Heading.CREATIVITY, better=Better.LOWER)
def self_repetition(data: DataSet) -> Estimate:
    """The share of the different word 4-grams of a conversation's agent that the agent of another one says, too.

    It rises with the number of conversations; what is quoted from help articles counts.

    Source: Salkar et al., "Self-repetition in abstractive neural summarizers", AACL 2022.
    """
    sets = [_agent_grams(dialogue) for dialogue in data.dialogues]
    holders = Counter(gram for grams in sets for gram in grams)
    return ratio([(sum(holders[gram] > 1 for gram in grams), len(grams)) for grams in sets])


def _agent_grams(dialogue: Dialogue) -> set[Run]:
    pairs = zip(dialogue.turns, dialogue.words, strict=True)
    return {gram for turn, words in pairs if turn.speaker is Speaker.AGENT for gram in _grams(words)}


@metric("near-duplicates", Heading.CREATIVITY, better=Better.LOWER)
def near_duplicates(data: DataSet) -> Estimate:
    """The share of conversations that are nearly the same as another: 0.8 of their word 5-grams, by Jaccard.

    The openings are left out. Candidates are found by MinHash over 128 permutations and then compared outright.

    Source: Broder, "On the resemblance and containment of documents", SEQUENCES 1997; Lee et al., "Deduplicating
    training data makes language models better", ACL 2022.
    """
    shingles = [_shingles(dialogue.words[1:]) for dialogue in data.dialogues]
    alike = _with_a_double(shingles)
    return mean([float(place in alike) for place in range(len(shingles))])


@metric("duplicate-replies", Heading.CREATIVITY, better=Better.LOWER)
def duplicate_replies(data: DataSet) -> Estimate:
    """The share of agent turns that are nearly the same as one of another conversation (see near-duplicates)."""
    places = [
        (place, _shingles([words]))
        for place, dialogue in enumerate(data.dialogues)
        for turn, words in zip(dialogue.turns, dialogue.words, strict=True)
        if turn.speaker is Speaker.AGENT and len(words) >= _SHINGLE
    ]
    alike = _with_a_double([shingles for _, shingles in places], [place for place, _ in places])
    totals, doubles = Counter(place for place, _ in places), Counter(places[one][0] for one in alike)
    return ratio([(doubles[place], totals[place]) for place in range(len(data.dialogues))])


def _with_a_double(sets: Sequence[set[Run]], groups: Sequence[int] = ()) -> set[int]:
    """Return the places of the sets that are alike to another, one of another group where there are groups."""
    datasketch = library("datasketch")
    full = [place for place, shingles in enumerate(sets) if shingles]
    index = datasketch.MinHashLSH(threshold=_ALIKE, num_perm=_PERMUTATIONS)
    texts = ([" ".join(gram).encode() for gram in sets[place]] for place in full)
    hashes = dict(zip(full, datasketch.MinHash.generator(texts, num_perm=_PERMUTATIONS), strict=True))
    alike: set[int] = set()
    for place, hashed in hashes.items():
        for other in index.query(hashed):
            if (not groups or groups[place] != groups[other]) and _jaccard(sets[place], sets[other]) >= _ALIKE:
                alike |= {place, other}
        index.insert(place, hashed)
    return alike


def _jaccard(one: set[Run], other: set[Run]) -> float:
    return len(one & other) / len(one | other)


def _shingles(turns: Iterable[Run]) -> set[Run]:
    return {gram for words in turns if words for gram in runs(words, _SHINGLE)}


@metric("duplicate-customer-turns", Heading.CREATIVITY, better=Better.LOWER)
def duplicate_customer_turns(data: DataSet) -> Estimate:
    """The share of customer turns after the opening with the very words of an earlier one of the data set."""
    seen: set[Run] = set()
    return ratio([_said_before(dialogue, seen) for dialogue in data.dialogues])


def _said_before(dialogue: Dialogue, seen: set[Run]) -> Counts:
    again = total = 0
    for turn, words in zip(dialogue.turns, dialogue.words, strict=True):
        if turn.speaker is Speaker.CUSTOMER and turn.n > 1:
            again, total = again + (words in seen), total + 1
            seen.add(words)
    return again, total


@metric("opening-skeletons", Heading.CREATIVITY, better=Better.LOWER)
def opening_skeletons(data: DataSet) -> Estimate:
    """The share of the conversations' first agent turns that begin with the commonest three words, figures as `#`.

    The commonest beginnings and their shares are in the detail.
    """
    begun = [_skeleton(dialogue) for dialogue in data.dialogues]
    found = Counter(skeleton for skeleton in begun if skeleton)
    if not found:
        raise NotMeasuredError("no agent says anything")
    commonest = found.most_common(_SHOWN)
    shares = {skeleton: count / found.total() for skeleton, count in commonest}
    return ratio([(skeleton == commonest[0][0], bool(skeleton)) for skeleton in begun], shares)


def _skeleton(dialogue: Dialogue) -> str:
    pairs = zip(dialogue.turns, dialogue.words, strict=True)
    first = next((words for turn, words in pairs if turn.speaker is Speaker.AGENT), ())
    return " ".join("#" if any(sign.isdigit() for sign in word) else word for word in first[:3])


def _grams(words: Run) -> list[Run]:
    return runs(words, _GRAM) if len(words) >= _GRAM else []


METRICS: Final[tuple[Metric, ...]] = (
    rep_4, echo_self, echo_partner, self_repetition, near_duplicates, duplicate_replies, duplicate_customer_turns,
    opening_skeletons,
)  # fmt: skip
