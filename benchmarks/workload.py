"""The workload: conversations of 8 turns whose prompts and reply lengths are fixed before anything is measured.

Roles, personas, openings and passages are those of a shipped scenario; how many tokens each reply has is drawn once
from a seed. What the tokens of a reply are is up to whoever writes it, and no count depends on it. It knows no model.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from agents import randomness
from agents.dialogue import Speaker
from agents.persona import AgentPersona, CustomerPersona
from agents.prompt import Form, HouseForm, Utterance, View
from orchestrator.grounding import HelpIndex
from orchestrator.plan import ConversationSpec, Plan
from orchestrator.scenario import Scenario

SCENARIO: Final = Path(__file__).parents[1] / "scenarios" / "returns.yaml"
TURNS: Final = 8
REPLIES: Final = TURNS - 1
"""Turns that a model writes; the opening is given."""
MIDDLE: Final = {4: 2, 5: 3, 6: 2}
"""Turns that stand for all: the mean prompt of agent turns 4 and 6 is that of 2, 4, 6 and 8, that of customer turn 5
is that of 3, 5 and 7. The values are how many turns each stands for."""
WINDOW: Final = 1024

_SEED: Final = 3
_AGENT_WORDS: Final = (50, 75)
_CUSTOMER_WORDS: Final = (6, 26)
_MOVES_TOKENS: Final = (2, 5)
_TOKENS_A_WORD: Final = {Speaker.AGENT: 1.25, Speaker.CUSTOMER: 1.4}
_RESERVE: Final = {Speaker.AGENT: 174, Speaker.CUSTOMER: 144}
"""Tokens that a prompt leaves free for the reply, as `agents.agent` has it."""


@dataclass(frozen=True, slots=True)
class Reply:
    """A reply's length: tokens of its moves, which only its own side sees, and tokens of its words."""

    turn: int
    speaker: Speaker
    moves: int
    words: int

    @property
    def tokens(self) -> int:
        return self.moves + self.words


@dataclass(frozen=True, slots=True)
class Script:
    """One conversation as far as it is fixed: `passages` has one for each agent turn, in order."""

    customer: CustomerPersona
    agent: AgentPersona
    opening: str
    passages: tuple[str, ...]
    replies: tuple[Reply, ...]


def scripts(count: int, *, first: int = 0) -> list[Script]:
    """Return `count` conversations of the scenario's plan; after its end it begins again."""
    scenario = Scenario.load(SCENARIO)
    plan = Plan(scenario)
    index = HelpIndex.load(scenario.help_paths)
    return [_script(plan[n % len(plan)], index, n) for n in range(first, first + count)]


def _script(spec: ConversationSpec, index: HelpIndex, place: int) -> Script:
    replies = tuple(_reply(turn, randomness.key("benchmark", _SEED, place, turn)) for turn in range(2, TURNS + 1))
    found = [hit.passage.prompt for hit in index.search(spec.opening, TURNS // 2)]
    passages = tuple(found[n % len(found)] for n in range(TURNS // 2))
    return Script(spec.customer, spec.agent, spec.opening, passages, replies)


def _reply(turn: int, stream: int) -> Reply:
    speaker = Speaker.AGENT if turn % 2 == 0 else Speaker.CUSTOMER
    words = _between(stream, 0, _AGENT_WORDS if speaker is Speaker.AGENT else _CUSTOMER_WORDS)
    return Reply(turn, speaker, _between(stream, 1, _MOVES_TOKENS), round(words * _TOKENS_A_WORD[speaker]))


def _between(stream: int, position: int, bounds: tuple[int, int]) -> int:
    low, high = bounds
    return low + randomness.below(stream, position, high - low + 1)


@dataclass(frozen=True)
class TokenForm(HouseForm):
    """The house form, taking a partner's turn as tokens where there are any: a round trip through text may add some."""

    def heard(self, utterance: Utterance) -> list[int]:
        if not utterance.tokens:
            return super().heard(utterance)
        return [*self.cue(utterance.speaker, None), *utterance.tokens]


class Talk:
    """A conversation of the workload in progress: gives the next prompt, takes the reply's tokens."""

    def __init__(self, script: Script, form: Form, *, place: int = 0) -> None:
        self._script = script
        self._place = place
        self._said = 0
        personas = {Speaker.CUSTOMER: script.customer, Speaker.AGENT: script.agent}
        self._views = {side: View(form, persona, window=WINDOW) for side, persona in personas.items()}
        for view in self._views.values():
            view.add(Utterance(Speaker.CUSTOMER, script.opening, ("open",)))

    @property
    def done(self) -> bool:
        return self._said == len(self._script.replies)

    @property
    def next(self) -> Reply:
        """The reply that is due."""
        return self._script.replies[self._said]

    @property
    def tokens(self) -> int:
        """The tokens of all replies so far."""
        return sum(reply.tokens for reply in self._script.replies[: self._said])

    def prompt(self) -> list[int]:
        reply = self.next
        prompt = self._views[reply.speaker].prompt(self._passages(), None, reply=_RESERVE[reply.speaker])
        return list(prompt.tokens)

    def take(self, tokens: Sequence[int]) -> None:
        """Go on with the reply that was due. Raises ValueError where it has another length."""
        reply = self.next
        if len(tokens) != reply.tokens:
            raise ValueError(f"turn {reply.turn}: {len(tokens)} tokens were written; {reply.tokens} were due")
        own = Utterance(reply.speaker, "", (), tuple(tokens), self._passages())
        self._views[reply.speaker].add(own)
        self._views[reply.speaker.other].add(Utterance(reply.speaker, "", (), tuple(tokens[reply.moves :])))
        self._said += 1

    def skip_to(self, turn: int) -> None:
        """Take filler for the replies before `turn`."""
        while self.next.turn < turn:
            self.take(self.filler())

    def filler(self) -> list[int]:
        """Return tokens for the reply that is due, which no other reply of the workload shares."""
        stream = randomness.key("filler", self._place, self.next.turn)
        return [1000 + randomness.below(stream, n, 5000) for n in range(self.next.tokens)]

    def _passages(self) -> tuple[str, ...]:
        reply = self.next
        return (self._script.passages[reply.turn // 2 - 1],) if reply.speaker is Speaker.AGENT else ()
