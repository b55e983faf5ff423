"""What of a cluster run needs no cluster: the hand-out, the layout, the comparison of nodes."""

import asyncio
from collections.abc import Mapping
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from agents.errors import UsageError
from agents.gpt2.checkpoint import Checkpoint
from agents.gpt2.shelf import shelved
from agents.testing import ScriptedEngine
from orchestrator import Scenario, read_transcripts, simulate
from orchestrator.cluster.connecting import Layout, layout
from orchestrator.cluster.fleet import Fleet
from orchestrator.cluster.hand_out import HandOut
from orchestrator.cluster.worker import Facts, Job, Worker
from orchestrator.grounding import HelpIndex
from tests.remote_workspace import remote_workspace
from tests.tiny_models import tiny_folder


def hand_out(total: int, *, engines: int = 2, parallel: int = 8) -> tuple[HandOut, set[int]]:
    finished: set[int] = set()
    return HandOut(total, finished, parallel, engines), finished


def test_places_are_handed_out_once_in_small_ranges_that_shrink() -> None:
    hands, _ = hand_out(400)
    ranges = [hands.take(n % 2) for n in range(400)]
    given = [place for one in ranges[: ranges.index([399]) + 1] for place in one]
    assert given == list(range(400))
    assert len(ranges[0]) == 2
    assert len(ranges[ranges.index([399])]) == 1


def test_what_is_finished_already_is_not_handed_out() -> None:
    hands, finished = hand_out(6)
    finished |= {0, 1, 4}
    assert [hands.take(0) for _ in range(3)] == [[2], [3], [5]]


def test_an_engine_that_dies_loses_what_it_had_open_and_only_that() -> None:
    hands, finished = hand_out(4)
    assert [hands.take(0), hands.take(0), hands.take(1)] == [[0], [1], [2]]
    finished.add(0)
    hands.done(0)
    assert hands.back(0) == [1]
    assert [hands.take(1), hands.take(1)] == [[1], [3]]


def test_at_the_end_a_free_engine_takes_again_what_another_has_open() -> None:
    hands, finished = hand_out(2)
    assert [hands.take(0), hands.take(0)] == [[0], [1]]
    assert hands.take(1) == [0]
    finished.add(0)
    hands.done(0)
    assert hands.take(1) == [1]
    assert hands.take(1) == []
    assert hands.take(0) == []


def test_what_two_engines_have_is_not_lost_with_one_of_them() -> None:
    hands, _ = hand_out(1)
    hands.take(0)
    hands.take(1)
    assert hands.back(0) == []
    assert hands.open_at(1) == 1


def nodes(*resources: Mapping[str, float]) -> list[Mapping[str, Any]]:
    return [{"Alive": True, "Resources": one} for one in resources]


@pytest.mark.parametrize(
    ("engines", "found", "expected"),
    [
        (None, nodes({"CPU": 8}, {"CPU": 8}), Layout(2, 8, 0)),
        (8, nodes({"CPU": 8}, {"CPU": 8}), Layout(8, 2, 0)),
        (None, nodes({"CPU": 8, "GPU": 4}, {"CPU": 8, "GPU": 4}), Layout(8, 1, 1)),
        (3, nodes({"CPU": 8, "GPU": 4}), Layout(3, 1, 1)),
        (None, nodes({}, {"CPU": 4}), Layout(1, 4, 0)),
        (9, nodes({"CPU": 2}), Layout(9, 1, 0)),
    ],
)
def test_engines_share_out_what_there_is(engines: int | None, found: list[Mapping[str, Any]], expected: Layout) -> None:
    assert layout(engines, found) == expected


@pytest.mark.parametrize(
    ("theirs", "what"),
    [
        (Facts({"model house": "aa"}, {"torch": "2.13.0"}, (), ()), "model house aa, node one has bb"),
        (Facts({"model house": "bb"}, {"torch": "2.12.0"}, (), ()), "torch 2.12.0, node one has 2.13.0"),
    ],
)
def test_nodes_that_would_give_other_bytes_are_told_apart_in_one_line(theirs: Facts, what: str) -> None:
    fleet = SimpleNamespace(_facts=None, _reference="")
    check = Fleet._check
    check(fleet, Facts({"model house": "bb"}, {"torch": "2.13.0"}, (), ()), "one")  # type: ignore[arg-type]
    with pytest.raises(UsageError, match=f"^node two has {what}; all nodes must have the same"):
        check(fleet, theirs, "two")  # type: ignore[arg-type]


def test_a_worker_holds_the_places_that_it_is_given_as_a_run_would(tmp_path: Path) -> None:
    scenario: Scenario = remote_workspace(tmp_path, "http://127.0.0.1:9/v1")
    other = scenario.model_copy(update={"name": "shop-two"})
    simulate([scenario, other], out=tmp_path / "run", limit=2, model=ScriptedEngine())
    index = HelpIndex.load(scenario.help_paths)
    job = Job((scenario, other), 2, None, ScriptedEngine(), "auto", 4, ({}, {}), (index, index))
    worker = Worker(job, 1)
    worker.load(worker.shelve())

    async def hold() -> dict[int, str]:
        return {held.place: held.line async for held in worker.hold([3, 1, 0])}

    lines = asyncio.run(hold())
    whole = [transcript.to_line() for transcript in read_transcripts(tmp_path / "run")]
    assert lines == {place: whole[place] for place in (0, 1, 3)}


def test_weights_from_the_shelf_are_those_of_the_checkpoint(tmp_path: Path) -> None:
    checkpoint = Checkpoint("tiny", tiny_folder(tmp_path / "tiny"))
    shelf = shelved(checkpoint)
    assert shelf.digest == checkpoint.digest
    direct, carried = checkpoint.tensors(), shelf.tensors()
    assert direct.keys() == carried.keys()
    assert all(direct[name].equal(carried[name]) for name in direct)
