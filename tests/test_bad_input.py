"""Wrong input, as a user would meet it: one line on stderr, the right exit code, nothing written, no traceback."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from agents.gpt2.catalogue import HOUSE_FOLDER
from terminal.main import main

SCENARIO = """\
name: shop
domain: support
help_content: help
openings: ["Who pays for the label of my {product}?"]
customer:
  dispositions: [amiable]
  motivations: [refund]
agent: {role: support}
products: [camera]
"""

Change = Callable[[Path], None]


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    """A folder with a scenario and an article that would run."""
    (tmp_path / "duologue.yaml").write_text("# workspace\n", encoding="utf-8")
    (tmp_path / "shop.yaml").write_text(SCENARIO, encoding="utf-8")
    (tmp_path / "help").mkdir()
    (tmp_path / "help" / "label.md").write_text("# Labels\n\nA label costs $5.95.\n", encoding="utf-8")
    return tmp_path


def swapped(old: str, new: str) -> Change:
    """Change the scenario's text."""

    def change(folder: Path) -> None:
        path = folder / "shop.yaml"
        text = path.read_text(encoding="utf-8")
        assert old in text
        path.write_text(text.replace(old, new), encoding="utf-8")

    return change


def written(name: str, content: bytes) -> Change:
    """Put a file into the workspace, or another in its place."""

    def change(folder: Path) -> None:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)

    return change


def removed(name: str) -> Change:
    def change(folder: Path) -> None:
        (folder / name).unlink()

    return change


RUN = ["run", "{}/shop.yaml", "--out", "{}/out", "--limit", "1"]
PLAN = ["plan", "{}/shop.yaml"]
OPENINGS = 'openings: ["Who pays for the label of my {product}?"]'

CASES: dict[str, tuple[Change, list[str], str]] = {
    "no scenario": (removed("shop.yaml"), RUN, "shop.yaml"),
    "not yaml": (written("shop.yaml", b"name: [shop"), RUN, "shop.yaml:"),
    "scenario not utf-8": (written("shop.yaml", b"name: caf\xe9\n"), RUN, "UTF-8"),
    "unknown key": (swapped("name: shop", "name: shop\nmodle: house"), RUN, "modle"),
    "missing key": (swapped("  motivations: [refund]\n", ""), RUN, "customer.motivations"),
    "wrong type": (swapped("name: shop", "name: shop\nseed: seven"), RUN, "seed"),
    "out of range": (swapped("name: shop", "name: shop\nrepeats: 0"), RUN, "repeats"),
    "unknown disposition": (swapped("[amiable]", "[amiabel]"), RUN, "amiable"),
    "empty axis": (swapped("[amiable]", "[]"), RUN, "customer.dispositions"),
    "repeated value": (swapped("[amiable]", "[amiable, amiable]"), RUN, "customer.dispositions[1]"),
    "role does not fit": (swapped("role: support", "role: salesperson"), RUN, "agent.role"),
    "unknown slot": (swapped("{product}", "{colour}"), RUN, "openings[0]"),
    "word band turned round": (swapped("name: shop", "name: shop\nreply: {words: [75, 50]}"), RUN, "reply.words"),
    "min over max": (swapped("name: shop", "name: shop\nturns: {min: 9, max: 4}"), RUN, "turns.max"),
    "sample too large": (swapped("name: shop", "name: shop\nmatrix: {sample: 99}"), RUN, "matrix.sample"),
    "opening too long": (swapped("Who pays", "Who " + "really " * 250 + "pays"), RUN, "openings[0]"),
    "no openings file": (swapped(OPENINGS, "openings: {file: seeds.jsonl}"), RUN, "openings.file"),
    "outside the workspace": (swapped("help_content: help", "help_content: ../../etc"), RUN, "help_content"),
    "no help folder": (swapped("help_content: help", "help_content: halp"), RUN, "help_content"),
    "empty help folder": (removed("help/label.md"), RUN, "help"),
    "empty article": (written("help/label.md", b"  \n"), RUN, "label.md"),
    "article not utf-8": (written("help/label.md", b"# Labels\n\ncaf\xe9\n"), RUN, "label.md"),
    "unknown model": (swapped("name: shop", "name: shop"), [*RUN, "--model", "gpt5"], "house"),
    "no such model folder": (swapped("name: shop", "name: shop"), [*RUN, "--model", "./nowhere/at/all"], "house"),
    "model of another kind": (
        written("llama/config.json", json.dumps({"model_type": "llama"}).encode()),
        [*RUN, "--model", "{}/llama"],
        "not 'gpt2'",
    ),
    "model cut off": (
        lambda folder: _truncated_house(folder / "broken"),
        [*RUN, "--model", "{}/broken"],
        "model.safetensors",
    ),
    "output is a file": (written("out", b""), RUN, "out"),
    "output is in use": (written("out/thesis.txt", b"chapter one"), RUN, "is not empty"),
    "output holds a run": (written("out/transcripts.jsonl", b""), RUN, "--resume"),
    "nothing to resume": (swapped("name: shop", "name: shop"), [*RUN, "--resume", "always"], "no run to resume"),
    "rate is no rate": (swapped("name: shop", "name: shop"), [*RUN, "--rate", "fast"], "--rate"),
    "parallel below one": (swapped("name: shop", "name: shop"), [*RUN, "--parallel", "0"], "--parallel"),
    "unknown option": (swapped("name: shop", "name: shop"), [*RUN, "--paralel", "3"], "--paralel"),
    "plan of a broken file": (written("shop.yaml", b"name: shop\n"), PLAN, "shop.yaml"),
    "replay of nothing": (swapped("name: shop", "name: shop"), ["replay", "{}/nowhere"], "nowhere"),
    "transcript cut off": (
        written("out/transcripts.jsonl", b'{"schema": 1, "id": "shop-0000'),
        ["replay", "{}/out"],
        "transcripts.jsonl:1",
    ),
    "transcript of another schema": (
        written("out/transcripts.jsonl", b'{"schema": 2}\n'),
        ["replay", "{}/out"],
        "transcripts.jsonl:1",
    ),
    "unknown ending": (
        written("out/transcripts.jsonl", b""),
        ["replay", "{}/out", "--ending", "happy"],
        "happy",
    ),
    "workspace exists": (swapped("name: shop", "name: shop"), ["init", "{}"], "not empty"),
}


def _truncated_house(folder: Path) -> None:
    folder.mkdir()
    for path in HOUSE_FOLDER.iterdir():
        if path.suffix in {".json", ".safetensors"}:
            content = path.read_bytes()
            (folder / path.name).write_bytes(content[:100_000] if path.suffix == ".safetensors" else content)


def files(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.mark.parametrize("case", CASES)
def test_wrong_input_is_one_clear_line(workspace: Path, case: str, capsys: pytest.CaptureFixture[str]) -> None:
    change, arguments, expected = CASES[case]
    change(workspace)
    before = files(workspace)
    code = main([argument.replace("{}", str(workspace)) for argument in arguments])
    error = capsys.readouterr().err
    assert code == 2
    assert error.startswith("duologue: ")
    assert error.count("\n") == 1
    assert expected in error
    assert "Traceback" not in error
    assert files(workspace) == before


def test_the_workspace_would_run_as_it_is(workspace: Path) -> None:
    assert main(["plan", f"{workspace}/shop.yaml"]) == 0
