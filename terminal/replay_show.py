"""What `duologue replay` does with the conversations that were asked for: list, play, print or export them."""

import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from rich.console import RenderableType
from rich.text import Text

from agents.errors import UsageError
from curation.articles import articles_of
from orchestrator.transcript import Reason, Transcript, transcripts_path
from terminal.console import console
from terminal.palette import counted
from terminal.pictures import Format, exported
from terminal.replay_find import Filter, found, one
from terminal.replay_list import table
from terminal.replay_player import WIDEST, play
from terminal.text import file_stem, json_escaped, one_line
from terminal.transcript_view import Articles, conversation


@dataclass(frozen=True, slots=True)
class Choice:
    """What of which run: the one conversation that `name` means, or those that pass the filter."""

    run: Path
    name: str | None
    wanted: Filter

    @classmethod
    def of(cls, run: Path, name: str | None, *, ending: str | None, grep: str | None, limit: int | None) -> "Choice":
        """Raise UsageError where an ending is unknown, or where conversations are chosen twice."""
        wanted = Filter(ending=None if ending is None else _reason(ending), grep=grep, limit=limit)
        if name is not None and wanted != Filter():
            raise UsageError("ID names one conversation; leave out --ending, --grep and --limit")
        return cls(run, name, wanted)

    def transcripts(self) -> Iterator[Transcript]:
        """Yield what was chosen."""
        if self.name is None:
            yield from found(self.run, self.wanted)
        else:
            yield one(self.run, self.name)


def show(
    choice: Choice,
    *,
    speed: float | None,
    cite: bool,
    beside: Path | None,
    export: Format | None,
    out: Path | None,
    as_json: bool,
) -> None:
    """Show the choice in the way that was asked for."""
    _refuse_mixtures(export=export, out=out, as_json=as_json)
    if choice.name is None and not (as_json or export) and (cite or speed is not None):
        raise UsageError(f"{'--cite' if cite else '--speed'}: is for one conversation; give its ID after the run")
    if beside:
        _beside(choice, beside)
    elif as_json:
        _print_lines(choice)
    elif export:
        _export(choice, to=export, out=out, cite=cite)
    elif choice.name is None:
        _list(choice)
    else:
        transcript = one(choice.run, choice.name)
        play(console(), transcript, articles=_articles(choice.run, transcript, cite=cite), speed=speed)


def _beside(choice: Choice, other: Path) -> None:
    from terminal.beside import beside

    if choice.name is None:
        raise UsageError("--beside is for one conversation; name its ID")
    transcript = one(choice.run, choice.name)
    origin = transcript.forked_from
    screen = console()
    screen.print(beside(one(other, origin.id if origin else transcript.id), transcript), width=screen.width)


def _reason(name: str) -> Reason:
    try:
        return Reason(name)
    except ValueError:
        raise UsageError(f"--ending: no such ending {name!r}; known are {', '.join(Reason)}") from None


def _refuse_mixtures(*, export: Format | None, out: Path | None, as_json: bool) -> None:
    if export and as_json:
        raise UsageError("--export and --json do not go together")
    if out and not export:
        raise UsageError("--out says where to export to; add --export svg or --export html")


def _articles(run: Path, transcript: Transcript, *, cite: bool) -> Articles | None:
    if not cite:
        return None
    return {name: article.text for name, article in articles_of(run, transcript.scenario).items()}


def _print_lines(choice: Choice) -> None:
    safe = sys.stdout.isatty()
    for transcript in choice.transcripts():
        line = transcript.to_line()
        print(json_escaped(line) if safe else line)


def _list(choice: Choice) -> None:
    transcripts = list(choice.transcripts())
    if not transcripts:
        console().print(Text("No conversation is like that."))
        return
    screen = console()
    screen.print(table(transcripts, grep=choice.wanted.grep))
    if screen.is_terminal:
        hint = f"{counted(len(transcripts), 'conversation')}; duologue replay {choice.run} ID plays one"
        screen.print(Text(one_line(hint), "dim"))


def _export(choice: Choice, *, to: Format, out: Path | None, cite: bool) -> None:
    view, title = _view(choice, cite=cite)
    path = out or transcripts_path(choice.run).parent / f"{file_stem(title)}.{to}"
    try:
        path.write_text(exported(view, to=to, width=WIDEST, title=title), encoding="utf-8")
    except OSError as error:
        raise UsageError(f"{path} cannot be written: {error.strerror}") from None
    console().print(Text(one_line(str(path))), soft_wrap=True)


def _view(choice: Choice, *, cite: bool) -> tuple[RenderableType, str]:
    if choice.name is None:
        return table(choice.transcripts(), grep=choice.wanted.grep), "conversations"
    transcript = one(choice.run, choice.name)
    return conversation(transcript, articles=_articles(choice.run, transcript, cite=cite)), transcript.id
