"""Classifiers that read off a text what its writer was asked for, learnt from gold text of the other companies alone.

Moves: the labeller of `agents.training.silver`. Traits of customers: logistic regression over words and characters of
one turn. They err, too: how often they recover the held-out gold dialogues' own labels is measured beside any model.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

from agents.dialogue import Speaker
from agents.training.dialogues import TrainingDialogue, TrainingTurn
from agents.training.gold_corpus import HELD_OUT, companies, read_company
from agents.training.mix import cached_labeller
from benchmarks.house_talk import Said, Talk

TRAITS: Final = ("tone", "style", "disposition")


def taught() -> list[TrainingDialogue]:
    """Return the gold dialogues that may be learnt from."""
    return [one for folder in companies() if folder.name not in HELD_OUT for one in read_company(folder)]


def moves_found(talks: Sequence[Talk], speaker: Speaker) -> list[tuple[set[str], set[str]]]:
    """Return, for each turn of `speaker` with known moves, these and what the labeller takes them to be."""
    bare = [_bare(talk) for talk in talks]
    labelled = cached_labeller().labelled(bare)
    return [
        (set(said.turn.moves), set(guess.moves or ()))
        for talk, dialogue in zip(talks, labelled, strict=True)
        for said, guess in zip(talk.said, dialogue.turns[1:], strict=True)
        if said.turn.speaker is speaker and said.turn.moves
    ]


def _bare(talk: Talk) -> TrainingDialogue:
    turns = [talk.opening, *(said.turn for said in talk.said)]
    return TrainingDialogue(talk.id, "talk", tuple(TrainingTurn(turn.speaker, turn.text) for turn in turns))


@dataclass(frozen=True, slots=True)
class Judged:
    """What was found of a trait: for each turn, and for each customer from all its turns, whether it was recovered."""

    turns: list[bool]
    customers: list[bool]


class TraitJudge:
    """Tells one trait of customers from a turn of theirs."""

    def __init__(self, trait: str, dialogues: Sequence[TrainingDialogue]) -> None:
        from sklearn.feature_extraction.text import TfidfVectorizer
        from sklearn.linear_model import LogisticRegression
        from sklearn.pipeline import make_pipeline, make_union

        self._trait = trait
        words = TfidfVectorizer(ngram_range=(1, 2), min_df=2, sublinear_tf=True)
        signs = TfidfVectorizer(analyzer="char_wb", ngram_range=(1, 4), min_df=2, sublinear_tf=True, lowercase=False)
        judge = LogisticRegression(C=8.0, class_weight="balanced", max_iter=500)
        self._model: Any = make_pipeline(make_union(words, signs), judge)
        texts, labels = zip(*_labelled(trait, dialogues), strict=True)
        self._model.fit(texts, labels)

    def judge(self, talks: Sequence[Talk], *, own_words: bool = False) -> Judged:
        """Judge the customers of `talks`, opening aside; `own_words`: without the style that the program laid over."""
        turns: list[bool] = []
        customers: list[bool] = []
        for talk in talks:
            texts = [_text(said, own_words=own_words) for said in talk.of(Speaker.CUSTOMER)]
            if texts:
                likely = self._model.predict_log_proba(texts)
                names, asked = self._model.classes_, talk.traits[self._trait]
                turns += [names[row.argmax()] == asked for row in likely]
                customers.append(names[likely.sum(0).argmax()] == asked)
        return Judged(turns, customers)


def _labelled(trait: str, dialogues: Sequence[TrainingDialogue]) -> Iterator[tuple[str, str]]:
    for dialogue in dialogues:
        label = getattr(dialogue.customer, trait)
        yield from ((turn.text, label) for turn in dialogue.turns if turn.speaker is Speaker.CUSTOMER and label)


def _text(said: Said, *, own_words: bool) -> str:
    return said.written.text if own_words and said.written else said.turn.text
