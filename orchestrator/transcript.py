"""The record of a conversation: the schema of one line of `transcripts.jsonl`, and the reader.

Nothing that depends on time, host or speed is in it: the same scenario, seed and model give the same bytes.
"""

import json
from collections.abc import Iterator
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Final, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from agents.dialogue import Speaker
from agents.errors import TranscriptError
from agents.persona import Domain, Reveal, Role
from agents.policy import Stage

SCHEMA: Final = 1
FILE_NAME: Final = "transcripts.jsonl"


class Record(BaseModel):
    """A frozen part of a transcript; unknown keys are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Reason(StrEnum):
    """Why a conversation stopped."""

    RESOLVED = "resolved"
    UNRESOLVED = "unresolved"
    SALE_CLOSED = "sale_closed"
    SALE_DECLINED = "sale_declined"
    GOODBYE = "goodbye"
    MAX_TURNS = "max_turns"
    STALLED = "stalled"
    GUARDED = "guarded"
    CONTEXT_FULL = "context_full"
    ENDED = "ended"
    """A person who had a side ended it; nothing is said about the outcome."""
    ERROR = "error"


class Ending(Record):
    """A typed reason, who caused it (None: the orchestrator), the turn and the words that show it."""

    reason: Reason
    by: Speaker | None = None
    turn: Annotated[int, Field(ge=0)]
    evidence: str = ""


class Citation(Record):
    """A passage that a reply relies on: `start` and `end` are character offsets into the article's text.

    `score` is the retrieval score, `support` how far the span bears out the reply, from 0 to 1.
    """

    passage: str
    start: Annotated[int, Field(ge=0)]
    end: Annotated[int, Field(gt=0)]
    score: float
    support: Annotated[float, Field(ge=0, le=1)]


class TurnRecord(Record):
    """One message. `stage` is the sale's; `spliced`: it was built around given words: those of a passage, as no attempt
    passed, or a question that the customer came with.

    `forgot` counts the earliest turns that no longer fitted into the speaker's window. Of a restyled turn, `original`
    is what was said first, and `dropped` has the citations that the new words do not bear out.
    """

    n: Annotated[int, Field(ge=1)]
    speaker: Speaker
    moves: tuple[str, ...] = ()
    text: str
    original: str | None = None
    stage: Stage | None = None
    attempts: Annotated[int, Field(ge=1)] | None = None
    spliced: bool | None = None
    citations: tuple[Citation, ...] | None = None
    dropped: tuple[Citation, ...] | None = None
    forgot: Annotated[int, Field(ge=1)] | None = None


class FactRecord(Record):
    """One entry of the ledger: `told_in` is the turn in which the customer told it, None where it never was."""

    name: str
    value: str
    reveal: Reveal
    told_in: Annotated[int, Field(ge=1)] | None = None


class CustomerRecord(Record):
    """The customer's settled axes and ledger."""

    disposition: str
    motivation: str
    tone: str
    style: str
    product: str | None = None
    facts: tuple[FactRecord, ...] = ()


class AgentRecord(Record):
    """The agent's role."""

    role: Role


class ModelsRecord(Record):
    """Which model spoke for each side, as `name@hash`."""

    customer: str
    agent: str


class OriginRecord(Record):
    """Where a conversation was taken up from: the run (the SHA-256 of its transcripts), the id, the first turn anew."""

    run: str
    id: str
    turn: Annotated[int, Field(ge=1)]


class RestyledRecord(Record):
    """What a conversation was put into other words from: the run (the SHA-256 of its transcripts), and how.

    `by` is "rules" or the label of a model, whose text stands where the guards let it pass.
    """

    run: str
    style: str
    seed: int
    by: str


class Transcript(Record):
    """One conversation, one line of `transcripts.jsonl`."""

    schema_: Annotated[Literal[1], Field(alias="schema")] = SCHEMA
    id: str
    scenario: str
    domain: Domain
    seed: int
    customer: CustomerRecord
    agent: AgentRecord
    turns: tuple[TurnRecord, ...]
    ending: Ending
    models: ModelsRecord
    forked_from: OriginRecord | None = None
    restyled: RestyledRecord | None = None

    @model_validator(mode="after")
    def _turns_count_from_one(self) -> Self:
        if [turn.n for turn in self.turns] != list(range(1, len(self.turns) + 1)):
            raise ValueError("turns must be numbered 1, 2, 3 ...")
        return self

    def to_line(self) -> str:
        """Return the line that stands for this conversation, without the newline; absent values are left out."""
        data = self.model_dump(mode="json", by_alias=True, exclude_none=True)
        return json.dumps(data, ensure_ascii=False, separators=(", ", ": "))

    @classmethod
    def from_line(cls, line: str) -> "Transcript":
        """Read one line; raises pydantic's ValidationError (a ValueError) where it is no transcript."""
        return cls.model_validate_json(line)


def transcripts_path(run: Path | str) -> Path:
    """Return the transcript file of `run`, which is a run folder or the file itself."""
    path = Path(run)
    return path / FILE_NAME if path.is_dir() else path


def read_transcripts(run: Path | str) -> Iterator[Transcript]:
    """Yield the conversations of a run folder or transcript file, one at a time.

    Raises TranscriptError, naming file and line, where the file is missing or a line is broken.
    """
    path = transcripts_path(run)
    try:
        with path.open(encoding="utf-8") as file:
            for number, line in enumerate(file, 1):
                if line.strip():
                    yield _read_line(line, path, number)
    except UnicodeDecodeError as error:
        raise TranscriptError(f"not UTF-8 text ({error.reason} at byte {error.start})", path=path) from None
    except OSError as error:
        raise TranscriptError(error.strerror or str(error), path=path) from None


def _read_line(line: str, path: Path, number: int) -> Transcript:
    if not line.endswith("\n"):
        raise TranscriptError("the line is cut off; resume the run to finish it", path=path, line=number)
    try:
        return Transcript.from_line(line)
    except ValidationError as error:
        first = error.errors()[0]
        key = ".".join(map(str, first["loc"])) or "line"
        hint = "; expected a run's folder or its transcripts.jsonl" if number == 1 else ""
        raise TranscriptError(f"{key}: {first['msg']}{hint}", path=path, line=number) from None
