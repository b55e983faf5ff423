"""The house model behind `transformers serve`, a real server: both sides of a conversation, over HTTP."""

import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from agents.gpt2.catalogue import HOUSE_FOLDER
from orchestrator import read_transcripts, simulate
from orchestrator.schema import Reply
from orchestrator.transcript import Reason
from tests.remote_workspace import remote_workspace

for needed in ("httpx", "fastapi", "uvicorn", "openai"):
    pytest.importorskip(needed)
pytestmark = pytest.mark.slow

SAMPLING = """extra: {generation_config: '{"do_sample": true, "max_new_tokens": 512}'}"""


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of the server, once it answers."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [str(Path(sys.executable).parent / "transformers"), "serve", str(HOUSE_FOLDER), "--device", "cpu"]
    log = (tmp_path_factory.mktemp("serve") / "log").open("wb")
    environment = {**os.environ, "HF_HUB_OFFLINE": "1"}
    server = subprocess.Popen([*command, "--port", str(port)], stdout=log, stderr=log, env=environment)
    try:
        _wait_for(port, server)
        yield f"http://127.0.0.1:{port}/v1"
    finally:
        server.terminate()
        server.wait()
        log.close()


def _wait_for(port: int, server: "subprocess.Popen[bytes]") -> None:
    until = time.monotonic() + 300
    while time.monotonic() < until and server.poll() is None:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            time.sleep(0.5)
        else:
            return
    pytest.fail("transformers serve did not start")


def test_the_house_model_on_a_server_talks_by_moves_and_from_passages(url: str, tmp_path: Path) -> None:
    settings = f"timeout: 240\nconcurrency: 1\nwindow: 1024\n{SAMPLING}"
    scenario = remote_workspace(tmp_path, url, settings, form="house")
    path = tmp_path / "remotes.yaml"
    path.write_text(path.read_text(encoding="utf-8").replace("words-1", str(HOUSE_FOLDER)), encoding="utf-8")
    short = scenario.model_copy(update={"reply": Reply(words=(15, 60), attempts=3)})
    simulate(short, out=tmp_path / "run", limit=1)
    transcript = next(read_transcripts(tmp_path / "run"))
    assert transcript.ending.reason is not Reason.ERROR
    agent = transcript.turns[1]
    assert agent.moves
    assert agent.citations
    assert 15 <= len(agent.text.split()) <= 60
    server = next(iter(json.loads((tmp_path / "run" / "run.json").read_text(encoding="utf-8"))["servers"].values()))
    assert server["lacks"] == {"logprobs": "ignored", "top_k": "refused"}
    assert server["prompt_tokens"] > 100
