"""Goods that come up from nowhere: a coffee machine in a talk about a laptop. A list of common goods, in English."""

import re
from dataclasses import dataclass
from typing import ClassVar, Final

from orchestrator.guards import Objection, Scene

_GOODS: Final = """
    armchair backpack bed bike blender bookcase cabinet camera car cardigan clock coat coffee machine computer desk
    dishwasher dress drill dryer earbuds e-reader fridge games console game console guitar headphones headset heater
    hoodie jacket jumper kettle keyboard lamp laptop mattress microwave monitor oven phone poster printer projector
    radio raincoat router rug scanner shirt shoes sideboard skirt smartphone smart speaker smartwatch smart watch sofa
    speaker suitcase sweater table tablet tank television tent toaster toy train vacuum cleaner vase wardrobe
    washing machine watch
"""
_TWO_WORDS: Final = re.compile(r"\b(coffee|games?|smart|toy|vacuum|washing) (\w+)")
_NAMES: Final = tuple(name.replace("_", " ") for name in _TWO_WORDS.sub(r"\1_\2", _GOODS).split())
_MENTION: Final = re.compile(
    r"\b(?:the|my|your|our|this|that|an?|another|which|his|her|new|of) ("
    + "|".join(sorted(_NAMES, reverse=True))
    + r")\b",
    re.I,
)


@dataclass(frozen=True)
class Goods:
    """A product that nobody spoke of and that neither the passages nor the persona have."""

    name: ClassVar[str] = "goods"

    def check(self, candidate: str, scene: Scene) -> Objection | None:
        """Return the objection to `candidate` by the first such product."""
        given = _joined(" ".join([scene.said(), scene.ledger, *(hit.passage.prompt for hit in scene.hits)]))
        for found in _MENTION.finditer(candidate):
            if _joined(found[1]) not in given:
                return Objection(self.name, found[1], "a product that nobody spoke of")
        return None


def _joined(text: str) -> str:
    """Return `text` so that "smart watch", "Smartwatch" and "smart-watch" are one."""
    return re.sub(r"[\s-]", "", text.casefold())
