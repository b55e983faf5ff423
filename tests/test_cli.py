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
  plan      Check scenarios, count their conversations, and show a sample.
  run       Simulate the conversations of one or more scenarios.
  replay    List the conversations of a run, or play one.
  fork      Take a conversation up again from one of its turns, otherwise.
  chat      Talk to the other side, as the customer or as the agent.
  web       Talk, simulate and look around in the browser.
  queries   Write customers' openings that help articles answer.
  augment   Write messages anew: about other products, in other tones and...
  restyle   Rewrite finished conversations in another register.
  export    Make a data set from runs, with a data card beside it.
  evaluate  Measure what the conversations of a run are like.
  report    Write a run as one HTML page: figures, plots, all conversations.
  train     Fine-tune a GPT-2 on dialogues, or train one from scratch.
  models    List what can speak on this machine.
  init      Make a new workspace that runs at once.

  Example:
    duologue init coffee
    duologue run coffee/scenarios/first.yaml
"""

PLAN = """\
Usage: duologue plan [OPTIONS] {SCENARIO}...

  Check scenarios, count their conversations, and show a sample.

  No model is loaded or looked for. What a run would refuse in the files is
  refused here; what may not fit the model's window is said.

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
  --model M                       In place of the scenario's: house, a hub id,
                                  a folder or remote:NAME.
  --resume <never|always|if-possible>
                                  Whether to go on with a run that was cut
                                  short.  [default: never]
  --rate N/s                      Start N conversations a second at most.
  --remotes FILE                  The servers; else remotes.yaml beside the
                                  scenario.
  --cluster ADDRESS               On a Ray cluster: auto for the one that runs
                                  here.
  --engines N                     So many engines of the cluster.  [x>=1]
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
  --beside RUN         Show it beside the one of RUN that it was forked from.
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

RESTYLE = """\
Usage: duologue restyle [OPTIONS] {RUN}

  Rewrite finished conversations in another register.

  RUN is a run's folder or a transcript file. Every turn keeps its figures,
  its facts and its meaning, with the original beside it; a post has at most
  280 characters. Citations that the new words do not bear out are dropped and
  told. A model's words that fail a check are replaced by the rules'. The same
  command goes on with a run that was cut short.

Options:
  --style STYLE   social, email, phone or formal.  [required]
  --out DIR       The new run's folder.  [required]
  --seed N        Other greetings, closings and fillers.  [default: 7]
  --model M       Who rewrites: house, a hub id, a folder, remote:NAME; else
                  rules.
  --remotes FILE  The servers; else remotes.yaml here or in the workspace.
  --json          Print what was made as JSON.
  --help          Show this message and exit.

  Example:
    duologue restyle outputs/returns --style social --out outputs/returns-social
    duologue restyle outputs/returns --style email --out outputs/returns-email
    duologue restyle outputs/returns --style formal --model remote:big \\
      --out outputs/returns-formal
"""

EXPORT = """\
Usage: duologue export [OPTIONS] {RUN}...

  Make a data set from runs, with a data card beside it.

  RUN is a run's folder or a transcript file. csv has a row for each turn,
  parquet one for each conversation; messages and sharegpt are chats to train
  on, text is for reading. Without --out the files go to a folder in RUN named
  for the format.

Options:
  --to <csv|parquet|messages|sharegpt|text>
                                  What to write.  [required]
  --out FILE                      The data file; else one in RUN.
  --ending REASON                 Only those that ended so; may be repeated.
  --min-turns N                   Only those of N turns or more.  [default: 1;
                                  x>=1]
  --role <customer|agent>         Only the turns of one side; not for chats.
  --split 90/5/5                  Part by opening and article: train,
                                  validation, test.
  --seed N                        Which openings fall into which part.
                                  [default: 0]
  --dedupe                        Leave out what says the same as one before.
  --flip                          Chats: make the customer the assistant.
  --system                        Chats: put who the assistant is in front.
  --passages                      Chats: put cited help pages before a reply.
  --licence ID                    The licence that the data card names.
                                  [default: other]
  --force                         Replace files that are there.
  --json                          Print what was made as JSON.
  --help                          Show this message and exit.

  Example:
    duologue export outputs/returns --to csv
    duologue export outputs/returns --to messages --ending resolved --dedupe \\
      --split 90/5/5 --out data/returns.jsonl
    duologue export outputs/a outputs/b --to messages --flip --system \\
      --out data/customers.jsonl
"""

