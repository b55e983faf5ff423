"""A weighted, seeded, endless stream of examples from several sources, each packed up to the window.

Example number n is a function of the sources, the seed and n alone, so that a stream can be cut into shares and taken
up anywhere. What is held out (two companies of the gold corpus, a hundredth of every other corpus) is never in it.
"""

import atexit
import hashlib
import json
import sys
from argparse import ArgumentParser
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import count, groupby, islice
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated, Final, Literal, Protocol

from pydantic import Field

from agents import randomness
from agents.dialogue import Speaker
from agents.draws import Draws
from agents.errors import UsageError
from agents.gpt2.vocabulary import SAY, Vocabulary
from agents.persona import Strict
from agents.training.corpora import files_of, read_corpus, usable
from agents.training.dialogues import TrainingDialogue
from agents.training.examples import Example, Learn, examples_of
from agents.training.gold_corpus import GOLD, HELD_OUT, companies, passages_of, read_company, with_others
from agents.training.readers.records import Fault
from agents.training.shelf import Shelf, ShelfWriter
from agents.training.silver import Labeller
from agents.training.slots import redrawn

HELD_OUT_SHARE: Final = 0.01
_AT_LATEST: Final = 10
"""The dialogue of this number is held out where none before it was, so that a small corpus can be measured too."""
_HELD_OUT_DRILLS: Final = 200
_MOST_PARTS: Final = 64
_LEAST_ROOM: Final = 100
"""An example with room for fewer tokens is full."""
_LAYOUT: Final = 3
"""Counts up when what is kept in a cache changes."""
_USES: Final = {"support": 3.0, "sales": 3.0, "grounded": 2.0, "service": 1.0, "chitchat": 0.3}
"""How much a dialogue of a corpus counts, by what the corpus is for."""


class SourceSpec(Strict):
    """One source of a recipe. `weight` is its share of the dialogues that are drawn, against the other weights.

    corpus: a file or folder of dialogues; gold: the project's own corpus, or one like it; drills: the folder of a line
    bank; copying needs no path. `cache` is a folder where the dialogues of a corpus are kept with their silver moves.
    `articles` are folders of help articles that drills are about, besides those of the gold companies.
    """

    kind: Literal["corpus", "gold", "drills", "copying"]
    path: Path | None = None
    weight: Annotated[float, Field(gt=0)] = 1.0
    cache: Path | None = None
    silver: bool = True
    articles: tuple[Path, ...] = ()


class Pool(Protocol):
    """Dialogues to draw from."""

    def draw(self, draws: Draws) -> TrainingDialogue:
        """Return a dialogue to train on."""

    def held_out(self) -> Iterator[TrainingDialogue]:
        """Yield the dialogues that are never drawn."""


@dataclass(frozen=True)
class Listed:
    """A pool of dialogues that are held in memory or on a shelf."""

    dialogues: Sequence[TrainingDialogue]
    kept_out: Sequence[TrainingDialogue]
    change: Callable[[TrainingDialogue, Draws], TrainingDialogue] | None = None

    def draw(self, draws: Draws) -> TrainingDialogue:
        dialogue = draws.choose(self.dialogues)
        return self.change(dialogue, draws) if self.change else dialogue

    def held_out(self) -> Iterator[TrainingDialogue]:
        return iter(self.kept_out)


@dataclass(frozen=True)
class Drawn:
    """A pool whose dialogues are made on the spot, from a seed and a number."""

    make: Callable[[int, int], TrainingDialogue]
    seed: int

    def draw(self, draws: Draws) -> TrainingDialogue:
        return self.make(self.seed, draws.between(0, 2**40))

    def held_out(self) -> Iterator[TrainingDialogue]:
        held = randomness.key(self.seed, "held out")
        return (self.make(held, place) for place in range(_HELD_OUT_DRILLS))


