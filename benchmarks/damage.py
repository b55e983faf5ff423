"""Whether measures notice damage: `python -m benchmarks.damage [RUN]` damages conversations and prints what they say.

Each damage is a function from transcripts to transcripts with one fault put in on purpose. `TRIALS` names the measures
that must notice it, and which way they go. Without a run, the gold dialogues of eight companies are damaged. Measures
against a reference set compare every other conversation with the rest.
"""

import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import cycle, pairwise
from typing import Final, TypeAlias

from agents import randomness
from agents.dialogue import Speaker
from benchmarks.gold import gold
from curation.metrics.data import DataSet, load, of_transcripts
from curation.metrics.evaluation import COMPARING, METRICS, WITH_MODEL, measured
from curation.metrics.measure import Metric
from orchestrator.grounding import figures
from orchestrator.transcript import Transcript, TurnRecord

Damage: TypeAlias = Callable[[Sequence[Transcript]], list[Transcript]]
_SHIFT: Final = 37
_COMPANIES: Final = 8


def shuffled_turns(transcripts: Sequence[Transcript]) -> list[Transcript]:
    """Put what each side said in another order within its conversation."""
    return [_with_turns(one, _shuffled(one, place)) for place, one in enumerate(transcripts)]


def _shuffled(one: Transcript, place: int) -> list[TurnRecord]:
    kept = list(one.turns)
    for speaker in Speaker:
        places = [n for n, turn in enumerate(one.turns) if turn.speaker is speaker]
        stream = randomness.key("damage", place, speaker)
        for n, where in enumerate(places):
            source = places[randomness.permuted(n, len(places), stream)]
            kept[where] = one.turns[source].model_copy(update={"n": where + 1})
    return kept


def repeated_thanks(transcripts: Sequence[Transcript]) -> list[Transcript]:
    """Let both sides thank each other three times more at the end of every conversation."""
    said = {Speaker.CUSTOMER: "Thank you so much! Have a great day!", Speaker.AGENT: "You're welcome! Take care, bye!"}
    return [_with_turns(one, [*one.turns, *_thanks(one, said)]) for one in transcripts]


def _thanks(one: Transcript, said: Mapping[Speaker, str]) -> list[TurnRecord]:
    speaker, found = one.turns[-1].speaker, []
    for n in range(len(one.turns) + 1, len(one.turns) + 7):
        speaker = speaker.other
        found.append(TurnRecord(n=n, speaker=speaker, text=said[speaker]))
    return found


def swapped_roles(transcripts: Sequence[Transcript]) -> list[Transcript]:
    """Give the words of each side to the other."""
    return [
        _with_turns(one, [turn.model_copy(update={"speaker": turn.speaker.other, "moves": ()}) for turn in one.turns])
        for one in transcripts
    ]


def altered_figures(transcripts: Sequence[Transcript]) -> list[Transcript]:
    """Change every figure in digits that an agent states."""
    return [
        _with_turns(one, [_altered(turn) if turn.speaker is Speaker.AGENT else turn for turn in one.turns])
        for one in transcripts
    ]


def _altered(turn: TurnRecord) -> TurnRecord:
    text = turn.text
    for figure in figures(turn.text):
        if figure.isdigit():
            text = text.replace(figure, str(int(figure) * 3 + 41))
    return turn.model_copy(update={"text": text})


def shifted_citations(transcripts: Sequence[Transcript]) -> list[Transcript]:
    """Let every citation point 37 characters further on."""
    return [_with_turns(one, [_shifted(turn) for turn in one.turns]) for one in transcripts]


def _shifted(turn: TurnRecord) -> TurnRecord:
    moved = tuple(
        citation.model_copy(update={"start": citation.start + _SHIFT, "end": citation.end + _SHIFT})
        for citation in turn.citations or ()
    )
    return turn.model_copy(update={"citations": moved or None})


def foreign_replies(transcripts: Sequence[Transcript]) -> list[Transcript]:
    """Let every agent say what the agent of another conversation said."""
    return [_with_turns(one, _answered(one, transcripts[place - 1])) for place, one in enumerate(transcripts)]


def _answered(one: Transcript, other: Transcript) -> list[TurnRecord]:
    said = cycle([turn.text for turn in other.turns if turn.speaker is Speaker.AGENT] or ["I see."])
    return [
        turn.model_copy(update={"text": next(said)}) if turn.speaker is Speaker.AGENT else turn for turn in one.turns
    ]


