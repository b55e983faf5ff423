import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from orchestrator.plan import Plan
from orchestrator.scenario import Scenario
from terminal.budget import WINDOW, Budget, estimate
from terminal.main import main

SCENARIO = """\
name: returns
domain: support
help_content: help
openings: ["My {product} came with a [bold]cracked[/bold] lens."]
products: [camera]
customer:
  dispositions: [cynical]
  motivations: [refund]
  tones: [annoyed]
  facts:
    - {name: order number, value: NW-482913, reveal: asked}
agent: {role: support}
turns: {min: 4, max: 6}
repeats: 3
"""

ARTICLE = "# Refunds\n\n## Timing\n\nA card refund takes 5 to 7 working days.\n\n## Labels\n\nA label is free.\n"

SHOWN = """\
returns  returns.yaml
  openings      1
  products      1  camera
  dispositions  1  cynical
  motivations   1  refund
  tones         1  annoyed
  styles        1  plain
  repeats       3
3 conversations (1 combination)
4 to 6 turns, replies of 50 to 75 words
help content: 1 article, 2 passages
tokens, about: 415 for one reply, 721 for the longest conversation; the window
has 1,024

for example returns-0000?-??????
  customer  cynical, refund, annoyed, plain, camera
  wants     my money back
  knows     order number NW-482913 (asked)
  opening   My camera came with a [bold]cracked[/bold] lens.

"""


@pytest.fixture(autouse=True)
def workspace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.delenv("FORCE_COLOR", raising=False)
    Path("duologue.yaml").touch()
    Path("help").mkdir()
    Path("help/refunds.md").write_text(ARTICLE)
    Path("returns.yaml").write_text(SCENARIO)
    return tmp_path


def shown(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    assert main(["plan", *arguments]) == 0
    out = "".join(f"{line.rstrip()}\n" for line in capsys.readouterr().out.splitlines())
    return re.sub(r"-0000\d-[0-9a-f]{6}", "-0000?-??????", out)


def test_a_plan(capsys: pytest.CaptureFixture[str]) -> None:
    assert shown(capsys, "returns.yaml") == SHOWN


def test_the_sample_is_a_conversation_of_the_plan(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["plan", "returns.yaml", "--json"]) == 0
    sample = json.loads(capsys.readouterr().out)["scenarios"][0]["sample"]
    assert sample["id"] in [spec.id for spec in Plan(Scenario.load("returns.yaml"))]


def test_the_sample_is_the_same_every_time(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["plan", "returns.yaml", "--json"]) == 0
    first = capsys.readouterr().out
    assert main(["plan", "returns.yaml", "--json"]) == 0
    assert capsys.readouterr().out == first


def test_several_scenarios_are_added_up(capsys: pytest.CaptureFixture[str]) -> None:
    Path("more.yaml").write_text(SCENARIO.replace("name: returns", "name: more").replace("repeats: 3", "repeats: 40"))
    assert shown(capsys, "returns.yaml", "more.yaml").endswith("\n2 scenarios, 43 conversations in all\n")


def test_a_sampled_matrix_says_of_how_many(capsys: pytest.CaptureFixture[str]) -> None:
    changed = SCENARIO.replace("[cynical]", "[cynical, amiable]").replace("repeats: 3", "matrix: {sample: 1}")
    Path("returns.yaml").write_text(changed)
    assert "1 conversation (a sample of 2 combinations)\n" in shown(capsys, "returns.yaml")


def test_json_is_data(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["plan", "returns.yaml", "--json"]) == 0
    record = json.loads(capsys.readouterr().out)
    assert record["conversations"] == 3
    (scenario,) = record["scenarios"]
    assert scenario["axes"]["repeats"] == 3
    assert scenario["help_content"] == {"articles": 1, "passages": 2}
    assert scenario["tokens"] == {"window": 1024, "longest": 721, "reply": 415}
    assert scenario["warnings"] == []


@pytest.mark.parametrize(
    ("change", "warning"),
    [
        ("turns: {max: 20}", "in long conversations a speaker sees about the last 6 turns only"),
        ("reply: {words: [200, 300]}", "a reply may need 1,180 tokens and the window has 1,024; shorten reply.words"),
    ],
)
def test_what_does_not_fit_is_warned_of(
    change: str, warning: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "120")
    Path("returns.yaml").write_text(f"{SCENARIO.replace('turns: {min: 4, max: 6}', '')}{change}\n")
    assert f"\nwarning: {warning}\n" in shown(capsys, "returns.yaml")


def test_a_wrong_scenario_is_one_line_with_its_place(capsys: pytest.CaptureFixture[str]) -> None:
    Path("returns.yaml").write_text(SCENARIO.replace("repeats: 3", "repeats: none"))
    assert main(["plan", "returns.yaml"]) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.startswith("duologue: returns.yaml:14:")
    assert captured.err.count("\n") == 1


def test_a_scenario_that_is_not_there_is_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["plan", "none.yaml"]) == 2
    assert capsys.readouterr() == ("", "duologue: none.yaml: No such file or directory\n")


def test_the_workspace_that_init_makes_has_a_plan(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["init", "coffee"]) == 0
    capsys.readouterr()
    assert "12 conversations (a sample of 48 combinations)\n" in shown(capsys, "coffee/scenarios/first.yaml")


def test_no_model_is_loaded() -> None:
    code = (
        "import sys; from terminal.main import main; code = main(['plan', 'returns.yaml']);"
        "print(code, sorted({'torch', 'transformers', 'numba', 'tokenizers'} & set(sys.modules)), file=sys.stderr)"
    )
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert ended.stderr == "0 []\n"


def budget(**changes: int) -> Budget:
    return Budget(**({"role": 100, "opening": 20, "passages": 100, "turn": 111, "room": 174, "turns": 6} | changes))


def test_what_fits_has_no_warning() -> None:
    assert budget().whole == 100 + 20 + 5 * 111 + 3 * 100
    assert budget().whole <= WINDOW
    assert budget().warning is None


@pytest.mark.parametrize(
    ("change", "culprit"),
    [
        ({"role": 900}, "the role prompts"),
        ({"opening": 900}, "the openings"),
        ({"passages": 900}, "grounding.passages"),
        ({"room": 900}, "reply.words"),
    ],
)
def test_the_warning_names_what_to_shorten(change: dict[str, int], culprit: str) -> None:
    warning = budget(**change).warning
    assert warning is not None
    assert warning.endswith(f"; shorten {culprit}")


def test_without_grounding_no_passages_are_counted() -> None:
    Path("returns.yaml").write_text(SCENARIO + "grounding: {mode: off}\n")
    scenario = Scenario.load("returns.yaml")
    assert estimate(scenario, Plan(scenario)[0], []).passages == 0
