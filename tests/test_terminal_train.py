"""The command line of a training run, up to the training itself, and `--check`."""

import io
import json
from pathlib import Path

import pytest
from rich.console import Console

from agents.errors import UsageError
from agents.training.recipe import Method, Source
from terminal.train_check import check
from terminal.train_session import Request, folder_of, settled


def request(*corpora: Path, recipe: Path | None = None, out: Path | None = None, **changes: object) -> Request:
    return Request(corpora, recipe, out, resume=False, merge=False, changes=changes)


def test_a_corpus_alone_is_lora_on_the_house_model() -> None:
    recipe = settled(request(Path("talk.jsonl"), steps=None))
    assert (recipe.method, recipe.base, recipe.steps) == (Method.LORA, "house", 500)
    assert [str(source.path) for source in recipe.sources] == ["talk.jsonl"]


def test_options_change_the_recipe_and_corpora_replace_its_sources(tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    path.write_text('method = "full"\nsteps = 9\n[[sources]]\nkind = "gold"\n')
    recipe = settled(request(Path("talk.jsonl"), recipe=path, learn="agent"))
    assert (recipe.method, recipe.steps, recipe.learn) == (Method.FULL, 9, "agent")
    assert [source.kind for source in recipe.sources] == ["corpus"]


def test_nothing_to_train_on_is_a_wrong_usage() -> None:
    with pytest.raises(UsageError, match="nothing to train on"):
        settled(request())


def test_the_folder_is_named_for_what_is_trained_on(tmp_path: Path) -> None:
    assert folder_of(request(Path("some/talk.jsonl.gz"))) == Path("outputs/model-talk")
    assert folder_of(request(Path("talk.jsonl"), recipe=Path("house-cpu"))) == Path("outputs/model-house-cpu")
    assert folder_of(request(Path("talk.jsonl"), out=tmp_path)) == tmp_path


def checked(*sources: Source) -> tuple[int, str]:
    written = io.StringIO()
    empty = check(sources, Console(file=written, width=200))
    return empty, written.getvalue()


def test_a_check_counts_and_names_what_is_broken(tmp_path: Path) -> None:
    path = tmp_path / "talk.jsonl"
    turns = [{"role": "customer", "text": "where is it"}, {"role": "agent", "text": "on its way"}]
    path.write_text(json.dumps({"id": "1", "turns": turns}) + "\nnot json\n")
    empty, said = checked(Source(kind="corpus", path=path))
    assert empty == 0
    assert f"{path}: 1 dialogue, 2 turns, 6 words" in said
    assert f"{path}:2:" in said


def test_a_check_says_where_nothing_is_usable(tmp_path: Path) -> None:
    path = tmp_path / "none.jsonl"
    path.write_text("not json\n")
    empty, said = checked(Source(kind="corpus", path=path))
    assert empty == 1
    assert said.startswith(f"{path}: no")


def test_a_check_reads_the_gold_corpus() -> None:
    empty, said = checked(Source(kind="gold"))
    assert empty == 0
    assert "100% of the turns with moves" in said
