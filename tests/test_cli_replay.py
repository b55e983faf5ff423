import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from rich.console import Console

from orchestrator.transcript import Transcript, read_transcripts
from terminal.main import main
from terminal.replay_player import play

ARTICLE = "# Refunds\n\n## Timing\n\nA card refund takes 5 to 7 working days. A PayPal refund takes 2.\n"

FIRST: dict[str, Any] = {
    "schema": 1,
    "id": "returns-00017-3f9a2c",
    "scenario": "returns",
    "domain": "support",
    "seed": 912837465,
    "customer": {
        "disposition": "cynical",
        "motivation": "refund",
        "tone": "annoyed",
        "style": "typos",
        "product": "camera",
        "facts": [
            {"name": "order number", "value": "NW-482913", "reveal": "asked", "told_in": 3},
            {"name": "date", "value": "4 May", "reveal": "late"},
        ],
    },
    "agent": {"role": "support"},
    "turns": [
        {"n": 1, "speaker": "customer", "moves": ["open", "vent"], "text": "My camera arrived with a cracked lens."},
        {"n": 2, "speaker": "agent", "moves": ["feel", "request"], "text": "I am sorry. What is your order number?"},
        {"n": 3, "speaker": "customer", "moves": ["tell"], "text": "NW-482913. I want my money back.", "attempts": 1},
        {
            "n": 4,
            "speaker": "agent",
            "moves": ["inform"],
            "text": "A card refund takes 5 to 7 working days after the check, and an email comes when it is sent.",
            "attempts": 2,
            "citations": [{"passage": "refunds.md#timing", "start": 22, "end": 62, "score": 11.2, "support": 0.91}],
            "forgot": 1,
        },
    ],
    "ending": {"reason": "resolved", "by": "customer", "turn": 4, "evidence": "that solves it"},
    "models": {"customer": "house@6c1f0a9e", "agent": "house@6c1f0a9e"},
}

SECOND: dict[str, Any] = {
    **FIRST,
    "id": "returns-00018-aa0b1c",
    "customer": {"disposition": "amiable", "motivation": "saving money", "tone": "neutral", "style": "plain"},
    "turns": [
        {"n": 1, "speaker": "customer", "text": "Hello, could I ask about a [bold]price[/bold]\x1b[31m match?"},
        {"n": 2, "speaker": "agent", "text": "Of course.  Which product\nis it?"},
    ],
    "ending": {"reason": "max_turns", "turn": 2},
}

PLAYED = """\
returns-00017-3f9a2c  support
customer  cynical, refund, annoyed, typos, camera
agent     support  house@6c1f0a9e
          order number: NW-482913 (asked, told in turn 3)
          date: 4 May (late, never told)

 1  customer  open vent
    My camera arrived with a cracked lens.

 2  agent  feel request
    I am sorry. What is your order number?

 3  customer  tell
    NW-482913. I want my money back.

 4  agent  inform  (2 attempts)  (forgot 1 turn)
    A card refund takes 5 to 7 working days after the check, and an email comes
    when it is sent.

ending    resolved by the customer in turn 4: “that solves it”
"""

LISTED = """\
conversation          disposition  motivation    turns  ending     opening
returns-00017-3f9a2c  cynical      refund            4  resolved   My camera arrived with a cracked lens.
returns-00018-aa0b1c  amiable      saving money      2  max_turns  Hello, could I ask about a [bold]price[/bold]␛[31m …
"""


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A run folder of two conversations, from the working folder."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.delenv("FORCE_COLOR", raising=False)
    folder = Path("outputs/returns")
    folder.mkdir(parents=True)
    lines = [Transcript.model_validate(record).to_line() for record in (FIRST, SECOND)]
    (folder / "transcripts.jsonl").write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    (folder / "run.json").write_text(json.dumps({"help_content": {"returns": [str(tmp_path / "help")]}}))
    (tmp_path / "help").mkdir()
    (tmp_path / "help" / "refunds.md").write_text(ARTICLE)
    return str(folder)


def trimmed(text: str) -> str:
    return "".join(f"{line.rstrip()}\n" for line in text.splitlines())


