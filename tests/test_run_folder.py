"""Run folders on real files: order, resume, death at any byte, the lock, full disks."""

import errno
import hashlib
import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from agents.dialogue import Speaker
from agents.errors import DuologueError, RunError, TranscriptError, UsageError
from agents.persona import Domain, Role
from orchestrator import run_folder
from orchestrator.run_folder import RunFolder, new_folder
from orchestrator.transcript import (
    AgentRecord,
    CustomerRecord,
    Ending,
    ModelsRecord,
    Reason,
    Transcript,
    TurnRecord,
    read_transcripts,
)

IDENTITY = {"seed": "7", "scenario returns": "3f9a2c"}
REASONS = (Reason.RESOLVED, Reason.GOODBYE, Reason.MAX_TURNS)


def transcript(place: int) -> Transcript:
    """The conversation at `place` of a run; its text needs more than ASCII."""
    return Transcript(
        id=f"returns-{place:05}",
        scenario="returns",
        domain=Domain.SUPPORT,
        seed=place,
        customer=CustomerRecord(disposition="cynical", motivation="refund", tone="annoyed", style="plain"),
        agent=AgentRecord(role=Role.SUPPORT),
        turns=(TurnRecord(n=1, speaker=Speaker.CUSTOMER, text='Für {"index": 1} £5 …' + "x" * (place % 7)),),
        ending=Ending(reason=REASONS[place % 3], turn=1),
        models=ModelsRecord(customer="house@1", agent="house@1"),
    )


def lines(places: Iterable[int]) -> bytes:
    return b"".join(transcript(place).to_line().encode() + b"\n" for place in places)


def opened(path: Path, resume: str = "if-possible", **identity: str) -> RunFolder:
    return RunFolder.open(path, resume=resume, identity=IDENTITY | identity)


def put(path: Path, places: Iterable[int]) -> None:
    """Put conversations into the folder and leave it as a process that dies would: without finishing."""
    with opened(path) as folder:
        for place in places:
            folder.put(place, transcript(place))


@pytest.fixture
def quick_disk(monkeypatch: pytest.MonkeyPatch) -> None:
    """No waiting for the disk: for tests that open a folder hundreds of times."""
    monkeypatch.setattr(os, "fsync", lambda file: None)


def record(path: Path) -> dict[str, object]:
    content = json.loads((path / "run.json").read_text(encoding="utf-8"))
    assert isinstance(content, dict)
    return content


def files(path: Path) -> set[str]:
    return {file.name for file in path.iterdir()}


def test_a_finished_run_leaves_two_files(tmp_path: Path) -> None:
    with opened(tmp_path / "run", "never") as folder:
        for place in (1, 0, 2):
            folder.put(place, transcript(place))
        folder.finish({"replies": 12})
    assert files(tmp_path / "run") == {"run.json", "transcripts.jsonl"}
    assert [t.id for t in read_transcripts(tmp_path / "run")] == ["returns-00000", "returns-00001", "returns-00002"]


def test_the_record_says_what_the_run_was(tmp_path: Path) -> None:
    with opened(tmp_path) as folder:
        folder.put(0, transcript(0))
        folder.finish({"replies": 12, "status": "bogus"})
    digest = hashlib.sha256((tmp_path / "transcripts.jsonl").read_bytes()).hexdigest()
    assert record(tmp_path) == {"replies": 12, "status": "finished", "identity": IDENTITY, "sha256": digest}


def test_the_record_says_running_from_the_start(tmp_path: Path) -> None:
    with opened(tmp_path):
        assert record(tmp_path) == {"status": "running", "identity": IDENTITY}


def test_an_interrupted_run_says_so_and_can_be_taken_up(tmp_path: Path) -> None:
    with opened(tmp_path) as folder:
        folder.put(0, transcript(0))
        folder.put(2, transcript(2))
        folder.finish({"help_content": ["a.md"]}, interrupted=True)
    assert record(tmp_path)["status"] == "interrupted"
    with opened(tmp_path, "always") as folder:
        assert set(folder.finished) == {0, 2}
        assert record(tmp_path) == {"help_content": ["a.md"], "status": "running", "identity": IDENTITY}


def test_a_run_with_a_gap_is_not_finished(tmp_path: Path) -> None:
    with opened(tmp_path) as folder:
        folder.put(1, transcript(1))
        folder.finish({})
    assert record(tmp_path)["status"] == "interrupted"


