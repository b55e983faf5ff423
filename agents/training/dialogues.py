"""A dialogue to train on, whatever file it came from: turns, and what is known of who speaks.

It is plain data between the readers and the text form; it knows neither file formats nor tokens.
"""

from dataclasses import dataclass, field, replace

from agents.dialogue import MOVES, Speaker
from agents.persona import Domain, Role


@dataclass(frozen=True, slots=True)
class TrainingTurn:
    """One message. `moves` is None where they are unknown; `passages` are those shown to the agent for this turn."""

    speaker: Speaker
    text: str
    moves: tuple[str, ...] | None = None
    passages: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class CustomerMeta:
    """What is known of the customer; every part may be missing. `facts` are pairs of name and value."""

    disposition: str | None = None
    motivation: str | None = None
    tone: str | None = None
    style: str | None = None
    product: str | None = None
    wants: str | None = None
    facts: tuple[tuple[str, str], ...] = ()
    brief: str | None = None


@dataclass(frozen=True, slots=True)
class TrainingDialogue:
    """One dialogue.

    `group` is what a held-out split keeps together, the company of a gold dialogue for one. `use` is what a corpus is
    for: support, sales, grounded, service or chitchat.
    """

    id: str
    source: str
    turns: tuple[TrainingTurn, ...]
    domain: Domain = Domain.SUPPORT
    role: Role = Role.SUPPORT
    customer: CustomerMeta = field(default_factory=CustomerMeta)
    group: str | None = None
    use: str | None = None


def known_moves(speaker: Speaker, moves: object) -> tuple[str, ...] | None:
    """Return the first three of `moves` that `speaker` can make, None where there is none."""
    if not isinstance(moves, list | tuple):
        return None
    found = tuple(move for move in moves if isinstance(move, str) and move in MOVES[speaker])[:3]
    return found or None


def merged(turns: list[TrainingTurn]) -> tuple[TrainingTurn, ...]:
    """Join neighbouring messages of one speaker, so that the sides alternate; empty messages are left out."""
    found: list[TrainingTurn] = []
    for turn in turns:
        one_line = replace(turn, text=" ".join(turn.text.split()))
        if one_line.text and found and found[-1].speaker is turn.speaker:
            found[-1] = _joined(found[-1], one_line)
        elif one_line.text:
            found.append(one_line)
    return tuple(found)


def _joined(first: TrainingTurn, second: TrainingTurn) -> TrainingTurn:
    moves = tuple(dict.fromkeys((*(first.moves or ()), *(second.moves or ()))))
    text = f"{first.text} {second.text}"
    return TrainingTurn(first.speaker, text, known_moves(first.speaker, moves), first.passages + second.passages)
