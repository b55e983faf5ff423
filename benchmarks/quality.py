"""What the conversations of a run are like, counted: `python -m benchmarks.quality RUN...` prints the table.

Every share comes with its n and a 95 % bootstrap interval over conversations (Efron 1979; 1,000 draws, seeded).
"""

import re
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
from scipy.stats import chi2_contingency

from agents.dialogue import Speaker
from agents.persona import Reveal
from orchestrator import Transcript, read_transcripts
from orchestrator.grounding import figures
from orchestrator.grounding.numerals import mentioned
from orchestrator.guards import RoleLeak, Scene
from orchestrator.phrases import is_courtesy
from orchestrator.transcript import Reason, TurnRecord
from terminal.articles import articles_of

DRAWS: Final = 1000
_WORDS: Final = re.compile(r"[a-z0-9']+")
_ANSWERING: Final = {"inform", "guide", "offer", "counter"}

Counts = tuple[int, int]
"""How many of how many."""


@dataclass(frozen=True)
class Row:
    """A measure: what it counts, and its counts in each conversation."""

    name: str
    counts: Sequence[Counts]

    @property
    def share(self) -> float:
        hits, total = np.sum(self.counts, axis=0)
        return float(hits / total) if total else float("nan")

    def interval(self) -> tuple[float, float]:
        """Return the 95 % bootstrap interval of the share, conversations drawn anew."""
        data = np.array(self.counts, dtype=float)
        drawn = np.random.default_rng(7).integers(0, len(data), (DRAWS, len(data)))
        sums = data[drawn].sum(axis=1)
        shares = sums[:, 0] / np.maximum(sums[:, 1], 1)
        low, high = np.quantile(shares, [0.025, 0.975])
        return float(low), float(high)


def measures(transcripts: Sequence[Transcript], articles: Mapping[str, Mapping[str, str]]) -> list[Row]:
    """Return the measures of `transcripts`; `articles` holds the texts of each scenario's articles by id."""

    def row(name: str, count: Callable[[Transcript], Counts]) -> Row:
        return Row(name, [count(transcript) for transcript in transcripts])

    return [
        row("conversations with more than one closing exchange", _long_goodbyes),
        row("turns with a tag, a status word or a role leak", _leaks),
        row("conversations that reach the turn limit", lambda t: (t.ending.reason is Reason.MAX_TURNS, 1)),
        row("conversations ended as guarded, context_full or error", _failed),
        row("answering agent turns that cite with support >= 0.6", _supported),
        row("figures in agent turns found in a citation or said before", lambda t: _figures(t, articles[t.scenario])),
        row("citations whose offsets are inside their article", lambda t: _offsets(t, articles[t.scenario])),
        row("answering agent turns that needed a splice", _spliced),
        row("facts told before their moment", _early),
        row("customer turns with a figure of their own making", _invented),
        row("agent replies of 50 to 75 words", _in_band),
    ]


def _agent(transcript: Transcript) -> list[TurnRecord]:
    return [turn for turn in transcript.turns if turn.speaker is Speaker.AGENT]


def _customer(transcript: Transcript) -> list[TurnRecord]:
    return [turn for turn in transcript.turns if turn.speaker is Speaker.CUSTOMER]


def _total(flags: Iterable[bool]) -> Counts:
    listed = list(flags)
    return sum(listed), len(listed)


def _long_goodbyes(transcript: Transcript) -> Counts:
    after = transcript.turns[transcript.ending.turn :] if transcript.ending.by else ()
    courtesies = sum(is_courtesy(turn.text) for turn in transcript.turns[-4:])
    return int(len(after) > 1 or courtesies > 2), 1


def _leaks(transcript: Transcript) -> Counts:
    scene = Scene(Speaker.AGENT, (), None)
    return _total(bool(RoleLeak().check(turn.text, scene)) for turn in _agent(transcript))


def _failed(transcript: Transcript) -> Counts:
    return int(transcript.ending.reason in (Reason.GUARDED, Reason.CONTEXT_FULL, Reason.ERROR)), 1


def _answering(transcript: Transcript) -> list[TurnRecord]:
    return [turn for turn in _agent(transcript) if _ANSWERING & set(turn.moves)]


def _supported(transcript: Transcript) -> Counts:
    return _total(any(c.support >= 0.6 for c in turn.citations or ()) for turn in _answering(transcript))


