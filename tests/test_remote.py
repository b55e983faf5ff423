"""Runs on a server: a real one on loopback, behind a proxy that injects faults."""

import json
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from agents.errors import RunError
from orchestrator import read_transcripts, simulate
from orchestrator.progress import EngineWaits, Event, TurnDone
from orchestrator.transcript import Reason, Transcript
from tests.openai_server import Fault, Proxy, Upstream, serving
from tests.remote_workspace import remote_workspace

QUICK = "timeout: 1.5\nretries: 3"


@pytest.fixture(scope="module")
def proxy() -> Iterator[Proxy]:
    with serving(Upstream()) as proxy:
        yield proxy


@pytest.fixture(autouse=True)
def _short_waits(monkeypatch: pytest.MonkeyPatch, proxy: Proxy) -> Iterator[None]:
    monkeypatch.setattr("agents.remote.limits.FIRST_WAIT", 0.05)
    yield
    proxy.faults.clear()
    proxy.pick = lambda body: None


@pytest.fixture(scope="module")
def undisturbed(proxy: Proxy, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run of two conversations that nothing happened to."""
    folder = tmp_path_factory.mktemp("remote")
    simulate(remote_workspace(folder, proxy.url), out=folder / "run", limit=2)
    return folder / "run"


def run_bytes(folder: Path) -> bytes:
    return (folder / "transcripts.jsonl").read_bytes()


def transcripts(folder: Path) -> list[Transcript]:
    return list(read_transcripts(folder))


def test_both_sides_talk_by_moves_within_the_word_band(undisturbed: Path) -> None:
    turns = [turn for transcript in transcripts(undisturbed) for turn in transcript.turns[1:]]
    assert len(turns) >= 4
    assert all(turn.moves for turn in turns)
    assert all(50 <= len(turn.text.split()) <= 75 for turn in turns if turn.speaker == "agent")


def test_replies_rest_on_the_help_content(undisturbed: Path) -> None:
    cited = [turn for transcript in transcripts(undisturbed) for turn in transcript.turns if turn.citations]
    assert cited
    assert any(turn.spliced and "A label costs $5.95." in turn.text for turn in cited)


def test_transcripts_name_the_server_and_the_record_says_what_it_gave(undisturbed: Path) -> None:
    label = transcripts(undisturbed)[0].models.agent
    assert label.startswith("remote:big@")
    server = json.loads((undisturbed / "run.json").read_text(encoding="utf-8"))["servers"][label]
    assert (server["model"], server["form"], server["lacks"]) == ("words-1", "chat", {})
    assert server["requests"] > 4
    assert server["sampled_tokens"] > 100
    assert server["mean_logprob"] == -0.5


@pytest.mark.parametrize("form", ["house", "plain"])
def test_a_model_that_only_goes_on_with_a_text(proxy: Proxy, tmp_path: Path, form: str) -> None:
    simulate(remote_workspace(tmp_path, proxy.url, form=form), out=tmp_path / "run", limit=1)
    transcript = transcripts(tmp_path / "run")[0]
    assert transcript.ending.reason is not Reason.ERROR
    assert all(bool(turn.moves) == (form == "house") for turn in transcript.turns[1:])
    tags = {"house": "<|role|>support. support.<|customer|>", "plain": "\nAgent:"}
    assert any(tags[form] in body["prompt"] for body in proxy.upstream.bodies if "prompt" in body)


FAULTS: dict[str, list[Fault]] = {
    "overload": [(429, "0"), (429, "0.05"), 429],
    "server errors": [500, 500, 500],
    "bad gateway": [502, 503],
    "half bodies": ["half", "half"],
    "closed sockets": ["close", "close"],
    "malformed json": ["garbage", "garbage"],
    "no choices": ["empty"],
    "a stall": ["stall"],
}


@pytest.mark.parametrize("kind", FAULTS)
def test_faults_are_tried_again_and_leave_no_trace(
    proxy: Proxy, tmp_path: Path, undisturbed: Path, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    scenario = remote_workspace(tmp_path, proxy.url, QUICK)
    faults = list(FAULTS[kind])

    def begin(event: Event) -> None:
        if isinstance(event, TurnDone) and event.turn.n == 1 and faults:
            proxy.faults, faults[:] = list(faults), []

    simulate(scenario, out=tmp_path / "run", limit=2, parallel=1, on_event=begin)
    assert run_bytes(tmp_path / "run") == run_bytes(undisturbed)
    record = json.loads((tmp_path / "run" / "run.json").read_text(encoding="utf-8"))
    assert next(iter(record["servers"].values()))["sent_again"] >= len(FAULTS[kind])


def test_what_never_succeeds_ends_its_conversation_as_error_and_no_other(proxy: Proxy, tmp_path: Path) -> None:
    scenario = remote_workspace(tmp_path, proxy.url, "retries: 1")
    proxy.pick = lambda body: 500 if "camera" in json.dumps(body) else None
    simulate(scenario, out=tmp_path / "run", limit=4)
    by_product = {t.customer.product: t.ending for t in transcripts(tmp_path / "run")}
    assert by_product["camera"].reason is Reason.ERROR
    assert by_product["camera"].evidence.endswith("remote:big: the server answers 500 (it broke) (2 times running)")
    assert by_product["lamp"].reason is not Reason.ERROR


def test_a_server_that_dies_pauses_the_run_until_it_is_back(proxy: Proxy, tmp_path: Path, undisturbed: Path) -> None:
    events: list[Event] = []

    def listen(event: Event) -> None:
        events.append(event)
        if isinstance(event, TurnDone) and event.turn.n == 2 and proxy.server and not waits(events):
            proxy.down()
        if isinstance(event, EngineWaits) and event.why:
            proxy.up()

    simulate(remote_workspace(tmp_path, proxy.url, "retries: 0"), out=tmp_path / "run", limit=2, on_event=listen)
    assert waits(events) == ["no connection", None] or (waits(events)[0] or "").startswith("the connection broke off")
    assert waits(events)[-1] is None
    assert run_bytes(tmp_path / "run") == run_bytes(undisturbed)


def waits(events: list[Event]) -> list[str | None]:
    return [event.why for event in events if isinstance(event, EngineWaits)]


def test_a_server_that_stays_away_cuts_the_run_short_and_it_can_be_resumed(
    proxy: Proxy, tmp_path: Path, undisturbed: Path
) -> None:
    scenario = remote_workspace(tmp_path, proxy.url, "patience: 0.2")

    def die(event: Event) -> None:
        if isinstance(event, TurnDone) and event.turn.n == 2:
            proxy.down()

    with pytest.raises(RunError, match=r"remote:big: .*for 0.2 seconds; .* --resume if-possible"):
        simulate(scenario, out=tmp_path / "run", limit=2, on_event=die)
    assert json.loads((tmp_path / "run" / "run.json").read_text(encoding="utf-8"))["status"] == "interrupted"
    proxy.up()
    simulate(scenario, out=tmp_path / "run", limit=2, resume="always")
    assert run_bytes(tmp_path / "run") == run_bytes(undisturbed)


def test_retry_after_is_honoured(proxy: Proxy, tmp_path: Path) -> None:
    scenario = remote_workspace(tmp_path, proxy.url)
    told: list[float] = []

    def begin(event: Event) -> None:
        if isinstance(event, TurnDone) and event.turn.n == 1:
            proxy.faults = [(429, "1")]
            told.append(time.monotonic())

    simulate(scenario, out=tmp_path / "run", limit=1, on_event=begin)
    assert next(at for at in proxy.upstream.times if at > told[0]) - told[0] >= 1.0


def test_rates_and_concurrency_are_kept(tmp_path: Path) -> None:
    upstream = Upstream()
    with serving(upstream) as proxy:
        settings = "requests_per_second: 20\nconcurrency: 2"
        simulate(remote_workspace(tmp_path, proxy.url, settings), out=tmp_path / "run", limit=4)
    times = upstream.times[5:]
    assert all(later - earlier >= 0.9 for earlier, later in zip(times, times[20:], strict=False))
    assert upstream.most_at_once <= 2


def test_what_the_server_has_is_passed_and_what_it_lacks_is_said(tmp_path: Path) -> None:
    upstream = Upstream(options=frozenset({"stop", "seed"}), ignored=("seed",))
    with serving(upstream) as proxy:
        simulate(remote_workspace(tmp_path, proxy.url, form="house"), out=tmp_path / "run", limit=1)
    body = upstream.bodies[-1]
    assert {"seed", "stop", "temperature", "top_p", "max_tokens"} <= set(body)
    assert not {"logprobs", "top_k"} & set(body)
    record = json.loads((tmp_path / "run" / "run.json").read_text(encoding="utf-8"))
    lacks = next(iter(record["servers"].values()))["lacks"]
    assert lacks == {"logprobs": "refused", "seed": "ignored", "top_k": "refused"}


def test_every_attempt_has_a_seed_of_its_own(undisturbed: Path, proxy: Proxy) -> None:
    seeds = [body["seed"] for body in proxy.upstream.bodies if "messages" in body and len(body["messages"]) > 1]
    assert len(set(seeds)) > 5
    assert all(0 <= seed < 2**31 for seed in seeds)
