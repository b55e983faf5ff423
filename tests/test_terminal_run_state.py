from pathlib import Path

import pytest

from agents.dialogue import Speaker
from agents.persona import Domain, Role
from orchestrator.progress import ConversationDone, RunFinished, RunStarted, TurnDone
from orchestrator.transcript import (
    AgentRecord,
    CustomerRecord,
    Ending,
    ModelsRecord,
    Reason,
    Transcript,
    TurnRecord,
)
from terminal.run_state import ViewState, advance, rates, remaining_seconds

STARTED = RunStarted(folder=Path("outputs/returns"), total=10, finished=2, parallel=4, models=("house@6c1f0a9e",))


def turn(n: int, text: str = "words") -> TurnRecord:
    return TurnRecord(n=n, speaker=Speaker.CUSTOMER if n % 2 else Speaker.AGENT, text=text)


def transcript(name: str, turns: int, reason: Reason = Reason.RESOLVED) -> Transcript:
    return Transcript(
        id=name,
        scenario="returns",
        domain=Domain.SUPPORT,
        seed=1,
        customer=CustomerRecord(disposition="amiable", motivation="refund", tone="neutral", style="plain"),
        agent=AgentRecord(role=Role.SUPPORT),
        turns=tuple(turn(n) for n in range(1, turns + 1)),
        ending=Ending(reason=reason, turn=turns),
        models=ModelsRecord(customer="house@1", agent="house@1"),
    )


def started() -> ViewState:
    return advance(ViewState.at(0), STARTED, 0)


def test_an_opening_is_no_reply() -> None:
    state = advance(started(), TurnDone("a", turn(1), 0), 1)
    assert (state.replies, state.tokens) == (0, 0)
    state = advance(state, TurnDone("a", turn(2), 70), 2)
    assert (state.replies, state.tokens) == (1, 70)


def test_endings_are_counted_by_reason() -> None:
    state = started()
    for name, reason in ("a", Reason.RESOLVED), ("b", Reason.STALLED), ("c", Reason.RESOLVED):
        state = advance(state, ConversationDone(transcript(name, 4, reason)), 1)
    assert state.endings == {Reason.RESOLVED: 2, Reason.STALLED: 1}


def test_what_an_earlier_execution_finished_counts_as_finished_but_not_as_done() -> None:
    state = advance(started(), ConversationDone(transcript("a", 4)), 1)
    assert (state.finished, state.done, state.total) == (3, 1, 10)


def test_an_event_leaves_the_state_before_it_alone() -> None:
    before = advance(started(), TurnDone("a", turn(1), 0), 1)
    advance(before, TurnDone("a", turn(2), 70), 2)
    advance(before, ConversationDone(transcript("a", 4)), 2)
    assert (before.replies, before.done, dict(before.endings), list(before.under_way)) == (0, 0, {}, ["a"])


def test_the_rates_are_over_the_last_seconds_only() -> None:
    state = started()
    for second in range(1, 61):
        state = advance(state, TurnDone("a", turn(2), 10 if second <= 30 else 50), float(second))
    assert rates(state, 60.0) == pytest.approx((1.0, 50.0))


def test_the_rates_fall_when_nothing_happens() -> None:
    state = advance(started(), TurnDone("a", turn(2), 10), 1.0)
    assert rates(state, 2.0)[0] == pytest.approx(0.5)
    assert rates(state, 10.0)[0] == pytest.approx(0.1)
    assert rates(state, 100.0)[0] == 0.0


def test_there_are_no_rates_at_the_very_start() -> None:
    assert rates(started(), 0.0) == (0.0, 0.0)


def test_the_marks_do_not_grow_with_the_run() -> None:
    state = started()
    for step in range(5000):
        state = advance(state, TurnDone("a", turn(2), 1), step * 0.1)
    assert len(state.marks) < 50


def test_the_time_to_go_is_unknown_until_a_conversation_has_ended() -> None:
    state = advance(started(), TurnDone("a", turn(2), 10), 1.0)
    assert remaining_seconds(state, 1.0) is None


def test_the_time_to_go_takes_account_of_what_is_under_way() -> None:
    state = started()
    for n in range(1, 6):
        state = advance(state, TurnDone("a", turn(n), 10), float(n))
    state = advance(state, ConversationDone(transcript("a", 5)), 5.0)
    # 4 replies in 5 seconds; 7 conversations of 4 replies to come
    assert remaining_seconds(state, 5.0) == pytest.approx(7 * 4 / 0.8)
    under_way = advance(state, TurnDone("b", turn(3), 10), 5.0)
    assert remaining_seconds(under_way, 5.0) == pytest.approx((7 * 4 - 2) / 1.0)
    long = advance(state, TurnDone("b", turn(30), 10), 5.0)
    assert remaining_seconds(long, 5.0) == pytest.approx((6 * 4 + 1) / 1.0)


def test_the_conversation_on_show_stays_until_it_ends() -> None:
    state = started()
    for name, n in ("a", 1), ("b", 1), ("a", 2), ("b", 2), ("b", 3), ("a", 3):
        state = advance(state, TurnDone(name, turn(n), 10), 1.0)
    assert state.talk is not None
    assert (state.talk.id, [t.n for t in state.talk.turns]) == ("a", [2, 3])


def test_an_ending_lingers_before_another_conversation_comes_on_show() -> None:
    state = started()
    for name, n in ("a", 1), ("b", 1), ("b", 2), ("b", 3):
        state = advance(state, TurnDone(name, turn(n), 10), 1.0)
    state = advance(state, ConversationDone(transcript("a", 4)), 10.0)
    state = advance(state, TurnDone("b", turn(4), 10), 11.0)
    assert state.talk is not None
    assert state.talk.ending is not None
    assert (state.talk.id, state.talk.ending.reason) == ("a", Reason.RESOLVED)
    state = advance(state, TurnDone("b", turn(5), 10), 12.5)
    assert state.talk is not None
    assert (state.talk.id, [t.n for t in state.talk.turns], state.talk.ending) == ("b", [4, 5], None)


def test_what_has_ended_is_not_kept() -> None:
    state = started()
    for number in range(100):
        state = advance(state, TurnDone(f"c{number}", turn(1), 10), 1.0)
        state = advance(state, ConversationDone(transcript(f"c{number}", 1)), 1.0)
    assert not state.under_way


def test_the_end_of_the_run_is_kept() -> None:
    over = RunFinished(folder=None, conversations=1, replies=3, tokens=200, seconds=4.0, endings={Reason.RESOLVED: 1})
    assert advance(started(), over, 9.0).over == over
