"""A whole run from a corpus file to a folder: the stream, what is held out, and what is left beside the weights."""

import json
from itertools import islice
from pathlib import Path

import pytest

from agents.errors import UsageError
from agents.gpt2.catalogue import find
from agents.training.mix import Mix
from agents.training.recipe import Recipe, Source
from agents.training.tuning import cached, held_out_of, stream_of, tune
from tests.training_helpers import SIZES, recipe, vocabulary


@pytest.fixture(autouse=True)
def own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))


def corpus(path: Path, dialogues: int = 300) -> Path:
    """Write a corpus in which every dialogue is about its own number."""
    with path.open("w", encoding="utf-8") as file:
        for n in range(dialogues):
            turns = [
                {"role": "customer", "text": f"where is order {n}"},
                {"role": "agent", "text": f"order {n} is on its way"},
                {"role": "customer", "text": "thanks"},
            ]
            file.write(json.dumps({"id": str(n), "kind": "support", "domain": "shop", "turns": turns}) + "\n")
    return path


def made(tmp_path: Path, **changes: object) -> Recipe:
    source = {
        "kind": "corpus", "path": str(corpus(tmp_path / "talk.jsonl")), "silver": False, "licence": "CC0-1.0"
    }  # fmt: skip
    sizes = SIZES | {"vocabulary": 320}
    return recipe(window=128, batch={"tokens": 256, "at_once": 256}, architecture=sizes, sources=[source], **changes)


def test_a_corpus_becomes_a_model_with_card_and_curve(tmp_path: Path) -> None:
    faults = tune(made(tmp_path, steps=2), tmp_path / "ours", resume=False, merge=False, listener=lambda _: None)
    assert faults == []
    assert find(str(tmp_path / "ours")).shape.vocabulary == 320
    card = (tmp_path / "ours" / "README.md").read_text()
    assert "| talk.jsonl | 100.0% | CC0-1.0 | not stated |" in card
    assert "| customer | 2 |" in card
    assert str(tmp_path) not in card
    assert (tmp_path / "ours" / "curve.png").read_bytes().startswith(b"\x89PNG")


def test_the_stream_is_the_same_wherever_it_is_taken_up(tmp_path: Path) -> None:
    given = made(tmp_path)
    stream = stream_of(Mix(cached(given), seed=given.seed), given, vocabulary(), 0)
    whole = list(islice(stream(0), 8))
    assert list(islice(stream(5), 3)) == whole[5:]


def test_devices_see_different_examples(tmp_path: Path) -> None:
    given = made(tmp_path)
    mix = Mix(cached(given), seed=given.seed)
    first, second = (list(islice(stream_of(mix, given, vocabulary(), device)(0), 5)) for device in (0, 1))
    assert first != second


@pytest.mark.parametrize("side", ["customer", "agent"])
def test_one_side_can_be_learnt_alone(tmp_path: Path, side: str) -> None:
    given = made(tmp_path, learn=side)
    words = vocabulary()
    for example in islice(stream_of(Mix(cached(given), seed=7), given, words, 0)(0), 10):
        said = words.decode([t for t, learn in zip(example.tokens, example.learn, strict=True) if learn])
        assert ("on its way" in said) == (side == "agent")


def test_what_is_held_out_is_never_trained_on(tmp_path: Path) -> None:
    given = made(tmp_path)
    words = vocabulary()
    held = {tuple(one.tokens) for side in held_out_of(given, cached(given), words).values() for one in side}
    seen = {tuple(one.tokens) for one in islice(stream_of(Mix(cached(given), seed=7), given, words, 0)(0), 600)}
    assert held
    assert not held & seen


def test_a_corpus_with_nothing_usable_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "none.jsonl").write_text('{"turns": 3}\n')
    given = recipe(sources=[Source(kind="corpus", path=tmp_path / "none.jsonl", silver=False)])
    with pytest.raises(UsageError, match=r"none\.jsonl: nothing usable"):
        tune(given, tmp_path / "ours", resume=False, merge=False, listener=lambda _: None)
    assert not (tmp_path / "ours").exists()
