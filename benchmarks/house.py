"""`python -m benchmarks.house`: what the house model reaches, on companies and help articles that no training saw.

    python -m benchmarks.house [--model M] [--beside FOLDER] [--replies N] [--json FILE]

Prints one table: what is to be reached, the model, another one beside it, and the companies' gold dialogues themselves
by the same measures, which is what the classifiers recover of people's own labels. Every turn is the first candidate:
no guard, no further attempt, nothing spliced in.
"""

import argparse
import json
import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

from agents.errors import DuologueError
from agents.gpt2.catalogue import find
from agents.models import Models
from benchmarks.house_figures import gold_turns, met, plain_questions
from benchmarks.house_measures import Found, Measures, fit
from benchmarks.house_talk import gold_talks, talks
from benchmarks.options import positive

REPLIES: Final = 400
SCHEMA: Final = 1
GOLD: Final = "the gold dialogues"


@dataclass(frozen=True, slots=True)
class Row:
    """A line of the table: `reach` is what is wanted of the measure `key`, `digits` those after the point.

    A share is printed in per cent unless `plain`.
    """

    key: str
    label: str
    reach: str = ""
    plain: bool = False
    digits: int = 1


ROWS: Final = (
    Row("leaks", "agent replies with a role leak, a tag, or customer talk", "< 0.5 %"),
    Row("stop own", "replies that end by themselves inside the band", "> 80 %"),
    Row("stop band", "... that end with a sentence where the band has no room for another"),
    Row("stop forced", "... that are closed by force"),
    Row("figures, plain questions", "asked plainly for a figure of the passage: first candidate states it", "> 70 %"),
    Row("figures held, plain questions", "... where it may write the figures that it was given alone, as in a run"),
    Row("figures, gold turns", "asked in the agent's place in gold dialogues"),
    Row("figures held, gold turns", "... where it may write the figures that it was given alone, as in a run"),
    Row("moves of agent", "moves asked for, recovered from agent turns", "> 85 %"),
    Row("moves of customer", "moves asked for, recovered from customer turns", "> 85 %"),
    Row("tone", "tone (3) recovered from a customer turn", "> 85 %"),
    Row("tone of customers", "... from all turns of a customer"),
    Row("style", "style (4) recovered from a customer turn", "> 85 %"),
    Row("style of customers", "... from all turns of a customer"),
    Row("style unlaid", "... from a turn as the model wrote it, before the style is laid over"),
    Row("disposition", "disposition (5) recovered from a customer turn", "> 60 %"),
    Row("disposition of customers", "... from all turns of a customer"),
    Row("distinct-2 of agent", "distinct-2 of agent turns", ">= .30", plain=True, digits=3),
    Row("distinct-2 of customer", "distinct-2 of customer turns", ">= .35", plain=True, digits=3),
    Row("self-bleu-4", "self-BLEU-4 of agent turns", "<= .40", plain=True, digits=3),
    Row("opening words", "first replies with the commonest three opening words", "< 8 %"),
    Row("copied", "replies that share 12 words in a row with a training dialogue", "< 3 %"),
    Row("per token, customer", "held-out perplexity per token, customer", "below v0", plain=True, digits=2),
    Row("per token, agent", "held-out perplexity per token, agent", "below v0", plain=True, digits=2),
    Row("per byte, customer", "held-out perplexity per byte, customer", "below v0", plain=True, digits=3),
    Row("per byte, agent", "held-out perplexity per byte, agent", "below v0", plain=True, digits=3),
)

Findings = Mapping[str, Mapping[str, Found]]
"""What was found of each model, by its label."""


def measured(name: str, measures: Measures, *, replies: int, most: int | None = None) -> tuple[str, dict[str, Found]]:
    """Return the label of the model `name` and what is found of it; `most` of each set of questions and dialogues.

    Raises ModelError where it cannot be had.
    """
    found: dict[str, Found] = {}
    with Models() as models:
        model = models.get(name)
        for key, asked in (("plain questions", plain_questions()), ("gold turns", gold_turns())):
            some = list(asked)[:most]
            for row, held in (("figures", False), ("figures held", True)):
                right = met(model, some, held=held)
                found[f"{row}, {key}"] = Found(sum(right) / len(right), len(right))
        found |= measures.of(talks(model, replies))
    return model.label, found | fit(find(name), most)


def table(findings: Findings) -> str:
    """Return the table in Markdown."""
    head = ["measure", "reach", *findings]
    lines = [head, ["---"] * 2 + ["---:"] * len(findings)]
    lines += [[row.label, row.reach, *(_cell(row, found) for found in findings.values())] for row in ROWS]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)


def _cell(row: Row, found: Mapping[str, Found]) -> str:
    one = found.get(row.key)
    if one is None:
        return ""
    value = f"{one.value:.{row.digits}f}" if row.plain else f"{100 * one.value:.{row.digits}f} %"
    return f"{value} (of {one.n:,})"


def record(findings: Findings) -> dict[str, object]:
    """Return what `--json` keeps."""
    return {
        "schema": SCHEMA,
        "found": {label: {key: asdict(one) for key, one in found.items()} for label, found in findings.items()},
    }


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.house", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--model", default="house", metavar="M", help="house, a folder, a hub id (default: house)")
    parser.add_argument("--beside", metavar="FOLDER", help="another model to be measured beside it")
    parser.add_argument("--replies", type=positive, default=REPLIES, metavar="N", help="agent replies (default: 400)")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write what was found to this file, too")
    return parser


def main(arguments: Sequence[str] | None = None) -> None:
    options = _parser().parse_args(arguments)
    names = [options.model, *([options.beside] if options.beside else [])]
    try:
        for name in names:
            find(name)  # a wrong name is told before minutes are spent
        measures = Measures()
        findings = dict(measured(name, measures, replies=options.replies) for name in names)
    except DuologueError as error:
        sys.exit(str(error))
    findings[GOLD] = measures.of(gold_talks())
    print(table(findings))
    if options.json:
        options.json.write_text(json.dumps(record(findings), indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
