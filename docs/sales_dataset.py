"""Fills docs/sales-dataset.md from a run and its export: `python -m docs.sales_dataset RUN EXPORT`.

RUN is the folder of `duologue run scenarios/sales-dataset.yaml`, EXPORT the file that `duologue export RUN --to csv`
made of it, or one of its parts. What stands between the markers of the page is replaced; the prose around them is not.
"""

import hashlib
import json
import re
import sys
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, Final

from agents.dialogue import Speaker
from agents.randomness import key, permuted
from curation.export import read_csv
from docs.pictures import plain
from orchestrator import Transcript, read_transcripts

PAGE: Final = Path(__file__).with_name("sales-dataset.md")
SHOWN: Final = 10
_STREAM: Final = key("docs/sales-dataset.md")
"""Which dialogues are shown is drawn from this and from how many there are, before anybody has read them."""


def main(arguments: Sequence[str]) -> None:
    """Write the page."""
    run, export = map(Path, arguments)
    transcripts = list(read_transcripts(run))
    record = json.loads((run / "run.json").read_text(encoding="utf-8"))
    text = PAGE.read_text(encoding="utf-8")
    for name, content in (
        ("figures", _figures(transcripts)),
        ("endings", _endings(transcripts)),
        ("time", _time(record)),
        ("export", _export(export)),
        ("dialogues", _dialogues(transcripts)),
    ):
        text = _filled(text, name, content)
    PAGE.write_text(text, encoding="utf-8")


def _filled(text: str, name: str, content: str) -> str:
    block = re.compile(rf"(?<=<!-- {name} -->\n).*?(?=<!-- /{name} -->)", re.DOTALL)
    return block.sub(lambda _: f"{content}\n", text)


def _figures(transcripts: Sequence[Transcript]) -> str:
    replies = [turn for one in transcripts for turn in one.turns if turn.speaker is Speaker.AGENT]
    words = [len(reply.text.split()) for reply in replies]
    fitting = sum(50 <= number <= 75 for number in words)
    cited = sum(bool(reply.citations) for reply in replies)
    customers = [one.customer for one in transcripts]
    kinds = {(c.disposition, c.motivation, c.tone, c.style, c.product) for c in customers}
    turns = sum(len(one.turns) for one in transcripts)
    rows = [
        ("dialogues", f"{len(transcripts):,}"),
        ("turns", f"{turns:,}, {turns / len(transcripts):.1f} to a dialogue"),
        ("replies of the salesperson", f"{len(replies):,}"),
        ("of these with 50 to 75 words", _share(fitting, len(replies))),
        ("words in a reply, mean", f"{sum(words) / len(words):.1f}"),
        ("replies that cite help content", _share(cited, len(replies))),
        ("products", f"{len({c.product for c in customers})}"),
        ("kinds of customers (disposition, motivation, tone, style, product)", f"{len(kinds):,}"),
    ]
    return _table(("figure", ""), rows)


def _endings(transcripts: Sequence[Transcript]) -> str:
    counts = Counter((one.customer.disposition, one.ending.reason.value) for one in transcripts)
    dispositions = sorted({disposition for disposition, _ in counts})
    reasons = sorted({reason for _, reason in counts}, key=lambda r: -sum(counts[d, r] for d in dispositions))
    rows = [(d, *(f"{counts[d, reason]}" for reason in reasons)) for d in dispositions]
    total = ("all", *(f"{sum(counts[d, reason] for d in dispositions)}" for reason in reasons))
    return _table(("disposition", *reasons), [*rows, total])


def _time(record: dict[str, Any]) -> str:
    minutes, seconds = divmod(round(record["seconds"]), 60)
    versions = ", ".join(f"{name} {version}" for name, version in record["versions"].items())
    models = ", ".join(record["models"])
    rows = [
        ("the run took", f"{minutes} min {seconds} s"),
        ("replies a second (both sides)", f"{record['replies_per_second']:.2f}"),
        ("tokens a second", f"{record['tokens_per_second']:.0f}"),
        ("model", models),
        ("processor", f"{record['processor']}, {record['identity']['number format']}"),
        ("versions", versions),
    ]
    return _table(("what", ""), rows)


def _export(file: Path) -> str:
    rows = [(path.name, *_counted(path), f"{path.stat().st_size:,}", f"`{_sha256(path)}`") for path in _parts(file)]
    return _table(("file", "dialogues", "rows", "bytes", "SHA-256"), rows)


def _parts(file: Path) -> Iterable[Path]:
    return sorted(file.parent.glob(f"*{file.suffix}"))


def _counted(path: Path) -> tuple[str, str]:
    ids = [row["conversation_id"] for row in read_csv(path)]
    return f"{len(set(ids)):,}", f"{len(ids):,}"


def _sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _dialogues(transcripts: Sequence[Transcript]) -> str:
    places = (permuted(n, len(transcripts), _STREAM) for n in range(min(SHOWN, len(transcripts))))
    return "\n\n".join(f"```\n{plain(transcripts[place])}```" for place in places)


def _share(number: int, of: int) -> str:
    return f"{number:,} ({number / of:.1%})"


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    return "\n".join(f"| {' | '.join(line)} |" for line in (head, ["---"] * len(head), *rows))


if __name__ == "__main__":
    main(sys.argv[1:])
