"""Forks: taken up again with what is changed, kept with where they came from, shown beside the original."""

import asyncio
import json
from hashlib import sha256
from pathlib import Path

import pytest

from agents.errors import UsageError
from agents.models import Models
from agents.testing import Line, ScriptedEngine
from orchestrator import Scenario, Transcript, read_transcripts, simulate
from orchestrator.forking import fork
from orchestrator.keeping import keep
from orchestrator.seats import Wishes
from orchestrator.simulation import stage_for
from terminal.main import main
from tests.web_helpers import workspace


def by_key(line: Line) -> str:
    return f"This is the answer number {line.key % 1000} to what was said before it, in turn {line.n}."


ENGINE = ScriptedEngine(agent=by_key, customer=by_key)


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A run of one conversation of four turns, of a scripted model."""
    monkeypatch.chdir(workspace(tmp_path))
    monkeypatch.setenv("COLUMNS", "100")
    simulate(Scenario.load("scenarios/lamps.yaml"), out="outputs/lamps", model=ENGINE)
    return Path("outputs/lamps")


def original(run: Path) -> Transcript:
    [transcript] = read_transcripts(run)
    return transcript


def taken(run: Path, turn: int, wishes: Wishes, say: str | None = None) -> Transcript:
    made = fork(run, original(run), turn, wishes, say=say)
    with Models() as models:
        return asyncio.run(made.hold(stage_for(made.spec.scenario, models, ENGINE)))


def test_turns_before_the_fork_stay_and_the_rest_is_new(run: Path) -> None:
    before = original(run)
    made = taken(run, 3, Wishes())
    assert made.turns[:2] == before.turns[:2]
    assert made.turns[2] != before.turns[2]
    assert made.seed == before.seed + 1


def test_a_fork_with_the_same_seed_is_the_original(run: Path) -> None:
    before = original(run)
    made = taken(run, 2, Wishes(seed=before.seed))
    assert (made.turns, made.ending) == (before.turns, before.ending)


def test_a_fork_says_where_it_came_from(run: Path) -> None:
    before = original(run)
    made = taken(run, 3, Wishes())
    assert made.forked_from
    digest = sha256((run / "transcripts.jsonl").read_bytes()).hexdigest()
    assert made.forked_from.model_dump() == {"run": digest, "id": before.id, "turn": 3}
    assert made.id != before.id
    assert made.id.startswith("lamps-00000-")
    assert json.loads(made.to_line())["forked_from"]["turn"] == 3
    assert Transcript.from_line(made.to_line()) == made


def test_another_disposition_and_an_edited_line(run: Path) -> None:
    made = taken(run, 2, Wishes(disposition="cynical"), say="  Tighten the   bulb. ")
    assert made.customer.disposition == "cynical"
    assert made.seed == original(run).seed
    assert (made.turns[1].text, made.turns[1].attempts) == ("Tighten the bulb.", None)
    assert len(made.turns) == 4


def test_a_fork_can_begin_with_another_opening(run: Path) -> None:
    made = taken(run, 1, Wishes(), say="Where is my lamp?")
    assert (made.turns[0].text, made.turns[0].moves) == ("Where is my lamp?", ("open",))


def test_a_fork_needs_neither_the_scenario_file_nor_its_openings(run: Path) -> None:
    before = taken(run, 3, Wishes())
    Path("scenarios/lamps.yaml").unlink()
    assert taken(run, 3, Wishes()) == before


@pytest.mark.parametrize(
    ("turn", "say", "message"),
    [
        (0, None, r"--turn: 0 is out of range; .* from 2 \(or 1 with a text to say\) to 4"),
        (1, None, r"--turn: 1 is out of range; .* from 2 \(or 1 with a text to say\) to 4"),
        (5, None, r"--turn: 5 is out of range; .* from 2 \(or 1 with a text to say\) to 4"),
        (2, " ", "--say: nothing was said"),
    ],
)  # fmt: skip
def test_a_turn_that_is_not_there_is_refused(run: Path, turn: int, say: str | None, message: str) -> None:
    with pytest.raises(UsageError, match=message):
        fork(run, original(run), turn, Wishes(), say=say)


def test_a_bare_file_needs_its_scenario(run: Path, capsys: pytest.CaptureFixture[str]) -> None:
    Path("bare.jsonl").write_bytes((run / "transcripts.jsonl").read_bytes())
    assert main(["fork", "bare.jsonl", "0", "--turn", "2"]) == 2
    assert capsys.readouterr().err == (
        "duologue: run.json does not say what the scenario 'lamps' was; name its file with --scenario\n"
    )
    fork(Path("bare.jsonl"), original(run), 2, Wishes(), scenario=Path("scenarios/lamps.yaml"))


def test_a_fork_from_the_command_line_is_kept_and_shown_beside(run: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = original(run)
    assert main(["fork", "outputs/lamps", "0", "--turn", "3", "--model", "house"]) == 0
    out = capsys.readouterr().out
    [made] = read_transcripts("outputs/lamps-fork")
    label = before.models.agent
    assert f"the agent was {label} and is {made.models.agent}\n" in out
    assert "\n2 turns in common\n" in out
    assert out.count(before.turns[1].text) == 1
    assert before.id in out
    assert made.id in out

    assert main(["replay", "outputs/lamps-fork", "0", "--beside", "outputs/lamps"]) == 0
    again = capsys.readouterr().out
    assert again.splitlines()[0] == "2 turns in common"
    assert again.splitlines()[-3:] == out.splitlines()[-4:-1]


def test_beside_needs_a_conversation(run: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["replay", "outputs/lamps", "--beside", "outputs/lamps"]) == 2
    assert capsys.readouterr().err == "duologue: --beside is for one conversation; name its ID\n"


def test_a_fork_can_be_forked(run: Path, tmp_path: Path) -> None:
    first = fork(run, original(run), 3, Wishes())
    with Models() as models:
        stage = stage_for(first.spec.scenario, models, ENGINE)
        made = asyncio.run(first.hold(stage))
        keep(made, first.spec, stage, tmp_path / "forked")
    second = taken(tmp_path / "forked", 4, Wishes())
    assert second.turns[:3] == made.turns[:3]
    assert second.forked_from
    assert second.forked_from.id == made.id
