"""The conversations of a run as a table."""

from collections.abc import Iterable

from rich.table import Table
from rich.text import Text

from orchestrator.transcript import Transcript
from terminal.palette import ENDINGS
from terminal.replay_find import contains
from terminal.text import one_line


def table(transcripts: Iterable[Transcript], *, grep: str | None = None) -> Table:
    """Return a table with a row for each conversation; with `grep`, its last column is the turn that has the words."""
    grid = Table(box=None, pad_edge=False, header_style="dim")
    grid.add_column("conversation", no_wrap=True)
    grid.add_column("disposition", no_wrap=True)
    grid.add_column("motivation", no_wrap=True)
    grid.add_column("turns", justify="right", no_wrap=True)
    grid.add_column("ending", no_wrap=True)
    grid.add_column("words" if grep else "opening")
    for transcript in transcripts:
        grid.add_row(*_row(transcript, grep))
    return grid


def _row(transcript: Transcript, grep: str | None) -> list[Text]:
    reason = transcript.ending.reason
    return [
        Text(one_line(transcript.id), "bold"),
        Text(one_line(transcript.customer.disposition)),
        Text(one_line(transcript.customer.motivation)),
        Text(str(len(transcript.turns))),
        Text(reason, ENDINGS[reason]),
        _on_one_line(_excerpt(transcript, grep)),
    ]


def _on_one_line(text: Text) -> Text:
    """Return `text` so that only its column gives way where a row is too wide, and shows that it did."""
    text.no_wrap, text.overflow = True, "ellipsis"
    return text


def _excerpt(transcript: Transcript, grep: str | None) -> Text:
    texts = [one_line(turn.text) for turn in transcript.turns] or [""]
    if grep is None:
        return Text(texts[0], "dim")
    text = next((text for text in texts if contains(text, grep)), "")
    place = text.casefold().find(one_line(grep).casefold())
    excerpt = Text(text if place < 20 else "… " + text[place - 15 :], "dim")
    excerpt.highlight_words([one_line(grep)], "bold not dim", case_sensitive=False)
    return excerpt
