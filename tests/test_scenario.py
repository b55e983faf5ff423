import json
import pickle
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from agents.errors import ScenarioError
from agents.persona import DISPOSITIONS, Reveal, Role, Style, Tone
from orchestrator.scenario import GroundingMode, Policy, Scenario

SMALL: dict[str, Any] = {
    "name": "small",
    "domain": "support",
    "openings": ["It broke."],
    "customer": {"dispositions": ["amiable"], "motivations": ["refund"]},
    "agent": {"role": "support"},
    "grounding": {"mode": "off"},
}

WHOLE = """\
name: whole
domain: sales
help_content: [../help, ../help/prices.md]
openings: ["Is the {product} any good?"]
customer:
  policy: agenda
  model: gpt2-medium
  prompt: You are in a hurry.
  sampling: {temperature: 1, top_k: 0, top_p: 1}
  dispositions: [passive, {name: hasty, description: in a hurry}]
  motivations: [{name: thrift, description: you save, wants: to save}]
  tones: [annoyed, cheerful]
  styles: [non_native]
  facts:
    - {name: budget, value: "${int:10-90}"}
agent:
  role: salesperson
  policy: free
  model: remote:big
  prompt: You sell.
products: [lamp]
turns: {min: 2, max: 60}
reply: {words: [1, 300], attempts: 16}
grounding: {mode: splice, passages: 5}
matrix: {sample: 3}
repeats: 2
seed: 9223372036854775807
"""


@pytest.fixture
def scenarios(tmp_path: Path) -> Path:
    (tmp_path / "duologue.yaml").touch()
    (tmp_path / "help").mkdir()
    (tmp_path / "help/prices.md").write_text("# Prices\n")
    (tmp_path / "scenarios").mkdir()
    return tmp_path / "scenarios"


def small(**changes: object) -> Scenario:
    return Scenario.from_dict(SMALL | changes, base=".")


def test_every_field_is_read(scenarios: Path) -> None:
    (scenarios / "whole.yaml").write_text(WHOLE)
    scenario = Scenario.load(scenarios / "whole.yaml")
    customer, agent = scenario.customer, scenario.agent
    assert (customer.policy, customer.model, customer.prompt) == (Policy.AGENDA, "gpt2-medium", "You are in a hurry.")
    assert (customer.sampling.temperature, customer.sampling.top_k, customer.sampling.top_p) == (1.0, 0, 1.0)
    assert [item.name for item in customer.dispositions] == ["passive", "hasty"]
    assert customer.dispositions[0] == DISPOSITIONS["passive"]
    assert (customer.motivations[0].description, customer.motivations[0].wants) == ("you save", "to save")
    assert (customer.tones, customer.styles) == ((Tone.ANNOYED, Tone.CHEERFUL), (Style.NON_NATIVE,))
    assert (customer.facts[0].name, customer.facts[0].reveal) == ("budget", Reveal.ASKED)
    assert (agent.role, agent.policy, agent.model, agent.prompt) == (
        Role.SALESPERSON,
        Policy.FREE,
        "remote:big",
        "You sell.",
    )
    assert (scenario.turns.min, scenario.turns.max) == (2, 60)
    assert (scenario.reply.words, scenario.reply.attempts) == ((1, 300), 16)
    assert (scenario.grounding.mode, scenario.grounding.passages) == (GroundingMode.SPLICE, 5)
    assert (scenario.products, scenario.repeats, scenario.seed) == (("lamp",), 2, 2**63 - 1)
    assert scenario.path == scenarios / "whole.yaml"


def test_defaults() -> None:
    scenario = small()
    assert (scenario.customer.tones, scenario.customer.styles) == ((Tone.NEUTRAL,), (Style.PLAIN,))
    assert (scenario.products, scenario.customer.facts, scenario.matrix, scenario.repeats) == ((), (), "full", 1)
    assert (scenario.turns.min, scenario.turns.max, scenario.reply.words) == (4, 12, (50, 75))
    sampling = scenario.agent.sampling
    assert (sampling.temperature, sampling.top_k, sampling.top_p) == (0.2, 50, 0.9)
    assert (scenario.customer.policy, scenario.agent.policy) == (Policy.AGENDA, Policy.AGENDA)
    assert (scenario.reply.attempts, scenario.reply.drafts) == (3, 3)


def test_it_is_frozen() -> None:
    with pytest.raises(ValidationError):
        small().seed = 3


