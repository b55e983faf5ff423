"""What `duologue queries` makes of sixty articles: `python -m benchmarks.queries [--model house]` prints the figures.

The folder is put together from the twelve articles of the two gold companies that no model is trained on, and
twenty-four each of the other gold companies and of the sample help centre, by a fixed permutation. Near-duplicates and
the round trip are measured again here, pair by pair and with a new index. `--sheet N` prints N random rows to be read.
"""

import argparse
import shutil
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from itertools import combinations
from pathlib import Path
from typing import Final

from agents import randomness
from agents.training.gold_corpus import GOLD, HELD_OUT
from curation.queries import Made, Row, read_rows, write_queries
from orchestrator.grounding import HelpIndex
from orchestrator.grounding.words import words

HELP: Final = Path(__file__).parents[1] / "help_content"
SEED: Final = 60


def articles() -> list[Path]:
    """Return the sixty articles, those of the held-out companies first."""
    gold = sorted(path for path in GOLD.glob("*/articles/*.md") if path.parents[1].name != "nettlewood")
    held = [path for path in gold if path.parents[1].name in HELD_OUT]
    others = [path for path in gold if path.parents[1].name not in HELD_OUT]
    return [*held[:12], *_some(others, 24), *_some(sorted(HELP.rglob("*.md")), 24)]


def _some(paths: Sequence[Path], count: int) -> list[Path]:
    order = [randomness.permuted(n, len(paths), randomness.key(SEED, len(paths))) for n in range(count)]
    return [paths[place] for place in sorted(order)]


def fill(folder: Path) -> None:
    """Copy the articles to `folder`, each under its company's name."""
    for path in articles():
        company = path.parents[1].name if GOLD in path.parents else path.parent.name
        target = folder / company / path.name
        target.parent.mkdir(exist_ok=True)
        shutil.copy(path, target)


def alike(rows: Sequence[Row], *, least: float = 0.7) -> int:
    """Return how many rows have a like one before them: a Jaccard likeness of words of at least `least`."""
    said = [frozenset(words(row.query)) for row in rows]
    pairs = combinations(range(len(said)), 2)
    return len({later for one, later in pairs if len(said[one] & said[later]) >= least * len(said[one] | said[later])})


def found_again(rows: Sequence[Row], index: HelpIndex) -> int:
    """Return how many rows bring back their own passage among the first three."""
    return sum(any(hit.passage.id == row.passage for hit in index.search(row.query, 3)) for row in rows)


def sheet(rows: Sequence[Row], count: int) -> str:
    """Return `count` random rows as a table to be judged by a reader."""
    order = (randomness.permuted(n, len(rows), randomness.key(SEED, "sheet")) for n in range(count))
    lines = [f"| {rows[n].kind} | {rows[n].passage} | {rows[n].query} |" for n in order]
    return "\n".join(["| kind | passage | query |", "| --- | --- | --- |", *lines])


def report(made: Made, rows: Sequence[Row], index: HelpIndex, seconds: float) -> str:
    """Return the figures as Markdown."""
    counts = Counter(row.article for row in rows)
    enough = sum(count >= 6 for count in counts.values())
    held = sum(count >= 6 for name, count in counts.items() if name.split("/")[0] in HELD_OUT)
    lines = [
        f"- {len(rows)} rows from {made.articles} articles; at least 6 in {enough} of them ({held} of 12 held out)",
        f"- near-duplicates: {alike(rows)} ({100 * alike(rows) / len(rows):.1f} %)",
        f"- round trip: {found_again(rows, index)} of {len(rows)}",
        f"- kept: {dict(made.kept)}; proposed by: {dict(made.proposers)}",
        f"- refused: {dict(made.refused)}",
        f"- {len(rows) / seconds:.0f} rows a second",
    ]
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model")
    parser.add_argument("--unaided", type=int, default=0)
    parser.add_argument("--sheet", type=int, default=0)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        help_content, out = Path(folder, "help"), Path(folder, "seeds.jsonl")
        help_content.mkdir()
        fill(help_content)
        start = time.perf_counter()
        made = write_queries([help_content], out, model=options.model, unaided=options.unaided)
        seconds = time.perf_counter() - start
        rows = list(read_rows(out))
        print(report(made, rows, HelpIndex.load([help_content]), seconds))
        if options.sheet:
            print(f"\n{sheet(rows, options.sheet)}")


if __name__ == "__main__":
    main()
