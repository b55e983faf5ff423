"""A workspace for the pages, small enough to talk in at once, and a server on it."""

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

SCENARIO = """\
name: lamps
domain: support
help_content: ../help_content
openings:
  - My {product} flickers all evening. What can I do about it?
customer:
  dispositions: [amiable]
  motivations: [refund]
  facts:
    - {name: order number, value: "LA-{digits:4}", reveal: asked}
agent:
  role: support
products: [lamp]
turns: {min: 2, max: 4}
reply: {words: [8, 24], attempts: 3}
grounding: {mode: prompt}
endings: max_turns(60)
seed: 5
"""
ARTICLE = """\
# Lamps

## A lamp that flickers

Tighten the bulb first. A loose bulb is the most common cause. A lamp that still flickers is repaired within 14 days.

## Returns

A lamp can be returned within 30 days. The return label costs $4. A refund takes 5 working days.
"""
COMMAND = "import sys; from terminal.main import main; sys.exit(main())"


def workspace(folder: Path) -> Path:
    """Make a workspace in `folder`."""
    (folder / "duologue.yaml").write_text("")
    for name, text in {"scenarios/lamps.yaml": SCENARIO, "help_content/lamps.md": ARTICLE}.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return folder


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def serving(folder: Path, *options: str) -> Iterator[str]:
    """Serve the pages on `folder`, and give the address that the command prints."""
    port = free_port()
    command = [sys.executable, "-c", COMMAND, "web", "--port", str(port), *options]
    with subprocess.Popen(command, cwd=folder, stdout=subprocess.PIPE, text=True, env=os.environ.copy()) as server:
        assert server.stdout
        address = server.stdout.readline().split()[-1].rstrip("/")
        try:
            _until_it_listens(port, server)
            yield address
        finally:
            server.send_signal(signal.SIGINT)
            assert server.wait() == 130


def _until_it_listens(port: int, server: "subprocess.Popen[str]") -> None:
    while server.poll() is None:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
    raise AssertionError("the server ended")
