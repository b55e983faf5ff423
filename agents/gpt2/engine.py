"""The engine: one thread that turns waiting requests into tokens, for all conversations at once.

Every step it takes in whatever waits, lays the new tokens of all sessions side by side, runs the network once and
samples one token a session; sessions leave when their turn is written and others take their place (continuous batching;
Yu et al., "Orca", OSDI 2022). A session keeps its keys and values between turns, so only tokens that it has not seen
are computed. It knows tokens; it knows nothing of personas or prompts.
"""

import asyncio
import contextlib
import threading
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from operator import methodcaller
from queue import Empty, SimpleQueue
from typing import Final, Protocol
from weakref import WeakSet

import torch

from agents import randomness
from agents.gpt2.attention import Segment
from agents.gpt2.masks import Masks
from agents.gpt2.network import Shape
from agents.gpt2.paging import PagePool, PageTable
from agents.gpt2.sampling import Sampling, draw
from agents.gpt2.vocabulary import Vocabulary
from agents.gpt2.writing import Manner, Stop, Writer

STEP_TOKENS: Final = 2048
"""New tokens that one step takes in, at most, unless a single prompt is longer."""
_STRETCH: Final = 64
"""Tokens of a cache and a prompt that are compared at once."""


class Runner(Protocol):
    """A network as the engine uses it."""

    shape: Shape
    device: torch.device
    precision: str

    def new_pool(self) -> PagePool:
        """Return an empty pool of pages for this network's keys and values."""

    def logits(self, pool: PagePool, segments: Sequence[Segment], tokens: Sequence[int]) -> torch.Tensor:
        """Compute `tokens`, which stand segment after segment, and return each segment's last logits, (B, V), fp32."""


@dataclass(frozen=True, slots=True)
class Written:
    """A turn that the model wrote: `tokens` are those that follow the prompt, moves and all, without the stop token.

    `fluency` is the mean log-probability of the tokens that it chose itself, among the likeliest that were allowed.
    """

    text: str
    moves: tuple[str, ...]
    tokens: tuple[int, ...]
    stop: Stop
    fluency: float = 0.0


@dataclass(slots=True, eq=False)
class _Request:
    session: "Session"
    prompt: list[int]
    writer: Writer
    sampling: Sampling
    key: int
    loop: asyncio.AbstractEventLoop
    future: "asyncio.Future[Written]"
    new: list[int] = field(default_factory=list)  # not yet in the cache
    taken: list[int] = field(default_factory=list)  # sampled so far
    before: int = 0  # tokens in the cache before the current step
    chosen: int = 0  # tokens that the model chose itself
    likely: float = 0.0  # the sum of their log-probabilities


@dataclass(slots=True)
class EngineStats:
    """What an engine has done: tokens sampled, prompt tokens computed, prompt tokens found in caches, steps.

    `most` is how many turns it writes at once since memory ran out; 0 where it never did.
    """

    sampled: int = 0
    computed: int = 0
    reused: int = 0
    steps: int = 0
    most: int = 0


class Session:
    """One side of one conversation: a cache that stays between turns. Open it with `Engine.open`."""

    def __init__(self, engine: "Engine", table: PageTable) -> None:
        self._engine = engine
        self._table = table
        self._cached: list[int] = []

    async def write(self, prompt: Sequence[int], manner: Manner | Writer, sampling: Sampling, *, key: int) -> Written:
        """Go on from `prompt`, the whole text so far; what it shares with the last call is not computed again.

        `manner` says how, or is a writer of the caller's own; `key` names the stream of random numbers. Raises
        ValueError where the prompt leaves no room in the window.
        """
        if not 0 < len(prompt) < self._engine.window:
            raise ValueError(f"a prompt of {len(prompt)} tokens; 1 to {self._engine.window - 1} fit")
        loop = asyncio.get_running_loop()
        future: asyncio.Future[Written] = loop.create_future()
        writer = manner if isinstance(manner, Writer) else Writer(self._engine.vocabulary, manner)
        self._engine.submit(_Request(self, list(prompt), writer, sampling, key, loop, future))
        return await future

    def close(self) -> None:
        """Free the cache, once the engine has let go of the session's last request."""
        self._engine.submit(self.free)

    def free(self) -> None:
        """Free the cache at once; for the engine's own thread."""
        self._table.cut(0)
        self._cached = []

    def begin(self, prompt: list[int]) -> list[int]:
        """Keep the cache of what `prompt` shares with it and return the tokens still to be computed, at least one."""
        most = min(len(self._cached), len(prompt) - 1)
        shared = next(
            (n for n in range(0, most, _STRETCH) if self._cached[n : n + _STRETCH] != prompt[n : n + _STRETCH]), most
        )
        while shared < most and self._cached[shared] == prompt[shared]:
            shared += 1
        self.rewind(shared)
        return prompt[shared:]

    def rewind(self, length: int) -> None:
        """Forget all but the first `length` tokens."""
        del self._cached[length:]
        self._table.cut(length)

    def extend(self, tokens: list[int]) -> Segment:
        """Make room for `tokens`, which the coming step computes."""
        start = len(self._cached)
        self._table.reserve(start + len(tokens))
        self._cached += tokens
        return Segment(self._table, start, len(tokens))

    @property
    def length(self) -> int:
        return len(self._cached)


