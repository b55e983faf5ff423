"""Before and after, as a Markdown page: a few rows of each operation, picked at random by the seed, and all counts."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from heapq import nsmallest
from pathlib import Path
from typing import Final

from agents import randomness
from agents.persona import Style
from curation.augment.rows import read_rows, surveyed
from curation.augment.variants import Axes, Variant, variants

_REASONS: Final = 5
"""So many reasons are named for each operation."""


@dataclass
class _Seen:
    """What one operation, alone, made of the rows."""

    kept: list[Variant] = field(default_factory=list)
    refused: Counter[str] = field(default_factory=Counter)


def shown(source: Path, axes: Axes, *, rows: int, seed: int) -> Iterator[str]:
    """Yield the lines of a page with `rows` rows before and after each operation of `axes`, and the counts."""
    total, _ = surveyed(source)
    seen = {name: _applied(source, alone, seed) for name, alone in _operations(axes).items()}
    yield f"{total:,} rows of `{source.name}`, seed {seed}. Every operation alone:"
    yield ""
    yield from _counts(seen)
    for name, one in seen.items():
        yield from _pairs(name, one.kept, rows, seed)


def _operations(axes: Axes) -> Mapping[str, Axes]:
    """Return each operation by name, as axes that have nothing else."""
    alone = {f"product:{product.name}": Axes(products=(product,)) for product in axes.products}
    alone |= {f"tone:{tone}": Axes(tones=(tone,)) for tone in axes.tones}
    return alone | {f"style:{style}": Axes(styles=(style,)) for style in axes.styles if style is not Style.PLAIN}


def _applied(source: Path, axes: Axes, seed: int) -> _Seen:
    seen = _Seen()
    for row in read_rows(source):
        for outcome in variants(replace(row, data={}), axes, seed=seed):
            if isinstance(outcome, Variant):
                seen.kept.append(outcome)
            elif not (axes.products and outcome.why == "nothing changes"):
                seen.refused[outcome.why] += 1
    return seen


def _counts(seen: Mapping[str, _Seen]) -> Iterator[str]:
    yield "| operation | kept | refused | why |"
    yield "|---|---:|---:|---|"
    for name, one in seen.items():
        why = "; ".join(f"{reason} ({count:,})" for reason, count in one.refused.most_common(_REASONS))
        more = sum(count for _, count in one.refused.most_common()[_REASONS:])
        others = f"; others ({more:,})" if more else ""
        yield f"| {name} | {len(one.kept):,} | {one.refused.total():,} | {why}{others} |"
    yield ""


def _pairs(name: str, kept: list[Variant], rows: int, seed: int) -> Iterator[str]:
    stream = randomness.key(seed, "shown", name)
    picked = nsmallest(rows, kept, key=lambda variant: randomness.bits(stream, variant.row.number))
    yield f"## {name}"
    yield ""
    yield "| before | after |"
    yield "|---|---|"
    for variant in sorted(picked, key=lambda variant: variant.row.number):
        yield f"| {_cell(variant.row.query)} | {_cell(variant.text)} |"
    yield ""


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("\\", "\\\\").replace("|", "\\|").replace("<", "&lt;")
