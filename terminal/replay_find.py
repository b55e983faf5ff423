"""Finding conversations in a run: by id or number, by ending, by words. It prints nothing."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Final

from agents.errors import UsageError
from orchestrator.transcript import Reason, Transcript, read_transcripts
from terminal.text import one_line

_NAMED: Final = 8
"""An error names so many conversations at most."""


@dataclass(frozen=True, slots=True)
class Filter:
    """Which conversations to show: ended by `ending`, with the words `grep` in a turn (case aside), `limit` at most."""

    ending: Reason | None = None
    grep: str | None = None
    limit: int | None = None

    def matches(self, transcript: Transcript) -> bool:
        """Say whether `transcript` is asked for; the limit aside."""
        if self.ending is not None and transcript.ending.reason != self.ending:
            return False
        return self.grep is None or any(contains(turn.text, self.grep) for turn in transcript.turns)


def contains(text: str, words: str) -> bool:
    """Say whether `words` stand in `text`, letter case and kinds of white space aside."""
    return " ".join(words.casefold().split()) in " ".join(text.casefold().split())


def found(run: Path, wanted: Filter) -> Iterator[Transcript]:
    """Yield the conversations of `run` that `wanted` lets through, in the order of the file."""
    return islice(filter(wanted.matches, read_transcripts(run)), wanted.limit)


def one(run: Path, name: str) -> Transcript:
    """Return the conversation that `name` means: an id, the beginning of one, or the number in one.

    Raises UsageError where there is none or more than one.
    """
    matches: list[Transcript] = []
    for transcript in read_transcripts(run):
        if transcript.id == name:
            return transcript
        if _means(name, transcript.id):
            matches.append(transcript)
    if not matches:
        raise UsageError(f"no conversation {one_line(name)!r} in {run}; 'duologue replay {run}' lists them")
    if len(matches) > 1:
        raise UsageError(f"{one_line(name)!r} may be any of {len(matches)} conversations: {_names(matches)}")
    return matches[0]


def _means(name: str, id_: str) -> bool:
    return id_.startswith(name) or (name.isdecimal() and name.lstrip("0") == _number(id_))


def _number(id_: str) -> str | None:
    """Return the place of a conversation in its plan, without leading zeros: the middle of `scenario-00017-3f9a2c`."""
    parts = id_.rsplit("-", 2)
    return parts[1].lstrip("0") if len(parts) == 3 and parts[1].isdecimal() else None


def _names(matches: list[Transcript]) -> str:
    names = ", ".join(one_line(match.id) for match in matches[:_NAMED])
    return names + (" ..." if len(matches) > _NAMED else "")
