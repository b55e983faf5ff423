"""From one article to its queries: questions are proposed, put into words, held against every check, and few are kept.

Which come first is a seeded shuffle that goes round the kinds and the passages, so that a handful has some of each.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from agents import randomness
from agents.models import Model
from curation.queries.asks import asks_of
from curation.queries.checks import Originals, Refusal, Seen, clear, in_context, topic_of, usable
from curation.queries.headings import asks_of_heading
from curation.queries.kinds import Ask, Kind, Theme
from curation.queries.names import Names
from curation.queries.phrasing import phrased
from curation.queries.statements import statements_of
from orchestrator.grounding import HelpIndex, Passage
from orchestrator.grounding.words import words

FOUND_AMONG: Final = 3
"""Among so many hits of the index a query's own passage must be."""
_MOST_OF_STATEMENT: Final = (1, 2, 4)
"""Queries that one statement may answer: more of them only where others gave too few."""
_ORDER: Final = (Kind.HOW, Kind.WHAT_IF, Kind.WHEN, Kind.COMPLAINT, Kind.EDGE)
_UNAIDED: Final = -1
_LAST_RESORT: Final = 1_000_000
"""Statements from this number on are asked about only once nothing else is left."""


class Source(StrEnum):
    """Who proposed a query: rules alone, rules with the model's choice of the way, or the model by itself."""

    RULES = "rules"
    CHOSEN = "rules, put by the model"
    MODEL = "model unaided"


@dataclass(frozen=True, slots=True)
class Draft:
    """A question about a passage; `statement` numbers the one that answers it, below zero for the model's own.

    `topic` is what has to be said of the matter, where the question alone does not tell.
    """

    ask: Ask
    passage: Passage
    statement: int
    topic: str = ""


@dataclass(slots=True)
class Tally:
    """What became of the proposals: kept by kind and by proposer, refused by reason."""

    kept: Counter[str] = field(default_factory=Counter)
    proposers: Counter[str] = field(default_factory=Counter)
    refused: Counter[str] = field(default_factory=Counter)


def drafts_of(passages: Sequence[Passage], names: Names, tally: Tally) -> list[Draft]:
    """Return what rules propose to ask about the passages of one article; what is unclear is counted and left out.

    `names` knows the words that keep their capital.
    """
    found: dict[str, Draft] = {}
    for statement, (passage, asks) in enumerate(_asked(passages)):
        for ask in asks:
            named = Ask(ask.kind, ask.theme, *map(names.restored, (ask.direct, ask.told, ask.subject)))
            alone = in_context(named.direct, passage)
            topic = "" if alone or ask.theme is Theme.FAULT else _topic(passage, names)
            if clear(named.direct) and (alone or topic):
                found.setdefault(named.direct, Draft(named, passage, statement, topic))
            else:
                tally.refused[Refusal.UNCLEAR] += 1
    return [*found.values(), *_about(passages, names)]


def _topic(passage: Passage, names: Names) -> str:
    """Return the topic of a passage's section; empty where its heading is the file's name, as there was no other."""
    stem = passage.article.rpartition("/")[2].rpartition(".")[0]
    return topic_of(passage.heading, names.cased) if words(passage.heading) != words(stem) else ""


def _about(passages: Sequence[Passage], names: Names) -> Iterator[Draft]:
    """Yield a plain question about each section that is named by its topic, for where all others are too few."""
    topics = {_topic(passage, names): passage for passage in reversed(passages)}
    for number, (topic, passage) in enumerate(topics.items()):
        if len(topic.removeprefix("the ").split()) > 1 and not topic.endswith(" one"):
            said = (f"What do I need to know about {topic}", f"Could you tell me more about {topic}")
            ask = Ask(Kind.HOW, Theme.FACT, said[number % 2])
            yield Draft(ask, passage, _LAST_RESORT + number)


def _asked(passages: Sequence[Passage]) -> Iterator[tuple[Passage, list[Ask]]]:
    headings: set[str] = set()
    for passage in passages:
        if passage.heading not in headings:
            headings.add(passage.heading)
            yield passage, list(asks_of_heading(passage.heading))
        for statement in statements_of(passage):
            yield passage, list(asks_of(statement))


