"""What lies in the working folder: scenarios, runs, models. It opens nothing outside it but what ships."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from agents.errors import DuologueError, TranscriptError
from agents.gpt2.catalogue import available
from orchestrator.run_folder import OUTPUTS, RECORD_NAME
from orchestrator.transcript import FILE_NAME, Transcript, read_transcripts

UPLOAD_BYTES: Final = 20 << 20
MOST: Final = 5_000
"""Conversations of a run that a page takes in."""


def scenarios(shipped: Path) -> Mapping[str, Path]:
    """Return the scenario files at hand by name: those in ./scenarios, then the one that ships."""
    found = {path.stem: path for path in sorted(Path("scenarios").glob("*.yaml"))}
    return found | ({} if shipped.stem in found else {shipped.stem: shipped})


def models() -> list[str]:
    """Return what can speak: the house model, the hub's cache, the folders in ./models."""
    folders = sorted(Path("models").glob("*/config.json")) + sorted(Path("models").glob("*/adapter_config.json"))
    return list(dict.fromkeys([*(entry.name for entry in available()), *(str(path.parent) for path in folders)]))


def runs() -> list[Path]:
    """Return the runs in ./outputs, the latest first."""
    found = (path.parent for path in OUTPUTS.glob(f"*/{FILE_NAME}"))
    return sorted(found, key=lambda path: (path / FILE_NAME).stat().st_mtime_ns, reverse=True)


def read(run: Path) -> tuple[list[Transcript], str]:
    """Return the conversations of a run, up to MOST, and what is wrong after those, if anything is."""
    found: list[Transcript] = []
    try:
        for transcript in read_transcripts(run):
            if len(found) == MOST:
                return found, f"only the first {MOST:,} conversations are shown"
            found.append(transcript)
    except DuologueError as error:
        return found, str(error)
    return found, ""


def objections(run: Path) -> tuple[Mapping[str, int], int]:
    """Return how often each guard objected in a run, and in how many attempts; nothing where it is not recorded."""
    try:
        record = json.loads((run / RECORD_NAME).read_text(encoding="utf-8"))
        return {str(name): int(count) for name, count in record["objections"].items()}, int(record["attempts"])
    except (OSError, ValueError, LookupError, TypeError, AttributeError):
        return {}, 0


def parse_upload(name: str, data: bytes) -> tuple[list[Transcript], str]:
    """Return the conversations of an uploaded file, and what is wrong with it, if anything is."""
    if len(data) > UPLOAD_BYTES:
        return [], f"{name}: {len(data):,} bytes are too many; at most {UPLOAD_BYTES:,}"
    found: list[Transcript] = []
    for number, line in enumerate(data.decode("utf-8", "replace").split("\n"), 1):
        if len(found) == MOST:
            return found, f"only the first {MOST:,} conversations are shown"
        try:
            found += [Transcript.from_line(line)] if line.strip() else []
        except ValueError:
            return found, str(TranscriptError("no transcript", path=name, line=number))
    return found, ""
