"""What may come next, for rows of every kind side by side."""

import torch

from agents.gpt2.catalogue import find
from agents.gpt2.masks import Masks
from agents.gpt2.writing import Allowed, Choice

CHOICES: list[Choice] = [
    Allowed(),
    (7, 9),
    Allowed(stops=(3,), urge=2.0),
    Allowed(figures=False, besides=(20, 30)),
    Allowed(new_word=False, capital=False),
    (11,),
]
REPEATS = [(5, 6), (7,), (), (30,), (400,), ()]


def test_rows_are_masked_side_by_side_as_each_is_alone() -> None:
    vocabulary = find("house").vocabulary()
    logits = torch.randn(len(CHOICES), vocabulary.size)
    masks = Masks(vocabulary, torch.device("cpu"))
    together = masks.apply(logits.clone(), CHOICES, REPEATS)
    for row, (choice, banned) in enumerate(zip(CHOICES, REPEATS, strict=True)):
        alone = masks.apply(logits[row : row + 1].clone(), [choice], [banned])
        assert torch.equal(alone[0], together[row])


def test_a_short_list_stands_as_it_was_and_nothing_beside_it() -> None:
    vocabulary = find("house").vocabulary()
    logits = torch.randn(2, vocabulary.size)
    masked = Masks(vocabulary, torch.device("cpu")).apply(logits.clone(), [(7, 9), Allowed()], [(7,), (5,)])
    assert masked[0].isfinite().nonzero().flatten().tolist() == [7, 9]
    assert torch.equal(masked[0, [7, 9]], logits[0, [7, 9]])
    assert masked[1, 5] == -torch.inf


def test_besides_spares_tokens_that_the_rule_forbids_but_no_repeats() -> None:
    vocabulary = find("house").vocabulary()
    figures = [token for token, has in enumerate(vocabulary.has_figure) if has and vocabulary.speakable[token]][:3]
    logits = torch.randn(1, vocabulary.size)
    rule = Allowed(figures=False, besides=(figures[0], figures[1]))
    masked = Masks(vocabulary, torch.device("cpu")).apply(logits.clone(), [rule], [(figures[1],)])[0]
    assert masked[figures[0]] == logits[0, figures[0]]
    assert masked[figures[1]] == masked[figures[2]] == -torch.inf
