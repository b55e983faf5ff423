import json
from pathlib import Path

import pytest

from agents.gpt2.catalogue import ModelEntry, available
from terminal.main import main
from terminal.models_table import as_records, table


def test_the_house_model_is_listed(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "300")
    assert main(["models"]) == 0
    lines = capsys.readouterr().out.splitlines()
    house = available()[0]
    assert lines[0].split() == ["model", "kind", "parameters", "digest", "where"]
    assert lines[1].split(maxsplit=4)[:4] == ["house", "house", f"{house.parameters / 1e6:.1f}M", house.digest[:8]]
    assert lines[1].rstrip().endswith(str(house.path))


def test_json_is_data(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["models", "--json"]) == 0
    records = json.loads(capsys.readouterr().out)
    house = available()[0]
    assert records[0] == {
        "name": "house",
        "kind": "house",
        "parameters": house.parameters,
        "digest": house.digest,
        "path": str(house.path),
    }


def test_what_cannot_be_counted_is_unknown() -> None:
    entry = ModelEntry("odd", "hub cache", Path("cache/odd"), None, "0123456789abcdef")
    assert as_records([entry])[0]["parameters"] is None
    assert [column.header for column in table([entry]).columns][2] == "parameters"
    assert [str(cell) for cell in table([entry]).columns[2].cells] == ["unknown"]
