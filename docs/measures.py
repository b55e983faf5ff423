"""Writes the table of measures in docs/evaluate.md from their definitions: `python -m docs.measures`."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from curation.metrics.evaluation import COMPARING, METRICS, WITH_MODEL
from curation.metrics.measure import RUBRIC, Better, Heading, Metric

PAGE: Final = Path(__file__).with_name("evaluate.md")
_BLOCK: Final = re.compile(r"(?<=<!-- measures -->\n).*?(?=<!-- /measures -->)", re.DOTALL)
_WAYS: Final = {Better.HIGHER: "higher", Better.LOWER: "lower", Better.NEITHER: ""}


def table() -> str:
    """Return the measures by heading, in Markdown."""
    every = (*METRICS, *WITH_MODEL, *COMPARING)
    lines = [line for heading in (*RUBRIC, Heading.FORM, Heading.REFERENCE) for line in _lines(heading, every)]
    return "\n".join(lines) + "\n"


def _lines(heading: Heading, every: tuple[Metric, ...]) -> Iterator[str]:
    yield from (f"### {str(heading).capitalize()}", "", "| measure | better | what it is |", "| --- | --- | --- |")
    for metric in every:
        if metric.heading is heading:
            source = f" *{metric.source}*" if metric.source else ""
            yield f"| `{metric.name}` | {_WAYS[metric.better]} | {metric.definition}{source} |"
    yield ""


def main() -> None:
    """Write the table between its markers."""
    text = PAGE.read_text(encoding="utf-8")
    PAGE.write_text(_BLOCK.sub(lambda _: table(), text), encoding="utf-8")


if __name__ == "__main__":
    main()
