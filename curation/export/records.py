"""Conversations as the rows of each format, and what their columns mean. It opens no files."""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from agents.dialogue import Speaker
from curation.export.chats import Message
from curation.export.request import Format
from orchestrator.transcript import Transcript, TurnRecord

_CUSTOMER: Final = {
    "disposition": "the customer's temper",
    "motivation": "what drives the customer",
    "tone": "the feeling on the surface of the customer's messages",
    "style": "the way the customer writes",
    "product": "what it is about; empty where the scenario has no products",
}
_ABOUT: Final = {
    "scenario": "the scenario file's name",
    "domain": "support or sales",
    **_CUSTOMER,
    "ending": "why the conversation stopped, as a stop rule found it: see Endings",
}
_WHOLE: Final = {
    "seed": "the conversation's seed",
    "role": "the agent's role: support or salesperson",
    "facts": "what the customer knew: name, value, when it may be told (reveal), the turn that told it (told_in)",
    **_ABOUT,
    "ended_by": "the side that ended it; empty: the stop rules did",
    "ending_turn": "the turn that ended it",
    "evidence": "the words that show the ending",
    "customer_model": "the model that wrote the customer, as name@hash",
    "agent_model": "the model that wrote the agent, as name@hash",
}
_TURN: Final = {
    "speaker": "customer or agent",
    "text": "the message",
    "original": "what was said first, where the run was restyled",
    "moves": "its dialogue acts",
    "stage": "the stage of a sale",
    "attempts": "candidates drawn until one passed the guards",
    "spliced": "true: built around given words: a passage's, as no candidate passed, or a question of the customer's",
    "citations": "passages relied on: id, character span in the article (start, end), retrieval score, support",
    "forgot": "how many of the earliest turns the speaker's window no longer held",
}
_CHAT: Final = "the chat, user first, assistant last"

COLUMNS: Final[Mapping[Format, Mapping[str, str]]] = {
    Format.CSV: {
        "conversation_id": "one for all turns of a conversation",
        "turn": "the place in the conversation, from 1",
        **_TURN,
        **_WHOLE,
    },
    Format.PARQUET: {
        "id": "the conversation's id",
        **_WHOLE,
        "turns": f"a list of: n (the place, from 1), {', '.join(_TURN)}",
    },
    Format.MESSAGES: {"id": "the conversation's id", "messages": f"{_CHAT}: role, content", **_ABOUT},
    Format.SHAREGPT: {"id": "the conversation's id", "conversations": f"{_CHAT}: from, value", **_ABOUT},
    Format.TEXT: {"text": "a paragraph a conversation, a line a turn: Customer: ... or Agent: ..."},
}
"""The columns of each format in order, and what each means."""

_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f-\x9f]")
_SHAREGPT: Final = {"system": "system", "user": "human", "assistant": "gpt"}


def turns_of(transcript: Transcript, role: Speaker | None) -> list[TurnRecord]:
    """Return the turns of one side, or all of them."""
    return [turn for turn in transcript.turns if role in (None, turn.speaker)]


def nested(transcript: Transcript, role: Speaker | None) -> dict[str, Any]:
    """Return a conversation as one row with its turns in it."""
    turns = [turn.model_dump(mode="json") for turn in turns_of(transcript, role)]
    return {
        "id": transcript.id,
        **_whole(transcript),
        "facts": [fact.model_dump(mode="json") for fact in transcript.customer.facts],
        "turns": [{**turn, "citations": turn["citations"] or []} for turn in turns],
    }


def flat(transcript: Transcript, role: Speaker | None) -> Iterator[dict[str, str]]:
    """Yield a row for each turn, all cells as text: lists as JSON but moves, which are parted by spaces."""
    facts = [fact.model_dump(mode="json", exclude_none=True) for fact in transcript.customer.facts]
    shared = {"conversation_id": transcript.id, **_whole(transcript), "facts": facts}
    whole = {name: _cell(value) for name, value in shared.items()}
    for turn in turns_of(transcript, role):
        data = turn.model_dump(mode="json", include=set(_TURN))
        own = {"turn": turn.n, **data, "moves": " ".join(turn.moves)}
        yield whole | {name: _cell(value) for name, value in own.items()}


def messages(transcript: Transcript, chat: list[Message]) -> dict[str, Any]:
    """Return a chat in the form of Hugging Face."""
    said = [{"role": message.role, "content": message.content} for message in chat]
    return {"id": transcript.id, "messages": said, **_about(transcript)}


def sharegpt(transcript: Transcript, chat: list[Message]) -> dict[str, Any]:
    """Return a chat in the form of ShareGPT."""
    said = [{"from": _SHAREGPT[message.role], "value": message.content} for message in chat]
    return {"id": transcript.id, "conversations": said, **_about(transcript)}


def paragraph(transcript: Transcript, role: Speaker | None) -> str:
    """Return a conversation as lines, one a turn: white space is one space, a control character U+FFFD."""
    turns = [(turn.speaker, _CONTROL.sub("\ufffd", " ".join(turn.text.split()))) for turn in turns_of(transcript, role)]
    return "".join(f"{speaker.capitalize()}: {text}\n" for speaker, text in turns if text)


def _about(transcript: Transcript) -> dict[str, Any]:
    return {
        "scenario": transcript.scenario,
        "domain": transcript.domain.value,
        **{name: getattr(transcript.customer, name) for name in _CUSTOMER},
        "ending": transcript.ending.reason.value,
    }


def _whole(transcript: Transcript) -> dict[str, Any]:
    ending, models = transcript.ending, transcript.models
    return {
        "seed": transcript.seed,
        "role": transcript.agent.role.value,
        **_about(transcript),
        "ended_by": ending.by.value if ending.by else None,
        "ending_turn": ending.turn,
        "evidence": ending.evidence,
        "customer_model": models.customer,
        "agent_model": models.agent,
    }


def _cell(value: object) -> str:
    if value is None:
        return ""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
