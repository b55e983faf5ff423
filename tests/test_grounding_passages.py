"""Articles cut into passages."""

from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from orchestrator.grounding import Article, Passage, passages_of
from orchestrator.grounding.markdown import headings

WORD = st.sampled_from(
    ["refund", "card.", "Days", "# x", "##", "\n", "\n\n", "- ", "```", "---", "\t", "ü", "1. ", "|"]
)


def _passages(text: str, title: str = "Refunds") -> list[Passage]:
    return passages_of(Article("refunds.md", title, text, headings(text)))


def _slugs(text: str) -> list[str]:
    return [passage.id.removeprefix("refunds.md#") for passage in _passages(text)]


def _prose(words: int, sentence: int = 10) -> str:
    return " ".join("word." if n % sentence == 0 else "word" for n in range(1, words + 1))


def test_every_heading_begins_a_passage() -> None:
    passages = _passages("# Refunds\nFirst words.\n\n## How long?\n5 days.\n\n### By card\n\nSooner.\n")
    assert [(passage.id, passage.heading, passage.text) for passage in passages] == [
        ("refunds.md#refunds", "Refunds", "First words."),
        ("refunds.md#how-long", "How long?", "5 days."),
        ("refunds.md#by-card", "How long?: By card", "Sooner."),
    ]


def test_text_before_the_first_heading_is_a_passage_of_the_title() -> None:
    first = _passages("Hello.\n\n## More\nText.")[0]
    assert (first.id, first.heading, first.text) == ("refunds.md#refunds", "Refunds", "Hello.")


def test_headings_without_text_make_no_passage() -> None:
    assert _slugs("# Refunds\n\n## Empty\n\n## Full\ntext") == ["full"]


def test_lines_in_code_fences_are_no_headings() -> None:
    assert _slugs("## Set up\n~~~sh\n# a comment\n```\n~~~\n## Next\ntext") == ["set-up", "next"]


def test_underlined_and_closed_headings_count() -> None:
    assert _slugs("Refunds\n=======\nOne.\n\nTiming\n---\nTwo.\n\n## C# ##\nThree.\n\nfour\nfive\n---\nsix") == [
        "refunds",
        "timing",
        "c",
    ]


def test_front_matter_is_in_no_passage() -> None:
    assert [passage.text for passage in _passages("---\ntitle: Refunds\ntags:\n  - money\n---\n\nText.")] == ["Text."]


def test_slugs_are_ascii() -> None:
    assert _slugs("## Où & **quand** ça?\na\n## 日本\nb") == ["ou--quand-ca", "refunds"]


def test_repeated_headings_are_numbered() -> None:
    assert _slugs("## Cost\na\n## Cost\nb\n## Cost 2\nc\n## cost\nd") == ["cost", "cost-3", "cost-2", "cost-4"]


def test_pieces_of_a_long_section_never_take_the_slug_of_a_heading() -> None:
    slugs = _slugs(f"## Cost\n{_prose(200)}\n## Cost\nb\n## Cost 2\nc")
    assert slugs == ["cost", "cost-3", "cost-4", "cost-2"]


def test_a_section_of_110_words_stays_whole() -> None:
    assert len(_passages(f"## A\n{_prose(110)}")) == 1


def test_a_long_section_is_cut_at_paragraphs_into_like_pieces() -> None:
    text = "\n\n".join(_prose(30) for _ in range(5))
    assert [passage.text.count("word") for passage in _passages(text)] == [90, 60]


def test_a_long_paragraph_is_cut_at_sentence_ends() -> None:
    texts = [passage.text for passage in _passages(_prose(240))]
    assert [text.count("word") for text in texts] == [80, 80, 80]
    assert all(text.endswith(".") for text in texts)


def test_a_long_sentence_is_cut_between_words() -> None:
    assert [passage.text.count("word") for passage in _passages(_prose(220, sentence=500))] == [110, 110]


def test_a_long_section_without_words_is_kept() -> None:
    assert "".join(passage.text for passage in _passages("-- " * 200 + "\n" + "-- " * 20)).count("--") == 220


def test_the_prompt_is_one_line_of_plain_prose() -> None:
    steps = '1. Open *Orders*\n2. See [our **page**](https://x.example/a_b "t").\n   Wait 5 days!\n\n| Visa | 3 |'
    prompt = _passages(f"## Steps\n{steps}")[0].prompt
    assert prompt == "Refunds: Steps. Open Orders. See our page. Wait 5 days! Visa, 3."


def test_the_prompt_keeps_what_only_looks_like_markdown() -> None:
    text = "Pay 3 * 4 * 5 for snake_case_name, a\\*b &amp; <b>`x`</b>.<!-- no -->"
    assert _passages(text)[0].prompt == "Refunds. Pay 3 * 4 * 5 for snake_case_name, a*b & x ."


def test_a_heading_that_asks_needs_no_full_stop() -> None:
    assert _passages("## How long?\n5 days.")[0].prompt == "Refunds: How long? 5 days."


@settings(deadline=None)
@given(st.lists(WORD, max_size=300).map(" ".join))
def test_a_passage_is_what_stands_at_its_offsets(text: str) -> None:
    passages = _passages(text)
    assert all(text[passage.start : passage.end] == passage.text == passage.text.strip() != "" for passage in passages)
    assert len({passage.id for passage in passages}) == len(passages)
    assert all(before.end <= after.start for before, after in pairwise(passages))
    assert all(len(passage.text.split()) <= 400 and "\n" not in passage.prompt for passage in passages)


@settings(deadline=None)
@given(st.text())
def test_every_letter_is_in_a_passage_or_a_heading(text: str) -> None:
    spans = [(passage.start, passage.end) for passage in _passages(text)]
    spans = sorted(spans + [(heading.start, heading.end) for heading in headings(text)])
    edges = [0, *(edge for span in spans for edge in span), len(text)]
    outside = "".join(text[a:b] for a, b in zip(edges[::2], edges[1::2], strict=True))
    assert not any(character.isalpha() for character in outside)
