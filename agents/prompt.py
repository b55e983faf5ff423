"""Persona, passages and turns become tokens, inside the context window.

There are two forms behind one interface: the house form of checkpoints that know our special tokens, and the plain
form, a transcript in prose, for every other GPT-2. Each side has its own view of a conversation: its own turns carry
their moves and the passages that it saw, the partner's are plain text. It knows nothing of engines.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Protocol

from agents.dialogue import Speaker
from agents.gpt2.vocabulary import AGENT, CUSTOMER, HELP, ROLE, SAY
from agents.persona import AgentPersona, CustomerPersona, Persona, Reveal, Role, Style, Tone

_SPEAKER_TOKENS: Final = {Speaker.CUSTOMER: CUSTOMER, Speaker.AGENT: AGENT}


@dataclass(frozen=True, slots=True)
class Utterance:
    """A turn as a view holds it. `tokens` are those that the model wrote, where it did; `passages` precede the turn.

    `chosen`: the moves were given to the model, and are not among its tokens.
    """

    speaker: Speaker
    text: str
    moves: tuple[str, ...] = ()
    tokens: tuple[int, ...] = ()
    passages: tuple[str, ...] = ()
    chosen: bool = False


class Encoder(Protocol):
    """What a form needs of a vocabulary: a checkpoint's own, or one that stands for a server's."""

    @property
    def special(self) -> dict[str, int]:
        """Our special tokens by name; empty where they are not known."""

    @property
    def end(self) -> int:
        """The token that ends a text."""

    @property
    def line_breaks(self) -> list[int]:
        """The tokens that begin a new line."""

    def encode(self, text: str) -> list[int]:
        """Return the tokens of `text`, none of them special."""


class Form(Protocol):
    """How a checkpoint wants to be spoken to."""

    moves: bool
    """Whether a turn's moves stand before its words."""

    def role(self, persona: Persona) -> list[int]:
        """Return the tokens that open the view of `persona`."""

    def heard(self, utterance: Utterance) -> list[int]:
        """Return the tokens of a partner's turn."""

    def own(self, utterance: Utterance) -> list[int]:
        """Return the tokens of an own turn, without its passages."""

    def passage(self, text: str) -> list[int]:
        """Return the tokens of a passage."""

    def cue(self, speaker: Speaker, moves: Sequence[str] | None) -> list[int]:
        """Return the tokens after which `speaker` speaks: with `moves` chosen, or left to the model (None)."""

    def stops(self, speaker: Speaker) -> tuple[int, ...]:
        """Return the tokens that end a turn of `speaker`."""


def form_for(vocabulary: Encoder) -> Form:
    """Return the form that fits a checkpoint's vocabulary."""
    return HouseForm(vocabulary) if vocabulary.special else PlainForm(vocabulary)


@dataclass(frozen=True)
class HouseForm:
    """The form of checkpoints that this project trains: special tokens part role, help, turns and moves."""

    vocabulary: Encoder
    moves = True

    def role(self, persona: Persona) -> list[int]:
        line = _agent_line(persona) if isinstance(persona, AgentPersona) else _customer_line(persona)
        return [self._special(ROLE), *self.vocabulary.encode(f"{line} {persona.prompt}" if persona.prompt else line)]

    def heard(self, utterance: Utterance) -> list[int]:
        return [self._special(_SPEAKER_TOKENS[utterance.speaker]), *self.vocabulary.encode(utterance.text)]

    def own(self, utterance: Utterance) -> list[int]:
        if utterance.tokens:
            moves = utterance.moves if utterance.chosen else None
            return [*self.cue(utterance.speaker, moves), *utterance.tokens]
        return [*self.cue(utterance.speaker, utterance.moves), *self.vocabulary.encode(utterance.text)]

    def passage(self, text: str) -> list[int]:
        return [self._special(HELP), *self.vocabulary.encode(text)]

    def cue(self, speaker: Speaker, moves: Sequence[str] | None) -> list[int]:
        start = self._special(_SPEAKER_TOKENS[speaker])
        if moves is None:
            return [start]
        return [start, *self.vocabulary.encode(" ".join(moves)), self._special(SAY)]

    def stops(self, speaker: Speaker) -> tuple[int, ...]:
        return (self._special(_SPEAKER_TOKENS[speaker.other]),)

    def _special(self, name: str) -> int:
        return self.vocabulary.special[name]


def _agent_line(persona: AgentPersona) -> str:
    return f"{persona.role}. {persona.domain}."


def _customer_line(persona: CustomerPersona) -> str:
    parts = [f"customer. {persona.disposition.name}, {persona.tone}, {persona.style}."]
    motivation = persona.motivation
    parts.append(f"wants: {motivation.wants} motive: {motivation.name}." if motivation.wants else "")
    parts.append("" if motivation.wants else f"motive: {motivation.name}.")
    parts.append(f"product: {persona.product}." if persona.product else "")
    facts = "; ".join(f"{fact.name} {fact.value}" for fact in persona.facts)
    parts.append(f"facts: {facts}." if facts else "")
    return " ".join(part for part in parts if part)


