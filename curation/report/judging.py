"""What the guards still hold against the turns of a transcript, as they were said.

A turn may be said although a guard objects: the best attempt is kept where none passes. A transcript does not say what
was shown to the model, so the guards that need it are left out.
"""

from typing import Final, TypeAlias

from agents.dialogue import Speaker, Turn
from orchestrator.guards import STANDARD, Objection, Scene, objections
from orchestrator.transcript import Reason, Transcript

Band: TypeAlias = tuple[int, int]
Objections: TypeAlias = dict[str, list[list[str]]]

_UNKNOWN: Final = "guard"


def remaining(transcript: Transcript, band: Band | None) -> Objections:
    """Return by turn number the [guard, why, words] of each objection; `band` is the words of an agent's turn.

    The opening is the scenario's and not judged. What ended a guarded conversation stands under its last turn.
    """
    turns = [Turn(turn.n, turn.speaker, turn.text, turn.moves) for turn in transcript.turns]
    found: Objections = {}
    for place, turn in enumerate(turns[1:], 1):
        scene = Scene(turn.speaker, turns[:place], band if turn.speaker is Speaker.AGENT else None)
        if held := objections(turn.text, scene, STANDARD):
            found[str(turn.n)] = [_told(objection) for objection in held]
    if transcript.ending.reason is Reason.GUARDED:
        guard, _, why = transcript.ending.evidence.partition(": ")
        found.setdefault(str(transcript.ending.turn), []).append([guard or _UNKNOWN, why, ""])
    return found


def _told(objection: Objection) -> list[str]:
    return [objection.guard, objection.why, objection.saw]