class Mix:
    """The sources of a recipe, opened. `faults` are the records that could not be used."""

    def __init__(self, sources: Sequence[SourceSpec], *, seed: int) -> None:
        if not sources:
            raise UsageError("a recipe needs at least one source")
        self.seed = seed
        self.faults: list[Fault] = []
        opened = [found for spec in sources for found in _opened(spec, seed, self.faults)]
        self._pools = [pool for pool, _ in opened]
        self._weights = [weight for _, weight in opened]

    def dialogue(self, *key: int | str) -> TrainingDialogue:
        """Return the dialogue that a key names."""
        draws = Draws(self.seed, "dialogue", *key)
        return draws.weighted(self._pools, self._weights).draw(draws)

    def example(self, place: int, vocabulary: Vocabulary, window: int, learn: Learn = Learn.BOTH) -> Example:
        """Return example number `place`: views of dialogues one after the other, as many as fit the window."""
        tokens: list[int] = []
        marks: list[bool] = []
        for part in range(_MOST_PARTS):
            for view in self._views(place, part, vocabulary, window - len(tokens), learn):
                tokens += view.tokens
                marks += view.learn
            if window - len(tokens) < _LEAST_ROOM:
                break
        return Example(tokens, marks)

    def _views(self, place: int, part: int, vocabulary: Vocabulary, room: int, learn: Learn) -> Iterator[Example]:
        """Yield the beginning of a dialogue's view, as much of it as the room holds."""
        side = Draws(self.seed, "side", place, part).choose(learn.sides)
        return islice(examples_of(self.dialogue(place, part), side, vocabulary, room), 1)

    def held_out(self, side: Speaker, vocabulary: Vocabulary, window: int) -> Iterator[Example]:
        """Yield what is held out, a view at a time, for measuring one side."""
        for pool in self._pools:
            for dialogue in pool.held_out():
                yield from examples_of(dialogue, side, vocabulary, window)


def stream(
    sources: Sequence[SourceSpec],
    vocabulary: Vocabulary,
    window: int,
    seed: int,
    *,
    learn: Learn = Learn.BOTH,
    first: int = 0,
    step: int = 1,
) -> Iterator[Example]:
    """Yield examples number first, first + step, ... without end; each has between 1 and `window` tokens.

    Raises UsageError where a source cannot be read or holds nothing usable.
    """
    mix = Mix(sources, seed=seed)
    return (mix.example(place, vocabulary, window, learn) for place in count(first, step))


def _opened(spec: SourceSpec, seed: int, faults: list[Fault]) -> Iterator[tuple[Pool, float]]:
    if spec.kind == "gold":
        yield _gold(spec.path or GOLD), spec.weight
    elif spec.kind == "corpus":
        yield from _corpora(spec, faults)
    else:
        yield _drills(spec, seed), spec.weight


def _gold(folder: Path) -> Pool:
    found = {company.name: list(read_company(company)) for company in companies(folder)}
    passages = {company.name: passages_of(company) for company in companies(folder)}
    kept = [dialogue for name in found if name not in HELD_OUT for dialogue in found[name]]
    held = [dialogue for name in found if name in HELD_OUT for dialogue in found[name]]

    def varied(dialogue: TrainingDialogue, draws: Draws) -> TrainingDialogue:
        return redrawn(with_others(dialogue, passages[dialogue.group or ""], draws), draws)

    return Listed(kept, held, varied)


def _drills(spec: SourceSpec, seed: int) -> Pool:
    from agents.training.drills.drawing import draw_copying, draw_drill, gold_shelves, line_bank, shelf_of

    if spec.kind == "copying":
        return Drawn(draw_copying, seed)
    if spec.path is None:
        raise UsageError("drills need the folder of a line bank")
    bank = line_bank(spec.path)
    shelves = gold_shelves() + tuple(shelf_of(folder) for folder in spec.articles)
    return Drawn(lambda key, place: draw_drill(bank, key, place, shelves), seed)


def _corpora(spec: SourceSpec, faults: list[Fault]) -> Iterator[tuple[Pool, float]]:
    """Yield a pool for each file; the weight of the source is shared out by use and by the root of the size."""
    if spec.path is None:
        raise UsageError("a corpus needs the path of a file or folder")
    labeller = cached_labeller() if spec.silver else None
    pools = [_pool(path, spec, labeller, faults) for path in files_of(spec.path)]
    pools = [pool for pool in pools if pool.dialogues]
    if not pools:
        raise UsageError(f"{spec.path}: every dialogue of this corpus is held out")
    shares = [_USES.get(pool.dialogues[0].use or "", 1.0) * len(pool.dialogues) ** 0.5 for pool in pools]
    for pool, share in zip(pools, shares, strict=True):
        yield pool, spec.weight * share / sum(shares)


