"""Real customers' turns, where there are any: DUOLOGUE_CORPORA names a folder of *.jsonl.gz with `turns`."""

import gzip
import json
import os
from collections.abc import Callable
from itertools import islice
from pathlib import Path

import pytest

from agents.draws import Draws
from agents.persona import Style, Tone
from agents.styles import Revision, revised
from curation.augment.catalogue import placed
from curation.augment.products import substituted
from curation.augment.refusal import RefusedError
from curation.augment.tones import retoned
from tests.survivors import lost

CORPORA = Path(os.environ.get("DUOLOGUE_CORPORA", "no-corpora"))
TURNS = 5000
OPERATIONS: dict[str, Callable[[str, Draws], Revision]] = {
    **{f"style {s}": lambda text, draws, s=s: revised(text, s, draws) for s in Style},
    **{f"tone {t}": lambda text, draws, t=t: retoned(text, t, draws) for t in Tone},
    **{
        f"product {name}": lambda text, draws, name=name: substituted(text, placed(name))
        for name in ("camera", "headphones", "washing machine", "jeans")
    },
}


@pytest.fixture(scope="module")
def turns() -> list[str]:
    """An even share of the customers' turns of every corpus, of three words and more."""
    texts: list[str] = []
    files = sorted(CORPORA.glob("*.jsonl.gz"))
    for path in files:
        with gzip.open(path, "rt", encoding="utf-8") as file:
            said = (turn["text"] for line in file for turn in json.loads(line)["turns"] if turn["role"] == "customer")
            texts += islice((text for text in said if len(text.split()) > 2), TURNS // len(files) + 1)
    return texts[:TURNS]


@pytest.mark.slow
@pytest.mark.skipif(not CORPORA.is_dir(), reason="no corpora here")
@pytest.mark.parametrize("operation", OPERATIONS)
def test_names_numbers_dates_and_amounts_survive_in_real_turns(operation: str, turns: list[str]) -> None:
    kept = 0
    for seed, text in enumerate(turns):
        try:
            revision = OPERATIONS[operation](text, Draws(seed))
        except RefusedError:
            continue
        kept += 1
        assert revision.restored() == text
        assert lost(text, revision.text) == []
    assert kept > 20
