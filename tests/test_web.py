"""The pages without a browser: Streamlit's AppTest, the room that sessions share, and the command that serves."""

import json
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

pytest.importorskip("streamlit")

from streamlit.testing.v1 import AppTest

from agents.dialogue import Speaker
from agents.testing import ScriptedEngine
from orchestrator import Scenario, read_transcripts, simulate
from orchestrator.plan import Plan
from orchestrator.seats import Wishes
from orchestrator.simulation import stage_for
from terminal.main import main
from tests.web_helpers import workspace
from web import files, show
from web.editor import LONGEST
from web.live import LiveRun
from web.room import Room
from web.simulate import check

APP = str(Path(__file__).parents[1] / "web" / "app.py")
NASTY = "<script>alert(1)</script> **bold** :smile: $x$ [link](javascript:1) \u202e"


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(workspace(tmp_path))
    return tmp_path


@pytest.fixture(scope="module")
def room() -> Iterator[Room]:
    made = Room()
    yield made
    made.host.close()


def app() -> AppTest:
    return AppTest.from_file(APP, default_timeout=300).run()


def shown(page: AppTest) -> str:
    assert not page.exception
    return "\n".join(element.value for element in page.text)


def test_a_chat_on_the_page(here: Path) -> None:
    page = app()
    page.selectbox("scenario").select("lamps")
    page.button("start").click().run()
    assert "You are the customer: amiable, neutral." in shown(page)
    page.chat_input[0].set_value("My lamp flickers.").run()
    assert len(page.chat_message) == 2
    answer = page.chat_message[1].text[1].value
    page.button("retry").click().run()
    assert page.chat_message[1].text[1].value != answer
    page.button("undo").click().run()
    assert len(page.chat_message) == 0
    page.chat_input[0].set_value(NASTY[:-2]).run()
    assert page.chat_message[0].text[1].value == NASTY[:-2]
    page.button("end").click().run()
    assert "Ending: ended by the customer, turn 2" in shown(page)
    page.button("save").click().run()
    assert "Kept. To read it: duologue replay outputs/chat" in shown(page)
    [transcript] = read_transcripts("outputs/chat")
    assert transcript.turns[0].text == NASTY[:-2]


def test_a_run_on_the_page_explore_is_filtered_compared_and_shown_as_text(here: Path) -> None:
    scenario = Scenario.load("scenarios/lamps.yaml").model_copy(update={"repeats": 2})
    simulate(scenario, out="outputs/lamps", model=ScriptedEngine())
    lines = (here / "outputs/lamps/transcripts.jsonl").read_text().splitlines()
    nasty = json.loads(lines[1])
    nasty["turns"][1]["text"] = NASTY
    (here / "outputs/lamps/transcripts.jsonl").write_text(f"{lines[0]}\n{json.dumps(nasty)}\n")
    page = _explore()
    first, second = (transcript.id for transcript in read_transcripts("outputs/lamps"))
    assert "conversations: 2" in shown(page)
    page.selectbox("other").select(second).run()
    assert len(page.chat_message) == 8
    page.text_input("words").input("<script>").run()
    assert "conversations: 1" in shown(page)
    assert page.selectbox("one").options == [second]
    assert NASTY.replace("\u202e", "\ufffd") in [element.value for element in page.text]
    assert first not in shown(page)


def _explore() -> AppTest:
    def script() -> None:
        from web import explore

        explore.page()

    return AppTest.from_function(script, default_timeout=120).run()


def test_without_the_token_nothing_is_shown(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DUOLOGUE_WEB_TOKEN", "secret")
    page = app()
    assert shown(page) == "This page needs its token: open the address that 'duologue web' printed."
    assert not page.selectbox
    page.query_params["token"] = "secret"
    assert page.run().selectbox


def test_a_scenario_with_an_error_is_told_as_in_the_terminal(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = Path("scenarios/lamps.yaml")
    text = path.read_text().replace("domain: support", "domain: suport")
    checked = check(text, path)
    path.write_text(text)
    assert main(["plan", str(path)]) == 2
    assert capsys.readouterr().err == f"duologue: {checked.wrong}\n"
    assert (checked.scenario, checked.line) == (None, 2)


def test_pasted_and_uploaded_text_is_bounded(here: Path) -> None:
    assert "are too many; at most 50,000" in check("#" * (LONGEST + 1), Path("scenarios/lamps.yaml")).wrong
    assert check("- !!python/object/apply:os.system [true]", Path("x.yaml")).scenario is None
    assert files.parse_upload("big.jsonl", b"x" * (files.UPLOAD_BYTES + 1))[1].startswith("big.jsonl: 20,971,521 bytes")
    assert files.parse_upload("odd.jsonl", b'\n{"schema": 1}\n') == ([], "odd.jsonl:2: no transcript")


def test_a_session_that_is_gone_gives_its_caches_back(here: Path, room: Room) -> None:
    scenario = Scenario.load("scenarios/lamps.yaml")
    table, stage = room.table(scenario, Speaker.CUSTOMER, Wishes(), session="one")
    _, same = room.table(scenario, Speaker.CUSTOMER, Wishes(), session="two")
    assert stage is same
    list(table.say("My lamp flickers."))
    assert room.sweep(lambda session: session == "two") == 1
    assert room.sessions == 1
    list(table.say("And then?"))
    assert len(table.turns) == 4
    table.close()
    room.clear("two")


def test_a_live_run_finishes(here: Path, room: Room) -> None:
    scenario = Scenario.load("scenarios/lamps.yaml").model_copy(update={"repeats": 3})
    stage = stage_for(scenario, room._models, ScriptedEngine())
    live = LiveRun(Plan(scenario, limit=2), stage, room, Path("outputs/a"), limit=2, parallel=1)
    assert live.wait(60)
    assert (live.done, live.total, live.error) == (2, 2, "")
    assert live.over
    assert not live.over.cut_short
    assert json.loads(Path("outputs/a/run.json").read_text())["status"] == "finished"


def test_text_that_steers_is_shown_harmless() -> None:
    assert show.plain("a\x1b[31m\u202eb\nc") == "a\ufffd[31m\ufffdb\nc"


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--address", "here"], "--address: 'here' is no IP address, such as 127.0.0.1"),
        (["--port", "0"], "Invalid value for '--port'"),
    ],
)
def test_wrong_usage_is_one_line(options: list[str], message: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["web", *options]) == 2
    assert capsys.readouterr().err.startswith(f"duologue: {message}")


def test_a_port_in_use_is_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        assert main(["web", "--port", str(port)]) == 2
    assert capsys.readouterr().err == (
        f"duologue: 127.0.0.1:{port} cannot be used (Address already in use); choose another --port\n"
    )
