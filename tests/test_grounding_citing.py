"""What a reply relies on."""

from hypothesis import given, settings
from hypothesis import strategies as st

from orchestrator.grounding import CITED, Hit, Passage, cite

ARTICLE = """# Refunds

A refund reaches the card 3 to 5 working days after we receive the parcel. Credit appears within 10 minutes. Opened
earbuds are not refunded.

# Warranty

The warranty covers faults in material for 24 months.
"""


def _hit(number: int, first: str, last: str, score: float) -> Hit:
    start, end = ARTICLE.index(first), ARTICLE.index(last) + len(last)
    return Hit(Passage(f"a.md#{number}", "a.md", "Help", "Help", ARTICLE[start:end], start, end), score)


HITS = [_hit(1, "The warranty", "24 months.", 0.712345), _hit(2, "A refund", "not refunded.", 0.5)]


def _cited(reply: str, *, said: str = "") -> list[tuple[str, str]]:
    return [(citation.passage, ARTICLE[citation.start : citation.end]) for citation in cite(reply, HITS, said=said)]


def test_a_citation_points_at_the_sentence_in_the_article() -> None:
    assert _cited("I see. The refund to your card takes 3 to 5 working days.") == [
        ("a.md#2", "A refund reaches the card 3 to 5 working days after we receive the parcel.")
    ]


def test_citations_stand_by_passage_rank_then_place() -> None:
    reply = (
        "Opened earbuds are never refunded. Credit appears in 10 minutes. Faults in material are covered for 24 months."
    )
    assert _cited(reply) == [
        ("a.md#1", "The warranty covers faults in material for 24 months."),
        ("a.md#2", "Credit appears within 10 minutes."),
        ("a.md#2", "Opened\nearbuds are not refunded."),
    ]


def test_scores_are_rounded() -> None:
    citation = cite("The warranty covers a material fault in 24 months, honestly.", HITS)[0]
    assert citation.score == 0.7123
    assert citation.support == round(citation.support, 3)
    assert CITED <= citation.support < 1


def test_a_span_is_cited_once_with_the_best_support() -> None:
    reply = (
        "Faults in material, hm, rather often annoy gardeners. The warranty covers faults in material for 24 months."
    )
    citations = cite(reply, HITS)
    assert [(citation.passage, citation.support) for citation in citations] == [("a.md#1", 1.0)]


def test_spans_that_overlap_are_one_citation() -> None:
    reply = "Credit appears within 10 minutes. Credit appears at once, though opened earbuds are not refunded."
    assert _cited(reply) == [("a.md#2", "Credit appears within 10 minutes. Opened\nearbuds are not refunded.")]


def test_talk_cites_nothing() -> None:
    assert _cited("I am so sorry to hear that! Which colour is the lens, and what does your cat make of it?") == []


def test_a_sentence_with_a_wrong_figure_cites_nothing() -> None:
    assert _cited("The warranty covers faults in material for 36 months.") == []


def test_figures_of_the_customer_need_no_passage() -> None:
    reply = "The warranty of order 5512 covers faults in material for 24 months."
    assert _cited(reply) == []
    assert _cited(reply, said="My order is 5512.") == [
        ("a.md#1", "The warranty covers faults in material for 24 months.")
    ]


def test_without_hits_nothing_is_cited() -> None:
    assert cite("The warranty covers faults for 24 months.", []) == []


@settings(deadline=None)
@given(st.text() | st.lists(st.sampled_from(ARTICLE.split()), max_size=60).map(" ".join))
def test_any_reply_cites_spans_inside_the_passages(reply: str) -> None:
    spans = {hit.passage.id: (hit.passage.start, hit.passage.end) for hit in HITS}
    for citation in cite(reply, HITS):
        start, end = spans[citation.passage]
        assert start <= citation.start < citation.end <= end
