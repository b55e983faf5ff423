"""What a server's model is told: a view's pieces made into messages, or into one text to go on with.

It knows personas, moves and manners; it knows nothing of HTTP.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

from agents.dialogue import MOVES, Speaker
from agents.gpt2.vocabulary import AGENT, CUSTOMER, HELP, ROLE, SAY
from agents.gpt2.writing import Manner
from agents.persona import AgentPersona, CustomerPersona, Persona, Role, Style, Tone
from agents.prompt import Form, HouseForm, PlainForm, Utterance
from agents.remote.pieces import Pieces
from agents.remote.settings import PromptForm

Message: TypeAlias = dict[str, str]

_SPEAKERS: Final = {CUSTOMER: Speaker.CUSTOMER, AGENT: Speaker.AGENT}
_TOKENS_A_WORD: Final = 2
_ROOM: Final = 24


@dataclass(frozen=True)
class TaggedForm(HouseForm):
    """The house form in pieces: a model's own tokens are not known, so its turns are told by their words."""

    def own(self, utterance: Utterance) -> list[int]:
        return [*self.cue(utterance.speaker, utterance.moves), *self.vocabulary.encode(utterance.text)]


@dataclass(frozen=True)
class ChatForm(TaggedForm):
    """The form of models that follow instructions: the tags part the messages, and the role is told in prose."""

    def role(self, persona: Persona) -> list[int]:
        prose = _agent_prose(persona) if isinstance(persona, AgentPersona) else _customer_prose(persona)
        return [self.vocabulary.special[ROLE], *self.vocabulary.encode(" ".join([prose, persona.prompt or ""]).strip())]


def form_of(kind: PromptForm) -> Form:
    """Return the form of a server's prompts."""
    pieces = Pieces()
    if kind is PromptForm.PLAIN:
        return PlainForm(pieces)
    return ChatForm(pieces) if kind is PromptForm.CHAT else TaggedForm(pieces)


_ROLES: Final = {Role.SUPPORT: "support agent", Role.SALESPERSON: "salesperson"}
_TONES: Final = {Tone.NEUTRAL: "neutral", Tone.CHEERFUL: "cheerful", Tone.ANNOYED: "annoyed"}
_STYLES: Final = {
    Style.PLAIN: "plain English",
    Style.COLLOQUIAL: "casual English, as in a chat",
    Style.NON_NATIVE: "the English of a non-native speaker, with small grammatical mistakes",
    Style.TYPOS: "hurried English with typing errors",
}
_PLAIN_WORDS: Final = (
    "Write one message in plain text: no lists, no headings, no names of speakers, no quotation marks."
)


def _agent_prose(persona: AgentPersona) -> str:
    return (
        f"You are a {_ROLES[persona.role]} of a company and chat with a customer. You are polite and answer in a few "
        f"sentences. Facts and figures come from the help pages that you are shown, or from what the customer said; "
        f"where they do not answer, you say so. {_PLAIN_WORDS}"
    )


def _customer_prose(persona: CustomerPersona) -> str:
    motivation = persona.motivation
    facts = "; ".join(f"{fact.name}: {fact.value}" for fact in persona.facts)
    parts = [
        f"You are a customer and chat with an agent of a company. You are {persona.disposition.description}.",
        f"You write because {motivation.description}."
        + (f" You want: {motivation.wants}." if motivation.wants else ""),
        f"Your tone is {_TONES[persona.tone]}; you write {_STYLES[persona.style]}.",
        f"It is about: {persona.product}." if persona.product else "",
        f"You know this, and tell it only when you are told to: {facts}." if facts else "",
        _PLAIN_WORDS,
    ]
    return " ".join(part for part in parts if part)


