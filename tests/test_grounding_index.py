"""Which passages fit a question."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from orchestrator.grounding import RELEVANT, HelpIndex, Hit, Passage

ARTICLES = {
    "refunds.md": """# Refunds
## When the money arrives
A refund reaches the card 3 to 5 working days after we receive the parcel.
## What is not refunded
Postage for express delivery is not refunded, and neither are opened earbuds.
""",
    "warranty.md": """# Warranty
## What is covered
The warranty covers faults in material for 24 months. Broken screens are not covered.
## How to claim
Send the serial number and a photo of the fault through the repair form.
""",
    "delivery.md": """# Delivery
## Times
Standard delivery takes 4 days and costs $4.95. Express delivery arrives the next day.
## Missing parcels
Tell us within 14 days when a parcel is missing, and the courier searches for it.
""",
    "account.md": """# Your account
## Passwords
Choose Forgotten password to get a link by email. The link works for 1 hour.
""",
}


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> HelpIndex:
    folder = tmp_path_factory.mktemp("help")
    for name, text in ARTICLES.items():
        (folder / name).write_text(text, encoding="utf-8")
    return HelpIndex.load([folder])


def _best(hits: list[Hit]) -> str:
    return hits[0].passage.id


def _passage(number: int, text: str) -> Passage:
    return Passage(f"a.md#{number}", "a.md", "", "", text, 0, len(text))


@pytest.mark.parametrize(
    ("question", "passage"),
    [
        ("when do I get my money back, the refund has not arrived", "refunds.md#when-the-money-arrives"),
        ("My screens broke. Is that covered?", "warranty.md#what-is-covered"),
        ("how much is standard delivery", "delivery.md#times"),
        ("forgot my password", "account.md#passwords"),
    ],
)
def test_a_question_finds_its_passage(index: HelpIndex, question: str, passage: str) -> None:
    assert _best(index.search(question)) == passage


@pytest.mark.parametrize(
    ("question", "article"),
    [
        ("refnud", "refunds.md"),
        ("my waranty?", "warranty.md"),
        ("the pasword link", "account.md"),
        ("expres delivry", "delivery.md"),
        ("REFÜNDS", "refunds.md"),
    ],
)
def test_typos_find_the_article_all_the_same(index: HelpIndex, question: str, article: str) -> None:
    assert index.search(question)[0].passage.article == article


def test_context_decides_where_the_question_alone_is_vague(index: HelpIndex) -> None:
    vague = "And how long does that take?"
    assert _best(index.search(vague, context="I sent the parcel back for a refund to my card.")).startswith("refunds")
    assert _best(index.search(vague, context="I want the express delivery.")).startswith("delivery")


def test_the_question_outweighs_the_context(index: HelpIndex) -> None:
    assert _best(index.search("a new password link", context="the warranty for screens")) == "account.md#passwords"


def test_scores_fall_and_lie_between_0_and_1(index: HelpIndex) -> None:
    scores = [hit.score for hit in index.search("refund for a missing parcel with a broken screen", k=7)]
    assert scores == sorted(scores, reverse=True)
    assert all(0 < score < 1 for score in scores)


def test_a_good_question_is_relevant_and_a_stray_one_is_not(index: HelpIndex) -> None:
    assert index.search("when does a refund reach the card")[0].score > RELEVANT
    assert all(hit.score < RELEVANT for hit in index.search("Which mountain in Portugal would you climb with goats?"))


def test_at_most_k_passages_are_found(index: HelpIndex) -> None:
    assert [len(index.search("parcel delivery refund", k=k)) for k in (0, 1, 2)] == [0, 1, 2]


def test_what_shares_nothing_is_not_found(index: HelpIndex) -> None:
    assert index.search("hello there, thank you") == []


def test_equal_passages_stand_in_their_order() -> None:
    index = HelpIndex([_passage(number, "refund to the card") for number in range(5)])
    assert [hit.passage.id for hit in index.search("refund", k=5)] == [f"a.md#{number}" for number in range(5)]


def test_any_number_of_threads_find_the_same(index: HelpIndex) -> None:
    questions = ["refund", "broken screen", "express delivery time", "waranty"] * 25
    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(index.search, questions)) == [index.search(question) for question in questions]


def test_an_index_without_words_finds_nothing() -> None:
    assert HelpIndex([]).search("refund") == []
    assert HelpIndex([_passage(0, "and so on")]).search("refund and so on") == []


@settings(deadline=None)
@given(st.text())
def test_no_question_makes_it_raise(index: HelpIndex, text: str) -> None:
    assert len(index.search(text, context=text)) <= 3


@pytest.mark.parametrize("text", ["refund " * 15_000, "x" * 100_000, "😀" * 1000, "\0\0refund", "\ud800 refund"])
def test_odd_questions_are_answered(index: HelpIndex, text: str) -> None:
    assert len(index.search(text, context=text)) <= 3


def test_the_digest_names_the_content() -> None:
    one = Passage("a.md#0", "a.md", "Refunds", "When", "refund", 0, 6)
    assert HelpIndex([one]).digest == HelpIndex([replace(one)]).digest
    others = (replace(one, title="Returns"), replace(one, heading="How"), replace(one, text="refunds"))
    assert len({HelpIndex([passage]).digest for passage in (one, *others, replace(one, start=2))}) == 5


def test_indexing_writes_nothing(capfd: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    (tmp_path / "a.md").write_text(ARTICLES["refunds.md"], encoding="utf-8")
    HelpIndex.load([tmp_path]).search("refund")
    assert capfd.readouterr() == ("", "")


def test_a_question_that_is_clear_by_itself_needs_no_context() -> None:
    index = HelpIndex.load([Path(__file__).parents[1] / "help_content" / "returns"])
    context = "You sent me the wrong laptop. The box is still sealed, so how do we sort this out?"
    clear = "How many working days does a refund to a card take?"
    assert index.search(clear, 1, context=context) == index.search(clear, 1)
    assert _best(index.search("And then?", 1, context=context)).startswith("wrong-or-missing-items.md")