@pytest.mark.usefixtures("quick_disk")
@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(order=st.permutations(range(12)), cuts=st.sets(st.integers(1, 11)), small=st.booleans())
def test_any_order_and_any_number_of_deaths_give_the_same_bytes(
    order: list[int], cuts: set[int], small: bool, tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = tmp_path_factory.mktemp("run")
    edges = [0, *sorted(cuts), 12]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(run_folder, "COMPACT_AT", 100 if small else 1 << 20)
        for start, stop in pairwise(edges):
            put(path, order[start:stop])
            with opened(path) as folder:
                assert set(folder.finished) == set(order[:stop])
    assert (path / "transcripts.jsonl").read_bytes() == lines(range(12))
    assert "finished.jsonl" not in files(path)


def test_finished_is_live_and_counts(tmp_path: Path) -> None:
    with opened(tmp_path) as folder:
        done = folder.finished
        assert (len(done), 0 in done) == (0, False)
        for place in (3, 0, 1):
            folder.put(place, transcript(place))
        assert (len(done), list(done)) == (3, [0, 1, 3])
        assert [place in done for place in (-1, 0, 1, 2, 3, 4, "0")] == [False, True, True, False, True, False, False]


def test_endings_are_those_of_the_whole_run(tmp_path: Path) -> None:
    put(tmp_path, (0, 1, 4))
    with opened(tmp_path) as folder:
        assert folder.endings == {Reason.RESOLVED: 1, Reason.GOODBYE: 2}
        folder.put(2, transcript(2))
        assert folder.endings == {Reason.RESOLVED: 1, Reason.GOODBYE: 2, Reason.MAX_TURNS: 1}


def test_a_conversation_is_put_once(tmp_path: Path) -> None:
    with opened(tmp_path) as folder:
        folder.put(0, transcript(0))
        folder.put(2, transcript(2))
        for place in (0, 2):
            with pytest.raises(ValueError, match=f"conversation {place} is there already"):
                folder.put(place, transcript(place))
    assert (tmp_path / "transcripts.jsonl").read_bytes() == lines([0])


def test_the_journal_stays_small_in_a_long_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(run_folder, "COMPACT_AT", 4000)
    largest = 0
    with opened(tmp_path) as folder:
        for place in range(0, 200, 2):
            folder.put(place + 1, transcript(place + 1))
            folder.put(place, transcript(place))
            largest = max(largest, (tmp_path / "finished.jsonl").stat().st_size)
        folder.put(300, transcript(300))
    assert largest < 6000
    assert (tmp_path / "transcripts.jsonl").read_bytes() == lines(range(200))
    with opened(tmp_path) as folder:
        assert 300 in folder.finished


def every_end(whole: bytes) -> Iterator[bytes]:
    """What a file may hold when its writer died in its last line: every byte of it, and zeros after a power cut."""
    start = whole.rindex(b"\n", 0, -1) + 1
    for stop in range(start, len(whole)):
        yield whole[:stop]
    yield whole[:start] + bytes(200)


@pytest.mark.usefixtures("quick_disk")
def test_a_death_inside_a_line_of_the_transcripts_loses_that_line_only(tmp_path: Path) -> None:
    put(tmp_path, range(3))
    for content in every_end(lines(range(3))):
        (tmp_path / "transcripts.jsonl").write_bytes(content)
        with opened(tmp_path) as folder:
            missing = set(range(3)) - set(folder.finished)
            assert missing == (set() if content + b"\n" == lines(range(3)) else {2})
            for place in missing:
                folder.put(place, transcript(place))
        assert (tmp_path / "transcripts.jsonl").read_bytes() == lines(range(3))


@pytest.mark.usefixtures("quick_disk")
def test_a_death_inside_a_line_of_the_journal_loses_that_line_only(tmp_path: Path) -> None:
    put(tmp_path, (1, 2))
    journal = tmp_path / "finished.jsonl"
    whole = journal.read_bytes()
    for content in every_end(whole):
        (tmp_path / "transcripts.jsonl").write_bytes(b"")
        journal.write_bytes(content)
        with opened(tmp_path) as folder:
            assert set(folder.finished) == ({1, 2} if content + b"\n" == whole else {1})
            for place in {0, 1, 2} - set(folder.finished):
                folder.put(place, transcript(place))
        assert (tmp_path / "transcripts.jsonl").read_bytes() == lines(range(3))


KILLED = """
import os, signal, sys
sys.path[:0] = {path!r}
from pathlib import Path
from test_run_folder import opened, transcript
from orchestrator import line_file

write, left = os.write, {writes}
def dying(file, data):
    global left
    left -= 1
    if left == 0:
        write(file, data[:{part}])
        os.kill(os.getpid(), signal.SIGKILL)
    return write(file, data)

with opened(Path({folder!r})) as folder:
    line_file.os = type("os", (), {{**vars(os), "write": staticmethod(dying)}})
    for place in (1, 3, 0, 2, 5, 4):
        folder.put(place, transcript(place))
        print(place, flush=True)
"""


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="there is no SIGKILL here")
@pytest.mark.parametrize(("writes", "part"), [(1, 0), (3, 40), (4, 99), (5, 0), (6, 1), (7, 200)])
def test_a_killed_process_loses_no_finished_conversation(tmp_path: Path, writes: int, part: int) -> None:
    here = [str(Path(__file__).parent), str(Path(__file__).parent.parent)]
    code = KILLED.format(path=here, writes=writes, part=part, folder=str(tmp_path / "run"))
    dead = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert dead.returncode == -signal.SIGKILL, dead.stderr
    said = {int(place) for place in dead.stdout.split()}
    with opened(tmp_path / "run", "always") as folder:
        assert said <= set(folder.finished)
        for place in set(range(6)) - set(folder.finished):
            folder.put(place, transcript(place))
        folder.finish({})
    assert (tmp_path / "run" / "transcripts.jsonl").read_bytes() == lines(range(6))
    assert files(tmp_path / "run") == {"run.json", "transcripts.jsonl"}


