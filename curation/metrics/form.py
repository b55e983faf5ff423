"""How large a data set is and what shape its conversations have."""

from typing import Final

from agents.dialogue import Speaker
from curation.metrics.bootstrap import mean, plain, ratio
from curation.metrics.data import DataSet, Dialogue
from curation.metrics.measure import Better, Estimate, Heading, Metric, NotMeasuredError, Unit, metric

_BAND: Final = (50, 75)


@metric("conversations", Heading.FORM, unit=Unit.COUNT)
def conversations(data: DataSet) -> Estimate:
    """The number of conversations."""
    return plain(len(data.dialogues), len(data.dialogues))


@metric("turns", Heading.FORM, unit=Unit.TURNS)
def turns(data: DataSet) -> Estimate:
    """The mean number of turns (messages of both sides) of a conversation."""
    counts = [len(dialogue.turns) for dialogue in data.dialogues]
    return mean(counts, {"least": min(counts), "most": max(counts), "all": sum(counts)})


@metric("words", Heading.FORM, unit=Unit.WORDS)
def words(data: DataSet) -> Estimate:
    """The mean number of words, split at white space, of a conversation."""
    counts = [sum(_lengths(dialogue, *Speaker)) for dialogue in data.dialogues]
    return mean(counts, {"all": sum(counts)})


@metric("agent-words", Heading.FORM, unit=Unit.WORDS)
def agent_words(data: DataSet) -> Estimate:
    """The mean number of words of an agent's turn."""
    return _words(data, Speaker.AGENT)


@metric("customer-words", Heading.FORM, unit=Unit.WORDS)
def customer_words(data: DataSet) -> Estimate:
    """The mean number of words of a customer's turn."""
    return _words(data, Speaker.CUSTOMER)


@metric("question-rate", Heading.FORM)
def question_rate(data: DataSet) -> Estimate:
    """The share of turns with a question mark, by speaker in the detail."""
    sides = {speaker: [_questions(dialogue, speaker) for dialogue in data.dialogues] for speaker in Speaker}
    both = [(c[0] + a[0], c[1] + a[1]) for c, a in zip(*sides.values(), strict=True)]
    return ratio(both, {str(side): _rate(counts) for side, counts in sides.items()})


@metric("word-band", Heading.FORM, better=Better.HIGHER)
def word_band(data: DataSet) -> Estimate:
    """The share of agent turns within the word band: that of the run's scenario, 50 to 75 words where none is known."""
    bands = _bands(data)
    if not bands:
        counts = [_within(dialogue, _BAND) for dialogue in data.dialogues]
        return ratio(counts, {"band": "50 to 75"})
    asked = [
        (dialogue, bands[transcript.scenario])
        for dialogue, transcript in zip(data.dialogues, data.runs(), strict=True)
        if bands.get(transcript.scenario)
    ]
    if not asked:
        raise NotMeasuredError("no scenario asks for a word band")
    named = {name: f"{band[0]} to {band[1]}" for name, band in bands.items() if band}
    return ratio([_within(dialogue, band) for dialogue, band in asked if band], named)


def _bands(data: DataSet) -> dict[str, tuple[int, int] | None]:
    """Return the word band of each scenario that a record describes, None where it asks for none."""
    found: dict[str, tuple[int, int] | None] = {}
    for record in data.records if data.transcripts else ():
        for scenario in record.get("scenarios") or ():
            band = (scenario.get("config", {}).get("reply") or {}).get("words")
            found[scenario.get("name", "")] = (band[0], band[1]) if band else None
    return found


def _within(dialogue: Dialogue, band: tuple[int, int]) -> tuple[int, int]:
    lengths = _lengths(dialogue, Speaker.AGENT)
    return sum(band[0] <= length <= band[1] for length in lengths), len(lengths)


def _words(data: DataSet, speaker: Speaker) -> Estimate:
    lengths = [_lengths(dialogue, speaker) for dialogue in data.dialogues]
    return ratio([(sum(each), len(each)) for each in lengths])


def _lengths(dialogue: Dialogue, *speakers: Speaker) -> list[int]:
    return [len(turn.text.split()) for turn in dialogue.turns if turn.speaker in speakers]


def _rate(counts: list[tuple[int, int]]) -> float:
    return sum(hits for hits, _ in counts) / max(1, sum(total for _, total in counts))


def _questions(dialogue: Dialogue, speaker: Speaker) -> tuple[int, int]:
    said = dialogue.of(speaker)
    return sum("?" in turn.text for turn in said), len(said)


METRICS: Final[tuple[Metric, ...]] = (
    conversations, turns, words, agent_words, customer_words, word_band, question_rate,
)  # fmt: skip