def _spliced(transcript: Transcript) -> Counts:
    return _total(bool(turn.spliced) for turn in _answering(transcript))


def _figures(transcript: Transcript, articles: Mapping[str, str]) -> Counts:
    flags = []
    for turn in _agent(transcript):
        cited = " ".join(articles[c.passage.partition("#")[0]][c.start : c.end] for c in turn.citations or ())
        before = " ".join(one.text for one in transcript.turns[: turn.n - 1])
        known = mentioned(f"{cited} {before}")
        flags += [figure in known for figure in figures(turn.text)]
    return _total(flags)


def _offsets(transcript: Transcript, articles: Mapping[str, str]) -> Counts:
    spans = [(c, articles.get(c.passage.partition("#")[0], "")) for t in _agent(transcript) for c in t.citations or ()]
    return _total(0 <= c.start < c.end <= len(text) and bool(text[c.start : c.end].strip()) for c, text in spans)


def _early(transcript: Transcript) -> Counts:
    answered = next((turn.n for turn in _answering(transcript) if turn.citations), 10**6)
    return _total(
        fact.told_in is not None and (fact.told_in == 1 if fact.reveal is Reveal.ASKED else fact.told_in < answered)
        for fact in transcript.customer.facts
        if fact.reveal is not Reveal.START
    )


def _invented(transcript: Transcript) -> Counts:
    facts = " ".join(fact.value for fact in transcript.customer.facts)
    return _total(
        bool(set(figures(turn.text)) - mentioned(f"{facts} {' '.join(o.text for o in transcript.turns[: turn.n - 1])}"))
        for turn in _customer(transcript)
        if turn.n > 1
    )


def _in_band(transcript: Transcript) -> Counts:
    return _total(50 <= len(turn.text.split()) <= 75 for turn in _agent(transcript))


def _normalised(text: str) -> str:
    return " ".join(_WORDS.findall(text.lower()))


def duplicates(transcripts: Sequence[Transcript]) -> Counts:
    """Return how many drawn customer turns have the words of an earlier one of the run."""
    seen = Counter(_normalised(turn.text) for t in transcripts for turn in _customer(t) if turn.n > 1)
    return seen.total() - len(seen), seen.total()


def commonest_opening(transcripts: Sequence[Transcript]) -> tuple[str, float]:
    """Return the commonest three first words of first agent replies, and their share."""
    firsts = Counter(" ".join(_normalised(_agent(t)[0].text).split()[:3]) for t in transcripts if _agent(t))
    words, count = firsts.most_common(1)[0]
    return words, count / firsts.total()


def by_disposition(transcripts: Sequence[Transcript]) -> tuple[dict[str, Counter[str]], float]:
    """Return the endings of each disposition, and p of the chi-square test that they are alike."""
    table: dict[str, Counter[str]] = {}
    for transcript in transcripts:
        table.setdefault(transcript.customer.disposition, Counter())[transcript.ending.reason] += 1
    reasons = sorted({reason for counts in table.values() for reason in counts})
    p = chi2_contingency([[counts[reason] for reason in reasons] for counts in table.values()]).pvalue
    return dict(sorted(table.items())), float(p)


def main(runs: Sequence[str]) -> None:
    """Print the table for all conversations of `runs`."""
    transcripts = [transcript for run in runs for transcript in read_transcripts(run)]
    articles = {t.scenario: articles_of(Path(run), t.scenario) for run in runs for t in read_transcripts(run)}
    print(f"{len(transcripts)} conversations, {sum(len(t.turns) for t in transcripts)} turns")
    for row in measures(transcripts, articles):
        low, high = row.interval()
        hits, total = np.sum(row.counts, axis=0)
        print(f"{row.name:60} {row.share:6.1%}  ({hits} of {total}; {low:.1%} to {high:.1%})")
    again, total = duplicates(transcripts)
    print(f"{'customer turns said before in the run':60} {again / total:6.1%}  ({again} of {total})")
    words, share = commonest_opening(transcripts)
    print(f"{'commonest three first words of first replies':60} {share:6.1%}  ({words!r})")
    table, p = by_disposition(transcripts)
    print(f"endings differ by disposition: chi-square p = {p:.2g}")
    for disposition, counts in table.items():
        print(f"  {disposition:10} " + ", ".join(f"{reason} {n}" for reason, n in counts.most_common()))


if __name__ == "__main__":
    main(sys.argv[1:])
