"""Requests to one server, until they are answered: rates kept, failures tried again, absences waited out.

A failure is an answer that says so (500 ...), does not come in time, breaks off, or is not what the protocol says. Each
counts against the request's `retries`. An overload (429, or 503 with Retry-After) does not count, nor does a server
that is away: all requests wait then.
"""

import asyncio
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

from agents.errors import ModelError, RunError
from agents.prompt import ContextFullError
from agents.remote.answers import Answer, MalformedError, read_answer, said
from agents.remote.gate import Gate, Notice
from agents.remote.limits import Limits, backoff, retry_after
from agents.remote.pieces import Pieces
from agents.remote.settings import PREFIX, PromptForm, Remote

if TYPE_CHECKING:
    import httpx

_AWAY: Final = frozenset({502, 503, 504})
_KNOCK: Final = 5.0
"""Seconds in which a server that is there says anything at all."""
_ABSENCES: Final = 20
"""How often a server may go away under one request, which may be what kills it."""


class RequestError(Exception):
    """A request that was not answered however often it was sent, or that the server will not take."""


class _FailureError(Exception):
    """One failed answer; the message says how.

    `away`: the server may be gone; `noticed`: another request found that it was, and it may be back.
    """

    def __init__(self, why: str, *, away: bool = False, noticed: bool = False) -> None:
        super().__init__(why)
        self.away, self.noticed = away, noticed


class _OverloadError(Exception):
    """The server asks for time: `seconds`, where it says how long."""

    def __init__(self, why: str, seconds: float | None) -> None:
        super().__init__(why)
        self.seconds = seconds


class Client:
    """One server's connections. Make it, use it and close it within one event loop.

    `requests` counts what was sent, `retried` how often something had to be sent again.
    """

    def __init__(self, name: str, remote: Remote, notice: Notice) -> None:
        self._name, self._remote = PREFIX + name, remote
        self.http = _connections(name, remote)
        self._slots = asyncio.Semaphore(remote.concurrency)
        self._limits = Limits(remote)
        self._gate = Gate(self._name, remote.patience, notice)
        self.requests = self.retried = 0

    def at(self, path: str) -> str:
        """Return the address of `path` on the server."""
        return f"{self._remote.url.rstrip('/')}/{path}"

    async def ask(self, body: Mapping[str, Any], *, key: int) -> Answer:
        """Return the answer to `body`; `key` spreads the waits.

        Raises RequestError where it is not to be had, RunError where no request can be answered any more, and
        ContextFullError where the server finds the prompt too long.
        """
        whole = {"model": self._remote.model, **body, **self._remote.extra}
        failures = absences = 0
        while True:
            try:
                answer = await self._once(whole)
            except _OverloadError as overload:
                self._gate.rest(overload.seconds, str(overload), key)
            except _FailureError as failure:
                gone = failure.noticed or (failure.away and not await self.is_there())
                absences, failures = absences + gone, failures + (not gone)
                if failures > self._remote.retries or absences > _ABSENCES:
                    raise RequestError(f"{self._name}: {failure} ({failures + absences} times running)") from None
                if gone and not failure.noticed:
                    self._gate.wait_for(self.is_there, str(failure), key)
                elif not gone:
                    await asyncio.sleep(backoff(failures, key))
            else:
                self._gate.answered()
                return answer
            self.retried += 1

    async def is_there(self) -> bool:
        """Tell whether the server answers at all."""
        import httpx

        try:
            async with asyncio.timeout(_KNOCK):
                response = await self.http.get(self.at("models"))
        except (httpx.TransportError, TimeoutError):
            return False
        return response.status_code not in _AWAY

    async def post(self, body: Mapping[str, Any]) -> "httpx.Response":
        """Send `body` once. Raises what httpx raises, or TimeoutError."""
        self.requests += 1
        path = "chat/completions" if self._remote.form is PromptForm.CHAT else "completions"
        async with asyncio.timeout(self._remote.timeout):
            return await self.http.post(self.at(path), json=body)

    async def close(self) -> None:
        await self.http.aclose()

    async def _once(self, body: Mapping[str, Any]) -> Answer:
        import httpx

        async with self._slots:
            await self._limits.take(_tokens(body))
            await self._gate.passed()
            absences = self._gate.absences
            try:
                response = await self.post(body)
            except TimeoutError:
                noticed = self._gate.absences != absences
                raise _FailureError(
                    f"no answer in {self._remote.timeout:g} seconds", away=True, noticed=noticed
                ) from None
            except (httpx.TransportError, httpx.DecodingError) as error:
                away = isinstance(error, httpx.TransportError)
                raise _FailureError(told(error), away=away, noticed=away and self._gate.absences != absences) from None
        self._check(response)
        try:
            return read_answer(response.content)
        except MalformedError as error:
            raise _FailureError(str(error)) from None

    def _check(self, response: "httpx.Response") -> None:
        status = response.status_code
        if status == 200:
            return
        seconds = retry_after(response.headers.get("retry-after"))
        why = f"the server answers {status}{said(response.content)}"
        if status == 429 or (status == 503 and seconds is not None):
            raise _OverloadError(why, seconds)
        if status in (401, 403):
            raise RunError(f"{self._name}: {why}; the key is no longer good, go on later with --resume if-possible")
        if status in (400, 413, 422) and "context" in why.casefold():
            raise ContextFullError
        if status in (408, 409, 425) or status >= 500:
            raise _FailureError(why, away=status in _AWAY)
        raise RequestError(f"{self._name}: {why}")


def _connections(name: str, remote: Remote) -> "httpx.AsyncClient":
    try:
        import httpx
    except ImportError:
        raise ModelError(f"{PREFIX}{name}: servers need httpx; pip install 'duologue[remote]'") from None
    key = remote.key(name)
    return httpx.AsyncClient(
        headers={"Authorization": f"Bearer {key}"} if key else {},
        timeout=httpx.Timeout(remote.timeout, pool=None),
        limits=httpx.Limits(max_connections=remote.concurrency + 1),
    )


def told(error: Exception) -> str:
    """Return what went wrong with a connection, in a few words."""
    text = " ".join(str(error).split())[:120]
    kind = type(error).__name__
    known = {
        "ConnectError": "no connection",
        "ReadTimeout": "no answer in time",
        "ConnectTimeout": "no connection in time",
    }
    return known.get(kind, f"the connection broke off ({text or kind})")


def _tokens(body: Mapping[str, Any]) -> int:
    """Return about how many tokens a request takes, its answer included."""
    texts = [body["prompt"]] if "prompt" in body else [message["content"] for message in body["messages"]]
    return sum(len(Pieces().encode(text)) for text in texts) + int(body.get("max_tokens", 0))