class Engine:
    """Runs one checkpoint for any number of sessions, on a thread of its own from the first request to `close`."""

    def __init__(self, network: Runner, vocabulary: Vocabulary) -> None:
        self.vocabulary = vocabulary
        self.window = network.shape.window
        self.stats = EngineStats()
        self._network = network
        self._pool = network.new_pool()
        self._masks = Masks(vocabulary, network.device)
        self._inbox: SimpleQueue[_Request | Callable[[], None] | None] = SimpleQueue()
        self._waiting: deque[_Request] = deque()
        self._active: list[_Request] = []
        self._known: WeakSet[Session] = WeakSet()
        self._thread: threading.Thread | None = None

    def open(self) -> Session:
        """Return a new session with an empty cache."""
        return Session(self, PageTable(self._pool))

    @property
    def precision(self) -> str:
        """The number format of weights and caches: int8, bf16 or fp32."""
        return self._network.precision

    @property
    def cache_bytes(self) -> int:
        """The memory that the sessions' keys and values take."""
        return self._pool.bytes

    def submit(self, item: _Request | Callable[[], None]) -> None:
        """Hand the engine's thread a request, or a call to make between two steps."""
        if self._thread is None:
            self._thread = threading.Thread(target=self._run, name="duologue-engine", daemon=True)
            self._thread.start()
        self._inbox.put(item)

    def close(self) -> None:
        """Stop the thread after the step that it is in. Requests still open are cancelled."""
        if self._thread is not None:
            self._inbox.put(None)
            self._thread.join()
            self._thread = None

    def _run(self) -> None:
        with torch.inference_mode():
            while self._receive():
                self._admit()
                if self._active:
                    self._step_or_fail()
        for request in (*self._active, *self._waiting):
            _deliver(request, methodcaller("cancel"))
        self._active, self._waiting = [], deque()

    def _receive(self) -> bool:
        """Take in what has come, waiting only where there is nothing to do; False once closed."""
        wait = not (self._waiting or self._active)
        while True:
            try:
                item = self._inbox.get(block=wait)
            except Empty:
                return True
            wait = False
            if item is None:
                return False
            if isinstance(item, _Request):
                self._waiting.append(item)
            else:
                item()

    def _admit(self) -> None:
        budget = STEP_TOKENS
        while self._waiting and budget > 0 and not 0 < self.stats.most <= len(self._active):
            request = self._waiting.popleft()
            if request.future.cancelled():
                continue
            self._known.add(request.session)
            request.new = request.session.begin([*request.prompt, *request.taken])
            budget -= len(request.new)
            self.stats.computed += len(request.new)
            self.stats.reused += len(request.prompt) - len(request.new)
            self._active.append(request)

    def _step_or_fail(self) -> None:
        try:
            self._step()
        except (MemoryError, torch.OutOfMemoryError) as error:
            if self._free_idle():
                return
            if len(self._active) > 1:
                self._shrink()
            else:
                self._fail(error)
        except Exception as error:  # the thread must outlive any request
            self._fail(error)

    def _fail(self, error: Exception) -> None:
        for request in self._active:
            request.session.free()
            _deliver(request, methodcaller("set_exception", error))
        self._active = []

    def _free_idle(self) -> bool:
        """Free the caches of sessions that write nothing now, which cost time alone; tell whether there were any."""
        writing = {request.session for request in self._active}
        idle = [session for session in self._known if session.length and session not in writing]
        for session in idle:
            session.free()
        for request in self._active:
            request.session.rewind(request.before)
        return bool(idle)

    def _shrink(self) -> None:
        """Go on with half of the turns; the others wait, without their caches, until there is room again."""
        self.stats.most = len(self._active) // 2
        for request in self._active[: self.stats.most]:
            request.session.rewind(request.before)
        for request in reversed(self._active[self.stats.most :]):
            request.session.free()
            self._waiting.appendleft(request)
        del self._active[self.stats.most :]

    def _step(self) -> None:
        rows = sorted((r for r in self._active if not r.future.cancelled()), key=lambda r: len(r.new) > 1)
        self._active = rows
        if not rows:
            return
        logits = self._logits(rows)
        logits = self._masks.apply(logits, [r.writer.choices() for r in rows], [r.writer.repeats() for r in rows])
        uniforms = [randomness.uniform(r.key, len(r.taken)) for r in rows]
        drawn = draw(logits, [r.sampling.warmed(r.writer.heat) for r in rows], uniforms)
        for request, token, likely in zip(rows, *drawn, strict=True):
            request.chosen, request.likely = request.chosen + 1, request.likely + likely
            self._take(request, token)
        self.stats.steps += 1
        self.stats.sampled += len(rows)
        self._active = [r for r in rows if r.writer.stop is None]

    def _logits(self, rows: Sequence[_Request]) -> torch.Tensor:
        """Run the network over every row's new tokens and return the logits after its last, (B, V) in fp32."""
        for request in rows:
            request.before = request.session.length
        segments = [r.session.extend(r.new) for r in rows]
        return self._network.logits(self._pool, segments, [token for r in rows for token in r.new])

    def _take(self, request: _Request, token: int) -> None:
        writer = request.writer
        request.new = writer.take(token)
        request.taken += request.new
        if writer.stop is None and request.session.length + len(request.new) > self.window:
            writer.stop = Stop.FORCED
        if writer.stop is not None:
            fluency = request.likely / request.chosen
            written = Written(writer.text, writer.moves, tuple(request.taken), writer.stop, fluency)
            _deliver(request, methodcaller("set_result", written))


def _deliver(request: _Request, act: Callable[["asyncio.Future[Written]"], object]) -> None:
    """Settle a request's future on its own loop; a loop that is gone needs no answer."""

    def settle() -> None:
        if not request.future.done():
            act(request.future)

    with contextlib.suppress(RuntimeError):
        request.loop.call_soon_threadsafe(settle)