def test_help_paths_are_absolute_and_start_at_the_file(scenarios: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (scenarios / "whole.yaml").write_text(WHOLE)
    monkeypatch.chdir(scenarios)
    help_folder = scenarios.parent.resolve() / "help"
    assert Scenario.load("whole.yaml").help_paths == (help_folder, help_folder / "prices.md")


def test_one_help_folder_needs_no_list(scenarios: Path) -> None:
    scenario = Scenario.from_dict(SMALL | {"help_content": "../help"}, base=scenarios)
    assert scenario.help_paths == (scenarios.parent.resolve() / "help",)


def test_help_content_may_lie_outside_when_that_is_allowed(scenarios: Path) -> None:
    (scenarios / "pyproject.toml").touch()
    data = SMALL | {"help_content": "../help"}
    with pytest.raises(ScenarioError, match="leads out of the workspace"):
        Scenario.from_dict(data, base=scenarios)
    assert Scenario.from_dict(data, base=scenarios, allow_outside=True).help_paths


def test_without_a_marker_the_workspace_is_the_folder_above(tmp_path: Path) -> None:
    inner = tmp_path / "a/b/c"
    inner.mkdir(parents=True)
    for folder in (tmp_path / "a/help", tmp_path / "a/b/help"):
        folder.mkdir()
        (folder / "x.txt").write_text("x")
    assert Scenario.from_dict(SMALL | {"help_content": "../help"}, base=inner).help_paths
    with pytest.raises(ScenarioError, match="leads out of the workspace"):
        Scenario.from_dict(SMALL | {"help_content": "../../help"}, base=inner)


def test_a_link_does_not_lead_out_of_the_workspace(scenarios: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    outside = tmp_path_factory.mktemp("outside")
    (outside / "secret.md").write_text("secret")
    (scenarios / "help").symlink_to(outside)
    with pytest.raises(ScenarioError, match="leads out of the workspace"):
        Scenario.from_dict(SMALL | {"help_content": "help"}, base=scenarios)


def test_enums_and_models_are_taken_as_they_are() -> None:
    customer = {"dispositions": [DISPOSITIONS["cynical"]], "motivations": ["refund"], "tones": (Tone.ANNOYED,)}
    assert small(customer=customer).customer.dispositions == (DISPOSITIONS["cynical"],)


def test_data_that_holds_itself_is_refused() -> None:
    data = SMALL.copy()
    data["products"] = data
    with pytest.raises(ScenarioError, match="products: nested deeper than 20 levels"):
        Scenario.from_dict(data, base=".")


def test_a_huge_number_is_refused_like_any_other() -> None:
    with pytest.raises(ScenarioError, match="domain: a huge number is not one of support, sales"):
        small(domain=10**5000)


def test_the_digest_is_that_of_the_content(scenarios: Path) -> None:
    text = json.dumps(SMALL)
    plain = Scenario.parse(text)
    again = Scenario.parse("# a comment\n" + json.dumps(dict(reversed(SMALL.items())), indent=1), path=scenarios / "b")
    spelled_out = small(seed=0, repeats=1, turns={"max": 12})
    assert plain.digest == again.digest == spelled_out.digest == small().digest


@pytest.mark.parametrize(
    "change",
    [
        {"name": "other"},
        {"openings": ["It fell."]},
        {"products": ["lamp"]},
        {"seed": 1},
        {"turns": {"max": 11}},
        {"agent": {"role": "support", "model": "gpt2"}},
        {"customer": SMALL["customer"] | {"prompt": "You are brief."}},
        {"customer": SMALL["customer"] | {"sampling": {"top_k": 51}}},
        {"customer": SMALL["customer"] | {"dispositions": [{"name": "amiable", "description": "kind"}]}},
    ],
)
def test_the_digest_changes_with_the_content(change: dict[str, Any]) -> None:
    assert small(**change).digest != small().digest


def test_the_digest_leaves_out_where_help_content_lies(scenarios: Path) -> None:
    (scenarios / "more.txt").write_text("x")
    digests = {
        Scenario.from_dict(SMALL | {"help_content": place}, base=scenarios).digest for place in ("../help", "more.txt")
    }
    assert len(digests) == 1


def test_the_digest_is_the_same_in_another_process() -> None:
    code = (
        "import json, sys; from orchestrator.scenario import Scenario;"
        "print(Scenario.from_dict(json.load(sys.stdin), base='.').digest)"
    )
    ended = subprocess.run(
        [sys.executable, "-c", code], input=json.dumps(SMALL), capture_output=True, text=True, check=True
    )
    assert ended.stdout.strip() == small().digest


def test_a_scenario_survives_a_pickle() -> None:
    back = pickle.loads(pickle.dumps(small()))
    assert (back, back.opening_texts, back.digest) == (small(), ("It broke.",), small().digest)


def test_no_model_library_is_imported() -> None:
    code = "import orchestrator.plan, sys; print(sorted({'torch', 'transformers', 'numpy'} & set(sys.modules)))"
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ended.stdout == "[]\n"
