"""What `duologue restyle` makes of a run: `python -m benchmarks.restyling RUN` prints figures and rows a style."""

import argparse
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from agents import randomness
from curation.restyle import Register, Restyled, restyle_run
from orchestrator.transcript import TurnRecord, read_transcripts

SEED: Final = 20
ROWS: Final = 20


def page(run: Path) -> Iterator[str]:
    """Yield the parts of the page, a style after the other."""
    for register in Register:
        with tempfile.TemporaryDirectory() as folder:
            made = restyle_run(run, Path(folder, "run"), style=register)
            turns = [turn for transcript in read_transcripts(Path(folder, "run")) for turn in transcript.turns]
        yield f"### {register}\n\n{_figures(made)}\n\n| before | after |\n| --- | --- |"
        stream = randomness.key(SEED, "rows")
        places = (randomness.permuted(n, len(turns), stream) for n in range(min(ROWS, len(turns))))
        yield "\n".join(_row(turns[place]) for place in places) + "\n"


def _figures(made: Restyled) -> str:
    refused = ", ".join(f"{name} {count}" for name, count in made.refused.items()) or "none"
    written = ", ".join(f"{name} {count}" for name, count in made.writers.items())
    speed = made.turns / made.seconds
    return (
        f"{made.turns} turns of {made.conversations} conversations. Written by: {written}. Refused: {refused}. "
        f"Citations: {made.citations_kept} kept, {made.citations_dropped} dropped. {speed:.0f} turns a second."
    )


def _row(turn: TurnRecord) -> str:
    return f"| {_cell(turn.original or '')} | {_cell(turn.text)} |"


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", "<br>")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("run", type=Path)
    for part in page(parser.parse_args().run):
        print(part)


if __name__ == "__main__":
    main()