def copied_conversations(transcripts: Sequence[Transcript]) -> list[Transcript]:
    """Let every other conversation be that before it over again."""
    return [transcripts[place - place % 2] for place in range(len(transcripts))]


def leaked_tags(transcripts: Sequence[Transcript]) -> list[Transcript]:
    """Leave a status word at the end of every conversation."""
    return [_with_turns(one, [*one.turns[:-1], _tagged(one.turns[-1])]) for one in transcripts]


def _tagged(turn: TurnRecord) -> TurnRecord:
    return turn.model_copy(update={"text": f"{turn.text} [END] RESOLVED."})


def told_at_once(transcripts: Sequence[Transcript]) -> list[Transcript]:
    """Let every customer tell all facts in the opening."""
    return [_told(one) for one in transcripts]


def _told(one: Transcript) -> Transcript:
    values = ", ".join(fact.value for fact in one.customer.facts)
    opening = one.turns[0].model_copy(update={"text": f"{one.turns[0].text} {values}."})
    facts = tuple(fact.model_copy(update={"told_in": 1}) for fact in one.customer.facts)
    customer = one.customer.model_copy(update={"facts": facts})
    return one.model_copy(update={"customer": customer, "turns": (opening, *one.turns[1:])})


def swapped_personas(transcripts: Sequence[Transcript]) -> list[Transcript]:
    """Give every conversation the disposition, tone and style of another."""
    axes = ("disposition", "tone", "style")
    order = [randomness.permuted(place, len(transcripts), 7) for place in range(len(transcripts))]
    people = [{axis: getattr(transcripts[place].customer, axis) for axis in axes} for place in order]
    pairs = zip(transcripts, people, strict=True)
    return [one.model_copy(update={"customer": one.customer.model_copy(update=who)}) for one, who in pairs]


def insults(transcripts: Sequence[Transcript]) -> list[Transcript]:
    """Let every agent insult the customer once, and give away a telephone number."""
    words = "You are a stupid idiot. Call me on 020 7946 0018."
    return [
        _with_turns(one, [*one.turns[:-1], one.turns[-1].model_copy(update={"text": words})]) for one in transcripts
    ]


def stock_replies(transcripts: Sequence[Transcript]) -> list[Transcript]:
    """Let every agent say the same in all its turns."""
    words = next(turn.text for turn in transcripts[0].turns if turn.speaker is Speaker.AGENT)
    return [_with_turns(one, [_saying(turn, words) for turn in one.turns]) for one in transcripts]


def _saying(turn: TurnRecord, words: str) -> TurnRecord:
    return turn.model_copy(update={"text": words}) if turn.speaker is Speaker.AGENT else turn


def stutter(transcripts: Sequence[Transcript]) -> list[Transcript]:
    """Let everybody say everything twice."""
    return [
        _with_turns(one, [turn.model_copy(update={"text": f"{turn.text} {turn.text}"}) for turn in one.turns])
        for one in transcripts
    ]


def parroting(transcripts: Sequence[Transcript]) -> list[Transcript]:
    """Let every turn begin with the one before it."""
    return [_with_turns(one, [one.turns[0], *_parroted(one.turns)]) for one in transcripts]


def _parroted(turns: Sequence[TurnRecord]) -> list[TurnRecord]:
    return [turn.model_copy(update={"text": f"{heard.text} {turn.text}"}) for heard, turn in pairwise(turns)]


def scrambled_words(transcripts: Sequence[Transcript]) -> list[Transcript]:
    """Put the words of every turn in another order."""
    return [_with_turns(one, [_scrambled(turn) for turn in one.turns]) for one in transcripts]


def _scrambled(turn: TurnRecord) -> TurnRecord:
    words = turn.text.split()
    stream = randomness.key("damage", turn.text)
    order = [randomness.permuted(place, len(words), stream) for place in range(len(words))]
    return turn.model_copy(update={"text": " ".join(words[place] for place in order)})


def _with_turns(one: Transcript, turns: Sequence[TurnRecord]) -> Transcript:
    return one.model_copy(update={"turns": tuple(turns)})


@dataclass(frozen=True)
class Trial:
    """A damage, and the measures that must notice it with the way they go."""

    damage: Damage
    up: tuple[str, ...] = ()
    down: tuple[str, ...] = ()


