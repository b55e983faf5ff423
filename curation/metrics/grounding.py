"""Whether replies rest on the help articles, whether their citations hold, and whether their figures were given."""

from dataclasses import replace
from typing import Final

from agents.dialogue import Speaker
from curation.metrics.bootstrap import ratio, share_of
from curation.metrics.data import DataSet
from curation.metrics.disclosure import ANSWERING
from curation.metrics.measure import Better, Estimate, Heading, Metric, NotMeasuredError, metric
from orchestrator.grounding import Passage, figures, sentences
from orchestrator.grounding.evidence import best_match, spans_of
from orchestrator.grounding.numerals import mentioned
from orchestrator.transcript import Citation, Transcript, TurnRecord

SUPPORTED: Final = 0.6
_ROUNDING: Final = 0.05


@metric("cited", Heading.ACCURACY, better=Better.HIGHER)
def cited(data: DataSet) -> Estimate:
    """The share of the agent turns that answer, by their moves, with a citation; all turns where there are no moves."""
    return ratio([share_of(bool(turn.citations) for turn in answering(one)) for one in _citing(data)])


@metric("supported", Heading.ACCURACY, better=Better.HIGHER)
def supported(data: DataSet) -> Estimate:
    """The share of the agent turns that answer with a citation whose recorded support is 0.6 or more."""
    return ratio([share_of(is_supported(turn) for turn in answering(one)) for one in _citing(data)])


@metric("answered", Heading.ACCURACY, better=Better.HIGHER)
def answered(data: DataSet) -> Estimate:
    """The share of conversations in which the agent gave a supported answer at least once."""
    return ratio([(any(map(is_supported, answering(one))), 1) for one in _citing(data)])


@metric("spliced", Heading.ACCURACY)
def spliced(data: DataSet) -> Estimate:
    """The share of the agent turns that answer which had to be built around a passage's words."""
    return ratio([share_of(bool(turn.spliced) for turn in answering(one)) for one in _citing(data)])


@metric("figures-given", Heading.ACCURACY, better=Better.HIGHER)
def figures_given(data: DataSet) -> Estimate:
    """The share of the figures in agent turns that stand in a span which the turn cites, or were said before."""
    return ratio([share_of(_given(one, data)) for one in data.grounded()])


def _given(transcript: Transcript, data: DataSet) -> list[bool]:
    before: frozenset[str] = frozenset()
    flags: list[bool] = []
    for turn in transcript.turns:
        if turn.speaker is Speaker.AGENT:
            known = before.union(*(mentioned(_text(c, transcript, data)) for c in turn.citations or ()))
            flags += [figure in known for figure in figures(turn.text)]
        before |= mentioned(turn.text)
    return flags


@metric("citations-valid", Heading.ACCURACY, better=Better.HIGHER)
def citations_valid(data: DataSet) -> Estimate:
    """The share of citations that hold.

    The span lies inside the passage named, begins and ends with whole words, and its text alone bears out a sentence of
    the reply as far as the recorded support says.
    """
    return ratio([share_of(_valid(one, data)) for one in data.grounded()])


def _valid(transcript: Transcript, data: DataSet) -> list[bool]:
    passages = data.passages.get(transcript.scenario, {})
    return [_holds(c, turn.text, passages.get(c.passage)) for turn in transcript.turns for c in turn.citations or ()]


def _holds(citation: Citation, reply: str, passage: Passage | None) -> bool:
    if passage is None or not passage.start <= citation.start < citation.end <= passage.end:
        return False
    text = passage.text[citation.start - passage.start : citation.end - passage.start]
    if text != text.strip() or _cuts_a_word(passage, citation):
        return False
    span = replace(passage, text=text, start=citation.start, end=citation.end)
    spans = spans_of([span])
    matches = (best_match(reply[start:end], spans) for start, end in sentences(reply))
    return max((match.score for match in matches if match), default=0.0) >= citation.support - _ROUNDING


def _cuts_a_word(passage: Passage, citation: Citation) -> bool:
    edges = (citation.start - passage.start, citation.end - passage.start)
    return any(passage.text[max(edge - 1, 0) : edge + 1].isalnum() and 0 < edge < len(passage.text) for edge in edges)


def answering(transcript: Transcript) -> list[TurnRecord]:
    """Return the agent turns whose moves answer; all of them where no turn of the conversation has moves."""
    agent = [turn for turn in transcript.turns if turn.speaker is Speaker.AGENT]
    has_moves = any(turn.moves for turn in agent)
    return [turn for turn in agent if not has_moves or ANSWERING & set(turn.moves)]


def is_supported(turn: TurnRecord) -> bool:
    return any(citation.support >= SUPPORTED for citation in turn.citations or ())


def _citing(data: DataSet) -> tuple[Transcript, ...]:
    if not any(turn.citations for one in data.runs() for turn in one.turns):
        raise NotMeasuredError("no turn cites anything")
    return data.runs()


def _text(citation: Citation, transcript: Transcript, data: DataSet) -> str:
    article = data.articles_for(transcript).get(citation.passage.partition("#")[0])
    return article.text[citation.start : citation.end] if article else ""


METRICS: Final[tuple[Metric, ...]] = (
    cited, supported, answered, figures_given, citations_valid, spliced,
)  # fmt: skip
