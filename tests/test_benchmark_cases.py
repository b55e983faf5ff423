"""The hand-labelled cases stay as well told apart as the documentation says."""

import pytest

from benchmarks import endings, support


def test_opposites_are_told_from_their_passages() -> None:
    precision, recall, _ = support.opposites()
    assert precision >= 0.94
    assert recall >= 0.92


@pytest.mark.parametrize("half", endings.HALVES)
def test_endings_are_found(half: str) -> None:
    conversations = endings.read(half)
    assert len(conversations) >= 60
    assert endings.macro_f1(endings.table(conversations)) >= 0.95


def test_a_confusion_matrix_is_a_table() -> None:
    counts = endings.Table({("resolved", "resolved"): 2, ("resolved", "none"): 1})
    assert endings.show(counts) == ("| labelled | none | resolved |\n|---|---|---|\n| resolved | 1 | 2 |")
    assert endings.macro_f1(counts) == pytest.approx(0.8)
