"""Plain text with a label before each message: `Person1: ...` and `Person2: ...`, or `Customer:` and `Agent:`.

A blank line or a line of dashes ends a dialogue. A line without a label goes on with the message before it. The first
person to speak is the customer, unless the labels say otherwise.
"""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from agents.dialogue import Speaker
from agents.training.dialogues import TrainingDialogue, TrainingTurn, merged
from agents.training.readers.exchanges import source_of
from agents.training.readers.records import Fault, Found, lines_of

_LABEL: Final = re.compile(
    r"\s*(?:person|speaker)?\s*([12ab]|customer|client|user|agent|support|seller|salesperson)\s*:\s*(.*)", re.I
)
_RULE: Final = re.compile(r"\s*(?:[-=*_#]{3,}.*)?$")
_NAMED: Final = {
    "customer": Speaker.CUSTOMER, "client": Speaker.CUSTOMER, "user": Speaker.CUSTOMER,
    "agent": Speaker.AGENT, "support": Speaker.AGENT, "seller": Speaker.AGENT, "salesperson": Speaker.AGENT,
}  # fmt: skip


def is_labelled(line: str) -> bool:
    """Return whether a line begins with a label."""
    return _LABEL.match(line) is not None


def read_labelled_text(path: Path) -> Iterator[Found]:
    """Yield the dialogues of a file."""
    block: list[tuple[int, str]] = []
    for number, line in (*lines_of(path), (0, "")):
        if not _RULE.match(line):
            block.append((number, line))
        elif block:
            yield _dialogue(block, path)
            block = []


def _dialogue(block: list[tuple[int, str]], path: Path) -> Found:
    first = block[0][0]
    said: list[tuple[str, str]] = []
    for number, line in block:
        match = _LABEL.match(line)
        if match:
            said.append((match.group(1).lower(), match.group(2)))
        elif said:
            said[-1] = (said[-1][0], f"{said[-1][1]} {line}")
        else:
            return Fault(path, number, "no label such as Person1: before the text")
    opener = said[0][0]
    turns = merged([TrainingTurn(_speaker(label, opener), text) for label, text in said])
    if len(turns) < 2:
        return Fault(path, first, "only one side speaks")
    return TrainingDialogue(f"{first}", source_of(path), turns)


def _speaker(label: str, opener: str) -> Speaker:
    return _NAMED.get(label) or (Speaker.CUSTOMER if label == opener else Speaker.AGENT)
