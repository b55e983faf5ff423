"""Every error that a user can cause or must read.

DuologueError                 one clear line; `exit_code` says how the program ends
├── UsageError                wrong input: exit code 2
│   ├── ScenarioError         a scenario file
│   ├── HelpContentError      a help folder or article
│   ├── RemotesError          a remotes.yaml
│   ├── TranscriptError       a transcript file
│   └── ModelError            a checkpoint that cannot be had or used
└── RunError                  a run that had begun and failed: exit code 1
"""

from pathlib import Path


class DuologueError(Exception):
    """Base of all errors that are shown as one line, never as a traceback."""

    exit_code = 1


class UsageError(DuologueError):
    """The input is wrong; nothing was started."""

    exit_code = 2


class LocatedError(UsageError):
    """A wrong input with a place: `file:line:column: message`, as far as known."""

    def __init__(
        self, message: str, *, path: Path | str | None = None, line: int | None = None, column: int | None = None
    ) -> None:
        self.message, self.path, self.line, self.column = message, path, line, column
        place = ":".join(str(part) for part in (path, line, column) if part is not None)
        super().__init__(f"{place}: {message}" if place else message)


class ScenarioError(LocatedError):
    """A scenario file that cannot be used as it is."""


class HelpContentError(LocatedError):
    """Help content that is missing, empty or unreadable."""


class RemotesError(LocatedError):
    """A file of servers that cannot be used as it is."""


class TranscriptError(LocatedError):
    """A transcript line that is broken or of an unknown schema."""


class ModelError(UsageError):
    """A model that cannot be had, or is not a GPT-2."""


class RunError(DuologueError):
    """A run that had begun and could not go on; what was written stays valid."""
