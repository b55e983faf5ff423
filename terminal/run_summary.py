"""The end of a run in a few lines: where things are, how the conversations ended, how fast, and what to type next."""

import shlex
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from rich.text import Text

from orchestrator.progress import RunFinished
from orchestrator.transcript import Reason
from terminal.palette import ENDINGS, counted, duration
from terminal.run_settings import Settings
from terminal.text import plain

_GUARDS: Final = 6
"""The most guards that the objections are told of."""


def summary(over: RunFinished, scenarios: Sequence[Path], settings: Settings, *, before: int = 0) -> Text:
    """Return the closing lines of a run of `scenarios`; `before` counts the conversations that were there."""
    lines = [_result(over, before)]
    if over.endings:
        lines.append(_endings(over))
    if over.objections:
        lines.append(_objections(over))
    if over.folder and over.cut_short:
        lines.append(Text("Stopped early; what was written is valid."))
        lines.append(_next("To go on", _resume(over.folder, scenarios, settings)))
    if over.folder and over.conversations:
        lines.append(_next("To read it", ["duologue", "replay", str(over.folder)]))
    return Text("\n").join(lines)


def _result(over: RunFinished, before: int) -> Text:
    where = f"{over.folder}: " if over.folder else ""
    resumed = f" ({before:,} done before)" if before else ""
    replies = counted(over.replies, "reply", "replies")
    speed = f" ({over.replies / over.seconds:.1f}/s)" if over.replies and over.seconds else ""
    done = counted(over.conversations, "conversation")
    return Text(plain(f"{where}{done}{resumed}, {replies} in {duration(over.seconds)}{speed}"))


def _endings(over: RunFinished) -> Text:
    counts = [(reason, over.endings[reason]) for reason in Reason if over.endings.get(reason)]
    return Text(", ").join(Text(f"{reason} {count:,}", ENDINGS[reason]) for reason, count in counts)


def _objections(over: RunFinished) -> Text:
    """Return how many attempts each guard sent back, those that say why replies are what they are."""
    named = list(over.objections.items())
    shown = ", ".join(f"{name} {count:,}" for name, count in named[:_GUARDS])
    more = f" and {len(named) - _GUARDS} more" if len(named) > _GUARDS else ""
    return Text(plain(f"objections in {counted(over.attempts, 'attempt')}: {shown}{more}"), "dim")


def _next(label: str, words: Sequence[str]) -> Text:
    return Text(f"{label}: ").append(plain(shlex.join(words)), "bold")


def _resume(folder: Path, scenarios: Sequence[Path], settings: Settings) -> list[str]:
    words = ["duologue", "run", *map(str, scenarios), "--out", str(folder)]
    for name in ("limit", "seed", "model", "remotes", "cluster", "engines"):
        value = getattr(settings, name)
        words += [] if value is None else [f"--{name}", str(value)]
    return [*words, "--resume", "always"]
