import json
import subprocess
import sys
from pathlib import Path

import pytest

from terminal.main import main
from tests.export_runs import run_folder, transcript, varied


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    run_folder(tmp_path / "returns", varied(20))
    return tmp_path


def test_it_says_what_was_made(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["export", "returns", "--to", "csv", "--ending", "resolved", "--split", "50/50"]) == 0
    out, err = capsys.readouterr()
    assert out == (
        "returns/csv/returns-train.csv: 8 conversations, 32 turns\n"
        "returns/csv/returns-test.csv: 8 conversations, 32 turns\n"
        "returns/csv/README.md\n"
        "left out: 4 for another ending\n"
    )
    assert err == ""


def test_json_is_data(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["export", "returns", "--to", "messages", "--flip", "--system", "--json"]) == 0
    record = json.loads(capsys.readouterr().out)
    assert record["files"][0]["conversations"] == 20
    assert record["files"][0]["endings"] == {"resolved": 16, "unresolved": 4}
    assert record["card"] == "returns/messages/README.md"
    assert (record["read"], record["left_out"], record["kept_apart"]) == (20, {}, None)


def test_what_could_not_be_kept_apart_is_told_on_standard_error(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run_folder(here / "tied", [transcript(n, texts=[f"Q{n % 4}?", "A.", "B."], cites=["a.md#b"]) for n in range(8)])
    assert main(["export", "tied", "--to", "text", "--split", "50/25/25", "--json"]) == 0
    out, err = capsys.readouterr()
    assert json.loads(out)["kept_apart"] == "openings"
    assert err.splitlines()[1:] == [
        "duologue: validation: 1 of the 1 articles cited are cited in train as well, by 2 of 2 conversations",
        "duologue: test: 1 of the 1 articles cited are cited in train as well, by 2 of 2 conversations",
    ]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["returns"], "Missing option '--to'"),
        (["returns", "--to", "xml"], "Invalid value for '--to'"),
        (["nowhere", "--to", "csv"], "nowhere: No such file or directory"),
        (["returns", "--to", "csv", "--ending", "happy"], "--ending: no such ending 'happy'; known are resolved, "),
        (["returns", "--to", "csv", "--split", ""], "--split: '' is no split"),
        (["returns", "--to", "csv", "--licence", "all mine"], "--licence: 'all mine' is no identifier"),
        (["returns", "--to", "csv", "--ending", "stalled"], "returns: nothing to export; 20 conversations read"),
    ],
)
def test_a_mistake_is_one_line(
    here: Path, arguments: list[str], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["export", *arguments]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith(f"duologue: {message}")
    assert err.count("\n") == 1


def test_parquet_without_its_library_is_one_line(here: Path) -> None:
    code = (
        "import sys; sys.modules['pyarrow'] = None; from terminal.main import main;"
        "sys.exit(main(['export', 'returns', '--to', 'parquet']))"
    )
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (ended.returncode, ended.stdout) == (2, "")
    assert ended.stderr == "duologue: --to parquet needs pyarrow; install it with: pip install 'duologue[data]'\n"
    assert not (here / "returns" / "parquet").exists()


def test_names_of_files_are_shown_harmless(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["export", "returns", "--to", "text", "--out", "\x1b[31m.txt"]) == 0
    assert "\x1b" not in capsys.readouterr().out
