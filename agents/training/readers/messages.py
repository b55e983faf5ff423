"""Chat data sets of the Hugging Face kind: JSON lines with `messages` of `role` and `content`, or `conversations`."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from agents.dialogue import Speaker
from agents.training.dialogues import TrainingDialogue, TrainingTurn, merged
from agents.training.readers.exchanges import source_of
from agents.training.readers.records import Found, RecordError, json_records, list_of, text_of

_ROLES: Final = {
    "user": Speaker.CUSTOMER, "human": Speaker.CUSTOMER, "customer": Speaker.CUSTOMER,
    "assistant": Speaker.AGENT, "gpt": Speaker.AGENT, "agent": Speaker.AGENT,
}  # fmt: skip
_PASSED_OVER: Final = frozenset(("system", "tool", "function"))


def read_messages(path: Path) -> Iterator[Found]:
    """Yield the chats of a file: the user is the customer, the assistant the agent, other roles are passed over."""
    return json_records(path, lambda record, number: _dialogue(record, number, source_of(path)))


def _dialogue(record: dict[str, Any], number: int, source: str) -> TrainingDialogue:
    key = "messages" if "messages" in record else "conversations"
    turns = merged([turn for message in list_of(record, key) if (turn := _turn(message))])
    if len(turns) < 2:
        raise RecordError("fewer than two turns")
    return TrainingDialogue(str(record.get("id", number)), source, turns)


def _turn(message: dict[str, Any]) -> TrainingTurn | None:
    role = message.get("role", message.get("from"))
    if role in _PASSED_OVER:
        return None
    if role not in _ROLES:
        raise RecordError(f"role {role!r}; known are {', '.join(sorted(_ROLES))}")
    return TrainingTurn(_ROLES[role], text_of(message, "content" if "content" in message else "value"))
