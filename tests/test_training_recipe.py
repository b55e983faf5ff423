"""Recipes: what a file says, and what is said of a file that is wrong."""

from pathlib import Path

import pytest

from agents.training.recipe import Method, Recipe, RecipeError, read_recipe


def written(tmp_path: Path, text: str, name: str = "mine.toml") -> Path:
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    return path


def test_toml_is_read_and_the_rest_has_defaults(tmp_path: Path) -> None:
    recipe = read_recipe(written(tmp_path, 'method = "full"\nsteps = 12\n[optimizer]\nname = "muon"\n'))
    assert (recipe.method, recipe.steps, recipe.optimizer.name) == (Method.FULL, 12, "muon")
    assert recipe.window == 1024


def test_yaml_is_read(tmp_path: Path) -> None:
    recipe = read_recipe(written(tmp_path, "method: scratch\narchitecture: {layers: 2}\n", "mine.yaml"))
    assert (recipe.method, recipe.architecture.layers) == (Method.SCRATCH, 2)


def test_a_source_is_found_beside_the_recipe(tmp_path: Path) -> None:
    recipe = read_recipe(written(tmp_path, '[[sources]]\nkind = "corpus"\npath = "talk.jsonl"\n'))
    assert recipe.sources[0].path == tmp_path / "talk.jsonl"


def test_a_variable_in_a_path_is_expanded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CORPORA", str(tmp_path / "all"))
    recipe = read_recipe(written(tmp_path, '[[sources]]\nkind = "corpus"\npath = "$CORPORA/talk.jsonl"\n'))
    assert recipe.sources[0].path == tmp_path / "all" / "talk.jsonl"


def test_an_unset_variable_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CORPORA", raising=False)
    with pytest.raises(RecipeError, match=r"mine.toml: .*\$CORPORA/talk.jsonl.*set CORPORA"):
        read_recipe(written(tmp_path, '[[sources]]\nkind = "corpus"\npath = "$CORPORA/talk.jsonl"\n'))


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("stepz = 3", r"mine.toml: stepz: Extra inputs"),
        ("steps = -3", r"mine.toml: steps: .*greater than 0 \(is -3\)"),
        ("steps = = 3", r"mine.toml: no TOML: .*line 1"),
        ("window = 2048\n[batch]\nat_once = 1024", r"batch.at_once 1024 is smaller than window 2048"),
        ("[architecture]\nwidth = 100\nheads = 3", r"width 100 is not a multiple of heads 3"),
    ],
)
def test_a_wrong_recipe_is_one_clear_line(tmp_path: Path, text: str, says: str) -> None:
    with pytest.raises(RecipeError, match=says) as raised:
        read_recipe(written(tmp_path, text))
    assert "\n" not in str(raised.value)


def test_a_missing_recipe_names_those_that_ship(tmp_path: Path) -> None:
    with pytest.raises(RecipeError, match="house-cpu, house-gpu"):
        read_recipe(tmp_path / "none.toml")


@pytest.mark.parametrize("name", ["house-cpu", "house-gpu"])
def test_recipes_that_ship_are_found_by_name(name: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("CORPORA", str(tmp_path))
    monkeypatch.setenv("LINES", str(tmp_path))
    assert read_recipe(Path(name)).sources


def test_changes_are_checked_and_none_changes_nothing() -> None:
    recipe = Recipe(steps=5).but(steps=None, seed=3)
    assert (recipe.steps, recipe.seed) == (5, 3)