EVALUATE = """\
Usage: duologue evaluate [OPTIONS] {RUN}...

  Measure what the conversations of a run are like.

  RUN is a run's folder, a transcript file, or a corpus as `duologue train`
  takes it; several are measured together. Measures stand under six headings:
  relevance, coherence and fluency, creativity, toxicity and bias, accuracy
  and completeness, compute time. Of a measure where lower is better, --fail-
  under sets the most that it may be.

Options:
  --against FILE              Compare with these conversations: a run or a
                              corpus.
  --reference MODEL           Measure perplexity under it: house, a hub id, a
                              folder.
  --limit N                   Read the first N of each run.  [x>=1]
  --fail-under MEASURE=VALUE  Exit with 1 where it is worse than that;
                              repeatable.
  --json                      Print as JSON.
  --out FILE                  Write the JSON to a file, too.
  --help                      Show this message and exit.

  Example:
    duologue evaluate outputs/returns
    duologue evaluate outputs/returns --against human-chats.jsonl --reference gpt2
    duologue evaluate outputs/returns --json --out measures.json
    duologue evaluate outputs/returns --fail-under supported=0.98 --fail-under role-leaks=0
"""

REPORT = """\
Usage: duologue report [OPTIONS] {RUN}

  Write a run as one HTML page: figures, plots, all conversations.

  The page opens offline and fetches nothing. RUN is a run's folder or a
  transcript file. Of a run too large for a page of 15 MB, an even sample of
  the conversations is in it, and the figures are still those of all.

Options:
  --out FILE      The page; else report.html in RUN.
  --compare RUN2  Put this run beside it.
  --json          Print path, size and counts as JSON.
  --help          Show this message and exit.

  Example:
    duologue report outputs/returns
    duologue report outputs/returns --compare outputs/returns-2 --out both.html
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

QUERIES = """\
Usage: duologue queries [OPTIONS] {HELP}...

  Write customers' openings that help articles answer.

  HELP is a file or a folder of .md, .txt or .html. A query stays only if the
  index finds its own passage among the first three; it names no article,
  copies no sentence and is like no other. A scenario takes the file as it is:
  openings: {file: seeds.jsonl}. The same command goes on with a file that was
  cut short; a report stands beside it.

Options:
  --out FILE       The JSONL file to write.  [required]
  --per-article N  So many of each article at most.  [default: 8; 1<=x<=200]
  --seed N         Other queries from the same articles.  [default: 7; x>=0]
  --model M        Who puts the questions: house, a hub id, a folder, or none
                   for rules alone.  [default: house]
  --unaided N      Let the model also write N a passage by itself.  [default:
                   0; 0<=x<=50]
  --json           Print what was made as JSON.
  --help           Show this message and exit.

  Example:
    duologue queries help_content --out seeds.jsonl
    duologue queries help_content/returns help_content/delivery --per-article 20 \\
      --seed 3 --out seeds.jsonl
    duologue queries help_content --model none --out seeds.jsonl
"""

AUGMENT = """\
Usage: duologue augment [OPTIONS] {ROWS}

  Write messages anew: about other products, in other tones and styles.

  ROWS is JSONL with at least a "query" (other keys are kept), or .txt with a
  message a line. Every combination that makes sense is made; what makes none
  is counted, with the reason. Figures, dates and names stay. A row tells
  which row it comes from and what was changed where, so that the original can
  be restored. The same command goes on with a file that was cut short; a
  report stands beside it.

