"""How many conversations each contender has, and how often: all of them where time allows, fewer where it does not."""

from dataclasses import dataclass
from typing import Final

from benchmarks.contenders import CONTENDERS
from benchmarks.models import GPT2, HOUSE

CONVERSATIONS: Final = 64


@dataclass(frozen=True, slots=True)
class Extent:
    """The size of a measurement. `fewer` names the contenders that do not have `conversations` but so many."""

    conversations: int
    repeats: int
    fewer: dict[str, int]

    def of(self, contender: str) -> int:
        return min(self.conversations, self.fewer.get(contender, self.conversations))


FULL: Final = {
    HOUSE: Extent(CONVERSATIONS, 3, {"notebook_loop": 4, "generate_batch": 16}),
    GPT2: Extent(CONVERSATIONS, 3, {"notebook_loop": 1, "generate_batch": 8}),
}
"""About 70 minutes on two cores."""

QUICK: Final = {
    HOUSE: Extent(16, 1, {"notebook_loop": 1, "generate_batch": 4}),
    GPT2: Extent(4, 1, {"notebook_loop": 1, "generate_batch": 2}),
}
"""About 3 minutes on two cores."""


def chosen(
    model: str,
    *,
    quick: bool,
    conversations: int | None,
    repeats: int | None,
    contenders: tuple[str, ...],
    on_gpu: bool = False,
) -> tuple[Extent, tuple[str, ...]]:
    """Return how much to measure of whom; None and () leave it as it is.

    On a GPU, all that batch have all conversations.
    """
    plain = (QUICK if quick else FULL)[model]
    fewer = {name: count for name, count in plain.fewer.items() if name == "notebook_loop" or not on_gpu}
    extent = Extent(conversations or plain.conversations, repeats or plain.repeats, fewer)
    return extent, contenders or tuple(CONTENDERS)
