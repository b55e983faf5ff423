"""How many variants each row gives where only so many are wanted: a fair share, with chance for the fractions."""

from agents import randomness


def share_of_row(place: int, *, total: int, wanted: int, kept: int, seed: int) -> int:
    """Return how many variants the row at `place` of `total` owes, when `kept` of `wanted` are there already.

    It is selection sampling (Fan, Muller and Rezucha 1962) with shares: what a row cannot give, those after it do, and
    the last one owes all that is left.
    """
    share = (wanted - kept) / (total - place)
    return int(share + randomness.uniform(randomness.key(seed, "share"), place)) if share > 0 else 0
