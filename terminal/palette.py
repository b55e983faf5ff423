"""The colours and the small formats that every view shares."""

from collections.abc import Mapping
from typing import Final

from agents.dialogue import Speaker
from orchestrator.transcript import Reason

SPEAKERS: Final[Mapping[Speaker, str]] = {Speaker.CUSTOMER: "bold cyan", Speaker.AGENT: "bold magenta"}

ENDINGS: Final[Mapping[Reason, str]] = {
    Reason.RESOLVED: "green",
    Reason.SALE_CLOSED: "green",
    Reason.GOODBYE: "cyan",
    Reason.UNRESOLVED: "yellow",
    Reason.SALE_DECLINED: "yellow",
    Reason.MAX_TURNS: "magenta",
    Reason.STALLED: "magenta",
    Reason.GUARDED: "magenta",
    Reason.CONTEXT_FULL: "magenta",
    Reason.ENDED: "cyan",
    Reason.ERROR: "bold red",
}


def duration(seconds: float) -> str:
    """Return `1:05` or `2:03:10`."""
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


def counted(number: int, noun: str, plural: str | None = None) -> str:
    """Return `1 turn` or `1,204 turns`."""
    return f"{number:,} {noun if number == 1 else plural or noun + 's'}"
