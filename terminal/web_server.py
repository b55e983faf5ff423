"""What `duologue web` does: run Streamlit on the pages, for this machine alone or for whoever has the token."""

import ipaddress
import os
import secrets
import signal
import socket
import subprocess
import sys
from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import Final

from agents.errors import UsageError
from terminal.text import one_line

_APP: Final = Path(__file__).parents[1] / "web" / "app.py"
_TOKEN: Final = "DUOLOGUE_WEB_TOKEN"
_UPLOAD_MEGABYTES: Final = 20


def serve(port: int, address: str) -> int:
    """Serve the pages until they are stopped, and return the exit code. Raises UsageError."""
    if find_spec("streamlit") is None:
        raise UsageError("the pages need Streamlit: pip install 'duologue[web]'")
    place = _parsed(address)
    _check_free(address, port)
    token = "" if place.is_loopback else secrets.token_urlsafe(24)
    signal.signal(signal.SIGTERM, _interrupt)
    print(f"Duologue is at {_url(place, port, token)}", flush=True)
    with subprocess.Popen(_command(port, address), env=_environment(token), stdout=subprocess.DEVNULL) as server:
        try:
            return server.wait()
        except KeyboardInterrupt:
            server.terminate()
            server.wait()
            return 130


def _interrupt(*_: object) -> None:
    """Stop as Ctrl-C does, so that the server goes with us."""
    raise KeyboardInterrupt


def _parsed(address: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address:
    try:
        return ipaddress.ip_address(address)
    except ValueError:
        raise UsageError(f"--address: {one_line(address)!r} is no IP address, such as 127.0.0.1") from None


def _check_free(address: str, port: int) -> None:
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((address, port))
        except OSError as error:
            raise UsageError(f"{address}:{port} cannot be used ({error.strerror}); choose another --port") from None


def _url(place: ipaddress.IPv4Address | ipaddress.IPv6Address, port: int, token: str) -> str:
    host = "127.0.0.1" if place.is_unspecified else f"[{place}]" if place.version == 6 else str(place)
    return f"http://{host}:{port}/{f'?token={token}' if token else ''}"


def _command(port: int, address: str) -> list[str]:
    settings = {
        "server.port": port,
        "server.address": address,
        "server.headless": "true",
        "server.fileWatcherType": "none",
        "server.maxUploadSize": _UPLOAD_MEGABYTES,
        "server.maxMessageSize": 2 * _UPLOAD_MEGABYTES,
        "browser.gatherUsageStats": "false",
        "client.toolbarMode": "minimal",
        "client.showErrorDetails": "none",
        "logger.level": "warning",
    }
    options = [f"--{name}={value}" for name, value in settings.items()]
    return [sys.executable, "-m", "streamlit", "run", str(_APP), *options]


def _environment(token: str) -> Mapping[str, str]:
    return {**os.environ, **({_TOKEN: token} if token else {})}
