"""How varied the words of a data set are.

What grows or shrinks with the amount of text is taken over blocks of the same number of words, so that data sets of any
size compare: the conversations are laid end to end in a seeded order and cut every `BUDGET` words, what is left over is
left out, and the value is the mean over the blocks.
"""

import zlib
from collections.abc import Callable, Sequence
from typing import Final

from agents import randomness
from agents.dialogue import Speaker
from curation.metrics.bootstrap import mean
from curation.metrics.data import DataSet, Dialogue
from curation.metrics.libraries import library
from curation.metrics.measure import Better, Estimate, Heading, Metric, NotMeasuredError, Unit, metric
from curation.metrics.sampling import SEED, order
from orchestrator.overlap import Run, runs

BUDGET: Final = 5000
_SAMPLE: Final = 100
_LEAST: Final = 10
_MTLD_LEAST: Final = 100
_MTLD_THRESHOLD: Final = 0.72


@metric("distinct-1", Heading.CREATIVITY, better=Better.HIGHER)
def distinct_1(data: DataSet) -> Estimate:
    """The share of the words of a block of 5,000 words that are different.

    Source: Li et al., "A diversity-promoting objective function for neural conversation models", NAACL 2016.
    """
    return _over_blocks(data, lambda block: _distinct(block, 1))


@metric("distinct-2", Heading.CREATIVITY, better=Better.HIGHER)
def distinct_2(data: DataSet) -> Estimate:
    """The share of the word pairs within turns that are different, in a block of 5,000 words.

    Source: Li et al., "A diversity-promoting objective function for neural conversation models", NAACL 2016.
    """
    return _over_blocks(data, lambda block: _distinct(block, 2))


@metric("distinct-3", Heading.CREATIVITY, better=Better.HIGHER)
def distinct_3(data: DataSet) -> Estimate:
    """The share of the word triples within turns that are different, in a block of 5,000 words.

    Source: Li et al., "A diversity-promoting objective function for neural conversation models", NAACL 2016.
    """
    return _over_blocks(data, lambda block: _distinct(block, 3))


@metric("compression-ratio", Heading.CREATIVITY, better=Better.LOWER, unit=Unit.NUMBER)
def compression_ratio(data: DataSet) -> Estimate:
    """How many times smaller DEFLATE makes a block of 5,000 words, lower-cased and without punctuation.

    Source: Shaib et al., "Standardizing the measurement of text diversity", 2024.
    """
    return _over_blocks(data, _compressed)


def _over_blocks(data: DataSet, value: Callable[[Sequence[Run]], float]) -> Estimate:
    blocks = _blocks(data)
    if not blocks:
        raise NotMeasuredError(f"needs {BUDGET:,} words")
    return mean([value(block) for block in blocks], {"words of a block": BUDGET})


def _blocks(data: DataSet) -> list[list[Run]]:
    """Return the turns' words in blocks of BUDGET words; a turn that reaches over the end is cut."""
    blocks: list[list[Run]] = [[]]
    room = BUDGET
    for turn in (turn for place in order(len(data.dialogues), "blocks") for turn in data.dialogues[place].words):
        rest = turn
        while rest:
            blocks[-1].append(rest[:room])
            room, rest = room - len(rest[:room]), rest[room:]
            if not room:
                blocks.append([])
                room = BUDGET
    return blocks[:-1]


def _distinct(block: Sequence[Run], size: int) -> float:
    found = [gram for turn in block if len(turn) >= size for gram in runs(turn, size)]
    return len(set(found)) / max(1, len(found))


def _compressed(block: Sequence[Run]) -> float:
    text = "\n".join(" ".join(turn) for turn in block).encode()
    return len(text) / len(zlib.compress(text, 9))


@metric("mtld", Heading.CREATIVITY, better=Better.HIGHER, unit=Unit.NUMBER)
def mtld(data: DataSet) -> Estimate:
    """The mean measure of textual lexical diversity of the conversations of 100 words or more.

    It is the mean length of runs of words whose type-token ratio stays above 0.72, read forwards and backwards.

    Source: McCarthy and Jarvis, "MTLD, vocd-D, and HD-D", Behavior Research Methods 42, 2010.
    """
    values = [value for dialogue in data.dialogues for value in mtld_of(dialogue)]
    if not values:
        raise NotMeasuredError(f"needs a conversation of {_MTLD_LEAST} words")
    return mean(values)


def mtld_of(dialogue: Dialogue) -> list[float]:
    """Return the MTLD of a conversation, nothing where it has less than 100 words."""
    words = [word for turn in dialogue.words for word in turn]
    if len(words) < _MTLD_LEAST:
        return []
    rich = library("lexicalrichness").LexicalRichness(words, preprocessor=None, tokenizer=None)
    return [float(rich.mtld(threshold=_MTLD_THRESHOLD))]


@metric("self-bleu-4", Heading.CREATIVITY, better=Better.LOWER)
def self_bleu_4(data: DataSet) -> Estimate:
    """The mean BLEU-4 of an agent turn against the other turns of a seeded sample of 100, from 0 to 1.

    No conversation gives more than one turn. It rises with the size of the sample, so a sample under 100 (see n) is
    not to be compared with a full one.

    Source: Zhu et al., "Texygen: a benchmarking platform for text generation models", SIGIR 2018.
    """
    sacrebleu = library("sacrebleu")
    sample = _sampled(data)
    if len(sample) < _LEAST:
        raise NotMeasuredError(f"needs agent turns in {_LEAST} conversations")
    bleu = sacrebleu.BLEU(max_ngram_order=4, effective_order=True)
    rest = [sample[:place] + sample[place + 1 :] for place in range(len(sample))]
    scores = [bleu.sentence_score(text, others).score / 100 for text, others in zip(sample, rest, strict=True)]
    return mean(scores)


def _sampled(data: DataSet) -> list[str]:
    """Return one agent turn each of the first conversations of a seeded order, _SAMPLE at most."""
    found: list[str] = []
    for place in order(len(data.dialogues), "self-bleu"):
        said = data.dialogues[place].of(Speaker.AGENT)
        if said and len(found) < _SAMPLE:
            found.append(randomness.choose(randomness.key(SEED, "self-bleu", place), 0, said).text)
    return found


METRICS: Final[tuple[Metric, ...]] = (
    distinct_1, distinct_2, distinct_3, mtld, self_bleu_4, compression_ratio,
)  # fmt: skip
