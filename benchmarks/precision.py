"""`python -m benchmarks.precision`: what a number format costs in perplexity, on dialogues held out of training.

The engine's own networks compute it, caches and all. Perplexity is per token of the side's own turns in the gold
dialogues of the two companies that no training sees.
"""

import itertools
import math
from collections.abc import Sequence

import torch

from agents.dialogue import Speaker
from agents.gpt2.attention import Segment
from agents.gpt2.catalogue import find
from agents.gpt2.engine import Runner
from agents.gpt2.loading import Precision, runner_of
from agents.gpt2.paging import PageTable
from agents.training.examples import Example
from agents.training.mix import Mix, SourceSpec

DIALOGUES = 40


def examples(count: int) -> dict[Speaker, list[Example]]:
    """Return views of held-out dialogues, `count` of each side."""
    checkpoint = find("house")
    mix = Mix([SourceSpec(kind="gold", weight=1)], seed=7)
    vocabulary, window = checkpoint.vocabulary(), checkpoint.shape.window
    return {side: list(itertools.islice(mix.held_out(side, vocabulary, window), count)) for side in Speaker}


def perplexity(runner: Runner, views: Sequence[Example]) -> float:
    """Return e to the mean negative log-likelihood of the tokens that `views` count."""
    pool, losses = runner.new_pool(), []
    for view in views:
        table = PageTable(pool)
        table.reserve(len(view.tokens))
        alone = [Segment(table, place, 1) for place in range(len(view.tokens) - 1)]
        with torch.inference_mode():
            likely = runner.logits(pool, alone, view.tokens[:-1]).log_softmax(-1)  # (T - 1, V)
        targets = torch.tensor(view.tokens[1:])
        losses += (-likely.gather(-1, targets[:, None])[:, 0])[torch.tensor(view.learn[1:])].tolist()
        table.cut(0)
    return math.exp(sum(losses) / len(losses))


def main() -> None:
    held_out = examples(DIALOGUES)
    checkpoint = find("house")
    found = {
        precision: {side: perplexity(runner_of(checkpoint, precision), views) for side, views in held_out.items()}
        for precision in (Precision.FP32, Precision.BF16, Precision.INT8)
    }
    exact = found[Precision.FP32]
    for precision, sides in found.items():
        for side, value in sides.items():
            change = 100 * (value / exact[side] - 1)
            print(f"{precision:5} {side:9} perplexity {value:8.3f} per token, {change:+.2f} % against fp32")


if __name__ == "__main__":
    main()
