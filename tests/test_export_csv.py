import re
from pathlib import Path
from tempfile import TemporaryDirectory

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from curation.export import Format, Request, defuse, export, read_csv, restore
from tests.export_runs import run_folder, transcript

FORMULAS = [
    "=1+1", "+44 20 7946", "-2", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "  =1+1", "\u00a0=1", "\ufeff=1", "\u200b=1",
    "\x00=1", "\uff1d1", "\uff0b1", "\uff0d1", "\uff20x", "'=1", "'tis late", "=HYPERLINK(\"http://a.example\",\"x\")",
]  # fmt: skip
WORDS = ["", "NW-482913", "a = b", "I'd rather not", "50 - 75", "mail me @ home", "“=1”"]


@pytest.mark.parametrize("text", FORMULAS)
def test_a_formula_is_defused_and_comes_back(text: str) -> None:
    assert defuse(text) == f"'{text}"
    assert restore(defuse(text)) == text


@pytest.mark.parametrize("text", WORDS)
def test_other_words_stand_as_they_are(text: str) -> None:
    assert defuse(text) == text
    assert restore(text) == text


@given(st.text())
def test_whatever_is_defused_begins_harmlessly_and_comes_back(text: str) -> None:
    cell = defuse(text)
    assert not re.match(r"\s*[=+\-@]|[\t\r\n]", cell)
    assert restore(cell) == text


@settings(max_examples=20, deadline=None)
@given(st.lists(st.text(st.characters(codec="utf-8")), min_size=1, max_size=4))
def test_any_text_comes_back_from_a_file(texts: list[str]) -> None:
    with TemporaryDirectory() as folder:
        run = run_folder(Path(folder) / "run", [transcript(texts=["Hello?", *texts])])
        made = export(Request(runs=(run,), to=Format.CSV)).files[0].path
        assert [row["text"] for row in read_csv(made)] == ["Hello?", *texts]


def test_no_cell_of_an_export_can_run_in_a_spreadsheet(tmp_path: Path) -> None:
    customer = {"disposition": "=d()", "motivation": "+m", "product": "@p"}
    hostile = transcript(texts=["=cmd|' /C calc'!A0", "-1", "\t=1"], product="@p")
    hostile = hostile.model_copy(update={"customer": hostile.customer.model_copy(update=customer), "id": "=id"})
    made = export(Request(runs=(run_folder(tmp_path / "run", [hostile]),), to=Format.CSV)).files[0].path
    frame = pd.read_csv(made, keep_default_na=False, dtype=str)
    cells = [cell for row in frame.itertuples(index=False) for cell in row]
    assert not [cell for cell in cells if re.match(r"\s*[=+\-@\t\r]", cell)]
    assert next(read_csv(made))["disposition"] == "=d()"
