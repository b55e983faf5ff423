"""Export: runs in, files and a data card out, one conversation in memory at a time.

A split takes two walks over the transcripts: one to see which openings and articles go together, one to write.
"""

import hashlib
from collections.abc import Callable, Sequence
from contextlib import ExitStack, closing
from pathlib import Path
from typing import TypeAlias

from agents.dialogue import Speaker
from agents.errors import UsageError
from curation.export.card import data_card
from curation.export.chats import Chats
from curation.export.choosing import Choice
from curation.export.help_pages import HelpPages
from curation.export.landing import Targets, landing
from curation.export.openings import Openings
from curation.export.request import Request
from curation.export.sources import Source, open_sources
from curation.export.splitting import Census, Division, divide
from curation.export.summary import FileMade, Summary, Tally
from curation.export.writers import Writer, writer
from orchestrator.transcript import TurnRecord

Progress: TypeAlias = Callable[[int, int], None]
"""Told how many conversations were read, of how many; those of a split are read twice."""


def export(request: Request, *, on_progress: Progress | None = None) -> Summary:
    """Write the data set that is asked for, with its card, and say what was done.

    Files come to their place when all is written. Raises UsageError where the request cannot be met or leaves nothing,
    TranscriptError where a transcript is broken, RunError where the disk fails.
    """
    sources = open_sources(request.runs)
    targets = Targets.of(request, sources)
    choice = Choice(sources, request, on_read=_counter(sources, request, on_progress))
    chats = Chats(request, HelpPages(sources) if request.passages else None)
    openings = Openings(sources) if request.shares else None
    division = _division(choice, request, openings) if openings else None
    with landing(targets.all) as spares:
        writers = [writer(spares[path], request, chats) for path in targets.files]
        tallies = _write(choice, writers, openings, division)
        if not any(tally.conversations for tally in tallies):
            raise UsageError(_nothing_left(choice, request))
        parts = zip(targets.files, request.parts, tallies, strict=True)
        files = [_made(path, spares[path], part, tally) for path, part, tally in parts]
        left_out = dict(choice.left_out)
        summary = Summary(targets.name, request, sources, files, targets.card, choice.read, left_out, division)
        spares[targets.card].write_text(data_card(summary), encoding="utf-8", newline="\n")
    return summary


def _counter(sources: Sequence[Source], request: Request, on_progress: Progress | None) -> Callable[[], None]:
    total = sum(source.conversations for source in sources) * (2 if request.shares else 1)
    done = 0

    def count() -> None:
        nonlocal done
        done += 1
        if on_progress:
            on_progress(done, total)

    return count


def _division(choice: Choice, request: Request, openings: Openings) -> Division:
    census = Census()
    for _, transcript in choice:
        replies = [turn for turn in transcript.turns if turn.speaker is Speaker.AGENT]
        census.add(openings.name(transcript), _articles(replies), _articles(replies[:1]))
    if not census.openings:
        raise UsageError(_nothing_left(choice, request))
    return divide(census, request.parts, request.shares, seed=request.seed)


def _write(
    choice: Choice, writers: Sequence[Writer], openings: Openings | None, division: Division | None
) -> list[Tally]:
    tallies = [Tally() for _ in writers]
    with ExitStack() as stack:
        for one in writers:
            stack.enter_context(closing(one))
        for source, transcript in choice:
            place, leaks = 0, False
            if openings and division:
                part = division.of_opening[openings.name(transcript)]
                place = division.parts.index(part)
                leaks = not division.shared[part].isdisjoint(_articles(transcript.turns))
            rows = writers[place].write(source, transcript)
            tallies[place].add(transcript, rows=rows, leaks=leaks)
    return tallies


def _articles(turns: Sequence[TurnRecord]) -> list[str]:
    """Return the articles that `turns` cite, each once."""
    cited = (citation.passage.rpartition("#")[0] for turn in turns for citation in turn.citations or ())
    return list(dict.fromkeys(cited))


def _nothing_left(choice: Choice, request: Request) -> str:
    reasons = ", ".join(f"{count:,} for {reason}" for reason, count in choice.left_out.items())
    where = ", ".join(str(run) for run in request.runs)
    return f"{where}: nothing to export; {choice.read:,} conversations read, {reasons or 'none'} left out"


def _made(path: Path, spare: Path, part: str, tally: Tally) -> FileMade:
    with spare.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    return FileMade(path, part, tally, spare.stat().st_size, digest)
