"""What a measure is: a definition, and what it found in one data set. It computes nothing."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from inspect import getdoc
from typing import TYPE_CHECKING, TypeAlias

from agents.errors import DuologueError

if TYPE_CHECKING:
    from curation.metrics.data import DataSet

Cell: TypeAlias = float | int | str
Detail: TypeAlias = Mapping[str, "Cell | Detail"]
"""What stands behind a value: plain, JSON-able, nested by group where there are groups."""


class Better(StrEnum):
    """Which way is good; `neither` where a value only describes."""

    HIGHER = "higher"
    LOWER = "lower"
    NEITHER = "neither"


class Heading(StrEnum):
    """The six headings of the rubric, and the two that only describe."""

    RELEVANCE = "relevance"
    FLUENCY = "coherence and fluency"
    CREATIVITY = "creativity"
    SAFETY = "toxicity and bias"
    ACCURACY = "accuracy and completeness"
    COMPUTE = "compute time"
    FORM = "size and form"
    REFERENCE = "against the reference"


RUBRIC = (
    Heading.RELEVANCE, Heading.FLUENCY, Heading.CREATIVITY, Heading.SAFETY, Heading.ACCURACY, Heading.COMPUTE,
)  # fmt: skip


class Unit(StrEnum):
    """What a value counts."""

    SHARE = "share"
    COUNT = "count"
    WORDS = "words"
    TURNS = "turns"
    SECONDS = "seconds"
    RATE = "per second"
    NUMBER = "number"
    """A number of its own scale, such as MTLD or a perplexity."""


class NotMeasuredError(DuologueError):
    """A measure that says nothing about this data set, and why: too little text, no articles, a missing library."""


@dataclass(frozen=True, slots=True)
class Estimate:
    """A value over `n` things counted, with its 95 % bootstrap interval where it has one."""

    value: float
    n: int
    low: float | None = None
    high: float | None = None
    detail: Detail = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Metric:
    """A measure's definition: a pure function from a data set to an estimate, and how to read what it returns."""

    name: str
    heading: Heading
    better: Better
    unit: Unit
    function: "Callable[[DataSet], Estimate]"

    def __call__(self, data: "DataSet") -> Estimate:
        return self.function(data)

    @property
    def definition(self) -> str:
        """The first paragraphs of the function's docstring."""
        return self._parts[0]

    @property
    def source(self) -> str:
        """Where the measure was first described, or nothing where it is plain counting."""
        return self._parts[1]

    @property
    def _parts(self) -> tuple[str, str]:
        text = " ".join((getdoc(self.function) or "").split())
        definition, _, source = text.partition(" Source: ")
        return definition, source

    def measure(self, data: "DataSet") -> "Measure":
        """Return what it finds in `data`. Raises NotMeasuredError where it says nothing about it."""
        found = self.function(data)
        return Measure(
            self.name, found.value, found.n, found.low, found.high, self.unit, self.better, self.heading,
            self.definition, self.source, found.detail,
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Measure:
    """What a metric found: `low` and `high` are the 95 % bootstrap interval, `n` how many things were counted."""

    name: str
    value: float
    n: int
    low: float | None
    high: float | None
    unit: Unit
    better: Better
    heading: Heading
    definition: str
    source: str
    detail: Detail = field(default_factory=dict)


def metric(
    name: str, heading: Heading, *, better: Better = Better.NEITHER, unit: Unit = Unit.SHARE
) -> "Callable[[Callable[[DataSet], Estimate]], Metric]":
    """Make a metric of a function; its docstring is the definition, what follows `Source:` the source."""

    def made(function: "Callable[[DataSet], Estimate]") -> Metric:
        return Metric(name, heading, better, unit, function)

    return made
