"""The variants of one row: combinations of product, tone and style, each with what was done and how to undo it.

An axis that makes no sense for a row leaves it as it is, and the other axes go on: a message about a login takes no
product, and still takes tones and styles. It knows no files.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import product as combinations
from typing import Any, Final, TypeAlias

from agents.draws import Draws
from agents.errors import UsageError
from agents.persona import Style, Tone
from agents.styles import SHORTEST_TYPOS, Change, Revision, revised
from curation.augment.catalogue import Product, placed
from curation.augment.products import substituted
from curation.augment.refusal import RefusedError
from curation.augment.rows import Row
from curation.augment.tones import retoned

ORIGIN: Final = "augmented"
"""The key under which a row says where it comes from."""


@dataclass(frozen=True, slots=True)
class Axes:
    """What is varied: products, tones and styles; an empty axis stays as it is."""

    products: tuple[Product, ...] = ()
    tones: tuple[Tone, ...] = ()
    styles: tuple[Style, ...] = ()

    @classmethod
    def of(cls, products: Sequence[str] = (), tones: Sequence[str] = (), styles: Sequence[str] = ()) -> "Axes":
        """Return the axes with these names. Raises UsageError where one is unknown, or all are empty."""
        if not (products or tones or styles):
            raise UsageError("nothing to vary; give --products, --tones or --styles")
        return cls(
            tuple(placed(name) for name in dict.fromkeys(products)),
            tuple(Tone(_known(name, Tone, "--tones")) for name in dict.fromkeys(tones)),
            tuple(Style(_known(name, Style, "--styles")) for name in dict.fromkeys(styles)),
        )

    @property
    def names(self) -> Mapping[str, list[str]]:
        """The axes in words, as a record shows them."""
        return {
            "products": [product.name for product in self.products],
            "tones": list(map(str, self.tones)),
            "styles": list(map(str, self.styles)),
        }


@dataclass(frozen=True, slots=True)
class Operation:
    """Something that was done to a text, and the text that came of it."""

    name: str
    revision: Revision


@dataclass(frozen=True, slots=True)
class Variant:
    """A row's query after some operations, in order."""

    row: Row
    operations: tuple[Operation, ...]

    @property
    def text(self) -> str:
        return self.operations[-1].revision.text

    def record(self) -> dict[str, Any]:
        """Return the output row: the parent's keys, the new query, and where it comes from."""
        origin: dict[str, Any] = {
            "row": self.row.number,
            "sha256": self.row.digest,
            "operations": [
                {
                    "name": operation.name,
                    "changes": [[change.start, change.end, change.was] for change in operation.revision.changes],
                }
                for operation in self.operations
            ],
        }
        if ORIGIN in self.row.data:
            origin["before"] = self.row.data[ORIGIN]
        return {**self.row.data, "query": self.text, ORIGIN: origin}


@dataclass(frozen=True, slots=True)
class Refusal:
    """A combination, or a whole axis of one, that makes no sense for a row: which operation, and why."""

    operation: str
    why: str


_Outcome: TypeAlias = Variant | Refusal


def variants(row: Row, axes: Axes, *, seed: int, shuffled: bool = False) -> Iterator[_Outcome]:
    """Yield the variants of a row, and why others are none; in the order of the axes, or in a random one.

    They depend on the seed, the row's number and its query, and on nothing else; no two are alike.
    """
    seen = {row.query}
    bases, refusals = _bases(row, axes)
    yield from refusals
    cells = list(combinations(bases, axes.tones or (None,), axes.styles or (None,)))
    if shuffled:
        cells = Draws(seed, row.number, row.digest, "order").shuffled(cells)
    for base, tone, style in cells:
        outcome = _varied(row, base, tone, style, seed)
        if isinstance(outcome, Variant) and outcome.text in seen:
            outcome = Refusal(outcome.operations[-1].name, "the same text as another variant")
        if isinstance(outcome, Variant):
            seen.add(outcome.text)
        yield outcome


def _bases(row: Row, axes: Axes) -> tuple[list[tuple[Operation, ...]], list[Refusal]]:
    """Return the row about each product that it can be about, or as it is where it can be about none."""
    bases: list[tuple[Operation, ...]] = []
    refusals: list[Refusal] = []
    for product in axes.products:
        name = f"product:{product.name}"
        try:
            bases.append((Operation(name, substituted(row.query, product)),))
        except RefusedError as refused:
            refusals.append(Refusal(name, str(refused)))
    return bases or [()], refusals


def _varied(row: Row, base: tuple[Operation, ...], tone: Tone | None, style: Style | None, seed: int) -> _Outcome:
    key: list[int | str] = [seed, row.number, row.digest, *(operation.name for operation in base), str(tone)]
    done, name = [*base], ""
    try:
        if tone is not None:
            name = f"tone:{tone}"
            revision = retoned(_text(row, done), tone, Draws(*key))
            done += [Operation(name, revision)] if revision.changes else []
        if style not in {None, Style.PLAIN}:
            name = f"style:{style}"
            done.append(Operation(name, _styled(_text(row, done), Style(style), Draws(*key, str(style)))))
    except RefusedError as refused:
        return Refusal(name, str(refused))
    return Variant(row, tuple(done)) if done else Refusal(name or f"style:{style}", "nothing changes")


def _text(row: Row, done: Sequence[Operation]) -> str:
    return done[-1].revision.text if done else row.query


def _styled(text: str, style: Style, draws: Draws) -> Revision:
    revision = revised(text, style, draws)
    if style is Style.TYPOS and len(revision.changes) < SHORTEST_TYPOS:
        raise RefusedError("too short for three typing errors")
    if not revision.changes:
        raise RefusedError("nothing in it can be said so")
    return revision


def _known(name: str, kind: type[StrEnum], option: str) -> str:
    if name not in list(kind):
        raise UsageError(f"{option}: there is no {name!r}; known are {', '.join(kind)}")
    return name


def restored(row: Mapping[str, Any]) -> str:
    """Return the parent's query of an output row, by undoing its operations, the last one first."""
    text = str(row["query"])
    for operation in reversed(row[ORIGIN]["operations"]):
        text = Revision(text, tuple(Change(*change) for change in operation["changes"])).restored()
    return text
