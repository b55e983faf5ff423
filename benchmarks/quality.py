"""What conversations must be like: `python -m benchmarks.quality RUN...` prints the measures with a bound to reach.

They are measures of `duologue evaluate`, which has all of them; shares come with their n and a 95 % bootstrap interval.
Besides the shipped scenarios there are two in `benchmarks/fresh`, in trades that no training and no rule was made on:

    duologue run scenarios/*.yaml --limit 30 --out outputs/shipped
    duologue run benchmarks/fresh/*/*.yaml --limit 45 --out outputs/fresh
    python -m benchmarks.quality outputs/shipped outputs/fresh
"""

import sys
from collections.abc import Mapping, Sequence
from typing import Final

from curation.metrics import Evaluation, Measure, Unit
from curation.metrics.data import load
from curation.metrics.evaluation import METRICS, measured

ROWS: Final[Mapping[str, str]] = {
    "long-goodbyes": "conversations with more than one closing exchange",
    "role-leaks": "turns with a tag, a status word or a role leak",
    "turn-limit": "conversations that reach the turn limit",
    "failed": "conversations ended as guarded, context_full or error",
    "supported": "answering agent turns that cite with support >= 0.6",
    "figures-given": "figures in agent turns found in a citation or said before",
    "citations-valid": "citations whose offsets reproduce the text relied on",
    "spliced": "answering agent turns that needed a splice",
    "facts-early": "facts told before their moment",
    "customer-figures": "customer turns with a figure of their own making",
    "word-band": "agent replies in the word band",
    "duplicate-customer-turns": "customer turns said before in the run",
    "opening-skeletons": "commonest three first words of first replies",
    "endings-by-disposition": "endings differ by disposition (Cramer's V)",
}


def table(found: Evaluation) -> list[str]:
    """Return the lines of the table."""
    rows = [_row(label, found[name]) for name, label in ROWS.items() if name in found]
    return [f"{found.conversations} conversations, {found.turns} turns", *rows, *_endings(found)]


def _row(label: str, measure: Measure) -> str:
    form = "6.1%" if measure.unit is Unit.SHARE else "6.2f"
    low, high = measure.low or 0.0, measure.high or 0.0
    return f"{label:60} {measure.value:{form}}  (of {measure.n}; {low:{form}} to {high:{form}})"


def _endings(found: Evaluation) -> list[str]:
    if "endings-by-disposition" not in found:
        return []
    detail = found["endings-by-disposition"].detail
    table = detail["table"] if isinstance(detail["table"], Mapping) else {}
    lines = [f"  {who:10} {_counts(counts)}" for who, counts in table.items() if isinstance(counts, Mapping)]
    return [f"chi-square test that all dispositions end alike: p = {detail['p']:.2g}", *lines]


def _counts(counts: Mapping[str, object]) -> str:
    return ", ".join(f"{reason} {count}" for reason, count in counts.items())


def main(runs: Sequence[str]) -> None:
    """Print the table for all conversations of `runs`."""
    wanted = [metric for metric in METRICS if metric.name in ROWS]
    print("\n".join(table(measured(load(*runs), wanted))))


if __name__ == "__main__":
    main(sys.argv[1:])
