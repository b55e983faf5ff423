"""Ours: the engine as a conversation uses it, made to write replies of given lengths."""

import asyncio
import time
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

from agents import randomness
from agents.dialogue import Speaker
from agents.gpt2.checkpoint import Checkpoint
from agents.gpt2.engine import Engine, Session, Written
from agents.gpt2.loading import Precision, load_engine
from agents.gpt2.vocabulary import Vocabulary
from agents.gpt2.writing import Manner, Stop, Writer
from benchmarks.timing import SAMPLING, WARM_UP, Runner, Setup, Timed
from benchmarks.workload import Talk


class ExactWriter(Writer):
    """A writer that stops after exactly `tokens` tokens, and until then does all that a writer does."""

    def __init__(self, vocabulary: Vocabulary, tokens: int) -> None:
        super().__init__(vocabulary, Manner((tokens + 1, 4 * tokens + 100), whole_sentences=True, stops=()))
        self._left = tokens

    def take(self, token: int) -> list[int]:
        entered = super().take(token)
        self._left -= len(entered)
        if not self._left:
            self.stop = Stop.FORCED
        return entered


@dataclass(frozen=True, slots=True)
class Ours:
    """Runs whole conversations on an engine, all at the same time. `turns` keeps the seconds of each turn's replies."""

    engine: Engine
    turns: defaultdict[int, list[float]] = field(default_factory=lambda: defaultdict(list))

    def __call__(self, talks: Sequence[Talk]) -> Timed:
        start = time.perf_counter()
        asyncio.run(self._all(talks))
        seconds = time.perf_counter() - start
        return Timed(seconds, sum(talk.tokens for talk in talks), self.engine.precision)

    async def _all(self, talks: Sequence[Talk]) -> None:
        await asyncio.gather(*(self._converse(talk, stream) for stream, talk in enumerate(talks)))

    async def _converse(self, talk: Talk, stream: int) -> None:
        sessions = {side: self.engine.open() for side in Speaker}
        while not talk.done:
            reply = talk.next
            start = time.perf_counter()
            key = randomness.key(stream, reply.turn)
            written = await write(self.engine, sessions[reply.speaker], talk.prompt(), reply.tokens, key)
            self.turns[reply.turn].append(time.perf_counter() - start)
            talk.take(written.tokens)
        for session in sessions.values():
            session.close()


@contextmanager
def duologue_fp32(setup: Setup) -> Iterator[Runner]:
    with _ours(setup, Precision.FP32) as runner:
        yield runner


@contextmanager
def duologue(setup: Setup) -> Iterator[Runner]:
    with _ours(setup, Precision.AUTO) as runner:
        yield runner


@contextmanager
def _ours(setup: Setup, precision: Precision) -> Iterator[Ours]:
    engine = load_engine(Checkpoint(setup.folder.name, setup.folder), precision=precision)
    decode_seconds(engine, [WARM_UP], 4)
    yield Ours(engine)
    engine.close()


async def write(engine: Engine, session: Session, prompt: list[int], tokens: int, key: int) -> Written:
    """Go on from `prompt` by exactly so many tokens."""
    return await session.write(prompt, ExactWriter(engine.vocabulary, tokens), SAMPLING, key=key)


def decode_seconds(engine: Engine, prompts: Sequence[list[int]], tokens: int) -> float:
    """Return the time in which all prompts, whose caches are there already, go on by so many tokens."""
    return asyncio.run(_decode(engine, prompts, tokens))


async def _decode(engine: Engine, prompts: Sequence[list[int]], tokens: int) -> float:
    sessions = [engine.open() for _ in prompts]
    pairs = list(zip(sessions, prompts, strict=True))
    await asyncio.gather(*(write(engine, session, prompt, 1, 0) for session, prompt in pairs))
    start = time.perf_counter()
    await asyncio.gather(*(write(engine, session, prompt, tokens, n) for n, (session, prompt) in enumerate(pairs)))
    seconds = time.perf_counter() - start
    for session in sessions:
        session.close()
    return seconds