class Drafter:
    """Turns the articles of one index into queries, article by article; `seen` grows with every query that is kept."""

    def __init__(
        self, index: HelpIndex, *, seed: int, per_article: int, model: Model | None = None, unaided: int = 0
    ) -> None:
        self._index = index
        self._names = Names.of(index.passages)
        self._seed = seed
        self._most = per_article
        self._model = model
        self._unaided = unaided
        self.seen = Seen()
        self.tally = Tally()

    def queries(self, passages: Sequence[Passage]) -> Iterator[tuple[str, Draft]]:
        """Yield the queries of one article, at most as many as wanted, each with its draft."""
        article = passages[0].article
        originals = Originals(article, passages[0].title, " ".join(passage.text for passage in passages))
        drafts = [*self._own(passages), *drafts_of(passages, self._names, self.tally)]
        turns = list(_in_turn(drafts, randomness.key(self._seed, "order", article)))
        waiting = list(zip(turns, self._ways(turns, drafts), strict=True))
        used = Counter({draft.statement: 1 for draft in drafts if draft.statement >= _LAST_RESORT})
        kept = 0
        for most in _MOST_OF_STATEMENT:
            later = []
            for draft, ways in waiting:
                if kept == self._most:
                    return
                if draft.statement >= 0 and used[draft.statement] >= most:
                    later.append((draft, ways))
                    continue
                query = self._passed(ways, draft.passage, originals)
                if query:
                    used[draft.statement] += 1
                    kept += 1
                    self._count(query, draft)
                    yield query, draft
            waiting = later

    def _own(self, passages: Sequence[Passage]) -> list[Draft]:
        if self._model is None or not self._unaided:
            return []
        from curation.queries.unaided import proposals

        found = proposals(self._model, passages, each=self._unaided, seed=self._seed)
        self.tally.refused["no question about its passage (model unaided)"] += self._unaided * len(passages) - sum(
            map(len, found)
        )
        drafts = [Draft(ask, passage, _UNAIDED) for passage, asks in zip(passages, found, strict=True) for ask in asks]
        sound = [draft for draft in drafts if clear(draft.ask.direct)]
        self.tally.refused[Refusal.UNCLEAR] += len(drafts) - len(sound)
        return sound

    def _ways(self, turns: Sequence[Draft], drafts: Sequence[Draft]) -> list[list[str]]:
        """Return, for every draft, the ways to put it, in the order in which they are tried."""
        streams = [randomness.key(self._seed, "query", draft.passage.id, draft.ask.direct) for draft in turns]
        ways = [self._phrased(draft, drafts, stream) for draft, stream in zip(turns, streams, strict=True)]
        if self._model is None:
            return ways
        from curation.queries.choosing import Chooser

        return Chooser(self._model).first(ways, streams)

    @staticmethod
    def _phrased(draft: Draft, drafts: Sequence[Draft], stream: int) -> list[str]:
        if draft.statement == _UNAIDED:
            return [f"{draft.ask.direct}?"]
        also = [one.ask for one in drafts if one.passage is draft.passage and one.statement != draft.statement]
        return list(phrased(draft.ask, stream, also=also, topic=draft.topic))

    def _count(self, query: str, draft: Draft) -> None:
        self.seen.add(query)
        self.tally.kept[draft.ask.kind] += 1
        source = Source.MODEL if draft.statement == _UNAIDED else Source.CHOSEN if self._model else Source.RULES
        self.tally.proposers[source] += 1

    def _passed(self, ways: Sequence[str], passage: Passage, originals: Originals) -> str | None:
        for text in ways:
            refusal = self._refusal(text, passage, originals)
            if refusal is None:
                return text
            self.tally.refused[refusal] += 1
        return None

    def _refusal(self, text: str, passage: Passage, originals: Originals) -> Refusal | None:
        if not usable(text):
            return Refusal.UNCLEAR
        if originals.named(text):
            return Refusal.NAMES_ARTICLE
        if originals.copied(text):
            return Refusal.COPY
        if self.seen.has_like(text):
            return Refusal.NEAR_DUPLICATE
        if all(hit.passage.id != passage.id for hit in self._index.search(text, FOUND_AMONG)):
            return Refusal.NOT_FOUND
        return None


def _in_turn(drafts: Sequence[Draft], stream: int) -> Iterator[Draft]:
    """Yield drafts in a shuffled order that goes round the kinds, and in a kind first to statements not yet used."""
    queues = {kind: [draft for draft in _shuffled(drafts, stream) if draft.ask.kind is kind] for kind in _ORDER}
    taken: Counter[str | int] = Counter()
    while any(queues.values()):
        for kind in _ORDER:
            if queues[kind]:
                best = min(queues[kind], key=lambda draft: (taken[draft.statement], taken[draft.passage.id]))
                queues[kind].remove(best)
                taken.update((best.statement, best.passage.id))
                yield best


def _shuffled(drafts: Sequence[Draft], stream: int) -> list[Draft]:
    return [drafts[randomness.permuted(n, len(drafts), stream)] for n in range(len(drafts))]
