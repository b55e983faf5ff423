"""Silver labels: a small classifier gives the turns of unlabelled dialogues their moves, learnt from labelled ones.

Logistic regression, one against the rest, over words, character n-grams, the turn before and the place in the dialogue.
It labels what it is sure of, and the likeliest move in any case; it is no judge of what a turn should do.
"""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

from agents.dialogue import MOVES, Speaker
from agents.training.dialogues import TrainingDialogue, TrainingTurn

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix

MOST_MOVES: Final = 3
_BATCH: Final = 2000
_FOLDS: Final = 5
_SURE: Final = 0.5
"""From this probability on, a further move is given."""


@dataclass(frozen=True, slots=True)
class Seen:
    """What the classifier sees of a turn: its text, the text before it, and whether it opens or ends the dialogue."""

    text: str
    before: str
    first: bool
    last: bool


@dataclass(frozen=True, slots=True)
class Agreement:
    """How well held-out labels are recovered: F1 over all labels and the mean over moves, per side, from 0 to 1."""

    micro: float
    macro: float
    by_move: dict[str, float]


def seen(turns: Sequence[TrainingTurn]) -> list[Seen]:
    """Return what the classifier sees of each turn of a dialogue."""
    return [
        Seen(turn.text, turns[place - 1].text if place else "", place < 2, place >= len(turns) - 2)
        for place, turn in enumerate(turns)
    ]


class Labeller:
    """Classifiers for both sides, fitted on the labelled turns of `dialogues`."""

    def __init__(self, dialogues: Iterable[TrainingDialogue]) -> None:
        labelled = _labelled(dialogues)
        self._sides = {side: _Side(side, *zip(*labelled[side], strict=True)) for side in Speaker}

    def labelled(self, dialogues: Iterable[TrainingDialogue]) -> Iterator[TrainingDialogue]:
        """Yield the dialogues with moves wherever they were unknown."""
        batch: list[TrainingDialogue] = []
        for dialogue in dialogues:
            batch.append(dialogue)
            if len(batch) == _BATCH:
                yield from self._label(batch)
                batch = []
        yield from self._label(batch)

    def _label(self, batch: list[TrainingDialogue]) -> Iterator[TrainingDialogue]:
        views = [seen(dialogue.turns) for dialogue in batch]
        moves = {side: self._moves(side, batch, views) for side in Speaker}
        for dialogue in batch:
            turns = tuple(
                turn if turn.moves else replace(turn, moves=next(moves[turn.speaker])) for turn in dialogue.turns
            )
            yield replace(dialogue, turns=turns)

    def _moves(
        self, side: Speaker, batch: list[TrainingDialogue], views: list[list[Seen]]
    ) -> Iterator[tuple[str, ...]]:
        unknown = [
            view
            for dialogue, views_of in zip(batch, views, strict=True)
            for turn, view in zip(dialogue.turns, views_of, strict=True)
            if turn.speaker is side and not turn.moves
        ]
        return iter(self._sides[side].predicted(unknown))


def agreement(dialogues: Sequence[TrainingDialogue], also: Sequence[TrainingDialogue] = ()) -> dict[Speaker, Agreement]:
    """Return how well the moves of `dialogues` are recovered by cross-validation that keeps dialogues together.

    `also` are labelled dialogues that every fold may learn from.
    """
    folds = [dialogues[fold::_FOLDS] for fold in range(_FOLDS)]
    truth: dict[Speaker, list[set[str]]] = {side: [] for side in Speaker}
    found: dict[Speaker, list[set[str]]] = {side: [] for side in Speaker}
    for fold, held in enumerate(folds):
        rest = [dialogue for other, part in enumerate(folds) if other != fold for dialogue in part]
        labeller = Labeller([*rest, *also])
        bare = [replace(d, turns=tuple(replace(turn, moves=None) for turn in d.turns)) for d in held]
        for real, labelled in zip(held, labeller.labelled(bare), strict=True):
            for turn, guess in zip(real.turns, labelled.turns, strict=True):
                truth[turn.speaker].append(set(turn.moves or ()))
                found[turn.speaker].append(set(guess.moves or ()))
    return {side: _agreement(side, truth[side], found[side]) for side in Speaker}


