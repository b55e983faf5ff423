"""How well `support` tells true from false on corpora that it was not tuned on, and on hand-labelled opposites.

`python -m benchmarks.support [--corpora DIR]`. A true pair is a reply and the passages that its writer saw; false ones
are the reply with the passages of another dialogue of the same domain, and the reply with one figure altered. The
hand-labelled pairs of `cases/support.jsonl` are a passage and claims that agree with it or turn it round.
"""

import argparse
import gzip
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from agents import randomness
from benchmarks.grounding import borne_out, misstated, scores
from orchestrator.grounding import Passage, support

GROUNDED: Final = ("dstc9_grounded", "dstc11_track5", "epqa_dev", "hetpqa", "mtrag")
CASES: Final = Path(__file__).with_name("cases") / "support.jsonl"
SENTENCE: Final = 0.6
"""The least score of a single sentence that counts as borne out here."""


@dataclass(frozen=True)
class Pair:
    """A reply with the passages that its writer saw, and what was said before it."""

    reply: str
    passages: tuple[Passage, ...]
    said: str
    domain: str


def pairs(path: Path, most: int) -> list[Pair]:
    """Return the replies of a corpus that have passages, `most` of them at random."""
    found = list(_pairs(path))
    stream = randomness.key("pairs", path.name)
    return [found[randomness.permuted(n, len(found), stream)] for n in range(min(most, len(found)))]


def _pairs(path: Path) -> Iterator[Pair]:
    with gzip.open(path, "rt", encoding="utf-8") as file:
        for line in file:
            dialogue = json.loads(line)
            turns = dialogue["turns"]
            if dialogue.get("help") and turns[-1]["role"] == "agent":
                passages = tuple(_passage(dialogue["id"], n, text) for n, text in enumerate(dialogue["help"]))
                said = " ".join(turn["text"] for turn in turns[:-1])
                yield Pair(turns[-1]["text"], passages, said, dialogue["domain"])


def _passage(article: str, n: int, text: str) -> Passage:
    return Passage(f"{article}#{n}", article, "", "", text, 0, len(text))


def table(found: Sequence[Pair]) -> tuple[tuple[float, float, float], tuple[float, float, float]]:
    """Return precision, recall and F1 against passages of other dialogues, and against altered figures."""
    own, other, changed = [], [], []
    for place, pair in enumerate(found):
        stream = randomness.key("support", place)
        rivals = [one for one in found if one.domain == pair.domain and one.passages != pair.passages]
        own.append(borne_out(pair.reply, pair.passages, pair.said))
        if rivals:
            other.append(borne_out(pair.reply, randomness.choose(stream, 0, rivals).passages, pair.said))
        if wrong := misstated(pair.reply, stream):
            changed.append(borne_out(wrong, pair.passages, pair.said))
    return scores(own, other), scores(own, changed)


def opposites() -> tuple[float, float, float]:
    """Return precision, recall and F1 on the hand-labelled pairs."""
    rows = [json.loads(line) for line in CASES.read_text(encoding="utf-8").splitlines()]
    verdicts = [
        (row["supported"], support(row["claim"], [_passage("case", 0, row["passage"])]).score >= SENTENCE)
        for row in rows
    ]
    return scores([found for true, found in verdicts if true], [found for true, found in verdicts if not true])


def main(arguments: Sequence[str] | None = None) -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.support")
    parser.add_argument("--corpora", type=Path)
    parser.add_argument("--pairs", type=int, default=1000)
    options = parser.parse_args(arguments)
    print("hand-labelled opposites: precision {:.3f}, recall {:.3f}, F1 {:.3f}".format(*opposites()))
    for name in GROUNDED if options.corpora else ():
        found = pairs(options.corpora / f"{name}.jsonl.gz", options.pairs)
        if found:
            other, changed = table(found)
            print(f"{name}: {len(found)} replies")
            print("  other passages:   precision {:.3f}, recall {:.3f}, F1 {:.3f}".format(*other))
            print("  a figure altered: precision {:.3f}, recall {:.3f}, F1 {:.3f}".format(*changed))


if __name__ == "__main__":
    main()
