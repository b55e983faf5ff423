"""What the page is told of a run, as plain data that JSON can hold. It reads nothing and decides nothing."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, TypeAlias

Conversation: TypeAlias = Mapping[str, Any]
"""A transcript as its line has it, with `objections`: by turn, what the guards hold against it as it was said."""


class HelpState(StrEnum):
    """What became of the help content that a scenario was grounded in."""

    SAME = "same"
    CHANGED = "changed"
    GONE = "gone"
    UNKNOWN = "unknown"
    """Found where the record says, but the record does not say what it was."""


@dataclass(frozen=True, slots=True)
class PassageView:
    """A passage: `text` begins at the character `start` of the article."""

    title: str
    heading: str
    text: str
    start: int


@dataclass(frozen=True, slots=True)
class HelpView:
    """The passages of a scenario's help content that its replies cite, by id, and where they were looked for."""

    state: HelpState
    paths: Sequence[str]
    passages: Mapping[str, PassageView]


@dataclass(frozen=True, slots=True)
class MeasureView:
    """A measure as the page shows it; `low` and `high` bound the 95 % bootstrap interval."""

    name: str
    value: float | None
    n: int
    low: float | None
    high: float | None
    unit: str
    better: str
    heading: str
    definition: str
    source: str


@dataclass(frozen=True, slots=True)
class SpeedView:
    """How fast the run went: `points` are (seconds, replies) counted from its start; empty where nobody noted them."""

    seconds: float | None
    replies: int | None
    tokens: int | None
    points: Sequence[tuple[float, int]]


@dataclass(frozen=True, slots=True)
class RunView:
    """A run. `conversations` may be an even sample of its `total`; everything else is of the whole run."""

    name: str
    total: int
    conversations: Sequence[Conversation]
    measures: Sequence[MeasureView]
    skipped: Mapping[str, str]
    help: Mapping[str, HelpView]
    bands: Mapping[str, Sequence[int]]
    attempts: int | None
    objections: Mapping[str, int]
    speed: SpeedView
    about: Sequence[tuple[str, str]]
