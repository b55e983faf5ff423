"""What a run tells while it goes on: plain events, for the live view and for whoever else listens."""

from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

from orchestrator.transcript import Reason, Transcript, TurnRecord


@dataclass(frozen=True, slots=True)
class RunStarted:
    """The run has its folder and its models; `finished` conversations were there already (resume)."""

    folder: Path | None
    total: int
    finished: int
    parallel: int
    models: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class TurnDone:
    """A turn was said. `tokens` were sampled for it, over all attempts."""

    conversation: str
    turn: TurnRecord
    tokens: int


@dataclass(frozen=True, slots=True)
class ConversationDone:
    """A conversation ended; its line is on disk or will be, in plan order."""

    transcript: Transcript


@dataclass(frozen=True, slots=True)
class RunFinished:
    """The run is over; `cut_short` where it was interrupted.

    `conversations` and `endings` count all that the folder holds; `replies`, `tokens` and `seconds` are of this
    execution alone.
    """

    folder: Path | None
    conversations: int
    replies: int
    tokens: int
    seconds: float
    endings: dict[Reason, int]
    cut_short: bool = False


Event: TypeAlias = RunStarted | TurnDone | ConversationDone | RunFinished
