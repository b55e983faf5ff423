"""What can be done in a chat besides talking: the commands with a slash."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from agents.dialogue import Speaker
from agents.errors import UsageError
from orchestrator.conversation import Stage
from orchestrator.faults import near
from orchestrator.grounding import Hit
from orchestrator.keeping import keep
from orchestrator.run_folder import OUTPUTS, new_folder
from orchestrator.table import Table, TableEvent
from orchestrator.transcript import Citation, TurnRecord
from terminal.chat_view import ChatView
from terminal.palette import counted

HELP: Final = """\
/undo         take your last turn back, and what followed
/retry        draw the model's last turn again, with another seed
/cite         what the last reply rests on; as the agent: the passages that fit
/cite N       as the agent: rest your next turn on passage N, too
/save [DIR]   keep what was said so far
/end          end the conversation
/help         show this
/quit         leave; what was said is kept"""


@dataclass(slots=True)
class Chat:
    """A table, how it is shown, and what the person has chosen so far. `out` is where it is to be kept."""

    table: Table
    stage: Stage
    view: ChatView
    out: Path | None
    cited: list[Hit] = field(default_factory=list)
    kept: tuple[Path, tuple[TurnRecord, ...]] | None = None

    def say(self, line: str) -> None:
        """Do what `line` asks for: a command, or words to be said."""
        if line.startswith("/"):
            self._command(line)
        elif line.strip():
            cited, self.cited = self.cited, []
            self.follow(lambda: self.table.say(line, passages=cited))

    def follow(self, events: Callable[[], Iterable[TableEvent]]) -> None:
        """Show the events that `events` starts; Ctrl-C stops them and nothing else."""
        try:
            self.view.follow(events())
        except KeyboardInterrupt:
            self.view.note("stopped; /retry draws it again")
        self._tell_state()

    def save(self, folder: Path | None = None) -> None:
        """Keep what was said, in the folder it was kept in before unless another is named."""
        again = self.kept is not None and folder in (None, self.kept[0])
        if again and self.kept:
            folder = self.kept[0]
        where = folder or self.out or new_folder(OUTPUTS, "chat")
        keep(self.table.transcript(), self.table.spec, self.stage, where, again=again)
        self.kept = (where, self.table.turns)
        self.view.note(f"kept; to read it: duologue replay {where}")

    def leave(self) -> None:
        """Keep what is not kept yet, where both sides have spoken."""
        said = self.table.turns
        if len(said) > 1 and (self.kept is None or self.kept[1] != said):
            self.save()

    def _command(self, line: str) -> None:
        name, _, rest = line[1:].strip().partition(" ")
        if name not in _COMMANDS:
            raise UsageError(f"there is no /{name}{near(name, _COMMANDS)}; /help lists what there is")
        _COMMANDS[name](self, rest.strip())

    def _tell_state(self) -> None:
        used, window = self.table.memory
        self.view.note(f"{counted(len(self.table.turns), 'turn')}; the model holds {used:,} of {window:,} tokens")
        self.view.passages(self.table.passages())


def _undo(chat: Chat, _: str) -> None:
    gone = chat.table.undo()
    chat.view.note(f"{counted(gone, 'turn')} taken back" if gone else "there is nothing to take back")
    chat.view.passages(chat.table.passages())


def _retry(chat: Chat, _: str) -> None:
    chat.follow(chat.table.retry)


def _cite(chat: Chat, rest: str) -> None:
    if chat.table.person is Speaker.AGENT:
        _choose(chat, rest)
        return
    found = [turn for turn in chat.table.turns if turn.citations]
    for citation in (found[-1].citations or ()) if found else ():
        chat.view.citation(citation, _words(citation, chat.stage))
    if not found:
        chat.view.note("nothing was cited yet")


def _choose(chat: Chat, rest: str) -> None:
    hits = chat.table.passages()
    if not rest:
        chat.view.passages(hits)
        return
    if not rest.isdecimal() or not 1 <= int(rest) <= len(hits):
        raise UsageError(f"/cite: {rest!r} is none of the passages, 1 to {len(hits)}" if hits else "/cite: none fits")
    chat.cited.append(hits[int(rest) - 1])
    chat.view.note(f"your next turn rests on {hits[int(rest) - 1].passage.id}")


def _words(citation: Citation, stage: Stage) -> str:
    """Return the words of the help content that a citation points at."""
    passages = stage.index.passages if stage.index else ()
    found = next((passage for passage in passages if passage.id == citation.passage), None)
    return found.text[citation.start - found.start : citation.end - found.start] if found else ""


def _save(chat: Chat, rest: str) -> None:
    if not chat.table.turns:
        raise UsageError("/save: nothing was said yet")
    chat.save(Path(rest).expanduser() if rest else None)


def _end(chat: Chat, _: str) -> None:
    chat.view.close(chat.table.end())


def _help(chat: Chat, _: str) -> None:
    for line in HELP.splitlines():
        chat.view.console.print(f"  {line}", style="dim")


def _quit(chat: Chat, _: str) -> None:
    del chat
    raise EOFError


_COMMANDS: Final[Mapping[str, Callable[[Chat, str], None]]] = {
    "undo": _undo, "retry": _retry, "cite": _cite, "save": _save, "end": _end, "help": _help, "quit": _quit,
}  # fmt: skip