_DOING: Final = {
    Speaker.CUSTOMER: {
        "open": "say what you write about",
        "tell": "give the detail that was asked for",
        "ask": "ask a question about your matter",
        "doubt": "doubt what you were told",
        "vent": "let your feelings out",
        "push": "insist on what you want",
        "accept": "accept what you were told",
        "refuse": "say that this does not help you",
        "close": "say goodbye",
    },
    Speaker.AGENT: {
        "greet": "greet the customer",
        "feel": "show that you understand how this feels",
        "request": "ask for a detail that you need",
        "inform": "answer from the help page",
        "guide": "say what to do, from the help page",
        "offer": "offer what fits, from the help page",
        "counter": "answer the doubt from the help page",
        "admit": "admit that you have no answer to this, and promise nothing",
        "confirm": "sum up what was settled",
        "close": "say goodbye",
    },
}


@dataclass(frozen=True, slots=True)
class Wish:
    """What one request is to bring: words from and to, after the turn's `draft`; a `lead` is one sentence only."""

    words: tuple[int, int]
    draft: str = ""
    lead: bool = False
    stop: str = ""


def completion_body(prompt: Sequence[int], manner: Manner, wish: Wish, *, kind: PromptForm) -> dict[str, Any]:
    """Return the fields of a request that goes on with a text."""
    del manner
    text = Pieces().decode(prompt)
    blank = " " if wish.draft and not text.endswith(" ") and kind is PromptForm.PLAIN else ""
    stops = [wish.stop] if wish.stop else ["\n"] if kind is PromptForm.PLAIN else [_partner_tag(prompt)]
    return {"prompt": text + blank + wish.draft, "max_tokens": _most(wish), "stop": stops}


def chat_body(prompt: Sequence[int], manner: Manner, wish: Wish) -> dict[str, Any]:
    """Return the fields of a request for the next message."""
    return {"messages": _messages(prompt, manner, wish), "max_tokens": _most(wish)}


def _most(wish: Wish) -> int:
    return wish.words[1] * _TOKENS_A_WORD + _ROOM


def _partner_tag(prompt: Sequence[int]) -> str:
    own = [name for name, _ in Pieces().segments(prompt) if name in _SPEAKERS][-1]
    return CUSTOMER if own == AGENT else AGENT


def _messages(prompt: Sequence[int], manner: Manner, wish: Wish) -> list[Message]:
    segments = list(Pieces().segments(prompt))
    own, moves = [(name, text) for name, text in segments if name in _SPEAKERS][-1]
    messages: list[Message] = []
    for name, text in segments:
        if name == ROLE:
            messages.append({"role": "system", "content": text})
        elif name == HELP:
            _add(messages, "user", f"[Help page: {text}]")
        elif name == SAY and text:
            _add(messages, "assistant", text)
        elif name in _SPEAKERS and name != own:
            _add(messages, "user", text)
    _add(messages, "user", f"[{_instruction(_SPEAKERS[own], moves.split(), manner, wish)}]")
    return messages


def _add(messages: list[Message], role: str, content: str) -> None:
    """Append a message, or more content to the last one: many chat templates want the roles to take turns."""
    if messages[-1]["role"] == role:
        messages[-1]["content"] += f"\n\n{content}"
        return
    if role == "assistant" and messages[-1]["role"] == "system":
        messages.append({"role": "user", "content": "[You write first.]"})
    messages.append({"role": role, "content": content})


def _instruction(speaker: Speaker, moves: Iterable[str], manner: Manner, wish: Wish) -> str:
    doing = "; ".join(_DOING[speaker][move] for move in moves if move in MOVES[speaker])
    low, high = wish.words
    length = f"{low} to {high} words" if low > 1 else f"at most {high} words"
    parts = ["Your next message" + (f": {doing}." if doing else ".")]
    if wish.lead:
        parts.append(
            f"It will state this: {manner.evidence} Write only a first sentence that leads up to it, {length}."
        )
    elif wish.draft:
        parts.append(f"It begins so: {wish.draft} Write only what comes after that, {length}, with no new facts.")
    else:
        parts.append(f"Write {length}.")
    if manner.value and manner.value not in wish.draft:
        parts.append(f"Give this, letter by letter: {manner.value}")
    elif not manner.figures:
        parts.append("Use no figures and no names.")
    return " ".join(parts)
