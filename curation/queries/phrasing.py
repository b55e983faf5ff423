"""From a question to what a customer writes: plain, polite or nuanced, by frames that fit its kind and theme."""

import tomllib
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import Final

from agents import randomness
from curation.queries.english import capitalised, is_plural
from curation.queries.kinds import Ask, Kind, Theme

_LEVELS: Final = ("plain", "polite", "polite", "nuanced", "nuanced")
"""How often each level is tried first."""
_JOINED: Final = 0.25
"""How often a question takes another about the same subject along, where there is one."""


@cache
def _frames() -> dict[str, dict[str, list[str]]]:
    return tomllib.loads(Path(__file__).with_name("phrasings.toml").read_text(encoding="utf-8"))


def phrased(ask: Ask, stream: int, *, also: Sequence[Ask] = (), topic: str = "") -> Iterator[str]:
    """Yield ways to put `ask`, in an order that `stream` settles; `also` are others about the same passage.

    The last one is the plainest, so that a guard that minds the words around a question finds one that it lets pass.
    With a `topic`, every way says that the question is about it.
    """
    if topic:
        table = _frames()["context"]
        frames = _told(table["complaint" if ask.kind is Kind.COMPLAINT else "any"], ask)
        yield from (_filled(frame, ask, topic=topic) for frame in _drawn(frames, stream, 5, 3))
        return
    level = randomness.choose(stream, 0, _LEVELS)
    partner = _partner(ask, also)
    if partner and randomness.uniform(stream, 1) < _JOINED:
        yield from (_filled(frame, ask, partner) for frame in _drawn(_frames()["joined"]["any"], stream, 2, 1))
    yield from (_filled(frame, ask) for frame in _drawn(_fitting(ask, level), stream, 3, 6))
    if ask.kind is not Kind.COMPLAINT:
        yield _filled("{Q}?", ask)


def _partner(ask: Ask, also: Sequence[Ask]) -> Ask | None:
    """Return another question about the same subject, of another theme or kind, to be asked with a pronoun."""
    if not ask.subject or ask.kind is Kind.COMPLAINT:
        return None
    others = [
        other for other in also
        if other.subject == ask.subject and other.kind is not Kind.COMPLAINT
        and (other.theme, other.kind) != (ask.theme, ask.kind) and f" {other.subject} " in f"{other.direct} "
    ]  # fmt: skip
    return others[0] if others else None


def _fitting(ask: Ask, level: str) -> list[str]:
    frames = _frames()
    if ask.kind is Kind.COMPLAINT:
        found = frames["complaint"][str(ask.theme) if ask.theme is not Theme.FACT else "rule"]
    elif level == "plain":
        found = frames["plain"]["any"]
    else:
        table = frames[level]
        own = [*table.get(str(ask.kind), ()), *table.get(str(ask.theme), ())]
        found = [*own, *own, *table["any"]]
    return _told(found, ask)


def _told(frames: Sequence[str], ask: Ask) -> list[str]:
    return [frame for frame in frames if ask.told or "{t}" not in frame]


def _drawn(frames: Sequence[str], stream: int, position: int, most: int) -> list[str]:
    start = randomness.below(stream, position, len(frames))
    step = 1 + randomness.below(stream, position + 1, max(1, len(frames) - 1))
    return list(dict.fromkeys(frames[(start + n * step) % len(frames)] for n in range(most)))


def _filled(frame: str, ask: Ask, partner: Ask | None = None, *, topic: str = "") -> str:
    direct = capitalised(ask.direct)
    values = {"Q": direct, "q": _low(direct), "t": ask.told, "F": direct, "f": _low(direct), "c": topic}
    if partner:
        pronoun = "they" if is_plural(partner.subject) else "it"
        values["q2"] = _low(partner.direct.replace(partner.subject, pronoun, 1))
    return frame.format(**values)


def _low(question: str) -> str:
    return question if question.startswith(("I ", "I'")) else question[:1].lower() + question[1:]
