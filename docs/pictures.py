"""Draws what the README shows, from a real run: `python -m docs.pictures` writes docs/live.svg, docs/replay.svg and the
transcript between the README's markers.
"""

import re
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory
from textwrap import fill
from typing import Final

from curation.articles import articles_of
from orchestrator import Scenario, Transcript, read_transcripts, simulate
from orchestrator.progress import Event
from terminal.pictures import exported
from terminal.run_state import ViewState, advance
from terminal.run_view import render_svg
from terminal.transcript_view import conversation

DOCS: Final = Path(__file__).parent
ROOT: Final = DOCS.parent
WIDTH: Final = 100
SHOWN: Final = 5
"""The README shows the conversation at this place of the run, whatever it is like."""
_BLOCK: Final = re.compile(r"(?<=<!-- transcript -->\n```\n).*?(?=```\n<!-- /transcript -->)", re.DOTALL)


def main() -> None:
    """Simulate, draw, and put the transcript into the README."""
    import time

    states = [ViewState.at(time.monotonic())]

    def follow(event: Event) -> None:
        states.append(advance(states[-1], event, time.monotonic()))

    with TemporaryDirectory() as folder:
        out = Path(folder) / "returns"
        scenario = Scenario.load(ROOT / "scenarios" / "returns.yaml")
        simulate(scenario, out=out, limit=48, parallel=16, on_event=follow)
        middle = next(state for state in states if state.finished >= 24)
        (DOCS / "live.svg").write_text(render_svg(middle, width=WIDTH), encoding="utf-8")
        shown = next(islice(read_transcripts(out), SHOWN, None))
        texts = {name: article.text for name, article in articles_of(out, shown.scenario).items()}
        view = conversation(shown, articles=texts)
        (DOCS / "replay.svg").write_text(exported(view, to="svg", width=WIDTH, title=shown.id), encoding="utf-8")
    _write_readme(shown)


def _write_readme(transcript: Transcript) -> None:
    readme = ROOT / "README.md"
    text = readme.read_text(encoding="utf-8")
    readme.write_text(_BLOCK.sub(lambda _: plain(transcript), text), encoding="utf-8")


def plain(transcript: Transcript) -> str:
    """Return a conversation as text that a page can show between rules: who, what, on what ground, how it ended."""
    customer = transcript.customer
    lines = [f"{transcript.id}  {customer.disposition}, {customer.motivation}, {customer.tone}, {customer.style}", ""]
    for turn in transcript.turns:
        lines.append(fill(f"{turn.speaker} [{' '.join(turn.moves)}]: {turn.text}", WIDTH, subsequent_indent="    "))
        lines += [f"    ({c.passage}, characters {c.start} to {c.end})" for c in turn.citations or ()]
    ending = transcript.ending
    return "\n".join([*lines, "", f"{ending.reason}, turn {ending.turn}: {ending.evidence}", ""])


if __name__ == "__main__":
    main()
