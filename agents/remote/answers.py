"""What a server answered: read, or refused where it is no answer. It opens no connection."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


class MalformedError(Exception):
    """An answer that is not what the protocol says; the message says how."""


@dataclass(frozen=True, slots=True)
class Answer:
    """A completion. `whole`: the model ended it. `logprob` is the mean of its tokens', where the server tells them."""

    text: str
    whole: bool
    prompt_tokens: int = 0
    sampled: int = 0
    logprob: float | None = None


def read_answer(content: bytes) -> Answer:
    """Return the answer in a response's body. Raises MalformedError."""
    import json

    try:
        data = json.loads(content)
        choice = data["choices"][0]
        text = choice["message"]["content"] if "message" in choice else choice["text"]
    except (ValueError, TypeError, KeyError, IndexError, RecursionError):
        raise MalformedError("an answer without choices") from None
    if not isinstance(text, str) or not isinstance(choice, dict):
        raise MalformedError("an answer without text")
    usage = data.get("usage")
    counts = usage if isinstance(usage, Mapping) else {}
    return Answer(
        text=text,
        whole=choice.get("finish_reason") != "length",
        prompt_tokens=_count(counts.get("prompt_tokens")),
        sampled=_count(counts.get("completion_tokens")),
        logprob=_mean(choice.get("logprobs")),
    )


def said(content: bytes) -> str:
    """Return what an error's body says, in brackets and short; nothing where it says nothing."""
    import json

    try:
        data = json.loads(content)
    except (ValueError, RecursionError):
        data = content[:400].decode("utf-8", "replace")
    found = data.get("error", data.get("detail", data.get("message"))) if isinstance(data, dict) else data
    found = found.get("message", found) if isinstance(found, dict) else found
    text = " ".join(found.split()) if isinstance(found, str) else ""
    return f" ({text[:160]})" if text else ""


def _count(value: object) -> int:
    return value if isinstance(value, int) and 0 <= value < 1 << 40 else 0


def _mean(logprobs: Any) -> float | None:  # noqa: ANN401  whatever the server sent
    """Return the mean log-probability in either of the protocol's two shapes."""
    if not isinstance(logprobs, Mapping):
        return None
    found = logprobs.get("token_logprobs") or [
        entry.get("logprob") for entry in logprobs.get("content") or () if isinstance(entry, Mapping)
    ]
    numbers = [one for one in found if isinstance(one, int | float) and math.isfinite(one)]
    return sum(numbers) / len(numbers) if numbers else None
