"""The variants of a row: which are made, what each records, and how its parent is restored."""

import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agents.errors import LocatedError, UsageError
from curation.augment import Axes, Refusal, Row, Variant, read_rows, restored, variants
from tests.survivors import lost

OPENINGS = (Path(__file__).parent / "data" / "openings.txt").read_text(encoding="utf-8").splitlines()
ALL = Axes.of(
    ["laptop", "headphones"], ["neutral", "cheerful", "annoyed"], ["plain", "colloquial", "non_native", "typos"]
)


def row(query: str, **keys: str) -> Row:
    return Row(3, query, {"query": query, **keys})


def made(query: str, axes: Axes, seed: int = 1) -> list[Variant]:
    return [one for one in variants(row(query), axes, seed=seed) if isinstance(one, Variant)]


def refused(query: str, axes: Axes) -> list[tuple[str, str]]:
    return [(one.operation, one.why) for one in variants(row(query), axes, seed=1) if isinstance(one, Refusal)]


def test_all_combinations_are_made_once() -> None:
    found = made("I would like to send my camera back because it does not work. What do I do?", ALL)
    assert len(found) == 2 * 3 * 4
    assert len({variant.text for variant in found}) == len(found)


def test_a_row_without_a_product_still_takes_tones_and_styles() -> None:
    axes = Axes.of(["laptop"], ["annoyed"], ["typos"])
    query = "I can't log in to my account, the page says that my password is wrong."
    assert [op.name for op in made(query, axes)[0].operations] == ["tone:annoyed", "style:typos"]
    assert refused(query, axes) == [("product:laptop", "no product in it")]


@pytest.mark.parametrize(
    ("query", "axes", "why"),
    [
        ("Where is it?", Axes.of(styles=["plain"]), [("style:plain", "nothing changes")]),
        ("Where is it?", Axes.of(tones=["neutral"]), [("tone:neutral", "nothing changes")]),
        ("Refund.", Axes.of(styles=["typos"]), [("style:typos", "too short for three typing errors")]),
        ("NW-1", Axes.of(styles=["colloquial"]), [("style:colloquial", "nothing in it can be said so")]),
    ],
)
def test_a_variant_that_would_be_none_is_refused(query: str, axes: Axes, why: list[tuple[str, str]]) -> None:
    assert made(query, axes) == []
    assert [one for one in refused(query, axes) if one[0] != "product:laptop"] == why


def test_a_record_keeps_the_keys_and_tells_where_it_comes_from() -> None:
    parent = row("My camera is late. Where is it?", article="delivery.md", kind="where")
    variant = next(one for one in variants(parent, Axes.of(["laptop"]), seed=1) if isinstance(one, Variant))
    assert variant.record() == {
        "query": "My laptop is late. Where is it?",
        "article": "delivery.md",
        "kind": "where",
        "augmented": {
            "row": 3,
            "sha256": parent.digest,
            "operations": [{"name": "product:laptop", "changes": [[3, 9, "camera"]]}],
        },
    }


def test_a_variant_of_a_variant_keeps_the_first_origin() -> None:
    first = made("My camera is late. Where is it?", Axes.of(["laptop"]))[0].record()
    again = Row(8, first["query"], first)
    second = next(
        one for one in variants(again, Axes.of(tones=["annoyed"]), seed=1) if isinstance(one, Variant)
    ).record()
    assert restored(second) == first["query"]
    assert (
        restored({"query": first["query"], "augmented": second["augmented"]["before"]})
        == "My camera is late. Where is it?"
    )


def test_variants_depend_on_the_seed_the_row_and_nothing_else() -> None:
    axes = Axes.of(styles=["typos"])
    text = "Could you tell me when my parcel will arrive, please?"
    assert made(text, axes) == made(text, axes)
    assert made(text, axes)[0].text != made(text, axes, seed=2)[0].text


@settings(max_examples=15, deadline=None)
@given(texts=st.lists(st.sampled_from(OPENINGS), min_size=1, max_size=2), seed=st.integers(0, 10**6))
def test_every_variant_is_restored_exactly_and_loses_nothing(texts: list[str], seed: int) -> None:
    query = " ".join(texts)
    for variant in made(query, ALL, seed):
        assert restored(json.loads(json.dumps(variant.record()))) == query
        assert lost(query, variant.text) == []


@settings(max_examples=40, deadline=None)
@given(query=st.text(min_size=1, max_size=120).filter(str.strip), seed=st.integers(0, 10**6))
def test_any_query_is_restored_exactly(query: str, seed: int) -> None:
    for variant in made(query, ALL, seed):
        assert restored(json.loads(json.dumps(variant.record()))) == query


def test_rows_are_read_from_jsonl_and_from_plain_text(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_text('{"query": "One?", "kind": "how"}\n\n{"query": "Two."}\n', encoding="utf-8")
    (tmp_path / "b.txt").write_text("\ufeffOne?\r\n\n  Two. \n", encoding="utf-8")
    jsonl, plain = list(read_rows(tmp_path / "a.jsonl")), list(read_rows(tmp_path / "b.txt"))
    assert (
        [(one.number, one.query) for one in jsonl]
        == [(one.number, one.query) for one in plain]
        == [(1, "One?"), (3, "Two.")]
    )
    assert jsonl[0].data == {"query": "One?", "kind": "how"}


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"Where is it?\n", r"a.jsonl:1: not a JSON row.*ends in \.txt"),
        (b'{"query": "x"}\n{"query": \n', "a.jsonl:2: not a JSON row"),
        (b'["query"]\n', "a.jsonl:1: not a JSON object"),
        (b'{"question": "x"}\n', "a.jsonl:1: query: missing or empty"),
        (b'{"query": " "}\n', "a.jsonl:1: query: missing or empty"),
        (b'{"query": 7}\n', "a.jsonl:1: query: missing or empty"),
        (b'{"query": "caf\xe9"}\n', "a.jsonl:1: not UTF-8 text"),
        (b'{"query": "\\ud800"}\n', "a.jsonl:1: query: has half a character"),
        (b'{"query": "' + b"x" * 2001 + b'"}\n', "a.jsonl:1: query: 2,001 characters"),
        (b"[" * 100_000 + b"\n", "a.jsonl:1: not a JSON row"),
    ],
)
def test_a_broken_row_is_named(tmp_path: Path, content: bytes, expected: str) -> None:
    (tmp_path / "a.jsonl").write_bytes(content)
    with pytest.raises(LocatedError, match=expected):
        list(read_rows(tmp_path / "a.jsonl"))


@pytest.mark.parametrize(
    ("axes", "expected"),
    [
        ((["camera"], ["happy"], []), "--tones: there is no 'happy'; known are neutral, cheerful, annoyed"),
        (([], [], ["typo"]), "--styles: there is no 'typo'; known are plain, colloquial, non_native, typos"),
        (([], [], []), "nothing to vary"),
    ],
)
def test_an_unknown_axis_is_named(axes: tuple[list[str], list[str], list[str]], expected: str) -> None:
    with pytest.raises(UsageError, match=expected):
        Axes.of(*axes)
