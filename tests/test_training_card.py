"""What a run leaves beside the weights: the card and the curve."""

from pathlib import Path

from agents.training.card import Facts, model_card
from agents.training.curve import draw_curve
from agents.training.progress import TrainingFinished
from agents.training.provenance import Provenance, digest_of
from tests.training_helpers import recipe

LOG = [
    {"step": 0, "eval_agent_per_token": 40.0, "eval_agent_per_byte": 2.5},
    {"step": 5, "loss": 3.0, "learning_rate": 0.1},
    {"step": 10, "loss": 2.0, "learning_rate": 0.1},
    {"step": 10, "eval_agent_per_token": 11.5, "eval_agent_per_byte": 1.625},
]
SOURCES = [
    Provenance("talk.jsonl", 0.75, "ab" * 32, "CC-BY-4.0", "somebody/talk"),
    Provenance("mine|yours.csv", 0.25, "cd" * 32),
]


def card(tmp_path: Path) -> str:
    end = TrainingFinished(tmp_path, 10, 123_456, 90.0, 3 << 30)
    return model_card(recipe(), Facts("ours", "house@01234567", 14_200_000, SOURCES, LOG, end))


def test_the_card_names_every_source_with_licence_and_hash(tmp_path: Path) -> None:
    text = card(tmp_path)
    assert "| talk.jsonl | 75.0% | CC-BY-4.0 | somebody/talk | `abababababababab` |" in text
    assert "| mine/yours.csv | 25.0% | not stated | not stated | `cdcdcdcdcdcdcdcd` |" in text


def test_the_card_gives_the_figures_before_and_after(tmp_path: Path) -> None:
    text = card(tmp_path)
    assert "| agent | 0 | 40.00 | 2.500 |" in text
    assert "| agent | 10 | 11.50 | 1.625 |" in text
    assert "123,456 tokens in 10 steps" in text
    assert "Peak memory 3.0 GiB" in text


def test_the_card_says_how_it_was_made_and_what_it_is_not_for(tmp_path: Path) -> None:
    text = card(tmp_path)
    assert "14.2 million parameters" in text
    assert "`house@01234567`" in text
    assert '"learning_rate": 0.01' in text
    assert "## What it is bad at" in text
    assert "## What it must not be used for" in text


def test_the_card_names_no_place_on_this_machine(tmp_path: Path) -> None:
    assert str(tmp_path) not in card(tmp_path)


def test_the_curve_is_a_picture(tmp_path: Path) -> None:
    draw_curve(LOG, tmp_path / "curve.png")
    assert (tmp_path / "curve.png").read_bytes().startswith(b"\x89PNG")


def test_a_curve_can_be_drawn_of_nothing(tmp_path: Path) -> None:
    draw_curve([], tmp_path / "curve.png")
    assert (tmp_path / "curve.png").stat().st_size > 0


def test_a_hash_depends_on_names_and_contents_alone(tmp_path: Path) -> None:
    for folder, content in (("one", "a"), ("two", "a"), ("three", "b")):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "talk.txt").write_text(content)
    one, two, three = (digest_of([tmp_path / folder / "talk.txt"]) for folder in ("one", "two", "three"))
    assert one == two != three