@pytest.mark.parametrize(
    ("name", "places", "spoil", "message"),
    [
        (
            "transcripts.jsonl",
            (0, 1, 2),
            lambda text: text.replace(b'"turns"', b'"turn"', 1),
            "transcripts.jsonl:1: turns:",
        ),
        ("transcripts.jsonl", (0, 1, 2), lambda text: text.replace(b"\n", b"\n\n", 1), "transcripts.jsonl:2: line:"),
        ("finished.jsonl", (3, 2), lambda text: b"nonsense\n" + text, "finished.jsonl:1: no entry of the journal"),
        ("finished.jsonl", (3, 2), lambda text: text.replace(b'"ending"', b'"end"', 1), "finished.jsonl:1: ending:"),
    ],
)
def test_a_broken_line_in_the_middle_is_named(
    tmp_path: Path, name: str, places: tuple[int, ...], spoil: Callable[[bytes], bytes], message: str
) -> None:
    put(tmp_path, places)
    content = spoil((tmp_path / name).read_bytes())
    (tmp_path / name).write_bytes(content)
    with pytest.raises(TranscriptError, match=message) as error:
        opened(tmp_path)
    assert "\n" not in str(error.value)
    assert (tmp_path / name).read_bytes() == content
    assert not (tmp_path / "run.lock").exists()


def test_never_refuses_a_folder_with_a_run(tmp_path: Path) -> None:
    put(tmp_path, [0])
    with pytest.raises(UsageError, match=r"a run already; go on with it by --resume if-possible, or .* --out"):
        opened(tmp_path, "never")
    assert (tmp_path / "transcripts.jsonl").read_bytes() == lines([0])


def test_always_refuses_where_there_is_nothing_to_resume(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="there is no run to resume"):
        opened(tmp_path / "run", "always")
    assert not (tmp_path / "run").exists()


@pytest.mark.parametrize("resume", ["never", "if-possible"])
def test_a_new_run_starts_in_a_new_or_an_empty_folder(tmp_path: Path, resume: str) -> None:
    for path in (tmp_path, tmp_path / "deep" / "down"):
        with opened(path, resume) as folder:
            assert len(folder.finished) == 0


@pytest.mark.parametrize("resume", ["never", "if-possible"])
def test_a_folder_with_other_things_in_it_is_left_alone(tmp_path: Path, resume: str) -> None:
    (tmp_path / "thesis.txt").write_text("chapter one", encoding="utf-8")
    with pytest.raises(UsageError, match="is not empty and holds no run; choose another"):
        RunFolder.open(tmp_path, resume=resume, identity=IDENTITY)
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.txt"]


@pytest.mark.parametrize("resume", ["always", "if-possible"])
def test_another_run_is_not_taken_up(tmp_path: Path, resume: str) -> None:
    put(tmp_path, [0])
    before = {file.name: file.read_bytes() for file in tmp_path.iterdir()}
    with pytest.raises(UsageError) as error:
        RunFolder.open(tmp_path, resume=resume, identity={"seed": "8", "limit": "5"})
    assert str(error.value) == (
        f"{tmp_path}: holds another run (seed is 8, was 7; scenario returns is absent, was 3f9a2c; "
        "limit is 5, was absent); choose another folder with --out"
    )
    assert {file.name: file.read_bytes() for file in tmp_path.iterdir()} == before


