"""Dialogue JSONL: an object a line with `turns` of `role` and `text`, perhaps `help`, `customer_brief`, `kind`."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Final

from agents.dialogue import Speaker
from agents.persona import Domain, Role
from agents.training.dialogues import CustomerMeta, TrainingDialogue, TrainingTurn, known_moves, merged
from agents.training.readers.cleaning import cleaner
from agents.training.readers.records import Found, RecordError, json_records, list_of, text_of

MOST_PASSAGE_WORDS: Final = 110
MOST_PASSAGES: Final = 2
_BRIEF_WORDS: Final = 60
_WORD: Final = re.compile(r"[a-z0-9]{3,}")


def read_exchanges(path: Path) -> Iterator[Found]:
    """Yield the dialogues of a file. Passages stand before the reply that shares most of its words with them."""
    return json_records(path, lambda record, number: _dialogue(record, number, source_of(path)))


def source_of(path: Path) -> str:
    """Return the name of the corpus that a file holds: its name without suffixes."""
    return path.name.split(".", 1)[0]


def _dialogue(record: dict[str, Any], number: int, source: str) -> TrainingDialogue:
    clean = cleaner(f"{source} {record.get('id', number)}")
    turns = merged([_turn(turn, clean) for turn in list_of(record, "turns")])
    if len(turns) < 2:
        raise RecordError("fewer than two turns")
    sales = record.get("kind") == "sales" or record.get("domain") == "sales"
    return TrainingDialogue(
        id=str(record.get("id", number)),
        source=source,
        turns=_with_passages(turns, record.get("help")),
        domain=Domain.SALES if sales else Domain.SUPPORT,
        role=Role.SALESPERSON if sales else Role.SUPPORT,
        customer=_meta(record),
        use=str(record["kind"]) if "kind" in record else None,
    )


def _turn(turn: dict[str, Any], clean: Callable[[str], str]) -> TrainingTurn:
    try:
        speaker = Speaker(str(turn.get("role") or turn.get("speaker")))
    except ValueError:
        raise RecordError(f"role {turn.get('role')!r}; known are customer and agent") from None
    return TrainingTurn(speaker, clean(text_of(turn, "text")), known_moves(speaker, turn.get("moves")))


def _meta(record: dict[str, Any]) -> CustomerMeta:
    brief = record.get("customer_brief")
    text = " ".join(str(brief).split()[:_BRIEF_WORDS]) if isinstance(brief, str) and brief.strip() else None
    return CustomerMeta(brief=text)


def _with_passages(turns: tuple[TrainingTurn, ...], passages: object) -> tuple[TrainingTurn, ...]:
    if not isinstance(passages, list):
        return turns
    placed: dict[int, list[str]] = {}
    replies = [place for place, turn in enumerate(turns) if turn.speaker is Speaker.AGENT]
    for passage in (p for p in passages if isinstance(p, str) and p.strip()):
        place, share = max(
            ((r, _shared(passage, turns[r].text)) for r in replies), key=lambda pair: pair[1], default=(0, 0)
        )
        if share >= 2 and len(placed.get(place, ())) < MOST_PASSAGES:
            placed.setdefault(place, []).append(" ".join(passage.split()[:MOST_PASSAGE_WORDS]))
    return tuple(
        TrainingTurn(turn.speaker, turn.text, turn.moves, tuple(placed.get(place, ())))
        for place, turn in enumerate(turns)
    )


def _shared(passage: str, reply: str) -> int:
    return len(set(_WORD.findall(passage.lower())) & set(_WORD.findall(reply.lower())))
