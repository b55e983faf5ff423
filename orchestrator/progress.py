"""What a run tells while it goes on: plain events, for the live view and for whoever else listens."""

from collections.abc import Mapping
from dataclasses import dataclass, field
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

    `conversations` and `endings` count all that the folder holds; the rest is of this execution alone. `attempts` are
    the candidates of all turns, and `objections` says how many of them each guard objected to, the commonest first.
    `timeline` holds how many replies there were after so many seconds.
    """

    folder: Path | None
    conversations: int
    replies: int
    tokens: int
    seconds: float
    endings: dict[Reason, int]
    cut_short: bool = False
    attempts: int = 0
    objections: Mapping[str, int] = field(default_factory=dict)
    timeline: tuple[tuple[float, int], ...] = ()


@dataclass(frozen=True, slots=True)
class EngineWaits:
    """A server is away or wants time, and its requests wait; `why` is None once they go on."""

    model: str
    why: str | None


@dataclass(frozen=True, slots=True)
class EngineState:
    """One engine of a cluster: `node` is None while it has none; `open` counts the conversations that it was given."""

    number: int
    node: str | None
    replies: int
    replies_per_second: float
    open: int


@dataclass(frozen=True, slots=True)
class ClusterState:
    """The engines of a cluster, now. `note` says what has just happened to one of them, if anything has."""

    engines: tuple[EngineState, ...]
    note: str | None = None

    @property
    def ready(self) -> tuple[EngineState, ...]:
        """The engines that are at work."""
        return tuple(engine for engine in self.engines if engine.node is not None)

    @property
    def nodes(self) -> int:
        return len({engine.node for engine in self.ready})


Event: TypeAlias = RunStarted | TurnDone | ConversationDone | EngineWaits | ClusterState | RunFinished
