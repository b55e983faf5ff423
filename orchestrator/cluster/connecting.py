"""The way to a Ray cluster, and what is there: one clear line where it cannot be had."""

import logging
import socket
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from types import ModuleType
from typing import Any, Final

from agents.errors import UsageError

AUTO: Final = "auto"
_PATIENCE: Final = 5.0


@dataclass(frozen=True, slots=True)
class Layout:
    """How many engines, and what each takes of its node."""

    engines: int
    cores: int
    gpus: int


def ray() -> ModuleType:
    """Return the library. Raises UsageError where it is not installed."""
    try:
        import ray as library
    except ImportError:
        raise UsageError("--cluster: Ray is not installed here; pip install 'duologue[cluster]'") from None
    return library


@contextmanager
def connected(address: str) -> Iterator[None]:
    """Join the cluster at `address` for a while; one that this process has joined already is used as it is."""
    library = ray()
    if library.is_initialized():
        yield
        return
    _check(address)
    try:
        library.init(
            address=address, logging_level=logging.ERROR, log_to_driver=False, namespace="duologue", _skip_env_hook=True
        )
    except (ConnectionError, RuntimeError, ValueError, TimeoutError) as error:
        raise UsageError(f"--cluster {address}: {_reason(error)}") from None
    try:
        yield
    finally:
        library.shutdown()


def layout(engines: int | None, nodes: "list[Mapping[str, Any]] | None" = None) -> Layout:
    """Return how `engines` lie on the cluster's nodes: one to each GPU, or the cores shared out among them.

    Without a number there is one to each GPU; without GPUs, one to each node. More than fit wait for further nodes.
    """
    alive = [node["Resources"] for node in (ray().nodes() if nodes is None else nodes) if node["Alive"]]
    gpus = int(sum(one.get("GPU", 0) for one in alive))
    cores = [int(one.get("CPU", 0)) for one in alive if one.get("CPU", 0) >= 1]
    if gpus:
        return Layout(engines or gpus, 1, 1)
    count = engines or max(1, len(cores))
    here = -(-count // max(1, len(cores)))
    return Layout(count, max(1, min(cores, default=1) // here), 0)


def _check(address: str) -> None:
    """Refuse at once an address that nobody answers: Ray itself would try for a minute."""
    if address == AUTO:
        return
    if address.startswith("ray://"):
        raise UsageError(
            f"--cluster {address}: Ray clients cannot stream results; run this on a node of the cluster, with auto or "
            f"HOST:PORT"
        )
    host, _, port = address.rpartition(":")
    if not host or not port.isdigit() or not 0 < int(port) < 65536:
        raise UsageError(f"--cluster {address!r}: is no address; write auto, or HOST:PORT such as 10.0.0.2:6379")
    try:
        socket.create_connection((host.strip("[]"), int(port)), _PATIENCE).close()
    except OSError as error:
        why = error.strerror or str(error) or "no answer"
        raise UsageError(
            f"--cluster {address}: cannot be reached ({why}); is `ray start --head` running there?"
        ) from None


def _reason(error: Exception) -> str:
    text = " ".join(str(error).split())
    if "Could not find any running Ray instance" in text:
        return "no Ray cluster runs here; start one with `ray start --head`"
    if "ersion mismatch" in text:
        return f"other versions there than here: {text.partition('ersion mismatch')[2].lstrip(': ')[:300]}"
    return text[:300]
