"""A recipe: everything that decides what a training run does, read from a TOML or YAML file.

It knows neither corpora nor models; where a recipe is silent, the defaults suit a small fine-tuning run.
"""

import os
import re
import tomllib
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, Final, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from agents.errors import LocatedError
from agents.training.examples import Learn
from agents.training.mix import SourceSpec

SHIPPED: Final = Path(__file__).parent / "recipes"
"""The recipes that ship, found by their name alone."""

_VARIABLE: Final = re.compile(r"\$\{?(\w+)\}?")
_Positive = Annotated[int, Field(gt=0)]
_Share = Annotated[float, Field(ge=0, le=1)]


class RecipeError(LocatedError):
    """A recipe that cannot be used as it is."""


class Method(StrEnum):
    """What is trained: low-rank adapters beside the weights, all weights, or all weights from random ones."""

    LORA = "lora"
    FULL = "full"
    SCRATCH = "scratch"


class Part(BaseModel):
    """A frozen part of a recipe; unknown keys are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Batch(Part):
    """`tokens` go into one optimiser step, over all devices; a device computes `at_once` of them in one pass."""

    tokens: _Positive = 16_384
    at_once: _Positive = 2_048


class Optimizer(Part):
    """AdamW, or Muon for the hidden matrices with AdamW for the rest; one learning rate serves both."""

    name: Literal["adamw", "muon"] = "adamw"
    learning_rate: Annotated[float, Field(gt=0)] = 2e-4
    weight_decay: Annotated[float, Field(ge=0)] = 0.01
    momentum: Annotated[float, Field(ge=0, lt=1)] = 0.95
    betas: tuple[_Share, _Share] = (0.9, 0.95)
    clip: Annotated[float, Field(gt=0)] = 1.0


class Schedule(Part):
    """How the learning rate goes: up over `warmup` steps, then down to `floor`, a share of its peak.

    `cosine` and `linear` go down all the way; `stable` holds the peak and goes down over the last `decay` share of the
    steps, so that the number of steps may be changed while it holds.
    """

    kind: Literal["cosine", "linear", "stable"] = "cosine"
    warmup: Annotated[int, Field(ge=0)] = 20
    decay: _Share = 0.3
    floor: _Share = 0.05


class Lora(Part):
    """The adapters' rank, their scale (alpha / rank) and dropout."""

    rank: _Positive = 16
    alpha: _Positive = 32
    dropout: _Share = 0.0


class Architecture(Part):
    """The sizes of a GPT-2 trained from scratch; its byte-level BPE is trained from the corpora."""

    layers: _Positive = 6
    heads: _Positive = 6
    width: _Positive = 384
    vocabulary: Annotated[int, Field(ge=300)] = 8_192

    @model_validator(mode="after")
    def _heads_divide_the_width(self) -> Self:
        if self.width % self.heads:
            raise ValueError(f"width {self.width} is not a multiple of heads {self.heads}")
        return self


class Source(SourceSpec):
    """A source of dialogues, with what the model card says of it."""

    licence: str | None = None
    origin: str | None = None


class Recipe(Part):
    """One training run, measured with `held_out` examples a side.

    Paths are relative to the recipe's file; `$NAME` in them is an environment variable.
    """

    method: Method = Method.LORA
    base: str = "house"
    learn: Learn = Learn.BOTH
    sources: tuple[Source, ...] = ()
    held_out: _Positive = 64
    window: Annotated[int, Field(ge=64)] = 1_024
    steps: _Positive = 500
    evaluate_every: _Positive = 50
    save_every: _Positive = 50
    log_every: _Positive = 5
    seed: int = 7
    precision: Literal["auto", "bf16", "fp32"] = "auto"
    batch: Batch = Batch()
    optimizer: Optimizer = Optimizer()
    schedule: Schedule = Schedule()
    lora: Lora = Lora()
    architecture: Architecture = Architecture()

    @model_validator(mode="after")
    def _a_window_fits_a_pass(self) -> Self:
        if self.batch.at_once < self.window:
            raise ValueError(f"batch.at_once {self.batch.at_once} is smaller than window {self.window}")
        return self

    def but(self, **changes: object) -> "Recipe":
        """Return the recipe with `changes`, checked; those that are None are left as they are."""
        given = {name: value for name, value in changes.items() if value is not None}
        return Recipe.model_validate(self.model_dump() | given)


def read_recipe(path: Path) -> Recipe:
    """Read a recipe file, or one that ships by its name. Raises RecipeError with file, line or key, and the reason."""
    shipped = SHIPPED / f"{path.name}.toml"
    path = shipped if not path.exists() and not path.suffix and shipped.exists() else path
    data = _parsed(path)
    try:
        recipe = Recipe.model_validate(data)
    except ValidationError as error:
        first = error.errors()[0]
        key = ".".join(map(str, first["loc"])) or "recipe"
        raise RecipeError(f"{key}: {first['msg']} (is {first['input']!r})", path=path) from None
    return recipe.model_copy(update={"sources": tuple(_placed(source, path) for source in recipe.sources)})


def _parsed(path: Path) -> object:
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        shipped = ", ".join(sorted(one.stem for one in SHIPPED.glob("*.toml")))
        raise RecipeError(f"cannot be read ({error}); recipes that ship: {shipped}", path=path) from None
    return _yaml(text, path) if path.suffix in {".yaml", ".yml"} else _toml(text, path)


def _toml(text: str, path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise RecipeError(f"no TOML: {error}", path=path) from None


def _yaml(text: str, path: Path) -> object:
    from ruamel.yaml import YAML
    from ruamel.yaml.error import YAMLError

    try:
        return YAML(typ="safe", pure=True).load(text)
    except YAMLError as error:
        raise RecipeError(f"no YAML: {' '.join(str(error).split())}", path=path) from None


def _placed(source: Source, recipe: Path) -> Source:
    """Return `source` with its path expanded and, where it is relative, taken from the recipe's folder."""
    if source.path is None:
        return source
    expanded = os.path.expandvars(source.path.expanduser())
    unset = _VARIABLE.search(expanded)
    if unset:
        raise RecipeError(f"sources: the path {source.path}: set {unset[1]} in the environment", path=recipe)
    return source.model_copy(update={"path": recipe.parent / expanded})
