"""A dialogue becomes what a model is trained on: one side's view as tokens, with the tokens to learn marked.

The form is that of `agents.prompt.HouseForm`, so that training and running agree to the token. It knows no files.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import chain

from pydantic import ValidationError

from agents.dialogue import Speaker
from agents.gpt2.vocabulary import END, ROLE, Vocabulary
from agents.persona import (
    DISPOSITIONS,
    MOTIVATIONS,
    AgentPersona,
    CustomerPersona,
    Disposition,
    Fact,
    Motivation,
    Style,
    Tone,
)
from agents.prompt import HouseForm, Utterance
from agents.training.dialogues import CustomerMeta, TrainingDialogue, TrainingTurn


class Learn(StrEnum):
    """Whose turns a model is trained on."""

    CUSTOMER = "customer"
    AGENT = "agent"
    BOTH = "both"

    @property
    def sides(self) -> tuple[Speaker, ...]:
        return tuple(Speaker) if self is Learn.BOTH else (Speaker(self.value),)


@dataclass(frozen=True, slots=True)
class Example:
    """Tokens, and for each of them whether the loss counts it as a target. Both lists are equally long."""

    tokens: list[int]
    learn: list[bool]


@dataclass(frozen=True, slots=True)
class _Piece:
    """A turn in tokens: what is shown before it, and what is said; `own` where it is to be learnt."""

    shown: list[int]
    said: list[int]
    own: bool

    def __len__(self) -> int:
        return len(self.shown) + len(self.said)

    @property
    def first(self) -> int:
        return (self.shown or self.said)[0]


def examples_of(dialogue: TrainingDialogue, side: Speaker, vocabulary: Vocabulary, window: int) -> Iterator[Example]:
    """Yield the view of `side`, in several parts where it does not fit `window` tokens.

    Learnt are the moves and words of the side's own turns, and the token that ends them. Each further part begins with
    the role again and with the partner's turn that its first own turn answers. A turn that does not fit by itself is
    left out. Only the last part is closed by `<|end|>`; another ends with the token that would come next.
    """
    form = HouseForm(vocabulary)
    role = role_tokens(dialogue, side, form)
    end = vocabulary.special[END]
    for pieces, following in _parts([_piece(turn, side, form) for turn in dialogue.turns], window - len(role) - 1):
        example = _example(role, pieces, following.first if following else end)
        if any(example.learn):
            yield example


def _parts(pieces: Sequence[_Piece], room: int) -> Iterator[tuple[list[_Piece], _Piece | None]]:
    """Yield runs of turns that fit the room, each with the turn that follows."""
    part: list[_Piece] = []
    for piece in pieces:
        if part and sum(map(len, part)) + len(piece) > room:
            yield part, piece
            part = [] if part[-1].own or len(part[-1]) + len(piece) > room else part[-1:]
        if len(piece) <= room:
            part.append(piece)
    if part:
        yield part, None


def _piece(turn: TrainingTurn, side: Speaker, form: HouseForm) -> _Piece:
    if turn.speaker is not side:
        return _Piece([], form.heard(Utterance(turn.speaker, turn.text)), own=False)
    shown = [token for passage in turn.passages for token in form.passage(passage)]
    if turn.moves is None:
        return _Piece(shown, form.heard(Utterance(turn.speaker, turn.text)), own=True)
    return _Piece(shown, form.own(Utterance(turn.speaker, turn.text, turn.moves)), own=True)


def _example(role: list[int], pieces: Sequence[_Piece], last: int) -> Example:
    tokens = [*role, *chain.from_iterable((*piece.shown, *piece.said) for piece in pieces), last]
    learn = [False] * len(role)
    after_own = False
    for piece in pieces:
        said = [piece.own] * len(piece.said)
        said[0] = after_own and not piece.shown
        learn += [*[False] * len(piece.shown), *said]
        after_own = piece.own
    return Example(tokens, [*learn, after_own])


def role_tokens(dialogue: TrainingDialogue, side: Speaker, form: HouseForm) -> list[int]:
    """Return the tokens that open the view of `side`: the standard role, or what of it is known."""
    if side is Speaker.AGENT:
        return form.role(AgentPersona(role=dialogue.role, domain=dialogue.domain))
    persona = _persona(dialogue.customer)
    if persona:
        return form.role(persona)
    return [form.vocabulary.special[ROLE], *form.vocabulary.encode(_partial_line(dialogue.customer))]


def _persona(meta: CustomerMeta) -> CustomerPersona | None:
    """Return the persona where every axis is known, and None where it is not, or where something does not fit."""
    if not (meta.disposition and meta.motivation and meta.tone and meta.style):
        return None
    try:
        return CustomerPersona(
            disposition=DISPOSITIONS.get(meta.disposition)
            or Disposition(name=meta.disposition, description="a customer"),
            motivation=_motivation(meta.motivation, meta.wants),
            tone=Tone(meta.tone),
            style=Style(meta.style),
            product=meta.product,
            facts=tuple(Fact.model_construct(name=name, value=value) for name, value in meta.facts),
            prompt=meta.brief,
        )
    except (ValidationError, ValueError):
        return None


def _motivation(name: str, wants: str | None) -> Motivation:
    description = MOTIVATIONS[name].description if name in MOTIVATIONS else "you have a reason"
    return Motivation(name=name, description=description, wants=wants)


def _partial_line(meta: CustomerMeta) -> str:
    axes = ", ".join(part for part in (meta.disposition, meta.tone, meta.style) if part)
    facts = "; ".join(f"{name} {value}" for name, value in meta.facts)
    parts = (
        "customer.",
        f"{axes}." if axes else "",
        f"wants: {meta.wants}" if meta.wants else "",
        f"motive: {meta.motivation}." if meta.motivation else "",
        f"product: {meta.product}." if meta.product else "",
        f"facts: {facts}." if facts else "",
        meta.brief or "",
    )
    return " ".join(part for part in parts if part)