Options:
  --products A,B  Other products, NAME=LIKE for one that is not known.
  --tones A,B     neutral, cheerful, annoyed.
  --styles A,B    plain, colloquial, non_native, typos.
  --out FILE      The JSONL file to write.
  --sample N      N variants in all; else all.  [x>=1]
  --seed N        Other feelings, other errors.  [default: 7; x>=0]
  --show N        Print N rows of each operation as Markdown; write nothing.
                  [x>=1]
  --json          Print what was made as JSON.
  --help          Show this message and exit.

  Example:
    duologue augment seeds.jsonl --products camera,laptop \\
      --tones cheerful,annoyed --styles colloquial,typos --out more.jsonl
    duologue augment seeds.jsonl --styles typos --sample 1000 --out more.jsonl
    duologue augment messages.txt --products hoverboard=e-scooter --show 20
"""

FORK = """\
Usage: duologue fork [OPTIONS] {RUN} {ID}

  Take a conversation up again from one of its turns, otherwise.

  The turns before it stay as they are. RUN and ID are as in replay. Where
  nothing else is changed, the seed is the next one. The new transcript says
  where it came from, and is shown beside its original.

Options:
  --turn N         The first turn that is had anew.  [required]
  --seed S         Another seed.  [x>=0]
  --disposition D  Another disposition.
  --motivation M   Another motivation.
  --model M        Another model for both sides.
  --temperature T  Another temperature, from 0 to 2.
  --say TEXT       What is said in turn N.
  --scenario FILE  The scenario, where run.json does not have it.
  --out DIR        The fork's folder; else one in outputs.
  --help           Show this message and exit.

  Example:
    duologue fork outputs/returns 17 --turn 5
    duologue fork outputs/returns 17 --turn 5 --disposition cynical
    duologue fork outputs/returns 17 --turn 3 --say "I have no order number."
    duologue replay outputs/returns-fork 17 --beside outputs/returns
"""

CHAT = """\
Usage: duologue chat [OPTIONS]

  Talk to the other side, as the customer or as the agent.

  Words come as they are drawn. /help lists what else can be done: take back,
  try again, cite, save. What was said is kept in the end, after Ctrl-C too.
  Lines are read from a pipe as well as from a terminal.

Options:
  --as <customer|agent>  Your side.  [default: customer]
  --scenario FILE        What it is about; else the shop that init makes.
  --disposition D        The customer's, such as cynical.
  --motivation M         The customer's, such as refund.
  --model M              In place of the scenario's: house, a hub id or a
                         folder.
  --temperature T        The model's, from 0 to 2.
  --seed N               In place of the scenario's seed.
  --out DIR              Where it is kept; else a folder in outputs.
  --help                 Show this message and exit.

  Example:
    duologue chat
    duologue chat --as agent --scenario scenarios/returns.yaml --disposition cynical
    duologue chat --seed 7 < what-i-say.txt
"""

WEB = """\
Usage: duologue web [OPTIONS]

  Talk, simulate and look around in the browser.

  Scenarios are those in ./scenarios, runs those in ./outputs. All browsers
  share the models. Ctrl-C stops it.

Options:
  --port N      The port.  [default: 8501; 1<=x<=65535]
  --address IP  Where to listen; anything but this machine asks for a token.
                [default: 127.0.0.1]
  --help        Show this message and exit.

  Example:
    duologue web
    duologue web --port 8600
    duologue web --address 0.0.0.0
"""

HELPS = {
    "plan": PLAN,
    "run": RUN,
    "replay": REPLAY,
    "fork": FORK,
    "chat": CHAT,
    "web": WEB,
    "queries": QUERIES,
    "augment": AUGMENT,
    "restyle": RESTYLE,
    "export": EXPORT,
    "evaluate": EVALUATE,
    "report": REPORT,
    "train": TRAIN,
    "models": MODELS,
    "init": INIT,
}


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
