"""From a customer's first message back to the opening in the scenario that it was made from.

Two conversations from one opening are as good as one to a model, whatever the product: a split keeps them together.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from agents.persona import Reveal
from curation.export.sources import Source
from orchestrator.transcript import CustomerRecord, Transcript


class Openings:
    """Names the opening of a conversation: its text with slots, case and white space aside.

    What names products by itself ("a camera bag for the {product}") is found in what the run recorded. Variants that
    were made of one query have its name, where the file of the openings is still there.
    """

    def __init__(self, sources: Sequence[Source]) -> None:
        self._same: dict[str, str] = {}
        for source in sources:
            for name, config in source.configs.items():
                self._learn(list(_rows(source, name, config)), _texts(config.get("products")))

    def name(self, transcript: Transcript) -> str:
        """Return the name of the opening; empty where nothing was said."""
        if not transcript.turns:
            return ""
        opening = transcript.turns[0]
        name = _plain(_masked(opening.original or opening.text, _values(transcript.customer)))
        return self._same.get(name, name)

    def _learn(self, rows: Sequence[Mapping[str, Any]], products: Sequence[str]) -> None:
        for row in rows:
            text, seed = str(row["query"]), _plain(_seed_query(row))
            for name in {_plain(text), *(_plain(_masked(text, {product: "product"})) for product in products)}:
                if name != seed:
                    self._same[name] = seed


def _seed_query(row: Mapping[str, Any]) -> str:
    """Return the query that a row's was made from, by undoing what augmentation did, however often."""
    from curation.augment.variants import ORIGIN, restored

    text, origin = str(row["query"]), row.get(ORIGIN)
    while isinstance(origin, Mapping):
        try:
            text = restored({"query": text, ORIGIN: origin})
        except (KeyError, TypeError, ValueError, IndexError):
            break
        origin = origin.get("before")
    return text


def _values(customer: CustomerRecord) -> dict[str, str]:
    values = {fact.value: fact.name for fact in customer.facts if fact.reveal is Reveal.START}
    return {**values, customer.product: "product"} if customer.product else values


def _masked(text: str, values: Mapping[str, str]) -> str:
    for value in sorted(values, key=len, reverse=True):
        text = text.replace(value, "{" + values[value] + "}") if value else text
    return text


def _plain(text: str) -> str:
    return " ".join(text.casefold().split())


def _texts(value: object) -> list[str]:
    return [text for text in value if isinstance(text, str)] if isinstance(value, list) else []


def _rows(source: Source, scenario: str, config: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """Yield the openings of a scenario as rows with at least a `query`; none where their file is gone."""
    openings = config.get("openings")
    if not isinstance(openings, Mapping):
        yield from ({"query": text} for text in _texts(openings))
        return
    if path := _openings_file(source, scenario, str(openings.get("file", ""))):
        yield from _file_rows(path)


def _openings_file(source: Source, scenario: str, file: str) -> Path | None:
    """Return where the file of the openings lies: beside the scenario, from here or from the run's folder."""
    path = source.scenarios[scenario].get("path")
    beside = Path(path).parent if isinstance(path, str) else Path()
    places = (beside / file, source.path.parent / beside / file)
    return next((place for place in places if place.is_file()), None)


def _file_rows(path: Path) -> Iterator[Mapping[str, Any]]:
    try:
        with path.open(encoding="utf-8", errors="replace") as file:
            for line in file:
                row = json.loads(line) if line.strip() else None
                if isinstance(row, dict) and isinstance(row.get("query"), str):
                    yield row
    except (OSError, ValueError):
        return
