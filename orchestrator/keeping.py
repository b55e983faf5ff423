"""One conversation kept as a run of its own: a folder that every command reads as it reads a simulation's."""

import hashlib
import json
from pathlib import Path

from agents.errors import RunError, UsageError
from orchestrator.conversation import Stage
from orchestrator.line_file import replace_text
from orchestrator.plan import ConversationSpec, Plan
from orchestrator.progress import RunFinished
from orchestrator.run_folder import RECORD_NAME
from orchestrator.run_record import identity, record
from orchestrator.transcript import FILE_NAME, Transcript


def keep(transcript: Transcript, spec: ConversationSpec, stage: Stage, folder: Path, *, again: bool = False) -> None:
    """Write `transcript` and its run.json into `folder`, which is new, empty, or was written before (`again`).

    Raises UsageError where the folder holds something else, RunError where the disk fails.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if not again and any(folder.iterdir()):
            raise UsageError(f"{folder}: is not empty; choose another folder")
        line = transcript.to_line() + "\n"
        replace_text(folder / FILE_NAME, line)
        content = _record(transcript, spec, stage, folder) | {"sha256": hashlib.sha256(line.encode()).hexdigest()}
        replace_text(folder / RECORD_NAME, json.dumps(content, ensure_ascii=False, indent=2) + "\n")
    except OSError as error:
        raise RunError(f"{folder}: {error.strerror or error}; choose a folder that can be written") from error


def _record(transcript: Transcript, spec: ConversationSpec, stage: Stage, folder: Path) -> dict[str, object]:
    drawn = sum(turn.attempts is not None for turn in transcript.turns)
    over = RunFinished(folder, 1, drawn, 0, 0.0, {transcript.ending.reason: 1})
    plan = Plan(spec.scenario)
    made_from = identity([plan], [stage], None) | {"conversation": transcript.id}
    return record([plan], [stage], over) | {"status": "finished", "identity": made_from}