def shown(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    assert main(["replay", *arguments]) == 0
    return trimmed(capsys.readouterr().out)


def refused(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    assert main(["replay", *arguments]) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    return captured.err


def test_a_conversation_is_played(run: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert shown(capsys, run, "returns-00017-3f9a2c") == PLAYED


@pytest.mark.parametrize("name", ["returns-00017", "17", "00017"])
def test_the_beginning_of_an_id_or_its_number_will_do(run: str, name: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert shown(capsys, run, name) == PLAYED


def test_a_transcript_file_will_do_for_a_run(run: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert shown(capsys, f"{run}/transcripts.jsonl", "17") == PLAYED


def test_the_conversations_are_listed(
    run: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "119")
    assert shown(capsys, run) == LISTED


def test_the_list_fits_eighty_columns(run: str, capsys: pytest.CaptureFixture[str]) -> None:
    lines = shown(capsys, run).splitlines()
    assert len(lines) == 3
    assert max(map(len, lines)) <= 80
    assert lines[1] == "returns-00017-3f9a2c  cynical      refund            4  resolved   My camera ar…"


def test_on_a_terminal_the_list_says_how_to_go_on(
    run: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    assert "2 conversations; duologue replay outputs/returns ID plays one" in shown(capsys, run)


def test_an_ending_filters(run: str, capsys: pytest.CaptureFixture[str]) -> None:
    lines = shown(capsys, run, "--ending", "max_turns").splitlines()
    assert [line.split()[0] for line in lines[1:]] == ["returns-00018-aa0b1c"]


def test_words_filter_and_are_shown(
    run: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "130")
    lines = shown(capsys, run, "--grep", "PRODUCT is").splitlines()
    assert lines[0].endswith("ending     words")
    assert [line.split("max_turns  ")[1] for line in lines[1:]] == ["Of course. Which product is it?"]


def test_the_limit_is_on_what_passes_the_filters(run: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert len(shown(capsys, run, "--limit", "1").splitlines()) == 2
    assert "returns-00018" in shown(capsys, run, "--limit", "1", "--ending", "max_turns")


def test_nothing_found_is_said(run: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert shown(capsys, run, "--ending", "stalled") == "No conversation is like that.\n"


def test_citations_are_shown_with_the_words_they_rest_on(run: str, capsys: pytest.CaptureFixture[str]) -> None:
    expected = "    › refunds.md#timing  support 0.91  “A card refund takes 5 to 7 working days.”\n"
    assert expected in shown(capsys, run, "17", "--cite").replace("\n    days", " days")


@pytest.mark.parametrize("lost", ["run.json", "help"])
def test_citations_are_shown_where_the_articles_are_gone(
    run: str, lost: str, capsys: pytest.CaptureFixture[str]
) -> None:
    (Path(run) / "run.json" if lost == "run.json" else Path("help/refunds.md")).unlink()
    expected = "    › refunds.md#timing  support 0.91  characters 22 to 62\n"
    assert expected in shown(capsys, run, "17", "--cite")


def test_json_is_the_lines_of_the_file(run: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["replay", run, "--json"]) == 0
    assert capsys.readouterr().out == (Path(run) / "transcripts.jsonl").read_text(encoding="utf-8")


def test_json_is_utf8_whatever_the_locale_says(run: str) -> None:
    line = Transcript.model_validate({**SECOND, "turns": [{**SECOND["turns"][0], "text": "Żółć, 5 £"}]}).to_line()
    (Path(run) / "transcripts.jsonl").write_text(f"{line}\n", encoding="utf-8")
    ended = subprocess.run(
        [sys.executable, "-c", "from terminal.main import main; main()", "replay", run, "--json"],
        capture_output=True,
        check=True,
        env={**os.environ, "PYTHONIOENCODING": "ascii"},
    )
    assert ended.stdout.decode() == f"{line}\n"


def test_json_of_one_conversation_is_its_line(run: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["replay", run, "18", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["id"] == "returns-00018-aa0b1c"


def test_an_svg_is_written_into_the_run(run: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert shown(capsys, run, "17", "--export", "svg") == "outputs/returns/returns-00017-3f9a2c.svg\n"
    picture = Path("outputs/returns/returns-00017-3f9a2c.svg").read_text(encoding="utf-8")
    ElementTree.fromstring(picture)
    assert "cracked" in picture


def test_a_page_is_written_where_it_is_wanted(run: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert shown(capsys, run, "18", "--export", "html", "--out", "page.html") == "page.html\n"
    page = Path("page.html").read_text(encoding="utf-8")
    assert "<title>returns-00018-aa0b1c</title>" in page
    assert "[bold]price[/bold]␛[31m" in page
    assert "http" not in page


def test_the_list_can_be_exported(run: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert shown(capsys, run, "--export", "svg") == "outputs/returns/conversations.svg\n"


def test_an_id_cannot_name_a_file_elsewhere(run: str, capsys: pytest.CaptureFixture[str]) -> None:
    line = Transcript.model_validate({**SECOND, "id": "../../evil"}).to_line()
    (Path(run) / "transcripts.jsonl").write_text(f"{line}\n")
    assert shown(capsys, run, "../../evil", "--export", "svg") == "outputs/returns/_.._evil.svg\n"


def test_an_unwritable_export_is_one_line(run: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert refused(capsys, run, "17", "--export", "svg", "--out", "none/here.svg") == (
        "duologue: none/here.svg cannot be written: No such file or directory\n"
    )


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["17", "--limit", "2"], "ID names one conversation; leave out --ending, --grep and --limit"),
        (["--ending", "sad"], "--ending: no such ending 'sad'; known are resolved, unresolved, sale_closed, "
         "sale_declined, goodbye, max_turns, stalled, guarded, context_full, ended, error"),
        (["--out", "x.svg"], "--out says where to export to; add --export svg or --export html"),
        (["17", "--json", "--export", "svg"], "--export and --json do not go together"),
        (["99"], "no conversation '99' in outputs/returns; 'duologue replay outputs/returns' lists them"),
        (["returns-0001"], "'returns-0001' may be any of 2 conversations: returns-00017-3f9a2c, returns-00018-aa0b1c"),
        (["17", "--speed", "0"], "Invalid value for '--speed': Input should be greater than or equal to 0.1; "
         "see 'duologue replay --help'"),
    ],
)  # fmt: skip
def test_a_mistake_is_one_line(
    run: str, arguments: list[str], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert refused(capsys, run, *arguments) == f"duologue: {message}\n"


def test_a_run_that_is_not_there_is_one_line(run: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert refused(capsys, "outputs/none") == "duologue: outputs/none: No such file or directory\n"


def test_a_broken_line_is_named(run: str, capsys: pytest.CaptureFixture[str]) -> None:
    with (Path(run) / "transcripts.jsonl").open("a") as file:
        file.write('{"schema": 1, "id": "x')
    assert refused(capsys, run) == (
        "duologue: outputs/returns/transcripts.jsonl:3: the line is cut off; resume the run to finish it\n"
    )


def test_at_reading_speed_the_words_are_the_same(run: str, capsys: pytest.CaptureFixture[str]) -> None:
    transcript = next(iter(read_transcripts(run)))
    pauses: list[float] = []
    play(Console(file=sys.stdout, width=80, markup=False, highlight=False), transcript, speed=2.0, sleep=pauses.append)
    assert trimmed(capsys.readouterr().out) == PLAYED
    words = sum(len(turn.text.split()) for turn in transcript.turns)
    assert sum(pauses) == pytest.approx(words / 4 / 2)


EVIL = "\x1b[2J[red]x[/red] \u202e\x9b1m:smile:"


@pytest.mark.parametrize("arguments", [[], ["--grep", "smile"], ["\x1b", "--cite"], ["\x1b", "--speed", "1000000"]])
def test_no_field_of_a_transcript_can_steer_the_terminal(
    run: str, arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    evil = Transcript.model_validate(
        {
            **FIRST,
            "id": EVIL,
            "scenario": EVIL,
            "customer": {
                **dict.fromkeys(("disposition", "motivation", "tone", "style", "product"), EVIL),
                "facts": [{"name": EVIL, "value": EVIL, "reveal": "start"}],
            },
            "turns": [
                {
                    "n": 1,
                    "speaker": "customer",
                    "moves": [EVIL],
                    "text": EVIL,
                    "citations": [{"passage": EVIL, "start": 0, "end": 1, "score": 1, "support": 1}],
                }
            ],
            "ending": {"reason": "resolved", "turn": 1, "evidence": EVIL},
            "models": {"customer": EVIL, "agent": EVIL},
        }
    )
    (Path(run) / "transcripts.jsonl").write_text(f"{evil.to_line()}\n", encoding="utf-8")
    out = shown(capsys, run, *arguments)
    assert "[red]x[/red]" in out
    assert not set(out) & {"\x1b", "\x9b", "\u202e"}


def test_colours_mark_the_speakers_on_a_terminal(run: str) -> None:
    console = Console(width=80, force_terminal=True, color_system="standard", no_color=False)
    with console.capture() as capture:
        play(console, next(iter(read_transcripts(run))))
    assert "\x1b[1;36mcustomer\x1b[0m" in capture.get()
    assert "\x1b[1;35magent\x1b[0m" in capture.get()
    assert "\x1b[32mresolved\x1b[0m" in capture.get()
