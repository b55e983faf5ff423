"""An OpenAI-compatible server on loopback that answers from a word list, and a proxy before it that injects faults."""

import json
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from hashlib import sha256
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from agents import randomness

MODEL = "words-1"
WHO = ("the desk", "our team", "the shop", "a colleague", "the courier", "this page", "the refund", "the label")
DOES = ("comes after", "goes with", "looks at", "waits for", "stands beside", "turns into", "follows", "keeps")
WHAT = (
    "every parcel",
    "the first letter",
    "a small box",
    "the old list",
    "some other day",
    "that very bag",
    "each form",
)
HOW = ("in the usual way", "without any delay", "as it should", "on the same floor", "all year round", "with some care")


class Upstream:
    """The server. `bodies` and `times` are those of the requests for a completion; `options` it accepts."""

    def __init__(
        self, *, key: str | None = None, options: frozenset[str] | None = None, ignored: tuple[str, ...] = ()
    ) -> None:
        self.key, self.options, self.ignored = key, options, ignored
        self.bodies: list[dict[str, Any]] = []
        self.times: list[float] = []
        self.at_once = self.most_at_once = 0
        self.lists_models = True
        self.lock = threading.Lock()

    def answer(self, path: str, body: dict[str, Any], token: str | None) -> tuple[int, dict[str, Any]]:
        if self.key and token != f"Bearer {self.key}":
            return 401, {"error": {"message": "Incorrect API key"}}
        if path.endswith("/models"):
            return (200, {"data": [{"id": MODEL}]}) if self.lists_models else (404, {"detail": "Not Found"})
        with self.lock:
            self.bodies.append(body)
            self.times.append(time.monotonic())
        if body["model"] != MODEL:
            return 404, {"error": {"message": f"The model `{body['model']}` does not exist"}}
        unknown = {"seed", "stop", "logprobs", "top_k"} & set(body) - (
            self.options if self.options is not None else set(body)
        )
        if unknown:
            return 422, {"detail": f"Unexpected fields in the request: {sorted(unknown)}"}
        return 200, self._completion(path, body)

    def _completion(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        chat = path.endswith("/chat/completions")
        text, whole = self._text(body, chat)
        finish = "stop" if whole else "length"
        logprobs = None
        if "logprobs" in body and "logprobs" not in self.ignored:
            logprobs = {"content": [{"logprob": -0.5}]} if chat else {"token_logprobs": [-0.5]}
        said = {"message": {"role": "assistant", "content": text}} if chat else {"text": text}
        usage = {"prompt_tokens": 40, "completion_tokens": len(text.split())}
        return {"choices": [{**said, "finish_reason": finish, "logprobs": logprobs}], "usage": usage}

    def _text(self, body: dict[str, Any], chat: bool) -> tuple[str, bool]:
        seed = body.get("seed", 0) if "seed" not in self.ignored else time.monotonic_ns()
        prompt = json.dumps(body["messages"] if chat else body["prompt"])
        stream = randomness.key(sha256(prompt.encode()).hexdigest(), seed)
        position, words = 0, list[str]()
        most = body.get("max_tokens", 64) // 2
        while len(words) < most:
            parts = [randomness.choose(stream, position + n, those) for n, those in enumerate((WHO, DOES, WHAT, HOW))]
            words += (" ".join(parts).capitalize() + ".").split()
            position += 4
        whole = len(words) <= most
        text = " ".join(words[:most])
        for stop in body.get("stop", ()) if "stop" not in self.ignored else ():
            text, found, _ = text.partition(stop)
            whole = whole or bool(found)
        return text, whole


Fault = int | str | tuple[int, str]
"""A status (with a Retry-After header), or stall, half, close, garbage, empty."""


class Proxy:
    """Stands before an upstream. `faults` are used up, one by a request for a completion; `down` and `up` as said."""

    def __init__(self, upstream: Upstream, port: int) -> None:
        self.upstream_port = port
        self.upstream = upstream
        self.faults: list[Fault] = []
        self.pick: Callable[[dict[str, Any]], Fault | None] = lambda body: None
        self.stall = threading.Event()
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port: int = probe.getsockname()[1]
        self.server: ThreadingHTTPServer | None = None
        self.lock = threading.Lock()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/v1"

    def up(self) -> None:
        self.server = _listening(_proxy_handler(self), self.port)

    def down(self) -> None:
        if self.server:
            self.server.shutdown()
            self.server.server_close()
            self.server = None

    def fault_for(self, body: dict[str, Any]) -> Fault | None:
        with self.lock:
            return self.pick(body) or (self.faults.pop(0) if self.faults else None)


class _Server(ThreadingHTTPServer):
    allow_reuse_address = True
    daemon_threads = True
    block_on_close = False
    request_queue_size = 128

    def handle_error(self, request: object, client_address: object) -> None:
        """Say nothing of clients that went away."""


def _listening(handler: type[BaseHTTPRequestHandler], port: int) -> ThreadingHTTPServer:
    server = _Server(("127.0.0.1", port), handler)
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    return server


class _Handler(BaseHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        """Say nothing."""

    def body(self) -> bytes:
        return self.rfile.read(int(self.headers.get("content-length", 0)))

    def send(self, status: int, content: bytes, **headers: str) -> None:
        self.send_response(status)
        for name, value in {"content-type": "application/json", "content-length": str(len(content)), **headers}.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        self.wfile.write(content)


def _upstream_handler(upstream: Upstream) -> type[BaseHTTPRequestHandler]:
    class Handler(_Handler):
        def do_GET(self) -> None:
            self._reply({})

        def do_POST(self) -> None:
            with upstream.lock:
                upstream.at_once += 1
                upstream.most_at_once = max(upstream.most_at_once, upstream.at_once)
            self._reply(json.loads(self.body()))
            with upstream.lock:
                upstream.at_once -= 1

        def _reply(self, body: dict[str, Any]) -> None:
            status, content = upstream.answer(self.path, body, self.headers.get("authorization"))
            self.send(status, json.dumps(content).encode())

    return Handler


def _proxy_handler(proxy: Proxy) -> type[BaseHTTPRequestHandler]:
    class Handler(_Handler):
        def do_GET(self) -> None:
            self._forward(b"")

        def do_POST(self) -> None:
            body = self.body()
            fault = proxy.fault_for(json.loads(body))
            self._forward(body) if fault is None else self._fail(fault, body)

        def _forward(self, body: bytes) -> None:
            self.send(*self._answer(body))

        def _answer(self, body: bytes) -> tuple[int, bytes]:
            link = HTTPConnection("127.0.0.1", proxy.upstream_port, timeout=20)
            passed = {"authorization": self.headers["authorization"]} if "authorization" in self.headers else {}
            link.request(self.command, self.path, body, passed)
            response = link.getresponse()
            content = response.read()
            link.close()
            return response.status, content

        def _fail(self, fault: Fault, body: bytes) -> None:
            if isinstance(fault, tuple):
                self.send(fault[0], b'{"error": {"message": "slow down"}}', retry_after=fault[1])
            elif isinstance(fault, int):
                self.send(fault, b'{"error": {"message": "it broke"}}')
            elif fault == "stall":
                proxy.stall.wait(20)
            elif fault == "half":
                _, content = self._answer(body)
                self.send(200, content[: len(content) // 2], content_length=str(len(content)))
            elif fault == "garbage":
                self.send(200, b'{"choices": [{"text": "it bro')
            elif fault == "empty":
                self.send(200, b'{"choices": []}')
            self.close_connection = True

    return Handler


@contextmanager
def serving(upstream: Upstream) -> Iterator[Proxy]:
    """Run `upstream` and a proxy before it."""
    server = _listening(_upstream_handler(upstream), 0)
    proxy = Proxy(upstream, server.server_address[1])
    proxy.up()
    try:
        yield proxy
    finally:
        proxy.stall.set()
        proxy.down()
        server.shutdown()
        server.server_close()
