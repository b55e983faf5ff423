"""What an export made: files, what is in them, what was left out, and what a user should know."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from curation.export.choosing import LeftOut
from curation.export.request import Request
from curation.export.sources import Source
from curation.export.splitting import Apart, Division
from orchestrator.transcript import Reason, Transcript


@dataclass(slots=True)
class Tally:
    """What is in one part. `leaking` conversations cite an article that the first part cites, too."""

    conversations: int = 0
    rows: int = 0
    turns: int = 0
    words: int = 0
    leaking: int = 0
    endings: Counter[Reason] = field(default_factory=Counter)
    scenarios: Counter[str] = field(default_factory=Counter)
    models: Counter[tuple[str, str]] = field(default_factory=Counter)

    def add(self, transcript: Transcript, *, rows: int, leaks: bool) -> None:
        """Count a conversation; `models` as customer and agent."""
        self.conversations += 1
        self.rows += rows
        self.turns += len(transcript.turns)
        self.words += sum(len(turn.text.split()) for turn in transcript.turns)
        self.leaking += leaks
        self.endings[transcript.ending.reason] += 1
        self.scenarios[transcript.scenario] += 1
        self.models[transcript.models.customer, transcript.models.agent] += 1


@dataclass(frozen=True, slots=True)
class FileMade:
    """One file of the data set."""

    path: Path
    part: str
    tally: Tally
    bytes: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Summary:
    """All that an export did."""

    name: str
    request: Request
    sources: Sequence[Source]
    files: Sequence[FileMade]
    card: Path
    read: int
    left_out: Mapping[LeftOut, int]
    division: Division | None

    @property
    def warnings(self) -> list[str]:
        """What a user should know, a line each."""
        found = [warning for source in self.sources for warning in source.warnings]
        return found + (self._split_warnings(self.division) if self.division else [])

    def _split_warnings(self, division: Division) -> list[str]:
        if division.apart is Apart.ALL:
            return []
        first = (
            f"the split keeps {division.apart} apart, but not all that is cited: by that, {division.largest:.0%} of "
            f"the conversations hang together"
        )
        return [first, *(_leak(file, division) for file in self.files[1:])]

    def record(self) -> dict[str, Any]:
        """Return it as plain data."""
        return {
            "files": [_file_record(file) for file in self.files],
            "card": str(self.card),
            "read": self.read,
            "left_out": {reason.value: count for reason, count in self.left_out.items()},
            "kept_apart": self.division.apart.value if self.division else None,
            "warnings": self.warnings,
        }


def _leak(file: FileMade, division: Division) -> str:
    cited, shared = len(division.articles[file.part]), len(division.shared[file.part])
    tally = file.tally
    return (
        f"{file.part}: {shared} of the {cited} articles cited are cited in {division.parts[0]} as well, by "
        f"{tally.leaking:,} of {tally.conversations:,} conversations"
    )


def _file_record(file: FileMade) -> dict[str, Any]:
    tally = file.tally
    return {
        "path": str(file.path),
        "part": file.part,
        "conversations": tally.conversations,
        "rows": tally.rows,
        "turns": tally.turns,
        "endings": {reason.value: count for reason, count in sorted(tally.endings.items())},
        "bytes": file.bytes,
        "sha256": file.sha256,
    }
