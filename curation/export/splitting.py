"""Parting conversations so that nothing leaks: what shares an opening or an article stays in one part.

Openings and articles are nodes of a graph; what is to be kept apart joins them, and its connected components are dealt
out. Where one component holds so much that the asked shares cannot be had, less is kept apart (`Apart`), and what leaks
by that can be counted. Memory grows with the openings and the articles, not with the conversations.
"""

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from agents.errors import UsageError
from agents.randomness import key

_MARGIN: Final = 0.10
"""A part may get twice what was asked, or this share of all more than that; and no less than half."""


class Apart(StrEnum):
    """What no two parts share, the most first."""

    ALL = "openings and all cited articles"
    MAIN = "openings and the article that most first replies to them cite"
    OPENINGS = "openings"


@dataclass(slots=True)
class Census:
    """How many conversations each opening has, which articles they cite, and which their first replies do."""

    openings: Counter[str] = field(default_factory=Counter)
    articles: dict[str, set[str]] = field(default_factory=dict)
    first: dict[str, Counter[str]] = field(default_factory=dict)

    def add(self, opening: str, articles: Sequence[str], first: Sequence[str]) -> None:
        """Count one conversation: what it cites, and what its first reply does."""
        self.openings[opening] += 1
        self.articles.setdefault(opening, set()).update(articles)
        self.first.setdefault(opening, Counter()).update(first)

    def linked(self, apart: Apart) -> Mapping[str, Collection[str]]:
        """Return the articles that have to stay with each opening."""
        if apart is Apart.ALL:
            return self.articles
        if apart is Apart.MAIN:
            return {opening: _most(articles) for opening, articles in self.first.items()}
        return dict.fromkeys(self.openings, ())


@dataclass(frozen=True, slots=True)
class Division:
    """Which part each opening falls into, and what is kept apart by that.

    `largest` is the share of the conversations that openings and all their articles tie together; `articles` says what
    each part cites, and `shared` which of these the first part cites, too.
    """

    parts: tuple[str, ...]
    of_opening: Mapping[str, str]
    apart: Apart
    largest: float
    articles: Mapping[str, frozenset[str]]
    shared: Mapping[str, frozenset[str]]


def divide(census: Census, parts: Sequence[str], shares: Sequence[float], *, seed: int) -> Division:
    """Return the parting of the counted conversations. Raises UsageError where there are fewer openings than parts."""
    apart, groups = next(_ways(census, shares, seed=seed), (None, ()))
    if apart is None:
        found = f"{len(census.openings)} opening{'s' * (len(census.openings) != 1)}"
        raise UsageError(
            f"--split: the conversations have {found}, which cannot be kept apart in {len(parts)} parts; ask for fewer "
            f"parts, leave --split out, or give the scenario more openings"
        )
    of_opening = {opening: part for part, names in zip(parts, groups, strict=True) for opening in names}
    cited = [frozenset[str]().union(*(census.articles[name] for name in names)) for names in groups]
    tied = max(_sizes(census, Apart.ALL).values()) / census.openings.total()
    shared = [frozenset[str](), *(articles & cited[0] for articles in cited[1:])]
    in_parts, in_both = (dict(zip(parts, sets, strict=True)) for sets in (cited, shared))
    return Division(tuple(parts), of_opening, apart, tied, in_parts, in_both)


def _most(articles: Counter[str]) -> tuple[str, ...]:
    return (min(articles, key=lambda article: (-articles[article], article)),) if articles else ()


def _ways(census: Census, shares: Sequence[float], *, seed: int) -> Iterator[tuple[Apart, list[list[str]]]]:
    """Yield the partings that give every part what it should have or near it, and openings apart whatever that gives.

    A parting is the openings of each part.
    """
    for apart in Apart:
        sizes = _sizes(census, apart)
        if len(sizes) < len(shares):
            continue
        groups = _dealt(sizes, shares, seed=seed)
        if apart is Apart.OPENINGS or _is_near([sum(sizes[unit] for unit in units) for units in groups], shares):
            yield apart, [[opening for unit in units for opening in unit] for units in groups]


def _sizes(census: Census, apart: Apart) -> dict[tuple[str, ...], int]:
    """Return the connected components, each as its openings in order, with how many conversations they have."""
    units = _components(census.linked(apart))
    return {unit: sum(census.openings[opening] for opening in unit) for unit in units}


def _components(linked: Mapping[str, Collection[str]]) -> list[tuple[str, ...]]:
    above: dict[tuple[str, str], tuple[str, str]] = {}
    for opening, articles in linked.items():
        for article in articles:
            above[_root(above, ("opening", opening))] = _root(above, ("article", article))
    groups: dict[tuple[str, str], list[str]] = {}
    for opening in sorted(linked):
        groups.setdefault(_root(above, ("opening", opening)), []).append(opening)
    return [tuple(group) for group in groups.values()]


def _root(above: dict[tuple[str, str], tuple[str, str]], node: tuple[str, str]) -> tuple[str, str]:
    path = [node]
    while (following := above.setdefault(path[-1], path[-1])) != path[-1]:
        path.append(following)
    above.update(dict.fromkeys(path, path[-1]))
    return path[-1]


def _dealt(sizes: Mapping[tuple[str, ...], int], shares: Sequence[float], *, seed: int) -> list[list[tuple[str, ...]]]:
    """Return the units of each part: small parts take, in a random order, what brings them nearer to their share.

    Every part gets one at least, and the part with the largest share the rest.
    """
    left = sorted(sizes, key=lambda unit: key(seed, "split", unit[0]))
    groups: list[list[tuple[str, ...]]] = [[] for _ in shares]
    *small, largest = sorted(range(len(shares)), key=lambda part: shares[part])
    for served, part in enumerate(small, 1):
        most = len(left) - (len(shares) - served)
        aim = shares[part] * sum(sizes.values())
        groups[part] = _taken(left, sizes, aim, most) or [min(left, key=lambda unit: sizes[unit])]
        taken = set(groups[part])
        left = [unit for unit in left if unit not in taken]
    groups[largest] = left
    return groups


def _taken(
    units: Sequence[tuple[str, ...]], sizes: Mapping[tuple[str, ...], int], aim: float, most: int
) -> list[tuple[str, ...]]:
    taken: list[tuple[str, ...]] = []
    have = 0
    for unit in units:
        if len(taken) < most and abs(have + sizes[unit] - aim) < abs(have - aim):
            taken.append(unit)
            have += sizes[unit]
    return taken


def _is_near(have: Sequence[int], shares: Sequence[float]) -> bool:
    total = sum(have)
    return all(
        share / 2 <= number / total <= max(2 * share, share + _MARGIN)
        for number, share in zip(have, shares, strict=True)
    )
