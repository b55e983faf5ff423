"""A test double for models: scenarios of one's own can be run and checked at once, without one.

    from agents.testing import Line, ScriptedEngine

    engine = ScriptedEngine(agent=["Returns are free within 30 days. ..."])
    over = simulate(scenario, out=tmp_path / "run", limit=3, model=engine)

What a script says goes through the same guards, grounding, agendas and endings as a model's words.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import TYPE_CHECKING, Final, TypeAlias

from agents import randomness
from agents.dialogue import Speaker
from agents.gpt2.vocabulary import AGENT, CUSTOMER, HELP, SAY
from agents.models import Model, Named
from agents.remote.forms import TaggedForm
from agents.remote.pieces import Pieces
from agents.remote.sentences import sentence_ends

if TYPE_CHECKING:
    from agents.gpt2.engine import Written
    from agents.gpt2.sampling import Sampling
    from agents.gpt2.writing import Manner, Writer

_SPEAKERS: Final = {CUSTOMER: Speaker.CUSTOMER, AGENT: Speaker.AGENT}


@dataclass(frozen=True, slots=True)
class Line:
    """What is to be said next, as a model would see it.

    `n` is the turn, `moves` what it does (none where the model is free), `words` how many it may have, from and to.
    `heard` is what the partner said last, `passages` the help content shown for it, `evidence` a text that the turn
    must hold (splice), `value` a fact's value that it must give. `attempt` counts the tries at this turn, from 1.
    """

    speaker: Speaker
    n: int
    moves: tuple[str, ...]
    words: tuple[int, int]
    heard: str
    passages: tuple[str, ...]
    evidence: str
    value: str
    attempt: int
    key: int


Script: TypeAlias = Sequence[str] | Callable[[Line], str]
"""Texts, one for each turn of a side in order (the last one stays), or a function that is asked for each."""


class ScriptedEngine:
    """Says what a script says, in a model's place; a side without a script says something that suits, and at once.

    `said` holds every line that was asked for, with the words given. Without `moves` it stands for a model that takes
    none, and both sides are free. The same engine may serve any number of runs.
    """

    vocabulary: Final = None
    precision: Final = "scripted"

    def __init__(
        self,
        *,
        customer: Script | None = None,
        agent: Script | None = None,
        moves: bool = True,
        window: int = 8192,
        name: str = "scripted",
    ) -> None:
        self.window = window
        self.said: list[tuple[Line, str]] = []
        self._scripts: Mapping[Speaker, Script | None] = {Speaker.CUSTOMER: customer, Speaker.AGENT: agent}
        self._model = _model(self, name, moves)

    @property
    def model(self) -> Model:
        """What `simulate(..., model=engine)` takes from it."""
        return self._model

    def open(self) -> "ScriptedSession":
        """Return a session."""
        return ScriptedSession(self)

    def close(self) -> None:
        """Do nothing: there is nothing to free."""

    def words_for(self, line: Line) -> str:
        """Return what is said for `line`."""
        script = self._scripts[line.speaker]
        if script is None:
            text = suitable(line)
        elif callable(script):
            text = script(line)
        else:
            first = 2 if line.speaker is Speaker.AGENT else 3
            text = script[min((line.n - first) // 2, len(script) - 1)]
        self.said.append((line, text))
        return text


class ScriptedSession:
    """One side of one conversation on a script."""

    def __init__(self, engine: ScriptedEngine) -> None:
        self._engine = engine
        self._last: tuple[int, int] = (0, 0)

    async def write(
        self, prompt: Sequence[int], manner: "Manner | Writer", sampling: "Sampling", *, key: int
    ) -> "Written":
        """Say the next line; moves are those of the prompt, or for a free side none."""
        from agents.gpt2.engine import Written
        from agents.gpt2.writing import Stop, Writer

        del sampling
        if isinstance(manner, Writer):
            raise TypeError("a script takes a manner, not a writer")
        line = self._line(list(Pieces().segments(prompt)), manner, key)
        text = self._engine.words_for(line)
        return Written(text, (), tuple(Pieces().encode(text)), Stop.OWN)

    def close(self) -> None:
        """Do nothing."""

    def _line(self, segments: Sequence[tuple[str, str]], manner: "Manner", key: int) -> Line:
        said = [(name, text) for name, text in segments if name in _SPEAKERS]
        own, moves = said[-1]
        passages: list[str] = []
        for name, text in segments[:-1]:
            passages = [*passages, text] if name == HELP else passages if name == own else []
        self._last = (len(said), self._last[1] + 1 if self._last[0] == len(said) else 1)
        return Line(
            speaker=_SPEAKERS[own],
            n=len(said),
            moves=tuple(moves.split()) if any(name == SAY for name, _ in segments[-1:]) else (),
            words=manner.words,
            heard=next((text for name, text in reversed(said) if name != own), ""),
            passages=tuple(passages),
            evidence=manner.evidence,
            value=manner.value,
            attempt=self._last[1],
            key=key,
        )


_STARTS: Final = (
    "Thank you for telling me about this matter today",
    "I have looked into what you describe",
    "Let me go through this with you now",
    "Here is what our pages say about it",
    "That is a fair point to raise with us",
    "It is good that you ask before going on",
    "This is something that we can clear up",
)
_WHO: Final = ("our team", "the desk", "everyone here", "my colleague", "the whole shop", "this chat")
_DOES: Final = (
    "reads such messages",
    "keeps a short note",
    "looks at every word",
    "answers in turn",
    "is glad to help",
)
_HOW: Final = (
    "with great care",
    "for as long as needed",
    "before the day is over",
    "from start to end",
    "in plain words",
)
_CUSTOMER: Final = {
    "tell": "Here it is",
    "ask": "And what happens after that",
    "doubt": "Are you sure about that",
    "vent": "This has cost me a whole evening",
    "push": "I want this settled now",
    "accept": "Good, that settles it for me",
    "refuse": "No, that does not help me",
    "close": "Goodbye",
}


def suitable(line: Line) -> str:
    """Return words that the guards have little against: in the band, with what they must hold, other ones each turn."""
    if line.speaker is Speaker.CUSTOMER:
        parts = [_CUSTOMER.get(move, "I see") for move in line.moves] or ["I see, and what now"]
        text = " ".join(f"{part}." for part in parts)
        return f"{text} {line.value}." if line.value else text
    start = _STARTS[(line.n // 2 + line.attempt) % len(_STARTS)]
    return _filled(" ".join([f"{start}.", line.evidence or _from_passage(line)]).strip(), line)


def _from_passage(line: Line) -> str:
    """Return a sentence of the passages, another at each attempt."""
    text = " ".join(passage.partition(": ")[2] or passage for passage in line.passages)
    ends = list(sentence_ends(text))
    if not ends:
        return ""
    place = (line.n // 2 + line.attempt) % len(ends)
    return text[ends[place - 1] if place else 0 : ends[place]].strip()


def _filled(text: str, line: Line) -> str:
    low, high = line.words
    position = 0
    while len(text.split()) < low:
        parts = (randomness.choose(line.key, position + n, those) for n, those in enumerate((_WHO, _DOES, _HOW)))
        sentence = " ".join(parts)
        if len(f"{text} {sentence}".split()) > high:
            break
        text, position = f"{text} {sentence[0].upper()}{sentence[1:]}.", position + 3
    return text


@dataclass(frozen=True)
class _FreeForm(TaggedForm):
    """The form of a model that takes no moves."""

    moves = False


def _model(engine: ScriptedEngine, name: str, moves: bool) -> Model:
    form = TaggedForm(Pieces()) if moves else _FreeForm(Pieces())
    origin = Named(name, sha256(f"{name} {moves}".encode()).hexdigest())
    return Model(origin.label, origin, engine, form)
