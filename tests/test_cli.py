import os
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

import pytest

from terminal.main import app, main

HELP = """\
Usage: duologue [OPTIONS] COMMAND [ARGS]...

  Simulate customer conversations between two GPT-2 agents, offline, and
  replay them.

Options:
  --version  Show the version and exit.
  --help     Show this message and exit.

Commands:
  plan    Check scenarios, count their conversations, and show a sample.
  run     Simulate the conversations of one or more scenarios.
  replay  List the conversations of a run, or play one.
  train   Fine-tune a GPT-2 on dialogues, or train one from scratch.
  models  List what can speak on this machine.
  init    Make a new workspace that runs at once.

  Example:
    duologue init coffee
    duologue run coffee/scenarios/first.yaml
"""

PLAN = """\
Usage: duologue plan [OPTIONS] {SCENARIO}...

  Check scenarios, count their conversations, and show a sample.

  No model is loaded. What a run would refuse is refused here; what may not
  fit the model's window is said.

Options:
  --json  Print as JSON.
  --help  Show this message and exit.

  Example:
    duologue plan scenarios/returns.yaml
    duologue plan scenarios/*.yaml --json
"""

RUN = """\
Usage: duologue run [OPTIONS] {SCENARIO}...

  Simulate the conversations of one or more scenarios.

  Ctrl-C stops cleanly: what was written stays valid, and --resume goes on
  with it.

Options:
  --out DIR                       The run's folder; else one in outputs, named
                                  for the scenario.
  --parallel N                    So many conversations at once.  [default:
                                  32; x>=1]
  --limit N                       N of each scenario at most.  [x>=1]
  --seed N                        In place of the scenario's seed.
  --model M                       In place of the scenario's: house, a hub id
                                  or a folder.
  --resume <never|always|if-possible>
                                  Whether to go on with a run that was cut
                                  short.  [default: never]
  --rate N/s                      Start N conversations a second at most.
  --help                          Show this message and exit.

  Example:
    duologue run scenarios/returns.yaml
    duologue run scenarios/returns.yaml --limit 20 --out outputs/trial
    duologue run scenarios/returns.yaml --out outputs/trial --resume always
"""

REPLAY = """\
Usage: duologue replay [OPTIONS] {RUN} [ID]

  List the conversations of a run, or play one.

  RUN is a run's folder or a transcript file. ID is a conversation's id, the
  beginning of one, or the number in it.

Options:
  --speed X            Type it out, X times as fast as one reads.  [x>=0.1]
  --ending REASON      List those that ended so.
  --grep TEXT          List those in which TEXT was said.
  --limit N            List N at most.  [x>=1]
  --cite               Show what the replies rest on.
  --export <svg|html>  Write it to a file instead.
  --out FILE           The file to export to; else one in RUN.
  --json               Print the lines of the transcript file.
  --help               Show this message and exit.

  Example:
    duologue replay outputs/returns
    duologue replay outputs/returns --ending unresolved --grep refund
    duologue replay outputs/returns 17 --cite --speed 2
    duologue replay outputs/returns 17 --export svg
"""

TRAIN = """\
Usage: duologue train [OPTIONS] [CORPUS]...

  Fine-tune a GPT-2 on dialogues, or train one from scratch.

  A corpus is a run of duologue, dialogue JSONL, messages JSONL, CSV with
  speaker and text, alternating Person1: and Person2: lines, the Cornell
  Movie-Dialogs files, or a folder of these; without one, the recipe's sources
  are read. The result is a folder that `model:` takes. Ctrl-C stops; --resume
  goes on with the last checkpoint. On several GPUs: accelerate launch
  "$(command -v duologue)" train.

Options:
  --recipe FILE                  A TOML or YAML file, or the name of one that
                                 ships.
  --base MODEL                   What to start from: house, a hub id, a
                                 folder.
  --method <lora|full|scratch>   What is trained.
  --learn <customer|agent|both>  Whose turns are learnt.
  --out DIR                      The model's folder; else one in outputs.
  --steps N                      So many optimiser steps.  [x>=1]
  --seed N                       In place of the recipe's seed.
  --resume                       Go on from the last checkpoint in the folder.
  --merge                        Fold the adapter into the base's weights.
  --check                        Read and count the corpora; train nothing.
  --help                         Show this message and exit.

  Example:
    duologue train my-dialogues.jsonl --out models/ours
    duologue train outputs/trial --method full --learn agent --out models/agent
    duologue train --recipe recipe.toml --out models/ours --resume
"""

MODELS = """\
Usage: duologue models [OPTIONS]

  List what can speak on this machine.

  That is the house model and the GPT-2s in the local cache of the Hugging
  Face hub. Where a model is asked for, the path of a folder with a GPT-2 in
  it does as well.

Options:
  --json  Print as JSON.
  --help  Show this message and exit.

  Example:
    duologue models
    duologue models --json
"""

