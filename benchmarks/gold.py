"""The gold dialogues as if a run had left them: 400 conversations that people would hold, with their help articles."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from agents.training.gold_corpus import GOLD, companies
from curation.metrics.data import DataSet, of_transcripts
from orchestrator.grounding import Article, Hit, Passage, cite, load_articles, passages_of
from orchestrator.transcript import Transcript, TurnRecord

_MODELS: Final = {"customer": "gold", "agent": "gold"}


def gold(most: int | None = None) -> DataSet:
    """Return the dialogues of the first `most` companies, of all without it.

    What a reply cites is found anew in the passages that its author named, as a run would have found it.
    """
    transcripts: list[Transcript] = []
    articles: dict[str, Mapping[str, Article]] = {}
    for folder in companies(GOLD)[:most]:
        articles[folder.name] = {article.id: article for article in load_articles([folder / "articles"])}
        passages = {one.id: one for article in articles[folder.name].values() for one in passages_of(article)}
        transcripts += [_cited(one, passages) for one in _read(folder)]
    return of_transcripts(transcripts, articles)


def _read(folder: Path) -> Iterator[Transcript]:
    for line in (folder / "dialogues.jsonl").read_text(encoding="utf-8").splitlines():
        record: dict[str, Any] = json.loads(line)
        del record["goal"]
        yield Transcript.model_validate({**record, "scenario": folder.name, "models": _MODELS})


def _cited(one: Transcript, passages: Mapping[str, Passage]) -> Transcript:
    return one.model_copy(update={"turns": tuple(_with_citations(turn, one, passages) for turn in one.turns)})


def _with_citations(turn: TurnRecord, one: Transcript, passages: Mapping[str, Passage]) -> TurnRecord:
    named = {citation.passage: citation.score for citation in turn.citations or ()}
    hits = [Hit(passages[name], score) for name, score in named.items() if name in passages]
    said = " ".join(before.text for before in one.turns[: turn.n - 1])
    return turn.model_copy(update={"citations": tuple(cite(turn.text, hits, said=said)) or None})
