"""What may stand under each key of a scenario file, as pydantic models.

It reads no files, and knows no rule that ties distant keys together; `scenario.py` does.
"""

from collections.abc import Callable, Mapping
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, Final, Literal, TypeAlias, TypeVar

from pydantic import AfterValidator, BeforeValidator, Discriminator, Field, StringConstraints, Tag, field_validator
from pydantic_core.core_schema import ValidationInfo

from agents.gpt2.sampling import Sampling
from agents.persona import (
    DISPOSITIONS,
    MOTIVATIONS,
    Disposition,
    Motivation,
    Name,
    Reveal,
    Role,
    Strict,
    Style,
    Tone,
)
from orchestrator.faults import show, unknown, wrong

_T = TypeVar("_T")


def _text(limit: int) -> StringConstraints:
    return StringConstraints(strip_whitespace=True, min_length=1, max_length=limit)


def _path_text(value: object) -> object:
    return str(value) if isinstance(value, Path) else value


Message: TypeAlias = Annotated[str, _text(5000)]
Product: TypeAlias = Annotated[str, _text(60)]
RolePrompt: TypeAlias = Annotated[str, _text(2000)]
Model: TypeAlias = Annotated[str, _text(300)]
PathText: TypeAlias = Annotated[str, _text(1000), BeforeValidator(_path_text)]


class Policy(StrEnum):
    """How a side chooses its moves: from an agenda, or the language model alone decides."""

    AGENDA = "agenda"
    FREE = "free"


class GroundingMode(StrEnum):
    """What passages do: nothing, stand in the prompt, are checked against, or are spliced in as a last resort."""

    OFF = "off"
    PROMPT = "prompt"
    VERIFY = "verify"
    SPLICE = "splice"


class FactTemplate(Strict):
    """A fact whose value has slots; see `orchestrator.values`."""

    name: Annotated[Name, Field(description="a name in lower-case letters, such as 'order number'")]
    value: Annotated[str, _text(200), Field(description="a text that may have slots, such as 'NW-{digits:6}'")]
    reveal: Reveal = Reveal.ASKED


def _named(kind: str, known: Mapping[str, _T]) -> Callable[[object], object]:
    """Return a validator that puts a built-in in the place of its name."""

    def look_up(value: object) -> object:
        if not isinstance(value, str):
            return value
        if value not in known:
            raise wrong(unknown(value, kind, list(known)))
        return known[value]

    return look_up


DispositionItem: TypeAlias = Annotated[Disposition, BeforeValidator(_named("disposition", DISPOSITIONS))]
MotivationItem: TypeAlias = Annotated[Motivation, BeforeValidator(_named("motivation", MOTIVATIONS))]


class MessagesFile(Strict):
    """A JSONL file of openings or questions, one row a line, each with a "query"."""

    file: Annotated[PathText, Field(description="the path of a .jsonl file, relative to the scenario")]


def _messages_shape(value: object) -> str | None:
    if isinstance(value, Mapping | MessagesFile):
        return "#file"
    return "#list" if isinstance(value, list | tuple) else None


MessageList: TypeAlias = Annotated[tuple[Message, ...], Field(min_length=1)]
Messages: TypeAlias = Annotated[
    Annotated[MessageList, Tag("#list")] | Annotated[MessagesFile, Tag("#file")], Discriminator(_messages_shape)
]
Questions: TypeAlias = Annotated[
    Annotated[tuple[Message, ...], Tag("#list")] | Annotated[MessagesFile, Tag("#file")],
    Discriminator(_messages_shape),
]


class CustomerSide(Strict):
    """The customer's side and its axes of variation."""

    policy: Policy = Policy.AGENDA
    model: Model = "house"
    prompt: RolePrompt | None = None
    sampling: Sampling = Sampling(temperature=0.35)
    dispositions: Annotated[
        tuple[DispositionItem, ...], Field(min_length=1, description="a list, such as [amiable, cynical]")
    ]
    motivations: Annotated[
        tuple[MotivationItem, ...], Field(min_length=1, description="a list, such as [refund, replacement]")
    ]
    tones: Annotated[tuple[Tone, ...], Field(min_length=1)] = (Tone.NEUTRAL,)
    styles: Annotated[tuple[Style, ...], Field(min_length=1)] = (Style.PLAIN,)
    facts: tuple[FactTemplate, ...] = ()
    questions: Annotated[Questions, Field(description="a list of texts, or {file: questions.jsonl}")] = ()