def _agreement(side: Speaker, truth: list[set[str]], found: list[set[str]]) -> Agreement:
    pairs = list(zip(truth, found, strict=True))
    by_move = {move: _f1([(move in real, move in guess) for real, guess in pairs]) for move in MOVES[side]}
    every = [(move in real, move in guess) for move in MOVES[side] for real, guess in pairs]
    return Agreement(_f1(every), sum(by_move.values()) / len(by_move), by_move)


def _f1(pairs: list[tuple[bool, bool]]) -> float:
    hits = sum(real and guess for real, guess in pairs)
    misses = sum(real != guess for real, guess in pairs)
    return 2 * hits / (2 * hits + misses) if hits or misses else 1.0


def _labelled(dialogues: Iterable[TrainingDialogue]) -> dict[Speaker, list[tuple[Seen, tuple[str, ...]]]]:
    found: dict[Speaker, list[tuple[Seen, tuple[str, ...]]]] = {side: [] for side in Speaker}
    for dialogue in dialogues:
        for turn, view in zip(dialogue.turns, seen(dialogue.turns), strict=True):
            if turn.moves:
                found[turn.speaker].append((view, turn.moves))
    return found


class _Side:
    """The classifier of one side."""

    def __init__(self, side: Speaker, views: Sequence[Seen], moves: Sequence[tuple[str, ...]]) -> None:
        import numpy as np
        from sklearn.linear_model import LogisticRegression
        from sklearn.multiclass import OneVsRestClassifier

        self._names = MOVES[side]
        self._features = _Features(views)
        targets = np.array([[name in turn for name in self._names] for turn in moves], dtype=int)
        self._model: Any = OneVsRestClassifier(LogisticRegression(C=8.0, solver="liblinear", class_weight="balanced"))
        with _one_thread():
            self._model.fit(self._features.of(views), targets)

    def predicted(self, views: Sequence[Seen]) -> list[tuple[str, ...]]:
        if not views:
            return []
        with _one_thread():
            return [self._chosen(row) for row in self._model.predict_proba(self._features.of(views))]

    def _chosen(self, chances: Iterable[float]) -> tuple[str, ...]:
        best = sorted(zip(chances, self._names, strict=True), key=lambda pair: -pair[0])[:MOST_MOVES]
        likely = {name for place, (chance, name) in enumerate(best) if place == 0 or chance >= _SURE}
        return tuple(name for name in self._names if name in likely)


def _one_thread() -> AbstractContextManager[object]:
    """Keep the linear algebra on one thread: rows this sparse are slower on many."""
    from threadpoolctl import threadpool_limits

    limits: AbstractContextManager[object] = threadpool_limits(1)
    return limits


class _Features:
    """Texts as sparse rows."""

    def __init__(self, views: Sequence[Seen]) -> None:
        from sklearn.feature_extraction.text import TfidfVectorizer

        self._parts: list[tuple[Any, str]] = [
            (TfidfVectorizer(ngram_range=(1, 2), min_df=2, sublinear_tf=True), "text"),
            (TfidfVectorizer(analyzer="char_wb", ngram_range=(2, 5), min_df=3, sublinear_tf=True), "text"),
            (TfidfVectorizer(min_df=5, sublinear_tf=True), "before"),
        ]
        for vectorizer, field in self._parts:
            vectorizer.fit([getattr(view, field) for view in views])

    def of(self, views: Sequence[Seen]) -> "csr_matrix":
        """Return a row for each view."""
        from scipy.sparse import csr_matrix, hstack

        texts = [vectorizer.transform([getattr(view, field) for view in views]) for vectorizer, field in self._parts]
        return csr_matrix(hstack([*texts, csr_matrix([_shape(view) for view in views])]))


def _shape(view: Seen) -> list[float]:
    words = view.text.split()
    return [
        float(view.first), float(view.last), float(view.text.rstrip().endswith("?")), float("?" in view.text),
        min(len(words), 80) / 40, float(any(character.isdigit() for character in view.text)),
    ]  # fmt: skip