_NAMES: Final = {Speaker.CUSTOMER: "Customer", Speaker.AGENT: "Agent"}
_ROLES: Final = {Role.SUPPORT: "support agent", Role.SALESPERSON: "salesperson"}
_STYLES: Final = {
    Style.PLAIN: "writes plain English",
    Style.COLLOQUIAL: "writes casually, as in a chat",
    Style.NON_NATIVE: "is not a native speaker and makes small grammatical mistakes",
    Style.TYPOS: "types in a hurry and makes typos",
}
_TONES: Final = {
    Tone.NEUTRAL: "keeps a neutral tone",
    Tone.CHEERFUL: "is in a cheerful mood",
    Tone.ANNOYED: "is annoyed",
}
_REVEALS: Final = {
    Reveal.START: "says at the start",
    Reveal.ASKED: "gives only when asked",
    Reveal.LATE: "mentions only late in the talk",
}


@dataclass(frozen=True)
class PlainForm:
    """The form for any other GPT-2: a role prompt in prose, then a transcript with a line a turn."""

    vocabulary: Encoder
    moves = False

    def role(self, persona: Persona) -> list[int]:
        prose = _agent_prose(persona) if isinstance(persona, AgentPersona) else _customer_prose(persona)
        return self.vocabulary.encode(f"{prose} {persona.prompt}" if persona.prompt else prose) + self._encode("\n")

    def heard(self, utterance: Utterance) -> list[int]:
        return self._encode(f"\n{_NAMES[utterance.speaker]}: {_one_line(utterance.text)}")

    def own(self, utterance: Utterance) -> list[int]:
        if utterance.tokens:
            return [*self.cue(utterance.speaker, None), *utterance.tokens]
        return self.heard(utterance)

    def passage(self, text: str) -> list[int]:
        return self._encode(f"\n(Help page. {_one_line(text)})")

    def cue(self, speaker: Speaker, moves: Sequence[str] | None) -> list[int]:  # noqa: ARG002  plain text has no moves
        return self._encode(f"\n{_NAMES[speaker]}:")

    def stops(self, speaker: Speaker) -> tuple[int, ...]:  # noqa: ARG002  a new line ends any turn
        return (*self.vocabulary.line_breaks, self.vocabulary.end)

    def _encode(self, text: str) -> list[int]:
        return self.vocabulary.encode(text)


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _agent_prose(persona: AgentPersona) -> str:
    return (
        f"This is a chat between a customer and a {_ROLES[persona.role]} of a company. Agent is polite, answers the "
        f"customer's question in a few sentences, and states only what the help pages say."
    )


def _customer_prose(persona: CustomerPersona) -> str:
    about = f" The matter is about: {persona.product}." if persona.product else ""
    facts = "".join(f" Customer {_REVEALS[f.reveal]}: {f.name} {f.value}." for f in persona.facts)
    asks = "".join(f" Customer later asks: {question}" for question in persona.questions[:SHOWN_QUESTIONS])
    return (
        f"This is a chat between a customer and an agent of a company. To Customer one would say: you are "
        f"{persona.disposition.description}; {persona.motivation.description}. Customer {_TONES[persona.tone]} and "
        f"{_STYLES[persona.style]}.{about}{facts}{asks}"
    )


SHOWN_QUESTIONS: Final = 3
"""The questions of a customer that stand in a prompt in prose."""


class ContextFullError(Exception):
    """Not even the role, the last turn and its passages fit into the window."""


@dataclass(frozen=True, slots=True)
class Prompt:
    """What a model goes on from. `forgot` counts the earliest turns that were left out."""

    tokens: tuple[int, ...]
    forgot: int


class View:
    """One side's view of a conversation, kept within the window as it grows.

    Where prompt and reply would not fit, the passages of earlier turns go, oldest first; where that is not enough, the
    oldest turns go. Each time a quarter of the window is freed where that can be had, so that what is left stays in
    place for some turns, and so does its cache.
    """

    def __init__(self, form: Form, persona: Persona, *, window: int) -> None:
        self._form = form
        self._side = Speaker.CUSTOMER if isinstance(persona, CustomerPersona) else Speaker.AGENT
        self._window = window
        self._role = form.role(persona)
        self._turns: list[tuple[list[int], list[int]]] = []  # passages and turn, in tokens
        self._forgot = 0

    def add(self, utterance: Utterance) -> None:
        """Take in a turn of either side, with the passages that preceded an own one."""
        said = self._form.own(utterance) if utterance.speaker is self._side else self._form.heard(utterance)
        self._turns.append((self._shown(utterance.passages), said))

    def prompt(self, passages: Sequence[str], moves: Sequence[str] | None, *, reply: int) -> Prompt:
        """Return the prompt for an own turn of up to `reply` tokens. Raises ContextFullError where it cannot fit."""
        tail = self._shown(passages) + self._form.cue(self._side, moves)
        if self._length(tail) + reply > self._window:
            self._forget(len(tail) + reply)
        tokens = [*self._role, *(t for shown, said in self._turns for t in (*shown, *said)), *tail]
        return Prompt(tuple(tokens), self._forgot)

    @property
    def length(self) -> int:
        """The tokens of the role and of all turns that are still held."""
        return self._length(())

    def _shown(self, passages: Sequence[str]) -> list[int]:
        return [token for passage in passages for token in self._form.passage(passage)]

    def _length(self, tail: Sequence[int]) -> int:
        return len(self._role) + sum(len(shown) + len(said) for shown, said in self._turns) + len(tail)

    def _forget(self, needed: int) -> None:
        goal = self._window - self._window // 4 - needed
        for place, (_, said) in enumerate(self._turns):
            if self._length(()) <= goal:
                return
            self._turns[place] = ([], said)
        if self._length(()) + needed <= self._window:
            return
        while len(self._turns) > 1 and self._length(()) > goal:
            del self._turns[0]
            self._forgot += 1
        if self._length(()) + needed > self._window:
            raise ContextFullError
