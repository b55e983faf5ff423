"""`duologue augment` as a user meets it."""

import json
from pathlib import Path

import pytest

from terminal.main import main

OPENINGS = str(Path(__file__).parent / "data" / "openings.txt")


def test_a_file_is_made_and_counted(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "more.jsonl"
    assert main(["augment", OPENINGS, "--styles", "typos", "--sample", "9", "--out", str(out)]) == 0
    captured = capsys.readouterr()
    assert captured.out.startswith(f"{out}: 9 variants of 138 rows\nkept: style:typos 9\n")
    assert len(out.read_text(encoding="utf-8").splitlines()) == 9


def test_the_counts_are_told_as_json(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    arguments = ["augment", OPENINGS, "--tones", "annoyed", "--out", str(tmp_path / "m.jsonl"), "--json"]
    assert main(arguments) == 0
    first = json.loads(capsys.readouterr().out)
    assert (first["rows"], first["operations"]) == (138, {"tone:annoyed": first["kept"]})
    assert main(arguments) == 0
    assert json.loads(capsys.readouterr().out) == first


def test_a_page_is_printed_and_nothing_written(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rows = tmp_path / "rows.txt"
    rows.write_text("Where is my parcel? I have been waiting for a week.\n", encoding="utf-8")
    assert main(["augment", str(rows), "--styles", "colloquial", "--show", "3"]) == 0
    assert "## style:colloquial\n\n| before | after |" in capsys.readouterr().out
    assert list(tmp_path.iterdir()) == [rows]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--styles", "typos"], "--out: say which file to write, or --show N to look at some first"),
        (["--out", "{}/m.jsonl"], "nothing to vary; give --products, --tones or --styles"),
        (["--styles", "typo", "--out", "{}/m.jsonl"], "--styles: there is no 'typo'; known are plain, colloquial, "
         "non_native, typos"),
        (["--tones", "cheerful,", "--out", "{}/m.jsonl"], "'cheerful,': has an empty name; write names with commas "
         "between, such as camera,laptop"),
        (["--products", "login", "--out", "{}/m.jsonl"], "--products: nothing is known of 'login', so it cannot be "
         "placed in a sentence; say what it is like, such as hoverboard=e-scooter"),
        (["--styles", "typos", "--out", "{}"], "{}: is a folder, not a file; choose another file with --out"),
    ],
)  # fmt: skip
def test_wrong_input_is_one_clear_line(
    tmp_path: Path, arguments: list[str], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    code = main(["augment", OPENINGS, *(argument.replace("{}", str(tmp_path)) for argument in arguments)])
    assert (code, capsys.readouterr().err) == (2, f"duologue: {message.replace('{}', str(tmp_path))}\n")
    assert list(tmp_path.iterdir()) == []


def test_a_missing_file_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["augment", str(tmp_path / "no.jsonl"), "--styles", "typos", "--out", str(tmp_path / "m.jsonl")]) == 2
    assert capsys.readouterr().err == f"duologue: {tmp_path / 'no.jsonl'}: No such file or directory\n"


def test_control_characters_in_rows_do_not_reach_the_terminal(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "rows.jsonl").write_text(
        '{"query": "Where is my parcel \\u001b[31m please, tell me?"}\n', encoding="utf-8"
    )
    assert main(["augment", str(tmp_path / "rows.jsonl"), "--styles", "typos", "--show", "1"]) == 0
    assert "\x1b" not in capsys.readouterr().out
