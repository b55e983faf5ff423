"""A whole training run: sources opened, a model to start from, the fit, and what is left beside the weights.

It draws together what the other modules do and decides little itself. Example n of device r is a function of the
sources, the seed, n and r alone.
"""

import os
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, nullcontext
from itertools import count
from pathlib import Path
from typing import Final

from agents.draws import Draws
from agents.gpt2.vocabulary import Vocabulary
from agents.training.card import Facts, model_card
from agents.training.corpora import files_of
from agents.training.curve import draw_curve
from agents.training.examples import Example, examples_of
from agents.training.fitting import Data, Fitted, fit
from agents.training.gold_corpus import GOLD
from agents.training.mix import Mix
from agents.training.packing import Stream
from agents.training.progress import Listener
from agents.training.provenance import Provenance, digest_of
from agents.training.readers.records import Fault
from agents.training.recipe import Method, Recipe, Source
from agents.training.starting import Start, from_base, from_scratch, start_from, train_tokenizer, vocabulary_of
from agents.training.trainer import HeldOut

_PAGES: Final = Path(__file__).with_name("drills")
_TOKENIZER_DIALOGUES: Final = 20_000
"""So many dialogues are drawn to train a tokenizer on."""


def tune(recipe: Recipe, out: Path, *, resume: bool, merge: bool, listener: Listener) -> list[Fault]:
    """Train as `recipe` says and leave the model, its card and its curve in `out`; return the records left out.

    Raises UsageError or ModelError, before anything is written, where sources or base cannot be used.
    """
    base = None if recipe.method is Method.SCRATCH else start_from(recipe)
    sources = cached(recipe)
    with _first_device_first():
        mix = Mix(sources, seed=recipe.seed)
    vocabulary = vocabulary_of(base)[0] if base else _trained_vocabulary(mix, recipe)
    held_out = HeldOut(held_out_of(recipe, sources, vocabulary), [len(piece) for piece in vocabulary.pieces])
    data = Data(lambda device: stream_of(mix, recipe, vocabulary, device), held_out)
    start = from_base(recipe, base) if base else from_scratch(recipe, vocabulary)
    fitted = fit(start, recipe, data, out, resume=resume, merge=merge, listener=listener)
    if fitted:
        describe(recipe, start, fitted, out)
    return mix.faults


def cached(recipe: Recipe) -> tuple[Source, ...]:
    """Return the sources, with the folder in which corpora are kept as they were read wherever none is set."""
    home = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    cache = home / "duologue" / "corpora"
    return tuple(one if one.cache else one.model_copy(update={"cache": cache}) for one in recipe.sources)


def stream_of(mix: Mix, recipe: Recipe, vocabulary: Vocabulary, device: int) -> Stream:
    """Return the endless examples of `device`: one view of one dialogue each, or a part of it where it is too long."""

    def example(place: int) -> Example | None:
        draws = Draws(recipe.seed, "view", device, place)
        side = draws.choose(recipe.learn.sides)
        found = list(examples_of(mix.dialogue(device, place), side, vocabulary, recipe.window))
        return draws.choose(found) if found else None

    def stream(start: int) -> Iterator[Example]:
        return (example(place) or _nothing(vocabulary) for place in count(start))

    return stream


def _nothing(vocabulary: Vocabulary) -> Example:
    """Return what stands in for a dialogue that no part of fits the window: nothing to learn."""
    return Example([vocabulary.end], [False])


def held_out_of(recipe: Recipe, sources: Sequence[Source], vocabulary: Vocabulary) -> dict[str, list[Example]]:
    """Return `recipe.held_out` examples a side, shared out over the sources by their weights."""
    total = sum(source.weight for source in sources)
    found: dict[str, list[Example]] = {str(side): [] for side in recipe.learn.sides}
    for source in sources:
        mix = Mix([source], seed=recipe.seed)
        share = max(1, round(recipe.held_out * source.weight / total))
        for side in recipe.learn.sides:
            found[str(side)] += _spread(list(mix.held_out(side, vocabulary, recipe.window)), share)
    return found


def _spread(examples: list[Example], wanted: int) -> list[Example]:
    return [examples[n * len(examples) // wanted] for n in range(wanted)] if len(examples) > wanted else examples


def _trained_vocabulary(mix: Mix, recipe: Recipe) -> Vocabulary:
    size = recipe.architecture.vocabulary
    tokenizer = train_tokenizer(_texts(mix), size)
    return Vocabulary(tokenizer, max(size, tokenizer.get_vocab_size()))


def _texts(mix: Mix) -> Iterator[str]:
    for place in range(_TOKENIZER_DIALOGUES):
        for turn in mix.dialogue("tokenizer", place).turns:
            yield turn.text
            yield from turn.passages


def describe(recipe: Recipe, start: Start, fitted: Fitted, out: Path) -> None:
    """Write the model card and the curve."""
    draw_curve(fitted.log, out / "curve.png")
    parameters = sum(one.numel() for one in start.model.parameters())
    base = start.base.label if start.base else None
    facts = Facts(out.resolve().name, base, parameters, provenance_of(recipe.sources), fitted.log, fitted.end)
    (out / "README.md").write_text(model_card(recipe, facts), encoding="utf-8")


def provenance_of(sources: Sequence[Source]) -> list[Provenance]:
    """Return what the card says of the sources, with the hashes of their files as they are now."""
    total = sum(source.weight for source in sources)
    return [
        Provenance(_name(one), one.weight / total, digest_of(_files(one)), one.licence, one.origin) for one in sources
    ]


def _name(source: Source) -> str:
    if source.path is None:
        return source.kind
    name = source.path.resolve().name
    return name if source.kind == "corpus" else f"{source.kind} ({name})"


def _files(source: Source) -> list[Path]:
    if source.kind == "corpus" and source.path:
        return files_of(source.path)
    folder = source.path or (GOLD if source.kind == "gold" else _PAGES)
    return sorted(path for path in folder.rglob("*") if path.suffix in {".jsonl", ".md", ".toml"})


def _first_device_first() -> AbstractContextManager[object]:
    """Let the first of several processes fill the caches that the others then read."""
    if int(os.environ.get("WORLD_SIZE", "1")) == 1:
        return nullcontext()
    from accelerate import PartialState

    first: AbstractContextManager[object] = PartialState().local_main_process_first()
    return first
