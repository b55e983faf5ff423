import json
from collections import Counter
from pathlib import Path

import pytest

from agents.errors import HelpContentError, UsageError
from curation.queries import Kind, read_rows, report_path, write_queries
from curation.queries.asks import asks_of
from curation.queries.checks import Originals, Seen, clear
from curation.queries.headings import asks_of_heading
from curation.queries.statements import statements_of
from orchestrator.grounding import Article, HelpIndex, passages_of
from orchestrator.grounding.words import words
from orchestrator.scenario import Scenario
from terminal.main import main

RETURNS = """\
# Sending boats back

## Time for returns

You may return a canoe within 30 days of delivery. Paddles bought in a sale cannot be returned. A refund to a card takes
5 working days. If a canoe arrives damaged, send a photo within 3 days.

## Return label

A return label costs $12. The label is valid for 14 days. It is free when the boat is faulty.

## The canoe leaks

Check the drain plug first. The drain plug is included with every canoe. Never store a canoe near a heater.
"""
REPAIRS = """\
# Repairs of boats

## Hull repairs

A hull repair takes 10 to 12 working days. We do not repair racing boats. You can ask for an estimate at no charge.

## Loan boats

A loan boat costs $9 a day. Loan boats must be returned within 2 days of the repair.
"""


@pytest.fixture
def help_content(tmp_path: Path) -> Path:
    folder = tmp_path / "help"
    folder.mkdir()
    (folder / "returns.md").write_text(RETURNS, encoding="utf-8")
    (folder / "repairs.md").write_text(REPAIRS, encoding="utf-8")
    return folder


def directs(statement: str) -> list[str]:
    return [ask.direct for ask in asks_of(statement)]


@pytest.mark.parametrize(
    ("statement", "question"),
    [
        ("A refund to a card takes 5 working days.", "How long does a refund to a card take"),
        ("A return label costs $12.", "How much does a return label cost"),
        ("You may return a canoe within 30 days of delivery.", "How long do I have to return a canoe"),
        ("Paddles bought in a sale cannot be returned.", "Can paddles bought in a sale be returned"),
        ("We do not repair racing boats.", "Do you repair racing boats"),
        ("If your canoe arrives damaged, we send a new one.", "What happens if my canoe arrives damaged"),
        ("Never store a canoe near a heater.", "Is it all right to store a canoe near a heater"),
        ("New canoes have a 24-month warranty.", "How long is the warranty on new canoes"),
        ("The canoe has no motor.", "Does the canoe have motor"),
        ("You can send £10,000 a day from the app.", "How much can I send"),
    ],
)
def test_a_statement_is_turned_into_a_question(statement: str, question: str) -> None:
    assert question in directs(statement)


@pytest.mark.parametrize("statement", ["It depends.", "This can be changed later.", "Otherwise nobody pays."])
def test_a_statement_that_is_not_understood_makes_no_question(statement: str) -> None:
    assert not directs(statement)


@pytest.mark.parametrize(
    ("heading", "question"),
    [
        ("The router restarts or drops the connection", "My router restarts or drops the connection"),
        ("How long a repair takes", "Can you tell me how long a repair takes"),
        ("Returning a gift", "How do I return a gift"),
        ("Price match", "How does your price match work"),
    ],
)
def test_a_heading_stands_for_a_question(heading: str, question: str) -> None:
    assert question in [ask.direct for ask in asks_of_heading(heading)]


def test_a_pronoun_stands_for_the_subject_before() -> None:
    article = Article("a.md", "Plans", "# Plans\n\nThe Easy Plan costs $8. It covers one service a year.\n", ())
    assert list(statements_of(passages_of(article)[0]))[-1] == "The Easy Plan covers one service a year."


@pytest.mark.parametrize("direct", ["Can you match them", "Is it covered", "Does a car need a place in a", "What if"])
def test_what_only_the_page_explains_is_unclear(direct: str) -> None:
    assert not clear(direct)


def test_a_copy_and_a_name_are_found() -> None:
    originals = Originals("boats/sending-boats-back.md", "Sending boats back", "The label is valid for 14 days.")
    assert originals.copied("Is it true? The label is valid for 14 days.")
    assert not originals.copied("How long is the label valid?")
    assert originals.named("I read Sending boats back. How long is it valid?")
    assert originals.named("What does the article say?")


def test_near_duplicates_are_found_and_others_are_not() -> None:
    seen = Seen()
    seen.add("How long does a refund to a card take?")
    assert seen.has_like("Hi, how long does a refund to a card take?")
    assert not seen.has_like("How much does a return label cost?")


def test_every_row_meets_what_is_promised(help_content: Path, tmp_path: Path) -> None:
    made = write_queries([help_content], tmp_path / "seeds.jsonl", seed=3)
    rows = list(read_rows(tmp_path / "seeds.jsonl"))
    index = HelpIndex.load([help_content])
    assert made.rows == len(rows) == made.kept.total()
    assert min(Counter(row.article for row in rows).values()) >= 6
    assert {row.kind for row in rows} >= {Kind.HOW, Kind.WHEN, Kind.COMPLAINT, Kind.EDGE}
    for row in rows:
        assert row.passage in [hit.passage.id for hit in index.search(row.query, 3)]
        assert row.article == row.passage.partition("#")[0]
        assert "sending boats back" not in row.query.lower()
        assert row.seed == 3
    said = [frozenset(words(row.query)) for row in rows]
    assert not [1 for n, one in enumerate(said) for other in said[:n] if len(one & other) >= 0.7 * len(one | other)]


def test_a_row_has_the_five_keys_in_order(help_content: Path, tmp_path: Path) -> None:
    write_queries([help_content], tmp_path / "seeds.jsonl", per_article=1)
    first = (tmp_path / "seeds.jsonl").read_text(encoding="utf-8").splitlines()[0]
    assert list(json.loads(first)) == ["query", "article", "passage", "kind", "seed"]


