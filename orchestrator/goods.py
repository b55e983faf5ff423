"""Goods that come up from nowhere: a coffee machine in a talk about a laptop. A list of common goods, in English."""

import re
from dataclasses import dataclass
from typing import ClassVar, Final

from orchestrator.guards import Objection, Scene

_GOODS: Final = """
    armchair backpack bed bike blender boiler bookcase boots cabinet camera car cardigan clock coat coffee machine
    computer desk dishwasher dress drill dryer earbuds e-reader fridge games console game console guitar headphones
    headset heater hoodie insurance jacket jumper kettle keyboard lamp laptop mattress microwave monitor oven phone
    poster printer projector radio raincoat router rug scanner shirt shoes sideboard skirt smartphone smart speaker
    smartwatch smart watch sofa speaker suitcase sweater table tablet tank television tent toaster toy train
    vacuum cleaner vase wardrobe washing machine watch
"""
_TWO_WORDS: Final = re.compile(r"\b(coffee|games?|smart|toy|vacuum|washing) (\w+)")
_NAMES: Final = tuple(name.replace("_", " ") for name in _TWO_WORDS.sub(r"\1_\2", _GOODS).split())
_MENTION: Final = re.compile(
    r"(?<!on )(?<!off )\b(?:the|my|your|our|this|that|an?|another|which|his|her|new|of) (?:\w+ )?("
    + "|".join(sorted(_NAMES, reverse=True))
    + r")\b(?! (?:number|call|list|time|room|reader))",
    re.I,
)
_PARTED: Final = re.compile(r"[\s-]+|(?<=smart)(?=watch|phone)")


@dataclass(frozen=True)
class Goods:
    """A product that nobody spoke of and that neither the passages nor the persona have."""

    name: ClassVar[str] = "goods"

    def check(self, candidate: str, scene: Scene) -> Objection | None:
        """Return the objection to `candidate` by the first such product."""
        given = " ".join([scene.said(), scene.ledger, *(hit.passage.prompt for hit in scene.hits)])
        for found in _MENTION.finditer(candidate):
            if not _spoken_of(found[1].casefold(), given):
                return Objection(self.name, found[1], "a product that nobody spoke of")
        return None


def _spoken_of(name: str, given: str) -> bool:
    """Tell whether `given` has the name, as "smart watch", "Smartwatch" or "smart-watch", one or many."""
    return bool(re.search(r"[\s-]?".join(re.escape(part) for part in _PARTED.split(name)), given, re.I))