INIT = """\
Usage: duologue init [OPTIONS] {DIR}

  Make a new workspace that runs at once.

  It holds a scenario, help articles and a page that says what to do. DIR is
  made where it is missing; a folder that has anything in it is left alone.

Options:
  --help  Show this message and exit.

  Example:
    duologue init coffee
    duologue run coffee/scenarios/first.yaml
"""

HELPS = {"plan": PLAN, "run": RUN, "replay": REPLAY, "train": TRAIN, "models": MODELS, "init": INIT}


@pytest.fixture(autouse=True)
def terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.delenv("FORCE_COLOR", raising=False)
    monkeypatch.delenv("DUOLOGUE_DEBUG", raising=False)


def python(code: str, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", code, *arguments],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, **environment},
    )


def test_help(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--help"]) == 0
    assert capsys.readouterr().out == HELP


def test_no_command_is_help(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([]) == 0
    assert capsys.readouterr().out == HELP


@pytest.mark.parametrize("command", HELPS)
def test_the_help_of_a_command(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([command, "--help"]) == 0
    assert capsys.readouterr().out == HELPS[command]


def test_every_command_is_tested() -> None:
    assert [command.callback.__name__ for command in app.registered_commands] == list(HELPS)


def test_version(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--version"]) == 0
    assert capsys.readouterr().out == f"duologue {version('duologue')}\n"


@pytest.mark.parametrize("command", ["", *HELPS])
def test_help_imports_nothing_heavy(command: str) -> None:
    code = (
        "import sys; from terminal.main import main; main([*sys.argv[1:], '--help']);"
        "heavy = {'torch', 'transformers', 'numba', 'bm25s', 'scipy', 'bs4', 'ruamel.yaml', 'rich.live'};"
        "print(sorted(heavy & set(sys.modules)), file=sys.stderr)"
    )
    assert python(code, *command.split()).stderr == "[]\n"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["sing"], "No such command 'sing'; see 'duologue --help'"),
        (["--sing"], "No such option: --sing (Possible options: --version); see 'duologue --help'"),
        (["run"], "Missing argument 'SCENARIO'; see 'duologue run --help'"),
        (["run", "a.yaml", "--parallel", "0"], "Invalid value for '--parallel': Input should be greater than or equal "
         "to 1; see 'duologue run --help'"),
        (["run", "a.yaml", "--rate", "fast"], "--rate: 'fast' is no rate; write a number a second, such as 5/s"),
        (["run", "a.yaml", "--rate", "0/s"], "--rate: '0/s' is no rate; write a number a second, such as 5/s"),
    ],
)  # fmt: skip
def test_wrong_usage_is_one_line(arguments: list[str], message: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(arguments) == 2
    assert capsys.readouterr() == ("", f"duologue: {message}\n")


def test_an_unknown_choice_is_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["run", "a.yaml", "--resume", "maybe"]) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.startswith("duologue: Invalid value for '--resume'")
    assert captured.err.count("\n") == 1
    assert "if-possible" in captured.err


def test_a_control_character_in_an_argument_is_shown_harmless(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["\x1b[31m"]) == 2
    assert "\x1b" not in capsys.readouterr().err


BROKEN = (
    "import sys; from terminal import main as m\n"
    "def broken():\n raise KeyError('what')\n"
    "m.app.command()(broken)\n"
    "sys.exit(m.main(['broken']))"
)


def test_a_fault_of_ours_is_one_line() -> None:
    ended = python(BROKEN)
    assert (ended.returncode, ended.stdout) == (1, "")
    assert ended.stderr == "duologue: KeyError: 'what' (set DUOLOGUE_DEBUG=1 to see where)\n"


def test_a_fault_of_ours_has_a_traceback_where_it_is_asked_for() -> None:
    ended = python(BROKEN, DUOLOGUE_DEBUG="1")
    assert ended.returncode == 1
    assert ended.stderr.startswith("Traceback (most recent call last)")
    assert ended.stderr.endswith("KeyError: 'what'\n")


def test_ctrl_c_is_130_and_says_nothing() -> None:
    ended = python(BROKEN.replace("KeyError('what')", "KeyboardInterrupt"))
    assert (ended.returncode, ended.stdout, ended.stderr) == (130, "", "")


@pytest.mark.parametrize("command", ["models", "models --json", "--help"])
def test_a_reader_that_goes_away_is_no_fault(command: str) -> None:
    code = f"from terminal.main import main; import sys; sys.exit(main({command.split()!r}))"
    writer = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert writer.stdout
    assert writer.stderr
    writer.stdout.close()
    assert writer.stderr.read() == b""
    writer.stderr.close()
    assert writer.wait() == 1


def test_there_are_no_colours_without_a_terminal() -> None:
    assert "\x1b" not in python("from terminal.main import main; main(['models'])").stdout


def test_the_entry_point_is_installed() -> None:
    ended = subprocess.run(
        [Path(sys.executable).with_name("duologue"), "plan"], capture_output=True, text=True, check=False
    )
    assert (ended.returncode, ended.stdout) == (2, "")
    assert ended.stderr == "duologue: Missing argument 'SCENARIO'; see 'duologue plan --help'\n"