def test_a_finished_run_can_be_opened_again_and_lacks_nothing(tmp_path: Path) -> None:
    with opened(tmp_path) as folder:
        folder.put(0, transcript(0))
        folder.finish({})
    with opened(tmp_path, "always") as folder:
        assert set(folder.finished) == {0}
        folder.finish({})
    assert record(tmp_path)["status"] == "finished"


@pytest.mark.parametrize("content", [None, "", "{", "[]", '{"identity": 5}'])
def test_a_run_without_a_sound_record_is_not_taken_up(tmp_path: Path, content: str | None) -> None:
    put(tmp_path, [0])
    (tmp_path / "run.json").unlink()
    if content is not None:
        (tmp_path / "run.json").write_text(content)
    with pytest.raises(UsageError):
        opened(tmp_path)
    assert (tmp_path / "transcripts.jsonl").read_bytes() == lines([0])


def test_an_unknown_way_to_resume_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="resume: 'maybe' is none of never, always, if-possible"):
        opened(tmp_path, "maybe")


def test_a_file_is_no_folder(tmp_path: Path) -> None:
    (tmp_path / "run").touch()
    with pytest.raises(UsageError, match="is a file, not a folder"):
        opened(tmp_path / "run")


def test_a_second_run_in_the_same_folder_is_told_who_is_first(tmp_path: Path) -> None:
    with opened(tmp_path), pytest.raises(UsageError, match=rf"another run \(process {os.getpid()}\) is writing here"):
        opened(tmp_path)
    with opened(tmp_path, "always"):
        pass
    assert not (tmp_path / "run.lock").exists()


def test_a_lock_of_a_dead_process_holds_nobody_up(tmp_path: Path) -> None:
    (tmp_path / "run.lock").write_text("99999999\n")
    with opened(tmp_path) as folder:
        assert len(folder.finished) == 0


def test_closing_twice_does_no_harm(tmp_path: Path) -> None:
    folder = opened(tmp_path)
    folder.put(1, transcript(1))
    folder.close()
    folder.close()
    assert files(tmp_path) == {"run.json", "transcripts.jsonl", "finished.jsonl"}


@pytest.mark.parametrize(
    ("number", "advice"),
    [
        (errno.ENOSPC, "make room, then go on with --resume if-possible"),
        (errno.EROFS, "choose a folder that can be written with --out"),
        (errno.EIO, "what was written stays valid; go on with --resume if-possible"),
    ],
)
def test_a_full_disk_is_one_line_and_spoils_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int, advice: str
) -> None:
    write = os.write

    def failing(file: int, data: bytes) -> int:
        if len(data) < 100:
            raise OSError(number, os.strerror(number))
        return write(file, data[:90])

    with opened(tmp_path) as folder:
        folder.put(0, transcript(0))
        with monkeypatch.context() as patch:
            patch.setattr(os, "write", failing)
            for place in (1, 3):
                with pytest.raises(RunError) as error:
                    folder.put(place, transcript(place))
                assert str(error.value) == f"{tmp_path}: {os.strerror(number)}; {advice}"
        assert set(folder.finished) == {0}
        folder.put(1, transcript(1))
        folder.put(3, transcript(3))
    with opened(tmp_path) as folder:
        assert set(folder.finished) == {0, 1, 3}


@pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="root may write anywhere")
def test_a_folder_that_cannot_be_made_is_one_line(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    with pytest.raises(DuologueError, match="choose a folder that can be written with --out"):
        opened(tmp_path / "run")


def test_a_new_run_gets_the_first_free_name(tmp_path: Path) -> None:
    assert new_folder(tmp_path, "returns") == tmp_path / "returns"
    (tmp_path / "returns-2").touch()
    assert new_folder(tmp_path, "returns") == tmp_path / "returns-3"
    assert new_folder(tmp_path / "none", "returns") == tmp_path / "none" / "returns"


def test_runs_that_begin_at_the_same_moment_get_a_folder_each(tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as starters:
        folders = list(starters.map(lambda _: new_folder(tmp_path, "returns"), range(40)))
    names = {"returns", *(f"returns-{number}" for number in range(2, 41))}
    assert sorted(folder.name for folder in folders) == sorted(names)
    assert all(folder.is_dir() for folder in folders)


def test_a_place_where_no_folder_can_be_made_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "outputs").symlink_to(tmp_path / "nowhere" / "outputs")
    with pytest.raises(RunError, match="outputs: "):
        new_folder(tmp_path / "outputs", "returns")
