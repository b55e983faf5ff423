"""What is measured of conversations that a model held, and of the gold dialogues of the same companies beside them.

A share is from 0 to 1; `n` says how many turns, conversations or words it is taken over.
"""

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Final

from agents.dialogue import Speaker
from agents.gpt2.checkpoint import Checkpoint
from agents.gpt2.loading import Precision, runner_of
from agents.gpt2.writing import Stop
from agents.training.dialogues import TrainingDialogue
from agents.training.examples import examples_of
from agents.training.gold_corpus import GOLD
from benchmarks.house_judges import TRAITS, TraitJudge, moves_found, taught
from benchmarks.house_talk import COMPANIES, Talk, gold_dialogues
from benchmarks.precision import perplexity
from curation.metrics.data import DataSet, Dialogue
from curation.metrics.diversity import self_bleu_4
from curation.metrics.measure import Metric, NotMeasuredError
from curation.metrics.repetition import opening_skeletons
from orchestrator.grounding import HelpIndex
from orchestrator.guards import RoleLeak, Scene
from orchestrator.overlap import Run, runs, words

WORDS: Final = 20_000
"""Words of a side over which distinct-2 is taken, where there are as many."""
_COPIED: Final = 12


@dataclass(frozen=True, slots=True)
class Found:
    """A value over `n` things counted."""

    value: float
    n: int


Finding = tuple[str, Found]


class Measures:
    """All that is measured of conversations; it learns its judges once."""

    def __init__(self) -> None:
        gold = taught()
        self._judges = {trait: TraitJudge(trait, gold) for trait in TRAITS}
        self._trained = frozenset(_grams(turn.text for dialogue in gold for turn in dialogue.turns))
        self._passages = {
            company: frozenset(
                _grams(passage.prompt for passage in HelpIndex.load([GOLD / company / "articles"]).passages)
            )
            for company in COMPANIES
        }

    def of(self, talks: Sequence[Talk]) -> dict[str, Found]:
        """Return what is found of `talks`; what cannot be measured is left out."""
        return dict(
            chain(
                _form(talks), _moves(talks), self._traits(talks), _variety(talks), _share("copied", self._copied(talks))
            )
        )

    def _traits(self, talks: Sequence[Talk]) -> Iterator[Finding]:
        for trait, judge in self._judges.items():
            judged = judge.judge(talks)
            yield from _share(trait, judged.turns)
            yield from _share(f"{trait} of customers", judged.customers)
        if any(said.written for talk in talks for said in talk.said):
            yield from _share("style unlaid", self._judges["style"].judge(talks, own_words=True).turns)

    def _copied(self, talks: Sequence[Talk]) -> list[bool]:
        """Tell of each reply whether it has 12 words in a row of a training dialogue that no passage has."""
        return [
            bool((_grams([said.turn.text]) & self._trained) - self._passages[talk.company])
            for talk in talks
            for said in talk.of(Speaker.AGENT)
        ]


def _grams(texts: Iterable[str]) -> set[Run]:
    return {gram for text in texts for gram in runs(words(text), _COPIED) if len(gram) == _COPIED}


def _form(talks: Sequence[Talk]) -> Iterator[Finding]:
    replies = [said for talk in talks for said in talk.of(Speaker.AGENT)]
    scene = Scene(Speaker.AGENT, (), None)
    yield from _share("leaks", [RoleLeak().check(said.turn.text, scene) is not None for said in replies])
    drawn = [said.written for said in replies if said.written]
    for stop in Stop:
        yield from _share(f"stop {stop}", [written.stop is stop for written in drawn])


def _moves(talks: Sequence[Talk]) -> Iterator[Finding]:
    for speaker in Speaker:
        pairs = moves_found(talks, speaker)
        yield from _share(f"moves of {speaker}", [move in found for asked, found in pairs for move in asked])


def _variety(talks: Sequence[Talk]) -> Iterator[Finding]:
    for speaker in Speaker:
        texts = [said.turn.text for talk in talks for said in talk.of(speaker)]
        yield from _distinct_2(f"distinct-2 of {speaker}", texts)
    data = DataSet(tuple(Dialogue(talk.id, (talk.opening, *(said.turn for said in talk.said))) for talk in talks))
    yield from _metric("self-bleu-4", self_bleu_4, data)
    yield from _metric("opening words", opening_skeletons, data)


def _distinct_2(name: str, texts: Iterable[str]) -> Iterator[Finding]:
    """Yield the share of word pairs within turns that are different, over the first WORDS words (Li et al., 2016)."""
    room, pairs = WORDS, []
    for text in texts:
        said = words(text)[:room]
        room -= len(said)
        pairs += runs(said, 2) if len(said) > 1 else []
    if pairs:
        yield name, Found(len(set(pairs)) / len(pairs), WORDS - room)


def _metric(name: str, metric: Metric, data: DataSet) -> Iterator[Finding]:
    try:
        found = metric.measure(data)
    except NotMeasuredError:
        return
    yield name, Found(found.value, found.n)


def _share(name: str, flags: Sequence[bool]) -> Iterator[Finding]:
    if flags:
        yield name, Found(sum(flags) / len(flags), len(flags))


def fit(checkpoint: Checkpoint, most: int | None = None) -> dict[str, Found]:
    """Return the perplexity of each side of the held-out dialogues, per token and per byte of what is learnt.

    Of a checkpoint without the project's special tokens nothing is returned: it does not read the form.
    """
    vocabulary = checkpoint.vocabulary()
    if not vocabulary.special:
        return {}
    runner = runner_of(checkpoint, Precision.FP32)
    found: dict[str, Found] = {}
    for side in Speaker:
        dialogues: Iterable[TrainingDialogue] = [dialogue for _, dialogue in gold_dialogues()[:most]]
        views = [view for one in dialogues for view in examples_of(one, side, vocabulary, checkpoint.shape.window)]
        learnt = [
            token for view in views for token, counts in zip(view.tokens[1:], view.learn[1:], strict=True) if counts
        ]
        size = sum(len(vocabulary.pieces[token]) for token in learnt)
        per_token = perplexity(runner, views)
        found[f"per token, {side}"] = Found(per_token, len(learnt))
        found[f"per byte, {side}"] = Found(math.exp(math.log(per_token) * len(learnt) / size), size)
    return found
