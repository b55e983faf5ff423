"""Transcripts of this program: JSON lines with `schema` 1, as a run leaves them."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from agents.dialogue import Speaker
from agents.persona import MOTIVATIONS, Domain, Role
from agents.training.dialogues import CustomerMeta, TrainingDialogue, TrainingTurn, known_moves, merged
from agents.training.readers.records import Found, RecordError, json_records, list_of, text_of

_AXES = ("disposition", "motivation", "tone", "style", "product")


def read_transcripts(path: Path) -> Iterator[Found]:
    """Yield the conversations of a transcript file."""
    return json_records(path, lambda record, _: _dialogue(record))


def _dialogue(record: dict[str, Any]) -> TrainingDialogue:
    if record.get("schema") != 1:
        raise RecordError(f"schema {record.get('schema')!r}; known is 1")
    turns = merged([_turn(turn) for turn in list_of(record, "turns")])
    if len(turns) < 2:
        raise RecordError("fewer than two turns")
    try:
        domain = Domain(record.get("domain", "support"))
        role = Role((record.get("agent") or {}).get("role", "support"))
    except (ValueError, AttributeError) as error:
        raise RecordError(str(error)) from None
    name, scenario = str(record.get("id", "")), record.get("scenario")
    group = scenario if isinstance(scenario, str) else None
    return TrainingDialogue(name, "transcripts", turns, domain, role, _meta(record), group, domain.value)


def _turn(turn: dict[str, Any]) -> TrainingTurn:
    try:
        speaker = Speaker(str(turn.get("speaker")))
    except ValueError:
        raise RecordError(f"speaker {turn.get('speaker')!r}; known are customer and agent") from None
    return TrainingTurn(speaker, text_of(turn, "text"), known_moves(speaker, turn.get("moves")))


def _meta(record: dict[str, Any]) -> CustomerMeta:
    customer = record.get("customer") or {}
    if not isinstance(customer, dict):
        raise RecordError("'customer' is no object")
    axes = {axis: customer[axis] for axis in _AXES if isinstance(customer.get(axis), str)}
    facts = tuple(
        (str(fact["name"]), str(fact["value"]))
        for fact in customer.get("facts") or ()
        if isinstance(fact, dict) and "name" in fact and "value" in fact
    )
    motivation = MOTIVATIONS.get(axes.get("motivation", ""))
    return CustomerMeta(**axes, wants=motivation.wants if motivation else None, facts=facts)