class AgentSide(Strict):
    """The agent's side."""

    role: Annotated[Role, Field(description="support or salesperson")]
    policy: Policy = Policy.AGENDA
    model: Model = "house"
    prompt: RolePrompt | None = None
    sampling: Sampling = Sampling(temperature=0.2)


class Turns(Strict):
    """How many messages a conversation has, both sides counted."""

    min: Annotated[int, Field(strict=True, ge=2, le=60)] = 4
    max: Annotated[int, Field(strict=True, ge=2, le=60), Field(validate_default=True)] = 12

    @field_validator("max")
    @classmethod
    def _not_below_min(cls, value: int, info: ValidationInfo) -> int:
        low = info.data.get("min", value)
        if value < low:
            raise wrong(f"{value} is less than turns.min, which is {low}")
        return value


def _pair(value: object) -> object:
    if not isinstance(value, list | tuple) or len(value) != 2:
        raise wrong(f"{show(value)} is not a pair; write two numbers, such as [50, 75]")
    return value


def _word_range(value: tuple[int, int]) -> tuple[int, int]:
    low, high = value
    if high - low < 10:
        raise wrong(f"[{low}, {high}] leaves no room; the second number must be at least 10 more than the first")
    return value


WordCount: TypeAlias = Annotated[int, Field(strict=True, ge=1, le=300)]
WordRange: TypeAlias = Annotated[tuple[WordCount, WordCount], BeforeValidator(_pair), AfterValidator(_word_range)]


class Reply(Strict):
    """The length of a reply in words, and how many candidates are drawn for it at most.

    Of `drafts` candidates that pass, the one that the model finds likeliest is kept; 1 takes the first.
    """

    words: WordRange = (50, 75)
    attempts: Annotated[int, Field(strict=True, ge=1, le=16)] = 3
    drafts: Annotated[int, Field(strict=True, ge=1, le=16)] = 3


class Grounding(Strict):
    """How replies are tied to the help content; `passages` are retrieved for each reply."""

    mode: GroundingMode = GroundingMode.SPLICE
    passages: Annotated[int, Field(strict=True, ge=1, le=5)] = 1


class Sample(Strict):
    """A random part of the matrix."""

    sample: Annotated[int, Field(strict=True, ge=1, description="how many cells of the matrix to take")]


def _switch(value: object) -> object:
    """Return a guard's setting: on, off (YAML 1.2 reads both as text), or its parameters."""
    if isinstance(value, str) and value.lower() in ("on", "off"):
        return value.lower() == "on"
    if isinstance(value, bool | Mapping):
        return value
    raise wrong(f"{show(value)} does not fit; expected on, off, or a mapping of parameters")


def _ending(value: object) -> object:
    """Return one entry of `endings`: a text, or a rule's name with its parameters."""
    if isinstance(value, Mapping) and len(value) == 1:
        [(name, given)] = value.items()
        if given is None or isinstance(given, Mapping):
            return {name: given or {}}
        raise wrong(f"{show(given)} does not fit; expected the parameters of {show(name)}, such as {{n: 12}}")
    if isinstance(value, str) and value.strip():
        return value
    raise wrong(f"{show(value)} does not fit; expected {_ENDINGS}")


def _ending_list(value: object) -> object:
    if isinstance(value, list | tuple):
        return value
    if not isinstance(value, str):
        raise wrong(f"{show(value)} does not fit; expected {_ENDINGS}, or a list of them")
    return (value,)


def _matrix_shape(value: object) -> str:
    return "#sample" if isinstance(value, Mapping | Sample) else "#full"


def _as_list(value: object) -> object:
    if value is None or isinstance(value, list | tuple):
        return value
    if not isinstance(value, str | Path):
        raise wrong(f"{show(value)} does not fit; expected a folder or file, or a list of them")
    return (value,)


_ENDINGS: Final = "a rule, such as 'resolved | max_turns(8)' or {max_turns: {n: 8}}"

Parameters: TypeAlias = dict[str, Any]
GuardSetting: TypeAlias = Annotated[bool | Parameters, BeforeValidator(_switch)]
EndingItem: TypeAlias = Annotated[str | dict[str, Parameters], BeforeValidator(_ending)]
Endings: TypeAlias = Annotated[tuple[EndingItem, ...], Field(min_length=1), BeforeValidator(_ending_list)]
Matrix: TypeAlias = Annotated[
    Annotated[Literal["full"], Tag("#full")] | Annotated[Sample, Tag("#sample")], Discriminator(_matrix_shape)
]
HelpContent: TypeAlias = Annotated[tuple[PathText, ...], Field(min_length=1), BeforeValidator(_as_list)]
