import json
from itertools import islice
from pathlib import Path

import pytest

from agents.dialogue import Speaker
from agents.errors import UsageError
from agents.gpt2.vocabulary import Vocabulary
from agents.training.examples import Example, Learn
from agents.training.gold_corpus import GOLD as GOLD_FOLDER
from agents.training.gold_corpus import HELD_OUT
from agents.training.mix import Mix, SourceSpec, stream

HOUSE = Path(__file__).parents[1] / "agents" / "gpt2" / "house"
GOLD = SourceSpec(kind="gold")
COPYING = SourceSpec(kind="copying")


@pytest.fixture(scope="module")
def vocabulary() -> Vocabulary:
    return Vocabulary.load(HOUSE, json.loads((HOUSE / "config.json").read_text())["vocab_size"])


@pytest.fixture
def corpus(tmp_path: Path) -> SourceSpec:
    records = [
        {
            "id": n,
            "kind": "support",
            "turns": [{"role": "customer", "text": f"Case {n}?"}, {"role": "agent", "text": "Yes."}],
        }
        for n in range(40)
    ]
    path = tmp_path / "cases.jsonl"
    path.write_text("".join(json.dumps(record) + "\n" for record in [*records, {"turns": 1}]), encoding="utf-8")
    return SourceSpec(kind="corpus", path=path, cache=tmp_path / "cache", silver=False)


def first(count: int, found: Mix, vocabulary: Vocabulary, window: int = 300) -> list[Example]:
    return [found.example(place, vocabulary, window) for place in range(count)]


def test_an_example_depends_on_seed_and_place_alone(vocabulary: Vocabulary) -> None:
    whole = list(islice(stream([GOLD, COPYING], vocabulary, 300, 5), 6))

    assert list(islice(stream([GOLD, COPYING], vocabulary, 300, 5, first=4), 2)) == whole[4:]
    assert list(islice(stream([GOLD, COPYING], vocabulary, 300, 5, first=1, step=2), 3)) == whole[1::2]
    assert list(islice(stream([GOLD, COPYING], vocabulary, 300, 6), 6)) != whole


def test_examples_fill_the_window_and_no_more(vocabulary: Vocabulary) -> None:
    for example in first(10, Mix([GOLD], seed=1), vocabulary, 512):
        assert len(example.tokens) == len(example.learn)
        assert 400 <= len(example.tokens) <= 512
        assert any(example.learn)


def test_one_side_can_be_learnt_alone(vocabulary: Vocabulary) -> None:
    found = Mix([GOLD], seed=1)
    agent = vocabulary.encode("support. support.")
    customer = vocabulary.encode("customer.")

    for place in range(5):
        tokens = found.example(place, vocabulary, 400, Learn.CUSTOMER).tokens
        assert tokens[1 : 1 + len(customer)] == customer
        assert tokens[1 : 1 + len(agent)] != agent


def test_held_out_companies_are_never_drawn() -> None:
    found = Mix([GOLD], seed=1)

    assert not {found.dialogue(n).group for n in range(600)} & HELD_OUT


def test_held_out_companies_are_what_is_measured(vocabulary: Vocabulary) -> None:
    examples = list(Mix([GOLD], seed=1).held_out(Speaker.AGENT, vocabulary, 1024))

    assert 50 <= len(examples) <= 120


def test_weights_share_out_the_dialogues() -> None:
    found = Mix([SourceSpec(kind="gold", weight=3), COPYING], seed=1)
    gold = sum(found.dialogue(n).source == "gold" for n in range(400))

    assert 270 < gold < 330


def test_a_corpus_keeps_some_dialogues_out_and_names_its_faults(corpus: SourceSpec, vocabulary: Vocabulary) -> None:
    found = Mix([corpus], seed=1)
    held = list(found.held_out(Speaker.AGENT, vocabulary, 300))
    drawn = {found.dialogue(n).id for n in range(2000)}

    assert [(fault.line, fault.why) for fault in found.faults] == [(41, "'turns' is no list of objects")]
    assert held
    assert len(drawn) + len(held) == 40


def test_a_cached_corpus_is_the_same(corpus: SourceSpec, vocabulary: Vocabulary) -> None:
    before = Mix([corpus], seed=1)
    again = Mix([corpus], seed=1)

    assert first(5, before, vocabulary) == first(5, again, vocabulary)
    assert again.faults == before.faults


def test_a_company_that_measures_is_held_out_of_any_corpus(tmp_path: Path, vocabulary: Vocabulary) -> None:
    path = GOLD_FOLDER / "linden-clinic" / "dialogues.jsonl"
    spec = SourceSpec(kind="corpus", path=path, cache=tmp_path, silver=False)

    with pytest.raises(UsageError, match="every dialogue of this corpus is held out"):
        Mix([spec], seed=1)


def test_silver_moves_are_given_to_turns_without(corpus: SourceSpec) -> None:
    found = Mix([corpus.model_copy(update={"silver": True})], seed=1)

    assert all(turn.moves for n in range(20) for turn in found.dialogue(n).turns)


@pytest.mark.parametrize("kind", ["corpus", "drills"])
def test_a_source_without_its_path_is_refused(kind: str) -> None:
    with pytest.raises(UsageError, match="need"):
        Mix([SourceSpec.model_validate({"kind": kind})], seed=1)


def test_a_mix_of_nothing_is_refused() -> None:
    with pytest.raises(UsageError, match="at least one source"):
        Mix([], seed=1)
