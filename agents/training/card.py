"""The model card: what a model was trained on and how, how well it fits, what it is bad at. Written by program."""

from collections.abc import Sequence
from dataclasses import dataclass
from importlib.metadata import version
from typing import Final

from agents.training.curve import Log
from agents.training.progress import TrainingFinished
from agents.training.provenance import Provenance
from agents.training.recipe import Method, Recipe
from agents.training.trainer import measured_sides

_METHODS: Final = {
    Method.LORA: "low-rank adapters (LoRA) beside frozen weights",
    Method.FULL: "all weights, from those of the base on",
    Method.SCRATCH: "all weights, from random ones on, with a tokenizer of its own",
}
_USE: Final = """\
For simulated conversations between a customer and a support agent or a salesperson: test data, training data,
rehearsal. Load it with `model: FOLDER` in a scenario. It expects Duologue's text form: role, passages, turns and moves,
parted by special tokens."""
_BAD: Final = """\
- It knows nothing of the world. What it states without a passage is invented, and what it states beside one may be:
  ground its replies, and check figures.
- It follows the turn before better than the whole conversation, and forgets what no longer fits its window.
- It writes English only, of the kinds that its data holds, with their prejudices.
- Sums, dates and comparisons that the passage does not spell out are mostly wrong."""
_NOT: Final = """\
- To serve real customers, or to advise anybody, unattended or not: on health, money, law or anything else.
- To pass its output off as what people said, or to imitate a person or a company that exists.
- To measure real customers or employees by."""


@dataclass(frozen=True)
class Facts:
    """What a card tells beside the recipe: data, log, and the end of the run. `base` is as transcripts name models."""

    name: str
    base: str | None
    parameters: int
    sources: Sequence[Provenance]
    log: Log
    end: TrainingFinished


def model_card(recipe: Recipe, facts: Facts) -> str:
    """Return the card as Markdown with the front matter that model hubs read."""
    sections = [
        _front_matter(recipe),
        f"# {facts.name}\n\n{_summary(recipe, facts)}",
        f"## Use\n\n{_USE}",
        f"## What it is bad at\n\n{_BAD}",
        f"## What it must not be used for\n\n{_NOT}",
        f"## Data\n\n{_data(facts.sources)}",
        f"## Held-out dialogues\n\n{_figures(facts.log)}",
        f"## Recipe\n\n{_recipe(recipe, facts)}",
    ]
    return "\n\n".join(sections) + "\n"


def _front_matter(recipe: Recipe) -> str:
    library = "peft" if recipe.method is Method.LORA else "transformers"
    lines = ("language: en", f"library_name: {library}", "pipeline_tag: text-generation", "tags: [gpt2, dialogue]")
    return "\n".join(("---", *lines, "---"))


def _summary(recipe: Recipe, facts: Facts) -> str:
    base = f", starting from `{facts.base}`" if facts.base else ""
    sides = "both sides" if recipe.learn == "both" else f"the {recipe.learn}'s side"
    return (
        f"A GPT-2 with {facts.parameters / 1e6:.1f} million parameters, trained by Duologue to write {sides} of a "
        f"customer conversation: {_METHODS[recipe.method]}{base}."
    )


def _data(sources: Sequence[Provenance]) -> str:
    if not sources:
        return "Not recorded."
    rows = ["| source | share | licence | origin | SHA-256 |", "| --- | --- | --- | --- | --- |"]
    for one in sources:
        licence, origin = one.licence or "not stated", one.origin or "not stated"
        rows.append(
            f"| {_cell(one.name)} | {one.share:.1%} | {_cell(licence)} | {_cell(origin)} | `{one.digest[:16]}` |"
        )
    note = "Shares are of the dialogues drawn. A hash is that of the file names and contents, its first 16 digits."
    return "\n".join([*rows, "", note])


def _figures(log: Log) -> str:
    measured = [(int(entry["step"]), sides) for entry in log if (sides := measured_sides(entry))]
    if not measured:
        return "Not measured."
    rows = ["| side | step | perplexity per token | per byte |", "| --- | --- | --- | --- |"]
    ends = dict([measured[0], measured[-1]])
    for side in measured[-1][1]:
        for step, sides in ends.items():
            one = sides[side]
            rows.append(f"| {_cell(side)} | {step:,} | {one.per_token:.2f} | {one.per_byte:.3f} |")
    note = (
        "Over what is learnt: the moves and words of a side's own turns. Step 0 is the base. These dialogues were kept "
        "out of this run; whether a base had seen any of them, its own card says. `curve.png` has the rest."
    )
    return "\n".join([*rows, "", note])


def _recipe(recipe: Recipe, facts: Facts) -> str:
    minutes = facts.end.seconds / 60
    told = (
        f"{facts.end.tokens:,} tokens in {facts.end.step:,} steps; the last stretch took {minutes:,.0f} minutes. "
        f"Peak memory {facts.end.peak_memory / 2**30:.1f} GiB. duologue {_version('duologue')}, "
        f"torch {_version('torch')}, transformers {_version('transformers')}."
    )
    shown = recipe.model_dump_json(indent=2, exclude={"sources", "base"})
    return f"{told}\n\n```json\n{shown}\n```"


def _version(package: str) -> str:
    return version(package).partition("+")[0]


def _cell(text: str) -> str:
    return " ".join(text.replace("|", "/").split())
