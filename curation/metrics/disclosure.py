"""When customers give their facts away, and whether the ledger tells the truth about it."""

from typing import Final

from agents.dialogue import Speaker
from agents.persona import Reveal
from curation.metrics.bootstrap import Counts, ratio, share_of
from curation.metrics.data import DataSet
from curation.metrics.measure import Better, Detail, Estimate, Heading, Metric, NotMeasuredError, Unit, metric
from orchestrator.grounding import figures
from orchestrator.grounding.numerals import mentioned
from orchestrator.transcript import FactRecord, Transcript

ANSWERING: Final = frozenset(("inform", "guide", "offer", "counter"))
"""The moves of an agent's turn that answers."""
_CURVE: Final = 12


@metric("facts-told", Heading.ACCURACY)
def facts_told(data: DataSet) -> Estimate:
    """The share of the facts to be told in the course of a conversation (all but those of the opening) that were."""
    return ratio([share_of(fact.told_in is not None for fact in _kept(transcript)) for transcript in data.runs()])


@metric("disclosure-turn", Heading.FORM, unit=Unit.TURNS)
def disclosure_turn(data: DataSet) -> Estimate:
    """The mean turn in which a fact was told, those of the opening apart.

    The detail is the disclosure curve: the share of these facts that had been told by each turn.
    """
    told = [[fact.told_in for fact in _kept(transcript) if fact.told_in] for transcript in data.runs()]
    return ratio([(sum(turns), len(turns)) for turns in told], {"told by turn": _curve(data)})


def _curve(data: DataSet) -> Detail:
    facts = [fact for transcript in data.runs() for fact in _kept(transcript)]
    if not facts:
        raise NotMeasuredError("no customer has a fact to tell")
    turns = range(1, _CURVE + 1, 2)
    return {str(turn): sum((fact.told_in or turn + 1) <= turn for fact in facts) / len(facts) for turn in turns}


@metric("facts-early", Heading.ACCURACY, better=Better.LOWER)
def facts_early(data: DataSet) -> Estimate:
    """The share of the facts that were told before their moment: in the opening, or a late one before any answer."""
    return ratio([share_of(_is_early(fact, transcript) for fact in _kept(transcript)) for transcript in data.runs()])


def _is_early(fact: FactRecord, transcript: Transcript) -> bool:
    if fact.told_in is None or fact.reveal is Reveal.ASKED:
        return fact.told_in == 1
    answers = (t.n for t in transcript.turns if t.speaker is Speaker.AGENT and t.citations and ANSWERING & set(t.moves))
    return fact.told_in < next(answers, len(transcript.turns) + 1)


@metric("ledger-true", Heading.ACCURACY, better=Better.HIGHER)
def ledger_true(data: DataSet) -> Estimate:
    """The share of the facts for which the ledger is right: the customer's first turn with the value is the one named.

    A fact that the ledger holds for untold must stand in no turn of the customer's.
    """
    return ratio([share_of(_is_true(fact, transcript) for fact in _kept(transcript)) for transcript in data.runs()])


def _is_true(fact: FactRecord, transcript: Transcript) -> bool:
    value = fact.value.casefold()
    found = (t.n for t in transcript.turns if t.speaker is Speaker.CUSTOMER and value in t.text.casefold())
    return next(found, None) == fact.told_in


@metric("customer-figures", Heading.ACCURACY, better=Better.LOWER)
def customer_figures(data: DataSet) -> Estimate:
    """The share of customer turns after the first with a figure that is not in their facts and was not said before."""
    return ratio([_invented(transcript) for transcript in data.runs()])


def _invented(transcript: Transcript) -> Counts:
    known = mentioned(" ".join(fact.value for fact in transcript.customer.facts))
    flags = []
    for turn in transcript.turns:
        if turn.speaker is Speaker.CUSTOMER and turn.n > 1:
            flags.append(not known.issuperset(figures(turn.text)))
        known |= mentioned(turn.text)
    return sum(flags), len(flags)


def _kept(transcript: Transcript) -> list[FactRecord]:
    """Return the facts that do not belong to the opening."""
    return [fact for fact in transcript.customer.facts if fact.reveal is not Reveal.START]


METRICS: Final[tuple[Metric, ...]] = (facts_told, disclosure_turn, facts_early, ledger_true, customer_figures)
