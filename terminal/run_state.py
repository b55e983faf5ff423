"""What the live view shows of a run: a value that each event turns into the next. It draws nothing and has no clock."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Final

from orchestrator.progress import (
    ClusterState,
    ConversationDone,
    EngineWaits,
    Event,
    RunFinished,
    RunStarted,
    TurnDone,
)
from orchestrator.transcript import Ending, Reason, TurnRecord

WINDOW: Final = 20.0
"""The rates are over the last so many seconds."""

LINGER: Final = 2.0
"""A conversation that has ended stays on show for so many seconds."""

_SPACING: Final = 0.5


@dataclass(frozen=True, slots=True)
class Talk:
    """The conversation on show: its last two turns; its ending and when it came, where it is over."""

    id: str
    turns: tuple[TurnRecord, ...]
    ending: Ending | None = None
    over_at: float = 0.0


@dataclass(frozen=True, slots=True)
class Mark:
    """How far the run was at a time."""

    time: float
    replies: int
    tokens: int


@dataclass(frozen=True, slots=True)
class ViewState:
    """A run so far; every count is of this execution alone. Times are seconds of any one clock.

    `under_way` has the last turn of each conversation that has not ended. An opening is no reply. `waits` says, by
    model, why its server is waited for; `cluster` is there where the run has one.
    """

    marks: tuple[Mark, ...]
    begun: float
    started: RunStarted | None = None
    over: RunFinished | None = None
    done: int = 0
    turns_of_done: int = 0
    replies: int = 0
    tokens: int = 0
    endings: Mapping[Reason, int] = field(default_factory=dict)
    under_way: Mapping[str, TurnRecord] = field(default_factory=dict)
    talk: Talk | None = None
    waits: Mapping[str, str] = field(default_factory=dict)
    cluster: ClusterState | None = None

    @classmethod
    def at(cls, now: float) -> "ViewState":
        """Return the state before the first event."""
        return cls(marks=(Mark(now, 0, 0),), begun=now)

    @property
    def total(self) -> int:
        return self.started.total if self.started else 0

    @property
    def finished(self) -> int:
        """Conversations that are done, those of an execution that this one resumes included."""
        return self.done + (self.started.finished if self.started else 0)


def advance(state: ViewState, event: Event, now: float) -> ViewState:
    """Return the state after `event`, which came at `now`."""
    match event:
        case RunStarted():
            return replace(ViewState.at(now), started=event)
        case TurnDone():
            return _after_turn(state, event, now)
        case ConversationDone():
            return _after_conversation(state, event, now)
        case EngineWaits():
            others = {model: why for model, why in state.waits.items() if model != event.model}
            return replace(state, waits={**others, event.model: event.why} if event.why else others)
        case ClusterState():
            return replace(state, cluster=event)
        case RunFinished():
            return replace(state, over=event)


def rates(state: ViewState, now: float) -> tuple[float, float]:
    """Return replies and tokens a second over the last `WINDOW` seconds; zeros in the first half second."""
    since = next((mark for mark in state.marks if now - mark.time <= WINDOW), state.marks[-1])
    seconds = now - since.time
    if seconds < _SPACING:
        return 0.0, 0.0
    return (state.replies - since.replies) / seconds, (state.tokens - since.tokens) / seconds


def remaining_seconds(state: ViewState, now: float) -> float | None:
    """Return about how long the run will still take; None until a conversation has ended, or while nothing is said.

    Those to come are taken to be as long as those that have ended; each one under way needs a reply at least.
    """
    speed, _ = rates(state, now)
    if not state.done or not speed:
        return None
    length = (state.turns_of_done - state.done) / state.done
    begun = sum(max(1.0, length - (turn.n - 1)) for turn in state.under_way.values())
    to_begin = max(0, state.total - state.finished - len(state.under_way))
    return (begun + to_begin * length) / speed


def _after_turn(state: ViewState, event: TurnDone, now: float) -> ViewState:
    after = replace(
        state,
        replies=state.replies + int(event.turn.n > 1),
        tokens=state.tokens + event.tokens,
        under_way={**state.under_way, event.conversation: event.turn},
        talk=_talk_after(state, event, now),
    )
    return _marked(after, now)


def _talk_after(state: ViewState, event: TurnDone, now: float) -> Talk:
    talk = state.talk
    before = state.under_way.get(event.conversation)
    turns = (before, event.turn) if before else (event.turn,)
    if talk is None or talk.id == event.conversation or (talk.ending and now - talk.over_at >= LINGER):
        return Talk(event.conversation, turns)
    return talk


def _after_conversation(state: ViewState, event: ConversationDone, now: float) -> ViewState:
    record = event.transcript
    reason = record.ending.reason
    shown = state.talk is not None and state.talk.id == record.id
    return replace(
        state,
        done=state.done + 1,
        turns_of_done=state.turns_of_done + len(record.turns),
        endings={**state.endings, reason: state.endings.get(reason, 0) + 1},
        under_way={name: turn for name, turn in state.under_way.items() if name != record.id},
        talk=Talk(record.id, record.turns[-2:], record.ending, now) if shown else state.talk,
    )


def _marked(state: ViewState, now: float) -> ViewState:
    if now - state.marks[-1].time < _SPACING:
        return state
    kept = tuple(mark for mark in state.marks if now - mark.time <= WINDOW)
    return replace(state, marks=(*kept, Mark(now, state.replies, state.tokens)))