def _pool(path: Path, spec: SourceSpec, labeller: Labeller | None, faults: list[Fault]) -> Listed:
    """Return the dialogues of a file from the cache, which is filled first where it lacks them."""
    folder = spec.cache or Path(_scratch().name)
    name = f"{path.name.split('.', 1)[0]}-{_digest(path, silver=spec.silver)}"
    kept, held = folder / f"{name}.kept.jsonl", folder / f"{name}.held.jsonl"
    known = folder / f"{name}.faults.json"
    if not known.exists():
        found: list[Fault] = []
        _fill(path, kept, held, labeller, found)
        known.write_text(json.dumps([[fault.line, fault.why] for fault in found]), encoding="utf-8")
    faults += [Fault(path, line, why) for line, why in json.loads(known.read_text(encoding="utf-8"))]
    return Listed(Shelf(kept), Shelf(held))


def _fill(path: Path, kept: Path, held: Path, labeller: Labeller | None, faults: list[Fault]) -> None:
    dialogues = usable(read_corpus(path), path, faults)
    ready = labeller.labelled(dialogues) if labeller else dialogues
    with ShelfWriter(kept) as to_train, ShelfWriter(held) as to_measure:
        held_any = False
        for place, dialogue in enumerate(ready, 1):
            held_out = is_held_out(dialogue) or (place == _AT_LATEST and not held_any)
            held_any = held_any or held_out
            (to_measure if held_out else to_train).add(dialogue)


def is_held_out(dialogue: TrainingDialogue) -> bool:
    """Return whether a dialogue of a corpus is never trained on: by its id one in a hundred, and certain companies."""
    share = randomness.uniform(randomness.key("held out", dialogue.source, dialogue.id), 0)
    return dialogue.group in HELD_OUT or share < HELD_OUT_SHARE


def _digest(path: Path, *, silver: bool) -> str:
    with path.open("rb") as file:
        content = hashlib.file_digest(file, "sha256").hexdigest()
    return hashlib.sha256(f"{_LAYOUT} {silver} {content}".encode()).hexdigest()[:12]


@cache
def cached_labeller() -> Labeller:
    """Return the labeller that has learnt from the gold corpus, held-out companies aside."""
    return Labeller(
        dialogue for company in companies() if company.name not in HELD_OUT for dialogue in read_company(company)
    )


@cache
def _scratch() -> TemporaryDirectory[str]:
    folder = TemporaryDirectory(prefix="duologue-")
    atexit.register(folder.cleanup)
    return folder


def main() -> None:
    """Print examples as a reader of the data wants to see them."""
    parser = ArgumentParser(description=main.__doc__)
    parser.add_argument("--corpora", type=Path)
    parser.add_argument("--lines", type=Path)
    parser.add_argument("--gold", action="store_true")
    parser.add_argument("--copying", action="store_true")
    parser.add_argument("--cache", type=Path)
    parser.add_argument("--model", type=Path, default=GOLD.parents[1] / "gpt2" / "house")
    parser.add_argument("--window", type=int, default=1024)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--count", type=int, default=5)
    given = parser.parse_args()
    sources = [
        *([SourceSpec(kind="corpus", path=given.corpora, cache=given.cache)] if given.corpora else []),
        *([SourceSpec(kind="drills", path=given.lines)] if given.lines else []),
        *([SourceSpec(kind="copying", weight=0.2)] if given.copying else []),
        *([SourceSpec(kind="gold")] if given.gold else []),
    ]
    vocabulary = Vocabulary.load(given.model, len(Vocabulary.load(given.model, 2**31).tokenizer.get_vocab()))
    names = {token: name for name, token in vocabulary.special.items()}
    for example in islice(stream(sources, vocabulary, given.window, given.seed), given.count):
        sys.stdout.write(shown(example, vocabulary, names) + "\n\n")


def shown(example: Example, vocabulary: Vocabulary, names: dict[int, str]) -> str:
    """Return an example as text: special tokens by name on a new line each, what is learnt in brackets."""
    parts: list[str] = []
    for learnt, group in groupby(zip(example.tokens, example.learn, strict=True), key=lambda pair: pair[1]):
        text = "".join(_symbol(token, vocabulary, names) for token, _ in group)
        parts.append(f"[[{text}]]" if learnt else text)
    return "".join(parts).strip()


def _symbol(token: int, vocabulary: Vocabulary, names: dict[int, str]) -> str:
    if token in names:
        return names[token] if names[token] == SAY else f"\n{names[token]}"
    return vocabulary.pieces[token].decode("utf-8", "replace")


if __name__ == "__main__":
    main()