TRIALS: Final[tuple[Trial, ...]] = (
    Trial(shuffled_turns, up=("perplexity", "distance-flow"), down=("relevance-to-query", "ledger-true")),
    Trial(scrambled_words, up=("perplexity", "two-sample", "two-sample-style"), down=("role-consistency", "mauve")),
    Trial(
        repeated_thanks,
        up=(
            "closing-tail",
            "long-goodbyes",
            "echo-self",
            "compression-ratio",
            "duplicate-customer-turns",
            "turns",
            "distance-turns",
            "distance-flow",
            "distance-agent-words",
        ),
        down=("distinct-2", "distinct-3", "agent-words", "mtld", "question-rate"),
    ),
    Trial(
        swapped_roles, up=("customer-words", "distance-agent-words"), down=("role-consistency", "agent-words", "cited")
    ),
    Trial(altered_figures, down=("figures-given", "citations-valid")),
    Trial(shifted_citations, down=("citations-valid", "figures-given")),
    Trial(foreign_replies, down=("relevance-to-query", "relevance-to-passage", "citations-valid", "figures-given")),
    Trial(
        stock_replies,
        up=(
            "self-bleu-4",
            "compression-ratio",
            "opening-skeletons",
            "duplicate-replies",
            "self-repetition",
            "echo-self",
            "distance-agent-words",
            "two-sample",
        ),
        down=("distinct-1", "distinct-2", "distinct-3", "mtld", "relevance-to-query", "mauve"),
    ),
    Trial(stutter, up=("rep-4", "compression-ratio", "distance-mtld"), down=("mtld", "distinct-3")),
    Trial(parroting, up=("echo-partner",), down=("distinct-3", "role-consistency")),
    Trial(copied_conversations, up=("near-duplicates", "duplicate-replies", "self-repetition")),
    Trial(leaked_tags, up=("role-leaks",)),
    Trial(told_at_once, up=("facts-early",), down=("disclosure-turn",)),
    Trial(swapped_personas, down=("disposition-consistency", "tone-consistency", "style-consistency")),
    Trial(insults, up=("toxicity", "abuse", "personal-data")),
)


@dataclass(frozen=True)
class Noticed:
    """What a measure said of the whole data and of the damaged; `moved`: it went the way it must, past its interval."""

    damage: str
    measure: str
    before: float
    after: float
    moved: bool


def trials(data: DataSet, metrics: Sequence[Metric] = METRICS, chosen: Sequence[Trial] = TRIALS) -> list[Noticed]:
    """Damage `data` in every way, and take those of `metrics` that must notice."""
    wanted = {name for trial in chosen for name in (*trial.up, *trial.down)}
    whole = measured(data, [metric for metric in metrics if metric.name in wanted])
    found: list[Noticed] = []
    for trial in chosen:
        names = (*trial.up, *trial.down)
        hurt = of_transcripts(trial.damage(data.runs()), data.articles, data.records)
        hurt = replace(hurt, against=data.against, reference=data.reference)
        after = measured(hurt, [metric for metric in metrics if metric.name in names])
        for name in names:
            if name in whole and name in after:
                was, now = whole[name], after[name]
                low, high = (was.value if edge is None else edge for edge in (was.low, was.high))
                moved = now.value > high if name in trial.up else now.value < low
                title = trial.damage.__name__.replace("_", " ")
                found.append(Noticed(title, name, was.value, now.value, moved))
    return found


def table(found: Sequence[Noticed]) -> str:
    """Return the table in Markdown."""
    lines = ["| damage | measure | whole | damaged | noticed |", "| --- | --- | ---: | ---: | --- |"]
    for one in found:
        noticed = "yes" if one.moved else "no"
        lines.append(f"| {one.damage} | {one.measure} | {one.before:.3f} | {one.after:.3f} | {noticed} |")
    return "\n".join(lines)


def halves(data: DataSet) -> DataSet:
    """Return every other conversation of `data`, against the rest."""
    rest = of_transcripts(data.runs()[1::2], data.articles)
    return replace(of_transcripts(data.runs()[::2], data.articles), against=rest, reference=data.reference)


def main(runs: Sequence[str]) -> None:
    """Print the table for the conversations of `runs`, or for gold dialogues."""
    data = replace(load(*runs) if runs else gold(_COMPANIES), reference="house")
    found = [*trials(data, [*METRICS, *WITH_MODEL]), *trials(halves(data), COMPARING)]
    order = [trial.damage.__name__.replace("_", " ") for trial in TRIALS]
    print(f"{len(data.dialogues)} conversations\n")
    print(table(sorted(found, key=lambda one: order.index(one.damage))))


if __name__ == "__main__":
    main(sys.argv[1:])
