"""The runs to export: where their transcripts lie, how many there are, and what `run.json` says of them."""

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any, Final

from agents.errors import TranscriptError, UsageError
from orchestrator.run_folder import RECORD_NAME
from orchestrator.transcript import Transcript, read_transcripts, transcripts_path

UNFINISHED: Final = frozenset(("running", "interrupted"))


@dataclass(frozen=True, slots=True)
class Source:
    """A transcript file as it was when it was opened: what a run adds later is not read.

    `record` is the content of run.json, empty where there is none; `label` goes in front of the ids where several runs
    make one data set, and is empty where there is one.
    """

    path: Path
    name: str
    label: str
    conversations: int
    digest: str
    record: Mapping[str, Any]

    def transcripts(self) -> Iterator[Transcript]:
        """Yield the conversations. Raises TranscriptError where a line is broken."""
        for transcript in islice(read_transcripts(self.path), self.conversations):
            yield transcript.model_copy(update={"id": f"{self.label}{transcript.id}"}) if self.label else transcript

    @property
    def scenarios(self) -> dict[str, Mapping[str, Any]]:
        """What was recorded of each scenario (digest, path, config as resolved ...), by name."""
        entries = self.record.get("scenarios")
        found = [mapping(entry) for entry in entries] if isinstance(entries, list) else []
        return {str(entry.get("name")): entry for entry in found}

    @property
    def configs(self) -> dict[str, Mapping[str, Any]]:
        """The scenarios as resolved, by name."""
        return {name: mapping(entry.get("config")) for name, entry in self.scenarios.items()}

    @property
    def warnings(self) -> Iterator[str]:
        """Yield what a user should know of this run, a line each."""
        if not self.record:
            yield f"{self.path}: no run.json beside it, so the card knows no scenario, seed or model hashes"
        elif self.record.get("status") in UNFINISHED:
            yield f"{self.path}: the run is not finished; what it has so far is exported"
        elif self.record.get("sha256", self.digest) != self.digest:
            yield f"{self.path}: is not what run.json describes (its SHA-256 differs); it was changed after the run"


def open_sources(runs: Sequence[Path]) -> list[Source]:
    """Return the sources that `runs` (folders or transcript files) mean.

    Raises UsageError where two are the same, TranscriptError where one cannot be read.
    """
    paths = [transcripts_path(run) for run in runs]
    names = [_name(path) for path in paths]
    labels = [_label(names, place) for place in range(len(names))]
    sources = [_open(path, name, label) for path, name, label in zip(paths, names, labels, strict=True)]
    first: dict[str, Path] = {}
    for source in sources:
        if source.digest in first:
            raise UsageError(f"{source.path}: holds the same transcripts as {first[source.digest]}; name it once")
        first[source.digest] = source.path
    return sources


def mapping(value: object) -> Mapping[str, Any]:
    """Return `value` where it is a mapping, else an empty one: run.json may have been edited by hand."""
    return value if isinstance(value, Mapping) else {}


def _name(path: Path) -> str:
    folder = path.resolve().parent.name
    return folder if path.name == "transcripts.jsonl" and folder else path.stem


def _label(names: Sequence[str], place: int) -> str:
    if len(names) == 1:
        return ""
    before = names[:place].count(names[place])
    return f"{names[place]}-{before + 1}/" if before else f"{names[place]}/"


def _open(path: Path, name: str, label: str) -> Source:
    digest, lines = hashlib.sha256(), 0
    try:
        with path.open("rb") as file:
            for line in file:
                digest.update(line)
                lines += not line.isspace()
    except OSError as error:
        raise TranscriptError(error.strerror or str(error), path=path) from None
    return Source(path, name, label, lines, digest.hexdigest(), _record(path.with_name(RECORD_NAME)))


def _record(path: Path) -> Mapping[str, Any]:
    try:
        return mapping(json.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError):
        return {}
