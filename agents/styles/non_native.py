"""A learner's English: errors of the kinds that annotated learner corpora count, at about their rate.

The kinds and their order of frequency are those of the NUS Corpus of Learner English (Dahlmeier, Ng and Wu, "Building a
large annotated corpus of learner English", BEA 2013) as the CoNLL-2014 shared task used it (Ng et al. 2014): articles
and determiners (ArtOrDet) and word choice (Wci) lead, then noun number (Nn), tense (Vt), prepositions (Prep), agreement
(SVA), verb form (Vform) and word order (WOinc). Putting such errors into correct text by rule is what Foster and
Andersen ("GenERRate", BEA 2009) describe. It knows no parts of speech: patterns in `tables.toml` stand for them.
"""

from collections import defaultdict
from collections.abc import Sequence
from typing import Final

from agents.draws import Draws
from agents.styles.edits import Edit, compatible
from agents.styles.kept import Span
from agents.styles.tables import swaps

_WORDS_AN_ERROR: Final = 5
_MOST: Final = 8
_AGAIN: Final = 3.0
"""How much less likely a kind is once more in the same message."""
_WEIGHTS: Final = {
    "ArtOrDet": 15.0, "Wci": 8.0, "Nn": 8.0, "Vt": 7.0, "Prep": 6.0, "SVA": 4.0, "Vform": 4.0, "WOinc": 4.0,
}  # fmt: skip
"""How likely each kind is, where it can be made; word order more than in essays, as messages ask questions."""


def non_native(text: str, draws: Draws, kept: Sequence[Span]) -> list[Edit]:
    """Return a learner's errors, about one in five words, at least one where any can be made."""
    places: defaultdict[str, list[Edit]] = defaultdict(list)
    for swap in swaps("non_native"):
        places[swap.kind] += [edit for edit in swap.edits(text, draws) if compatible([edit], kept)]
    wanted = min(_MOST, max(1, round(len(text.split()) / _WORDS_AN_ERROR)))
    weights = dict(_WEIGHTS)
    found: list[Edit] = []
    while len(found) < wanted and (kinds := [kind for kind in weights if places[kind]]):
        kind = draws.weighted(kinds, [weights[kind] for kind in kinds])
        edit = places[kind].pop(draws.between(0, len(places[kind]) - 1))
        if edit.new != text[edit.start : edit.end] and edit in compatible([*found, edit]):
            found.append(edit)
            weights[kind] /= _AGAIN
    return found
