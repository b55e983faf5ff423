"""The project's own corpus: dialogues in the transcript schema, with the help articles that their agents rely on.

A line has, beyond that schema, the customer's `goal`. The `scenario` is the company. It checks nothing.
"""

import json
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

from agents.dialogue import Speaker
from agents.draws import Draws
from agents.errors import UsageError
from agents.persona import Domain, Role
from agents.training.articles import Section, read_sections
from agents.training.dialogues import CustomerMeta, TrainingDialogue, TrainingTurn, known_moves

GOLD: Final = Path(__file__).with_name("gold")
HELD_OUT: Final = frozenset(("linden-clinic", "ridgeway-cycles"))
"""Companies that are never trained on: what a model is measured with."""


def companies(folder: Path = GOLD) -> list[Path]:
    """Return the folders of the companies, in order. Raises UsageError where there is none."""
    found = sorted(path.parent for path in folder.glob("*/dialogues.jsonl"))
    if not found:
        raise UsageError(f"{folder}: no COMPANY/dialogues.jsonl in this folder")
    return found


def read_company(company: Path) -> Iterator[TrainingDialogue]:
    """Yield the dialogues of a company; an agent's turn is shown the passages that it cites."""
    sections = {section.id: section for section in read_sections(company / "articles")}
    with (company / "dialogues.jsonl").open(encoding="utf-8") as file:
        for line in file:
            if line.strip():
                yield _dialogue(json.loads(line), sections)


def passages_of(company: Path) -> list[str]:
    """Return the passages of a company's articles, as an agent is shown them."""
    return [section.prompt for section in read_sections(company / "articles")]


def with_others(dialogue: TrainingDialogue, passages: Sequence[str], draws: Draws) -> TrainingDialogue:
    """Return a dialogue in which some turns are shown another passage too, as a search would that is no oracle."""
    turns = tuple(
        _with_another(turn, passages, draws) if turn.speaker is Speaker.AGENT else turn for turn in dialogue.turns
    )
    return replace(dialogue, turns=turns)


def _with_another(turn: TrainingTurn, passages: Sequence[str], draws: Draws) -> TrainingTurn:
    if len(turn.passages) >= 2 or not draws.chance(0.35):
        return turn
    other = draws.choose(passages)
    shown = [*turn.passages] if other in turn.passages else draws.shuffled([*turn.passages, other])
    return replace(turn, passages=tuple(shown))


def _dialogue(record: dict[str, Any], sections: dict[str, Section]) -> TrainingDialogue:
    customer = record["customer"]
    facts = tuple((fact["name"], fact["value"]) for fact in customer.get("facts", ()))
    axes = {key: customer.get(key) for key in ("disposition", "motivation", "tone", "style", "product")}
    return TrainingDialogue(
        id=record["id"],
        source="gold",
        turns=tuple(_turn(turn, sections) for turn in record["turns"]),
        domain=Domain(record["domain"]),
        role=Role(record["agent"]["role"]),
        customer=CustomerMeta(**axes, wants=record.get("goal"), facts=facts),
        group=record["scenario"],
    )


def _turn(turn: dict[str, Any], sections: dict[str, Section]) -> TrainingTurn:
    speaker = Speaker(turn["speaker"])
    cited = dict.fromkeys(citation["passage"] for citation in turn.get("citations", ()))
    passages = tuple(sections[name].prompt for name in cited if name in sections)
    return TrainingTurn(speaker, turn["text"], known_moves(speaker, turn["moves"]), passages)