def test_a_scenario_takes_the_file_as_it_is(help_content: Path, tmp_path: Path) -> None:
    write_queries([help_content], tmp_path / "seeds.jsonl")
    text = "name: boats\ndomain: support\nhelp_content: help\nopenings: {file: seeds.jsonl}\n"
    text += "customer: {dispositions: [amiable], motivations: [refund]}\nagent: {role: support}\n"
    (tmp_path / "boats.yaml").write_text(text, encoding="utf-8")
    openings = Scenario.load(tmp_path / "boats.yaml").opening_texts
    assert list(openings) == [row.query for row in read_rows(tmp_path / "seeds.jsonl")]


def test_a_seed_gives_the_same_bytes_and_another_seed_others(help_content: Path, tmp_path: Path) -> None:
    files = [tmp_path / f"{n}.jsonl" for n in range(3)]
    for path, seed in zip(files, (7, 7, 8), strict=True):
        write_queries([help_content], path, seed=seed)
    first, second, third = (path.read_bytes() for path in files)
    assert first == second != third


class StoppedError(Exception):
    pass


def stop_after_one(done: int, total: int) -> None:
    raise StoppedError


def test_a_stopped_making_goes_on_and_ends_with_the_same_bytes(help_content: Path, tmp_path: Path) -> None:
    whole, cut = tmp_path / "whole.jsonl", tmp_path / "cut.jsonl"
    write_queries([help_content], whole)
    with pytest.raises(StoppedError):
        write_queries([help_content], cut, on_article=stop_after_one)
    assert 0 < len(cut.read_bytes()) < len(whole.read_bytes())
    made = write_queries([help_content], cut)
    assert cut.read_bytes() == whole.read_bytes()
    assert made.written < made.rows
    assert json.loads(report_path(cut).read_text())["kept"] == json.loads(report_path(whole).read_text())["kept"]


def test_a_line_that_was_torn_by_a_crash_is_made_again(help_content: Path, tmp_path: Path) -> None:
    whole, torn = tmp_path / "whole.jsonl", tmp_path / "torn.jsonl"
    write_queries([help_content], whole)
    with pytest.raises(StoppedError):
        write_queries([help_content], torn, on_article=stop_after_one)
    torn.write_bytes(torn.read_bytes()[:-30])
    write_queries([help_content], torn)
    assert torn.read_bytes() == whole.read_bytes()


def test_a_file_of_another_making_is_left_alone(help_content: Path, tmp_path: Path) -> None:
    out = tmp_path / "seeds.jsonl"
    write_queries([help_content], out, seed=1)
    before = out.read_bytes()
    with pytest.raises(UsageError, match="was made with seed '1', not '2'"):
        write_queries([help_content], out, seed=2)
    assert out.read_bytes() == before


def test_a_file_that_is_no_making_of_ours_is_left_alone(help_content: Path, tmp_path: Path) -> None:
    (tmp_path / "notes.jsonl").write_text("notes\n")
    with pytest.raises(UsageError, match="has no report beside it"):
        write_queries([help_content], tmp_path / "notes.jsonl")


def test_no_articles(tmp_path: Path) -> None:
    with pytest.raises(HelpContentError):
        write_queries([tmp_path], tmp_path / "seeds.jsonl")
    (tmp_path / "empty.md").write_text("")
    with pytest.raises(HelpContentError):
        write_queries([tmp_path / "empty.md"], tmp_path / "seeds.jsonl")


@pytest.mark.parametrize("line", ["no JSON", '{"query": "Where?"}', "[1]", '{"query": 1, "article": 2}'])
def test_a_line_that_is_no_row_is_named(line: str, tmp_path: Path) -> None:
    (tmp_path / "seeds.jsonl").write_text(f"{line}\n")
    with pytest.raises(UsageError, match=r"seeds\.jsonl:1: not a row of queries"):
        list(read_rows(tmp_path / "seeds.jsonl"))


def test_the_command_says_what_it_made(help_content: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "seeds.jsonl"
    assert main(["queries", str(help_content), "--model", "none", "--out", str(out)]) == 0
    assert "queries from 2 articles, 2 of them with at least 6" in capsys.readouterr().out


def test_the_command_names_a_mistake_in_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["queries", str(tmp_path / "nowhere"), "--model", "none", "--out", str(tmp_path / "s.jsonl")]) == 2
    assert capsys.readouterr().err.count("\n") == 1


def test_ctrl_c_leaves_the_rows_and_ends_with_130(
    help_content: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    from curation.queries import making

    def interrupted(self: object, passages: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(making._Making, "_article", interrupted)
    arguments = ["queries", str(help_content), "--model", "none", "--out", str(tmp_path / "seeds.jsonl")]
    assert main(arguments) == 130
    assert "the same command goes on" in capsys.readouterr().err
    monkeypatch.undo()
    assert main(arguments) == 0


def test_the_house_model_chooses_among_the_ways(help_content: Path, tmp_path: Path) -> None:
    article = help_content / "loan.md"
    article.write_text("# Loans of boats\n\n## Loan boats\n\nA loan boat costs $9 a day.\n", encoding="utf-8")
    chosen, again = tmp_path / "chosen.jsonl", tmp_path / "again.jsonl"
    made = write_queries([article], chosen, model="house", unaided=1)
    write_queries([article], again, model="house", unaided=1)
    assert chosen.read_bytes() == again.read_bytes()
    assert made.proposers["rules, put by the model"] + made.proposers["model unaided"] == made.rows > 0


def test_unaided_needs_a_model(help_content: Path, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="--model house"):
        write_queries([help_content], tmp_path / "s.jsonl", unaided=1)
