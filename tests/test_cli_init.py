from pathlib import Path

import pytest

from terminal.main import main

MADE = """\
Made a workspace in coffee:
  README.md
  duologue.yaml
  help_content/leaks-and-blockages.md
  help_content/returns-and-refunds.md
  scenarios/first.yaml
Next:
  duologue plan coffee/scenarios/first.yaml
  duologue run coffee/scenarios/first.yaml
"""


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_a_workspace_is_made(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["init", "coffee"]) == 0
    assert capsys.readouterr() == (MADE, "")
    for line in MADE.splitlines()[1:6]:
        assert (here / "coffee" / line.strip()).stat().st_size > 50


def test_an_empty_folder_will_do(here: Path) -> None:
    (here / "coffee").mkdir()
    assert main(["init", "coffee"]) == 0


def test_folders_above_are_made(here: Path) -> None:
    assert main(["init", "deep/er/coffee"]) == 0
    assert (here / "deep/er/coffee/scenarios/first.yaml").is_file()


def test_what_to_type_next_is_quoted(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["init", "my coffee"]) == 0
    assert "  duologue run 'my coffee/scenarios/first.yaml'\n" in capsys.readouterr().out


def test_a_folder_with_something_in_it_is_left_alone(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (here / "coffee").mkdir()
    (here / "coffee" / "mine.txt").write_text("mine")
    assert main(["init", "coffee"]) == 2
    assert capsys.readouterr() == ("", "duologue: coffee is not empty; name a new or an empty folder\n")
    assert [path.name for path in (here / "coffee").iterdir()] == ["mine.txt"]


def test_a_file_is_no_place_for_a_workspace(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (here / "coffee").write_text("mine")
    assert main(["init", "coffee"]) == 2
    assert capsys.readouterr() == ("", "duologue: no workspace can be made in coffee: Not a directory\n")
    assert main(["init", "coffee/er"]) == 2
    assert capsys.readouterr() == ("", "duologue: no workspace can be made in coffee/er: Not a directory\n")
