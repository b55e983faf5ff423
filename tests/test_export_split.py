import json
from pathlib import Path

import pytest

from agents.errors import UsageError
from curation import augment
from curation.export import Format, Request, Summary, export, parse_shares
from curation.export.openings import Openings
from curation.export.sources import open_sources
from curation.export.splitting import Apart, Census, divide
from orchestrator.transcript import Transcript
from tests.export_runs import OPENINGS, run_folder, transcript, varied

THREE = ("train", "validation", "test")
SHARES = (0.9, 0.05, 0.05)
MANY = [f"What is rule {n} for the {{product}}?" for n in range(40)]


def split(run: Path, shares: str = "50/25/25", **options: object) -> Summary:
    return export(Request(runs=(run,), to=Format.MESSAGES, shares=parse_shares(shares), force=True, **options))


def opening_sets(summary: Summary) -> list[set[str]]:
    """Return the openings in each file, whatever the product."""
    return [{_opening(line) for line in file.path.read_text().splitlines()} for file in summary.files]


def _opening(line: str) -> str:
    row = json.loads(line)
    return str(row["messages"][0]["content"]).replace(row["product"], "{product}")


def test_each_opening_is_in_one_part_and_no_conversation_is_lost(tmp_path: Path) -> None:
    summary = split(run_folder(tmp_path / "run", varied(40)))
    sets = opening_sets(summary)
    assert sorted(opening for one in sets for opening in one) == sorted(OPENINGS)
    assert [file.tally.conversations for file in summary.files] == [20, 10, 10]
    assert summary.division
    assert summary.division.apart is Apart.ALL
    assert not summary.warnings


def test_the_same_seed_parts_alike_and_another_otherwise(tmp_path: Path) -> None:
    run = run_folder(tmp_path / "run", varied(200, openings=MANY), openings=MANY)
    first, again, other = (opening_sets(split(run, seed=seed)) for seed in (1, 1, 2))
    assert first == again
    assert first != other


def test_the_order_of_the_transcripts_does_not_matter(tmp_path: Path) -> None:
    made = varied(200, openings=MANY)
    one = split(run_folder(tmp_path / "one", made, openings=MANY))
    other = split(run_folder(tmp_path / "other", reversed(made), openings=MANY))
    assert opening_sets(one) == opening_sets(other)


def test_what_cites_one_article_stays_together(tmp_path: Path) -> None:
    made = [
        transcript(
            n, texts=[f"Question {n % 10}?", "Yes.", "Bye."], cites=[f"article-{n % 10 // 2}.md#a"], product=None
        )
        for n in range(100)
    ]
    sets = [
        {json.loads(line)["messages"][0]["content"] for line in file.path.read_text().splitlines()}
        for file in split(run_folder(tmp_path / "run", made), "60/20/20").files
    ]
    for pair in ({f"Question {n}?", f"Question {n + 1}?"} for n in range(0, 10, 2)):
        assert sum(bool(one & pair) for one in sets) == 1


def tied(count: int) -> list[Transcript]:
    """Return conversations whose first replies cite an article of the opening's own and whose second one all share."""
    made = []
    for n, one in enumerate(varied(count)):
        data = one.model_dump(mode="json", by_alias=True)
        data["turns"][3]["citations"] = [{"passage": "all.md#a", "start": 0, "end": 3, "score": 0.5, "support": 0.5}]
        data["turns"][1]["citations"][0]["passage"] = f"own-{n % 4}.md#a"
        made.append(Transcript.model_validate(data))
    return made


def test_where_all_hangs_together_openings_and_their_main_articles_are_kept_apart(tmp_path: Path) -> None:
    summary = split(run_folder(tmp_path / "run", tied(40)))
    assert summary.division
    assert summary.division.apart is Apart.MAIN
    assert sum(map(len, opening_sets(summary))) == 4
    assert summary.warnings == [
        "the split keeps openings and the article that most first replies to them cite apart, but not all that is "
        "cited: by that, 100% of the conversations hang together",
        "validation: 1 of the 2 articles cited are cited in train as well, by 10 of 10 conversations",
        "test: 1 of the 2 articles cited are cited in train as well, by 10 of 10 conversations",
    ]
    card = summary.card.read_text()
    assert "| validation | 25.0% | 25.0% | 1 | 2 | 1 | 10 |" in card


def test_where_one_article_answers_all_openings_they_alone_are_kept_apart(tmp_path: Path) -> None:
    made = [transcript(n, texts=[f"Question {n % 12}?", "Yes.", "Bye."], cites=["all.md#a"]) for n in range(48)]
    summary = split(run_folder(tmp_path / "run", made), "90/5/5")
    assert summary.division
    assert summary.division.apart is Apart.OPENINGS
    assert [file.tally.conversations for file in summary.files] == [40, 4, 4]
    assert [file.tally.leaking for file in summary.files] == [0, 4, 4]


