"""Rules and guards of a user's own: a distribution that is installed, named in a scenario, at work in a run."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from agents.errors import ScenarioError, UsageError
from orchestrator import Scenario, read_transcripts, simulate
from orchestrator.chosen_endings import ending_rule
from orchestrator.chosen_guards import guards_of
from orchestrator.progress import RunFinished
from orchestrator.transcript import Reason

SHIPPED = Path(__file__).parents[1] / "scenarios" / "returns.yaml"
CODE = '''
from dataclasses import dataclass
from orchestrator.endings import Rule
from orchestrator.guards import Objection
from orchestrator.transcript import Ending, Reason

@dataclass(frozen=True)
class Brief(Rule):
    """Stops after so many turns, as goodbye."""
    turns: int
    def check(self, scene):
        if len(scene.turns) >= self.turns:
            return Ending(reason=Reason.GOODBYE, turn=len(scene.turns), evidence="brief")

class Fails(Rule):
    def check(self, scene):
        if "camera" in scene.turns[0].text:
            raise LookupError("no cameras")

@dataclass(frozen=True)
class NoWord:
    """Objects to a word."""
    word: str = "please"
    name = "no_word"
    def check(self, candidate, scene):
        return Objection("no_word", self.word, "not said here") if self.word in candidate.lower() else None

def odd():
    return 3

nothing = 5
'''
CHOSEN = "endings: fails | brief(2)\nguards: {no_word: {word: the}}\nturns: {min: 2, max: 4}\nreply: {attempts: 1}"
ENTRY_POINTS = """
[duologue.endings]
brief = own_rules:Brief
fails = own_rules:Fails
odd = own_rules:odd
gone = own_rules:NotThere
nothing = own_rules:nothing
max_turns = own_rules:Brief

[duologue.guards]
no_word = own_rules:NoWord
"""


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A distribution "own-rules 1.0" on the path, as pip would lay it out; its metadata folder."""
    site = tmp_path_factory.mktemp("site")
    info = site / "own_rules-1.0.dist-info"
    info.mkdir()
    (site / "own_rules.py").write_text(CODE)
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: own-rules\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text(ENTRY_POINTS)
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(site)
        yield info


def scenario(lines: str) -> Scenario:
    shipped = [
        line for line in SHIPPED.read_text(encoding="utf-8").splitlines() if f"{line.partition(':')[0]}:" not in lines
    ]
    return Scenario.parse("\n".join([*shipped, lines, ""]), path=SHIPPED)


def refused(lines: str) -> str:
    with pytest.raises(ScenarioError) as caught:
        scenario(lines)
    return str(caught.value).removeprefix(f"{SHIPPED}:").partition(": ")[2]


@pytest.mark.usefixtures("installed")
def test_a_rule_of_ones_own_is_named_like_those_that_ship() -> None:
    assert repr(ending_rule(scenario("endings: brief(3) & goodbye | resolved"))) == (
        "Brief(turns=3) & Goodbye() | Resolved() | MaxTurns(12)"
    )
    assert repr(ending_rule(scenario("endings: [{brief: {turns: 3}}]"))) == "Brief(turns=3) | MaxTurns(12)"


@pytest.mark.usefixtures("installed")
def test_a_guard_of_ones_own_stands_after_those_that_ship() -> None:
    names = [guard.name for guard in guards_of(scenario("guards: {no_word: {word: sorry}, echo: off}"))]
    assert names[-1] == "no_word"
    assert "echo" not in names
    assert "no_word" not in [guard.name for guard in guards_of(scenario(""))]


@pytest.mark.usefixtures("installed")
def test_what_ships_cannot_be_replaced() -> None:
    assert repr(ending_rule(scenario("endings: max_turns(5)"))) == "MaxTurns(5) | MaxTurns(12)"


@pytest.mark.usefixtures("installed")
@pytest.mark.parametrize(
    ("lines", "said"),
    [
        ("endings: brief", "endings: brief: the parameter 'turns' is missing"),
        ("endings: brief(many=2)", "endings: brief.many: unknown parameter; known here: turns"),
        ("endings: brief('x')", "endings: brief.turns: 'x' is not a whole number"),
        ("endings: odd", "endings: odd: a int cannot check anything; give it a method 'check'"),
        ("endings: gone", "endings: the ending 'gone': own_rules:NotThere cannot be imported (AttributeError: "),
        ("endings: nothing", "endings: the ending 'nothing': own_rules:nothing is a int, not a class or a function"),
        ("endings: breif(3)", "endings: 'breif' is not a known ending; did you mean 'brief'? (known: resolved, "),
        ("guards: {no_word: {word: 3}}", "guards.no_word.word: 3 is not text; put quotes around it"),
        ("guards: {no_wort: on}", "guards.no_wort: 'no_wort' is not a known guard; did you mean 'no_word'?"),
    ],
)
def test_a_wrong_use_is_refused_with_its_place(lines: str, said: str) -> None:
    assert refused(lines).startswith(said)


@pytest.fixture(scope="module")
def run(installed: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, RunFinished]:
    """Four conversations with a rule that ends them, one that fails in some, and a guard."""
    folder = tmp_path_factory.mktemp("runs") / "own"
    return folder, simulate(scenario(CHOSEN), out=folder, limit=4)


def test_a_run_with_rules_and_guards_of_ones_own(run: tuple[Path, RunFinished]) -> None:
    folder, over = run
    transcripts = list(read_transcripts(folder))
    failed = [transcript for transcript in transcripts if "camera" in transcript.turns[0].text]
    assert 0 < len(failed) < len(transcripts) == 4
    for transcript in transcripts:
        ending = transcript.ending
        if transcript in failed:
            told = "the ending 'fails' failed: LookupError: no cameras"
            assert (ending.reason, ending.evidence) == (Reason.ERROR, told)
        else:
            assert (ending.reason, ending.evidence) == (Reason.GOODBYE, "brief")
    record = json.loads((folder / "run.json").read_text(encoding="utf-8"))
    assert record["identity"]["ending brief"] == record["identity"]["guard no_word"] == "own-rules 1.0"
    assert record["objections"] == dict(over.objections)
    assert record["objections"]["no_word"] <= record["attempts"] == over.attempts
    assert record["objections"]["no_word"] >= 1


def test_a_run_is_taken_up_only_with_the_same_version(run: tuple[Path, RunFinished], installed: Path) -> None:
    (installed / "METADATA").write_text("Metadata-Version: 2.1\nName: own-rules\nVersion: 1.1\n")
    with pytest.raises(UsageError, match=r"ending brief is own-rules 1\.1, was own-rules 1\.0"):
        simulate(scenario(CHOSEN), out=run[0], limit=4, resume="always")
