"""A server in the engine's place: sessions that write turns by asking it. It keeps no caches; the server may."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from agents.errors import RunError
from agents.gpt2.engine import Written
from agents.gpt2.sampling import Sampling
from agents.gpt2.writing import Manner, Writer
from agents.remote.answers import Answer
from agents.remote.client import Client
from agents.remote.features import Examination, Features
from agents.remote.loop import LoopThread
from agents.remote.pieces import Pieces
from agents.remote.replying import RemoteTurn
from agents.remote.settings import PREFIX, PromptForm, Remote

_SEEDS: Final = (1 << 31) - 1


@dataclass(slots=True)
class RemoteStats:
    """What a server gave: answers, their tokens as it counts them, and the sum of their mean log-probabilities."""

    answers: int = 0
    prompt_tokens: int = 0
    sampled: int = 0
    told: int = 0
    logprobs: float = 0.0

    def add(self, answer: Answer) -> None:
        self.answers += 1
        self.prompt_tokens += answer.prompt_tokens
        self.sampled += answer.sampled
        if answer.logprob is not None:
            self.told += 1
            self.logprobs += answer.logprob


class RemoteEngine:
    """One server, for any number of sessions on any event loop, until it is closed.

    `on_wait` is told why the server is waited for, and None once it is back; on a thread of the engine's own.
    """

    vocabulary: Final = None
    """The tokens are the server's business."""
    precision: Final = "the server's"

    def __init__(self, name: str, remote: Remote) -> None:
        self.name = PREFIX + name
        self.window = remote.window
        self.on_wait: Callable[[str | None], None] | None = None
        self.stats = RemoteStats()
        self.features = Features()
        self._remote = remote
        self._thread = LoopThread(f"duologue-{self.name}")
        self._client: Client | None = None
        try:
            self._client, self.features = self._thread.submit(self._begin(name)).result()
        except BaseException:
            self.close()
            raise

    def open(self) -> "RemoteSession":
        """Return a session; a server keeps nothing for it."""
        return RemoteSession(self)

    async def turn(self, prompt: Sequence[int], manner: Manner, sampling: Sampling, key: int) -> Written:
        """Write a turn, on whatever loop this is awaited."""
        return await asyncio.wrap_future(self._thread.submit(self._write(prompt, manner, sampling, key)))

    def report(self) -> Mapping[str, Any]:
        """Return what `run.json` says of the server."""
        stats, client = self.stats, self._client
        return {
            "url": self._remote.url,
            "model": self._remote.model,
            "form": self._remote.form.value,
            "lacks": dict(self.features.lacks),
            "requests": client.requests if client else 0,
            "sent_again": client.retried if client else 0,
            "prompt_tokens": stats.prompt_tokens,
            "sampled_tokens": stats.sampled,
            "mean_logprob": round(stats.logprobs / stats.told, 4) if stats.told else None,
        }

    def close(self) -> None:
        """Give up what is still asked for and close the connections; a second call does nothing."""
        client, self._client = self._client, None
        if client:
            self._thread.submit(client.close()).result()
        self._thread.close()

    async def _begin(self, name: str) -> tuple[Client, Features]:
        client = Client(name, self._remote, self._tell)
        try:
            return client, await Examination(name, self._remote, client).features()
        except BaseException:
            await client.close()
            raise

    async def _write(self, prompt: Sequence[int], manner: Manner, sampling: Sampling, key: int) -> Written:
        async def ask(body: dict[str, Any], request: int) -> Answer:
            return await self._ask(body, sampling, request)

        turn = RemoteTurn(self._remote.form, prompt, manner, ask, key)
        text = await turn.write()
        tokens = Pieces().encode(f" {text}" if self._remote.form is PromptForm.PLAIN else text)
        return Written(text, turn.moves, tuple(tokens), turn.stop)

    async def _ask(self, body: dict[str, Any], sampling: Sampling, key: int) -> Answer:
        if self._client is None:
            raise RunError(f"{self.name}: the engine is closed")
        drawn = {"seed": key & _SEEDS, "temperature": sampling.temperature, "top_p": sampling.top_p}
        top_k = {"top_k": sampling.top_k} if sampling.top_k else {}
        answer = await self._client.ask(self.features.fit({**body, **drawn, **top_k}, self._remote.form), key=key)
        self.stats.add(answer)
        return answer

    def _tell(self, why: str | None) -> None:
        if self.on_wait:
            self.on_wait(why)


class RemoteSession:
    """One side of one conversation, as a server sees it: nothing is kept between turns."""

    def __init__(self, engine: RemoteEngine) -> None:
        self._engine = engine

    async def write(self, prompt: Sequence[int], manner: Manner | Writer, sampling: Sampling, *, key: int) -> Written:
        """Go on from `prompt`, the whole view so far, as `manner` says; a server cannot take a writer of ours."""
        if isinstance(manner, Writer):
            raise TypeError("a server takes a manner, not a writer")
        return await self._engine.turn(prompt, manner, sampling, key)

    def close(self) -> None:
        """Do nothing: there is no cache to free."""
