from collections import Counter

import torch

from agents import randomness
from agents.gpt2.sampling import GREEDY, Sampling, draw


def many(logits: list[float], sampling: Sampling, count: int = 4000) -> Counter[int]:
    rows = torch.tensor([logits] * count)
    uniforms = [randomness.uniform(7, position) for position in range(count)]
    return Counter(draw(rows, [sampling] * count, uniforms).tokens)


def test_greedy_takes_the_likeliest() -> None:
    assert draw(torch.tensor([[0.0, 3.0, 1.0], [2.0, 1.0, 0.0]]), [GREEDY] * 2, [0.9, 0.9]).tokens == [1, 0]


def test_frequencies_follow_the_softmax() -> None:
    logits = torch.tensor([0.0, 1.0, 2.0])
    counts = many(logits.tolist(), Sampling(temperature=1, top_k=0, top_p=1))
    for token, share in enumerate(logits.softmax(0).tolist()):
        assert abs(counts[token] / 4000 - share) < 0.03


def test_a_low_temperature_sharpens() -> None:
    mild = many([0.0, 1.0], Sampling(temperature=1))[1]
    sharp = many([0.0, 1.0], Sampling(temperature=0.3))[1]
    assert sharp > mild


def test_top_k_keeps_k_tokens() -> None:
    counts = many([1.0, 2.0, 3.0, 4.0], Sampling(temperature=2, top_k=2, top_p=1))
    assert set(counts) == {2, 3}


def test_top_p_keeps_the_smallest_set_that_reaches_p() -> None:
    logits = torch.tensor([0.5, 0.3, 0.15, 0.05]).log().tolist()
    assert set(many(logits, Sampling(temperature=1, top_k=0, top_p=0.7))) == {0, 1}
    assert set(many(logits, Sampling(temperature=1, top_k=0, top_p=0.4))) == {0}


def test_forbidden_tokens_are_never_drawn() -> None:
    counts = many([-float("inf"), 0.0, -float("inf"), 0.0], Sampling(temperature=2, top_k=0, top_p=1))
    assert set(counts) == {1, 3}


def test_rows_with_different_settings_are_drawn_apart() -> None:
    logits = torch.tensor([[0.0, 1.0], [0.0, 1.0], [0.0, 1.0]])
    hot = Sampling(temperature=2, top_k=0, top_p=1)
    found = draw(logits, [GREEDY, hot, GREEDY], [0.0, 0.0, 0.0]).tokens
    assert found == [1, draw(logits[:1], [hot], [0.0]).tokens[0], 1]


def test_a_drawn_token_comes_with_its_likelihood() -> None:
    logits = torch.tensor([[0.0, 1.0, 2.0]])
    drawn = draw(logits, [Sampling(temperature=0.5, top_k=0, top_p=1)], [0.999])
    assert drawn.tokens == [0]
    assert abs(drawn.likelihoods[0] - logits.log_softmax(-1)[0, 0].item()) < 1e-6


def test_the_permutation_is_one() -> None:
    for size in (1, 2, 7, 100, 1000):
        assert sorted(randomness.permuted(index, size, 3) for index in range(size)) == list(range(size))


def test_keys_tell_types_and_order_apart() -> None:
    keys = {randomness.key(1, "a"), randomness.key("1", "a"), randomness.key("a", 1), randomness.key("1a")}
    assert len(keys) == 4