def test_one_opening_cannot_be_parted(tmp_path: Path) -> None:
    run = run_folder(tmp_path / "run", [transcript(n) for n in range(9)])
    with pytest.raises(UsageError, match=r"have 1 opening, which cannot be kept apart in 3 parts"):
        split(run)
    assert not (run / "messages").exists()


@pytest.mark.parametrize("sizes", [[98, 1, 1], [1, 1, 98], [40, 30, 30], [5, 5, 5, 85], [33, 33, 33, 1], [1] * 100])
def test_every_part_has_something_and_the_largest_share_the_most_openings(sizes: list[int]) -> None:
    census = Census()
    for n, size in enumerate(sizes):
        for _ in range(size):
            census.add(f"opening {n}", ["one.md"], ["one.md"])
    division = divide(census, THREE, SHARES, seed=0)
    openings = [[name for name, part in division.of_opening.items() if part == wanted] for wanted in THREE]
    assert all(openings)
    assert sum(map(len, openings)) == len(sizes)


def test_equal_units_give_the_asked_shares() -> None:
    census = Census()
    for n in range(200):
        census.add(f"opening {n}", [f"{n}.md"], [f"{n}.md"])
    parts = list(divide(census, THREE, SHARES, seed=3).of_opening.values())
    assert [parts.count(part) for part in THREE] == [180, 10, 10]


@pytest.mark.parametrize("text", ["90/5/6", "8/1/1", "80/20", "1/1"])
def test_shares_are_numbers_that_sum_to_one(text: str) -> None:
    assert sum(parse_shares(text)) == pytest.approx(1)


@pytest.mark.parametrize("text", ["", "90", "a/b", "90/0/10", "90/-5/15", "1/2/3/4", "90/5/nan", "inf/1"])
def test_other_shares_are_refused(text: str) -> None:
    with pytest.raises(UsageError, match=r"--split: .* is no split; write 90/10"):
        parse_shares(text)


def names(run: Path, transcripts: list[Transcript]) -> list[str]:
    openings = Openings(open_sources([run]))
    return [openings.name(one) for one in transcripts]


def test_an_opening_is_the_same_whatever_product_and_fact_stand_in_it(tmp_path: Path) -> None:
    made = [
        transcript(n, texts=[f"I moved from Cloud Basic. What does {product} cost?"], product=product)
        for n, product in enumerate(("Cloud Family", "Cloud Studio"))
    ]
    data = [one.model_dump(mode="json", by_alias=True) for one in made]
    for one in data:
        one["customer"]["facts"] = [{"name": "plan", "value": "Cloud Basic", "reveal": "start"}]
    made = [Transcript.model_validate(one) for one in data]
    assert names(run_folder(tmp_path / "run", made), made) == ["i moved from {plan}. what does {product} cost?"] * 2


def test_a_product_that_the_opening_names_by_itself_does_not_part_it(tmp_path: Path) -> None:
    opening = "Does the camera bag fit my {product}?"
    made = [
        transcript(n, texts=[opening.replace("{product}", product)], product=product)
        for n, product in enumerate(("camera", "laptop"))
    ]
    run = run_folder(tmp_path / "run", made, openings=[opening])
    assert len(set(names(run, made))) == 1


def test_variants_of_one_seed_query_are_one_opening(tmp_path: Path) -> None:
    file = tmp_path / "run" / "scenarios" / "seeds.jsonl"
    seeds, more = tmp_path / "seeds.jsonl", tmp_path / "more.jsonl"
    seeds.write_text('{"query": "When does my new camera arrive at the shop?"}\n')
    augment.augment(augment.Request(seeds, augment.Axes.of(styles=["typos"])), more)
    augment.augment(augment.Request(more, augment.Axes.of(tones=["annoyed"])), tmp_path / "most.jsonl")
    lines = "".join(path.read_text() for path in (seeds, more, tmp_path / "most.jsonl"))
    queries = [json.loads(line)["query"] for line in lines.splitlines()]
    made = [transcript(n, texts=[query], product=None) for n, query in enumerate(queries)]
    run = run_folder(tmp_path / "run", made, openings={"file": "seeds.jsonl"})
    file.parent.mkdir()
    file.write_text(lines)
    assert len(set(queries)) == 3
    assert names(run, made) == ["when does my new camera arrive at the shop?"] * 3
