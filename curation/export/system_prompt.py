"""What stands in front of a chat: who the learner is, in words, from what the transcript and the run's record say."""

from collections.abc import Mapping
from typing import Any, Final

from agents.persona import DISPOSITIONS, MOTIVATIONS, Reveal, Role, Style, Tone
from curation.export.sources import mapping
from orchestrator.transcript import CustomerRecord, FactRecord, Transcript

GREETING: Final = "Hello, how can I help you?"
"""The message that a flipped chat begins with: chats begin with the user, conversations with the customer."""

_ROLES: Final = {Role.SUPPORT: "support agent", Role.SALESPERSON: "salesperson"}
_TONES: Final = {
    Tone.NEUTRAL: "You keep a neutral tone.",
    Tone.CHEERFUL: "You are in a cheerful mood.",
    Tone.ANNOYED: "You are annoyed.",
}
_STYLES: Final = {
    Style.PLAIN: "You write plain English.",
    Style.COLLOQUIAL: "You write casually, as in a chat.",
    Style.NON_NATIVE: "You are not a native speaker and make small grammatical mistakes.",
    Style.TYPOS: "You type in a hurry and make typos.",
}
_REVEALS: Final = {
    Reveal.START: "you say so at the start",
    Reveal.ASKED: "you say so only when asked",
    Reveal.LATE: "you say so only late in the talk",
}


def agent_prompt(transcript: Transcript, config: Mapping[str, Any]) -> str:
    """Return what the agent is told; `config` is the scenario as recorded, empty where it is unknown."""
    standard = (
        f"You are a {_ROLES[transcript.agent.role]} of a company. You are polite, answer the customer's question in a "
        f"few sentences, and state only what the help pages say."
    )
    return _with_own(standard, mapping(config.get("agent")))


def customer_prompt(transcript: Transcript, config: Mapping[str, Any]) -> str:
    """Return what the customer is told; dispositions of a scenario's own are described as it does."""
    customer, side = transcript.customer, mapping(config.get("customer"))
    disposition = _described(customer.disposition, side.get("dispositions"), DISPOSITIONS)
    motivation = _described(customer.motivation, side.get("motivations"), MOTIVATIONS)
    parts = [
        "You are a customer and write to a company.",
        f"You are {disposition}." if disposition else f"You are {customer.disposition}.",
        f"You write because {motivation}." if motivation else f"What drives you: {customer.motivation}.",
        _manner(customer),
        f"It is about: {customer.product}." if customer.product else "",
        *map(_fact, customer.facts),
    ]
    return _with_own(" ".join(part for part in parts if part), side)


def _manner(customer: CustomerRecord) -> str:
    tone = _TONES[Tone(customer.tone)] if customer.tone in list(Tone) else f"Your tone is {customer.tone}."
    style = _STYLES[Style(customer.style)] if customer.style in list(Style) else f"Your style is {customer.style}."
    return f"{tone} {style}"


def _fact(fact: FactRecord) -> str:
    return f"Your {fact.name}: {fact.value} ({_REVEALS[fact.reveal]})."


def _described(name: str, recorded: object, shipped: Mapping[str, Any]) -> str:
    for item in recorded if isinstance(recorded, list) else ():
        if mapping(item).get("name") == name:
            return str(mapping(item).get("description", ""))
    return str(shipped[name].description) if name in shipped else ""


def _with_own(standard: str, side: Mapping[str, Any]) -> str:
    own = side.get("prompt")
    return f"{standard} {own.strip()}" if isinstance(own, str) and own.strip() else standard
