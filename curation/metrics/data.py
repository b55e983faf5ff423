"""A data set to be measured: dialogues as plain turns and, where they are a run's, the transcripts, articles, records.

Every measure reads it and none changes it. It is held in memory whole: about 30 kB a conversation.
"""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import islice
from pathlib import Path
from typing import Any, Final, TypeAlias

from agents.dialogue import Speaker, Turn
from agents.errors import UsageError
from agents.training.corpora import files_of, read_corpus, reader_for
from agents.training.dialogues import TrainingDialogue
from agents.training.readers.transcripts import read_transcripts as as_dialogues
from curation.articles import articles_of
from curation.metrics.measure import NotMeasuredError
from curation.metrics.sampling import reservoir
from orchestrator.grounding import Article, Passage, passages_of
from orchestrator.overlap import Run, words
from orchestrator.transcript import FILE_NAME, Transcript, read_transcripts, transcripts_path

RECORD_NAME: Final = "run.json"
REFERENCE: Final = 2000
Articles: TypeAlias = Mapping[str, Mapping[str, Article]]


@dataclass(frozen=True)
class Dialogue:
    """What was said in one conversation."""

    id: str
    turns: tuple[Turn, ...]

    @cached_property
    def words(self) -> tuple[Run, ...]:
        """The lower-case words of each turn."""
        return tuple(words(turn.text) for turn in self.turns)

    def of(self, speaker: Speaker) -> list[Turn]:
        return [turn for turn in self.turns if turn.speaker is speaker]


@dataclass(frozen=True, eq=False)
class DataSet:
    """Dialogues; `transcripts` are the same conversations in the same order, or empty where the file has none.

    `articles` holds the help articles of each scenario by id, empty where they are not to be found; `records` what
    `run.json` of each run says. `against` is the set that it is compared with, `reference` the name of the language
    model that judges it, where there are any.
    """

    dialogues: tuple[Dialogue, ...]
    transcripts: tuple[Transcript, ...] = ()
    articles: Articles = field(default_factory=dict)
    records: tuple[Mapping[str, Any], ...] = ()
    against: "DataSet | None" = None
    reference: str | None = None

    @cached_property
    def turns(self) -> int:
        return sum(len(dialogue.turns) for dialogue in self.dialogues)

    def runs(self) -> tuple[Transcript, ...]:
        """Return the transcripts. Raises NotMeasuredError where the data are not a run's."""
        if not self.transcripts:
            raise NotMeasuredError("only a run's transcripts tell")
        return self.transcripts

    def articles_for(self, transcript: Transcript) -> Mapping[str, Article]:
        return self.articles.get(transcript.scenario, {})

    @cached_property
    def passages(self) -> Mapping[str, Mapping[str, Passage]]:
        """The passages of each scenario's articles by id."""
        return {
            scenario: {passage.id: passage for article in articles.values() for passage in passages_of(article)}
            for scenario, articles in self.articles.items()
        }

    def grounded(self) -> list[Transcript]:
        """Return the transcripts whose articles are at hand. Raises NotMeasuredError where there are none."""
        found = [transcript for transcript in self.runs() if self.articles_for(transcript)]
        if not found:
            raise NotMeasuredError("the help articles of the run are not to be found")
        return found


def of_transcripts(
    transcripts: Iterable[Transcript], articles: Articles | None = None, records: Sequence[Mapping[str, Any]] = ()
) -> DataSet:
    """Return the data set of conversations at hand."""
    listed = tuple(transcripts)
    return DataSet(tuple(map(_dialogue, listed)), listed, articles or {}, tuple(records))


def load(*paths: Path | str, limit: int | None = None) -> DataSet:
    """Read runs (folders or transcript files) or corpora of any form that `duologue train` takes; `limit` of each.

    Raises UsageError or TranscriptError where a path holds no conversation or a line of a run is broken.
    """
    parts = [_load(Path(path), limit) for path in paths]
    whole = all(part.transcripts for part in parts)
    return DataSet(
        tuple(dialogue for part in parts for dialogue in part.dialogues),
        tuple(transcript for part in parts for transcript in part.transcripts) if whole else (),
        {scenario: found for part in parts for scenario, found in part.articles.items()},
        tuple(record for part in parts for record in part.records),
    )


def load_reference(path: Path | str) -> DataSet:
    """Read the set to compare with, as `load` does; of more than 2,000 dialogues, so many are drawn with a seed."""
    path = Path(path)
    found = (part.dialogues for part in [load(path)]) if _is_run(path) else [_corpus(path)]
    kept = reservoir((dialogue for each in found for dialogue in each), REFERENCE, "reference")
    if not kept:
        raise UsageError(f"{path}: holds no conversation")
    return DataSet(tuple(kept))


def _load(path: Path, limit: int | None) -> DataSet:
    found = _run(path, limit) if _is_run(path) else DataSet(tuple(islice(_corpus(path), limit)))
    if not found.dialogues:
        raise UsageError(f"{path}: holds no conversation")
    return found


def _is_run(path: Path) -> bool:
    if path.is_dir():
        return (path / FILE_NAME).exists() or (path / RECORD_NAME).exists()
    return not path.exists() or (path.suffix == ".jsonl" and reader_for(path) is as_dialogues)


def _run(path: Path, limit: int | None) -> DataSet:
    transcripts = tuple(islice(read_transcripts(path), limit))
    scenarios = dict.fromkeys(transcript.scenario for transcript in transcripts)
    articles = {name: articles_of(path, name) for name in scenarios}
    return of_transcripts(transcripts, articles, _records(transcripts_path(path).with_name(RECORD_NAME)))


def _records(path: Path) -> list[Mapping[str, Any]]:
    try:
        record = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return []
    return [record] if isinstance(record, dict) else []


def _dialogue(transcript: Transcript) -> Dialogue:
    return Dialogue(transcript.id, tuple(Turn(t.n, t.speaker, t.text, t.moves) for t in transcript.turns))


def _corpus(path: Path) -> Iterator[Dialogue]:
    for file in files_of(path):
        for found in read_corpus(file):
            if isinstance(found, TrainingDialogue):
                turns = (Turn(n, t.speaker, t.text, t.moves or ()) for n, t in enumerate(found.turns, 1))
                yield Dialogue(found.id, tuple(turns))
