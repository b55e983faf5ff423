"""Damaged files of every kind: each reader answers with a value or with an error of ours."""

import random
from collections.abc import Callable
from pathlib import Path
from typing import Final

from agents.errors import DuologueError
from agents.remote.answers import MalformedError, read_answer
from agents.training.corpora import read_corpus, usable
from orchestrator.grounding.loading import load_articles
from orchestrator.scenario import Scenario
from orchestrator.transcript import read_transcripts

ROOT: Final = Path(__file__).parents[1]
GOLD: Final = ROOT / "agents" / "training" / "gold"
LARGEST: Final = 1 << 16

SCENARIO: Final = (ROOT / "scenarios" / "returns.yaml").read_bytes().replace(b"../help_content/", b"help/")
ARTICLE: Final = min((ROOT / "help_content").rglob("*.md")).read_bytes()
TRANSCRIPT: Final = b"\n".join(next(GOLD.rglob("*.jsonl")).read_bytes().splitlines()[:3]) + b"\n"
MESSAGES: Final = (
    b'{"messages": [{"role": "user", "content": "Hi."}, {"role": "assistant", "content": "Hello."}]}\n' * 3
)
TABLE: Final = b'dialogue,speaker,text\n1,customer,Hi.\n1,agent,Hello.\n2,customer,"A, b"\n2,agent,c\n'
TALK: Final = b"Person1: Hi.\nPerson2: Hello.\n\nPerson1: Is it open?\nPerson2: It is.\n"
ANSWER: Final = (
    b'{"choices": [{"text": "Hi.", "finish_reason": "stop", "logprobs": {"token_logprobs": [-0.5]},'
    b' "message": {"role": "assistant", "content": "Hi."}}], "usage": {"completion_tokens": 1}}'
)

NASTY: Final = (
    b"\x00", b"\xff\xfe", b"\xed\xa0\x80", "\u202e".encode(), "\u200b".encode(), b"\x1b]0;x\x07", b"[red]",
    b"&a *a",
    b"<<: *a", b"!!python/object:os.system", b"---\n", b"{" * 200, b"[" * 2000, b'"' * 3, b"9" * 400, b"1e999", b"NaN",
    b"-0", b"null", b"true", b": ", b"- ", b"\t", b"\r", b"\n\n", b"# ", b"```", b"](", b"<script>", b"&#0;",
    b"\\ud800",
    b"{product}", b"{digits:99}", b"{", b"}", b"../../etc/passwd", b"CON", b" " * 500, b"a" * 5000, b"%s%n", b",", b"'",
)  # fmt: skip


def scenario(folder: Path, data: bytes) -> None:
    (folder / "help").mkdir(exist_ok=True)
    path = folder / "scenario.yaml"
    path.write_bytes(data)
    Scenario.load(path)


def help_content(folder: Path, data: bytes, suffix: str = ".md") -> None:
    path = folder / f"article{suffix}"
    path.write_bytes(data)
    load_articles([path])


def help_page(folder: Path, data: bytes) -> None:
    help_content(folder, data, ".html")


def transcript(folder: Path, data: bytes) -> None:
    path = folder / "transcripts.jsonl"
    path.write_bytes(data)
    list(read_transcripts(path))


def corpus(folder: Path, data: bytes, suffix: str = ".jsonl") -> None:
    path = folder / f"corpus{suffix}"
    path.write_bytes(data)
    list(usable(read_corpus(path), path, []))


def table(folder: Path, data: bytes) -> None:
    corpus(folder, data, ".csv")


def talk(folder: Path, data: bytes) -> None:
    corpus(folder, data, ".txt")


def answer(folder: Path, data: bytes) -> None:
    read_answer(data)


Reader = Callable[[Path, bytes], None]

READERS: Final[dict[str, tuple[Reader, tuple[bytes, ...]]]] = {
    "scenario": (scenario, (SCENARIO,)),
    "help content": (help_content, (ARTICLE,)),
    "help page": (help_page, (b"<html><title>A</title><h1>A</h1><p>b c.</p><ul><li>d</ul></html>", ARTICLE)),
    "transcript": (transcript, (TRANSCRIPT,)),
    "corpus": (corpus, (TRANSCRIPT, MESSAGES)),
    "table": (table, (TABLE,)),
    "talk": (talk, (TALK,)),
    "answer": (answer, (ANSWER,)),
}


def stands(name: str, folder: Path, data: bytes) -> None:
    """Give `data` to a reader. Any error that is not one of ours comes through."""
    try:
        READERS[name][0](folder, data)
    except (DuologueError, MalformedError):
        return


def damaged(name: str, draws: random.Random) -> bytes:
    """Return one of the reader's good files after one to six damages."""
    data = bytearray(draws.choice(READERS[name][1]))
    for _ in range(draws.randint(1, 6)):
        _damage(data, draws)
    return bytes(data[:LARGEST])


def _damage(data: bytearray, draws: random.Random) -> None:
    start = draws.randint(0, len(data))
    end = min(len(data), start + draws.choice([1, 1, 4, 16, 64, 400]))
    match draws.randrange(6):
        case 0:
            data[start:end] = b""
        case 1:
            data[start:start] = draws.choice(NASTY)
        case 2:
            data[start:end] = draws.choice(NASTY)
        case 3:
            data[start:start] = data[start:end] * draws.choice([1, 2, 20])
        case 4:
            data[start:end] = bytes(draws.randrange(256) for _ in range(end - start))
        case _:
            other = draws.randint(0, len(data))
            data[start:end], data[other:other] = b"", data[start:end]
