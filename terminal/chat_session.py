"""What `duologue chat` does: set the table, take line after line, and keep what was said, however it is left."""

import sys
from pathlib import Path
from typing import Final

from agents.dialogue import Speaker
from agents.errors import DuologueError, UsageError
from orchestrator.scenario import Scenario
from orchestrator.seats import Wishes, seat
from terminal.chat_commands import Chat
from terminal.chat_lines import lines
from terminal.chat_view import ChatView
from terminal.console import console
from terminal.text import one_line

SHIPPED: Final = Path(__file__).with_name("workspace") / "scenarios" / "first.yaml"


def execute(path: Path | None, person: Speaker, wishes: Wishes, out: Path | None) -> int:
    """Hold the conversation and return the exit code: 130 where Ctrl-C ended it."""
    if out is not None and out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise UsageError(f"--out: {out} is not an empty folder; name a new one")
    spec = seat(Scenario.load(path or SHIPPED), person, wishes)
    from agents.models import Models
    from orchestrator.host import Host
    from orchestrator.simulation import stage_for
    from orchestrator.table import Table

    view = ChatView(console(), person=person, echo=not sys.stdin.isatty())
    with Models() as models, Host() as host:
        stage = stage_for(spec.scenario, models)
        with Table(spec, stage, person=person, host=host) as table:
            return _talk(Chat(table, stage, view, out))


def _talk(chat: Chat) -> int:
    code = 0
    chat.view.card(chat.table.spec)
    try:
        if chat.table.person is Speaker.AGENT:
            chat.follow(chat.table.begin)
        for line in lines(f"{chat.table.person}> "):
            _take(chat, line)
    except KeyboardInterrupt:
        chat.view.console.print()
        code = 130
    except EOFError:
        pass
    chat.leave()
    return code


def _take(chat: Chat, line: str) -> None:
    """Do what a line asks for; what is wrong with it is told, and the chat goes on."""
    try:
        chat.say(line)
    except DuologueError as error:
        print(f"duologue: {one_line(str(error))}", file=sys.stderr)
