"""How users test scenarios of their own without a model: the scripted engine, as its documentation shows it."""

from collections.abc import Callable
from pathlib import Path

import pytest

from agents.dialogue import Speaker
from agents.testing import Line, ScriptedEngine
from orchestrator import Scenario, Transcript, read_transcripts, simulate
from orchestrator.transcript import Reason
from tests.remote_workspace import remote_workspace

Talk = Callable[[ScriptedEngine], Transcript]


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Scenario:
    return remote_workspace(tmp_path_factory.mktemp("shop"), "http://127.0.0.1:9/v1")


@pytest.fixture
def talk(shop: Scenario, tmp_path: Path) -> Talk:
    """Holds one conversation of the shop on an engine."""

    def hold(engine: ScriptedEngine) -> Transcript:
        simulate(shop, out=tmp_path / "run", limit=1, model=engine)
        return next(read_transcripts(tmp_path / "run"))

    return hold


def test_without_a_script_conversations_come_to_an_ending_of_their_own(shop: Scenario, tmp_path: Path) -> None:
    over = simulate(shop, out=tmp_path / "run", limit=4, model=ScriptedEngine())
    assert over.conversations == 4
    assert not {Reason.ERROR, Reason.GUARDED, Reason.CONTEXT_FULL} & set(over.endings)


def test_the_same_script_gives_the_same_bytes(shop: Scenario, tmp_path: Path) -> None:
    for name in "one", "two":
        simulate(shop, out=tmp_path / name, limit=2, model=ScriptedEngine(), parallel=len(name))
    one, two = ((tmp_path / name / "transcripts.jsonl").read_bytes() for name in ("one", "two"))
    assert one == two


def test_a_list_is_said_turn_by_turn(talk: Talk) -> None:
    transcript = talk(ScriptedEngine(customer=["Is it free for me, too?", "Good, thank you. Goodbye."]))
    said = [turn.text for turn in transcript.turns if turn.speaker is Speaker.CUSTOMER]
    assert said[1:] == ["Is it free for me, too?", "Good, thank you. Goodbye."][: len(said) - 1]


def test_a_function_sees_what_a_model_would_see(talk: Talk) -> None:
    lines: list[Line] = []

    def agent(line: Line) -> str:
        lines.append(line)
        return "A label costs $5.95. " + "We gladly explain each part of it to you once more. " * 5

    talk(ScriptedEngine(agent=agent))
    first = lines[0]
    assert (first.speaker, first.n, first.attempt, first.words) == (Speaker.AGENT, 2, 1, (50, 75))
    assert first.heard.startswith("Who pays for the label of my ")
    assert "A label costs $5.95." in first.passages[0]
    assert "inform" in first.moves


def test_the_guards_hold_against_a_script(talk: Talk) -> None:
    transcript = talk(ScriptedEngine(agent=["A label costs $99.00 in any case."]))
    assert transcript.ending.reason is Reason.GUARDED
    assert len(transcript.turns) == 1


def test_a_fact_is_told_once_it_was_asked_for(talk: Talk) -> None:
    engine = ScriptedEngine(agent=lambda line: f"A label costs $5.95. Please tell me your order number. {filler(line)}")
    transcript = talk(engine)
    fact = transcript.customer.facts[0]
    assert fact.told_in is not None
    assert fact.value in transcript.turns[fact.told_in - 1].text


def filler(line: Line) -> str:
    words = ["Parcels", "Letters", "Boxes", "Bags", "Crates", "Pallets"]
    return " ".join(f"{word} of kind {'abcdefgh'[line.n % 8]} go by the slow road." for word in words)


def test_what_was_said_is_kept_for_assertions(talk: Talk) -> None:
    engine = ScriptedEngine()
    transcript = talk(engine)
    texts = [text for _, text in engine.said]
    assert all(turn.text in texts for turn in transcript.turns[1:])


def test_a_script_can_stand_for_a_model_without_moves(talk: Talk) -> None:
    transcript = talk(ScriptedEngine(moves=False))
    assert all(not turn.moves for turn in transcript.turns[1:])
