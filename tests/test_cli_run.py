import json
import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from orchestrator.transcript import read_transcripts
from terminal.main import main

SCENARIO = "coffee/scenarios/first.yaml"
COMMAND = [sys.executable, "-c", "import sys; from terminal.main import main; sys.exit(main())", "run", SCENARIO]

LOGGED = r"""2 conversations, 32 at once, house@[0-9a-f]{8} -> outputs/first
( *\d+ %  \d of 2 conversations  \d+ (reply|replies)  \d+\.\d replies/s  [\d,]+ tokens/s(  \d:\d\d to go)?
)+outputs/first: 2 conversations, \d+ replies in 0:\d\d \(\d+\.\d/s\)
(\w+ \d(, )?)+
(objections in \d+ attempts: .*
)?To read it: duologue replay outputs/first
"""


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Path:
    """A working folder with a workspace in it."""
    monkeypatch.chdir(tmp_path)
    assert main(["init", "coffee"]) == 0
    capsys.readouterr()
    path = Path(SCENARIO)
    path.write_text(path.read_text().replace("{min: 4, max: 12}", "{min: 2, max: 4}"))
    return tmp_path


def test_a_run_from_beginning_to_end(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["run", SCENARIO, "--limit", "2"]) == 0
    out, err = capsys.readouterr()
    assert re.fullmatch(LOGGED, out)
    assert err == ""
    assert len(list(read_transcripts("outputs/first"))) == 2

    assert main(["replay", "outputs/first", "0", "--cite"]) == 0
    assert "\nending    " in capsys.readouterr().out

    assert main(["run", SCENARIO, "--limit", "2", "--resume", "always"]) == 0
    assert "outputs/first: 2 conversations (2 done before), 0 replies in 0:00\n" in capsys.readouterr().out

    assert main(["run", SCENARIO, "--limit", "2", "--out", "outputs/first"]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert re.fullmatch(r"duologue: outputs/first: .*\n", err)


@pytest.mark.slow
def test_ctrl_c_leaves_a_run_that_can_be_resumed(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    command = [*COMMAND, "--limit", "12", "--parallel", "1"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as run:
        assert run.stdout
        assert run.stderr
        assert run.stdout.readline().startswith("12 conversations, 1 at once")
        run.stdout.readline()
        run.send_signal(signal.SIGINT)
        out, err = run.communicate()
    assert run.returncode == 130
    assert err == ""
    assert out.endswith(
        "Stopped early; what was written is valid.\n"
        "To go on: duologue run coffee/scenarios/first.yaml --out outputs/first --limit 12 --resume always\n"
        "To read it: duologue replay outputs/first\n"
    )
    before = [transcript.id for transcript in read_transcripts("outputs/first")]
    assert 0 < len(before) < 12

    assert main(["run", SCENARIO, "--out", "outputs/first", "--limit", "12", "--resume", "always"]) == 0
    assert [transcript.id for transcript in read_transcripts("outputs/first")][: len(before)] == before
    assert json.loads(Path("outputs/first/run.json").read_text())["status"] == "finished"


def test_a_run_goes_on_when_nobody_reads_its_log(here: Path) -> None:
    run = subprocess.Popen([*COMMAND, "--limit", "1"], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert run.stdout
    assert run.stderr
    run.stdout.close()
    assert run.stderr.read() == b""
    run.stderr.close()
    assert run.wait() == 0
    assert len(list(read_transcripts("outputs/first"))) == 1


def test_an_unknown_model_is_one_line(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["run", SCENARIO, "--model", "./none"]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert re.fullmatch(r"duologue: model './none': .*\n", err)


def test_a_wrong_scenario_is_refused_before_anything_is_loaded(here: Path) -> None:
    path = Path(SCENARIO)
    path.write_text(path.read_text().replace("domain: support", "domain: suport"))
    code = (
        "import sys; from terminal.main import main; code = main();"
        "print(code, sorted({'torch', 'transformers', 'numba'} & set(sys.modules)), file=sys.stderr)"
    )
    ended = subprocess.run([sys.executable, "-c", code, *COMMAND[3:]], capture_output=True, text=True, check=False)
    first, last = ended.stderr.splitlines()
    assert first.startswith("duologue: coffee/scenarios/first.yaml:3:")
    assert last == "2 []"
