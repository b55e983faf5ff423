"""Help content in, a file of queries out: article by article, with a report, resumed where it was cut short."""

import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from importlib.metadata import version
from itertools import groupby
from pathlib import Path
from typing import Any, Final

from agents.errors import HelpContentError, UsageError
from agents.models import Models
from curation.queries.drafting import Drafter, Source, Tally
from curation.queries.rows import Row, RowFile, report_path
from orchestrator.grounding import HelpIndex, Passage

DEFAULT_SEED: Final = 7
MOST_PER_ARTICLE: Final = 200


@dataclass(frozen=True, slots=True)
class Made:
    """What was made: rows by kind and by proposer, refusals by reason; `seconds` are of this execution alone.

    `enough` counts the articles with at least six rows, or as many as were asked for where that is fewer.
    """

    out: Path
    articles: int
    enough: int
    rows: int
    kept: Counter[str]
    proposers: Counter[str]
    refused: Counter[str]
    written: int
    seconds: float

    def record(self) -> dict[str, Any]:
        """Return what the report holds; nothing in it depends on the clock."""
        return {
            "articles": self.articles,
            "articles_with_enough": self.enough,
            "rows": self.rows,
            "kept": dict(self.kept),
            "proposed_by": dict(self.proposers),
            "refused": dict(self.refused),
        }


def write_queries(
    help_content: Iterable[Path | str],
    out: Path | str,
    *,
    per_article: int = 8,
    seed: int = DEFAULT_SEED,
    model: str | None = None,
    unaided: int = 0,
    on_article: Callable[[int, int], None] | None = None,
) -> Made:
    """Write customers' openings for every article in `help_content` (files and folders) to the JSONL file `out`.

    With a `model` (house, a hub id, a folder), that GPT-2 chooses how each question is put; with `unaided`, it also
    writes so many questions a passage by itself, which meet the same checks. A file that was cut short is gone on with.
    `on_article` is told how many articles are done, of how many. Raises UsageError and HelpContentError.
    """
    if not 1 <= per_article <= MOST_PER_ARTICLE:
        raise UsageError(f"--per-article: {per_article} is out of range; 1 to {MOST_PER_ARTICLE}")
    if unaided and not model:
        raise UsageError("--unaided needs a model; add --model house")
    index = HelpIndex.load(help_content)
    if not index.passages:
        raise HelpContentError("no article has any text to ask about")
    with ExitStack() as stack:
        speaker = stack.enter_context(Models()).get(model) if model else None
        settings = {
            "duologue": version("duologue"), "seed": seed, "per_article": per_article, "help_content": index.digest,
            "model": speaker.label if speaker else None, "unaided": unaided,
        }  # fmt: skip
        file = RowFile(Path(out), settings)
        stack.callback(file.close)
        drafter = Drafter(index, seed=seed, per_article=per_article, model=speaker, unaided=unaided)
        return _Making(drafter, index, file, seed=seed, most=per_article).run(on_article)


class _Making:
    def __init__(self, drafter: Drafter, index: HelpIndex, file: RowFile, *, seed: int, most: int) -> None:
        self._drafter, self._file, self._seed, self._most = drafter, file, seed, most
        self._articles = [list(group) for _, group in groupby(index.passages, key=lambda passage: passage.article)]
        self._counts: Counter[str] = Counter()
        self._start = time.monotonic()
        self._written = 0

    def run(self, on_article: Callable[[int, int], None] | None) -> Made:
        done = self._take_up()
        status = "interrupted"
        try:
            for passages in self._articles[done:]:
                self._article(passages)
                done += 1
                if on_article:
                    on_article(done, len(self._articles))
            status = "finished"
        finally:
            made = self._made(done)
            self._file.report(status, {"articles_done": done, **made.record()})
        return made

    def _take_up(self) -> int:
        """Bring back what an earlier execution left, and return how many articles are done."""
        if not self._file.before:
            return 0
        rows, told = self._file.kept()
        for row in rows:
            self._counts[row.article] += 1
            self._drafter.seen.add(row.query)
        before = self._file.before if told else {}
        tally = self._drafter.tally
        tally.kept.update(before.get("kept") or Counter(row.kind for row in rows))
        tally.refused.update(before.get("refused", {}))
        tally.proposers.update(before.get("proposed_by") or ({Source.RULES: len(rows)} if rows else {}))
        if told and isinstance(before.get("articles_done"), int):
            return int(before["articles_done"])
        order = [passages[0].article for passages in self._articles]
        return order.index(rows[-1].article) + 1 if rows else 0

    def _article(self, passages: Sequence[Passage]) -> None:
        rows = list(self._rows(passages))
        self._file.append(rows)
        self._written += len(rows)
        self._counts[passages[0].article] += len(rows)

    def _rows(self, passages: Sequence[Passage]) -> Iterator[Row]:
        for query, draft in self._drafter.queries(passages):
            yield Row(query, draft.passage.article, draft.passage.id, str(draft.ask.kind), self._seed)

    def _made(self, done: int) -> Made:
        tally: Tally = self._drafter.tally
        enough = sum(count >= min(6, self._most) for count in self._counts.values())
        seconds = time.monotonic() - self._start
        return Made(
            self._file.out, done, enough, tally.kept.total(), tally.kept, tally.proposers, tally.refused, self._written,
            seconds,
        )  # fmt: skip


__all__ = ["Made", "report_path", "write_queries"]
