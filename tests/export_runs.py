"""Small runs for the tests of exports: real folders with transcripts, run.json and help content, no model."""

import hashlib
import json
from collections.abc import Iterable, Sequence
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from orchestrator.grounding import HelpIndex
from orchestrator.transcript import Transcript

MODEL = "house@6c1f0a9e"
ARTICLE = (
    "# Refunds\n\n## Timing\n\nA card refund takes 5 to 7 working days.\n\n## Labels\n\nThe return label is free.\n"
)
OPENINGS = [
    "How long does a refund for the {product} take?",
    "Who pays for the label of my {product}?",
    "My {product} came broken.",
    "hi, where is my {product}",
]


def transcript(
    number: int = 0,
    *,
    texts: Sequence[str] = ("Where is my camera?", "On its way.", "Thanks, bye."),
    cites: Sequence[str] = (),
    reason: str = "resolved",
    product: str | None = "camera",
    scenario: str = "returns",
    first: str = "customer",
) -> Transcript:
    """Return a conversation in which `texts` were said in turn; every reply cites the first words of `cites`."""
    sides = ["customer", "agent"] if first == "customer" else ["agent", "customer"]
    turns: list[dict[str, Any]] = [
        {"n": n, "speaker": sides[(n - 1) % 2], "moves": ["ask"], "text": text, "attempts": 1}
        for n, text in enumerate(texts, 1)
    ]
    for turn in turns:
        if turn["speaker"] == "agent" and cites:
            turn["citations"] = [{"passage": id_, "start": 0, "end": 9, "score": 0.5, "support": 0.9} for id_ in cites]
    return Transcript.model_validate(
        {
            "id": f"{scenario}-{number:05d}-abc123",
            "scenario": scenario,
            "domain": "support",
            "seed": number,
            "customer": {
                "disposition": "cynical",
                "motivation": "refund",
                "tone": "annoyed",
                "style": "typos",
                "product": product,
                "facts": [{"name": "order number", "value": "NW-482913", "reveal": "asked", "told_in": 3}],
            },
            "agent": {"role": "support"},
            "turns": turns,
            "ending": {"reason": reason, "by": "customer", "turn": len(texts), "evidence": "bye"},
            "models": {"customer": MODEL, "agent": MODEL},
        }
    )


def varied(count: int, *, openings: Sequence[str] = OPENINGS) -> list[Transcript]:
    """Return conversations that go through the openings, three products and two endings, each with its own article."""
    products = ("camera", "laptop", "phone")
    made = []
    for n in range(count):
        place, product = n % len(openings), products[n // len(openings) % 3]
        texts = (openings[place].replace("{product}", product), f"Reply {n}, it takes 5 days.", "Thanks, bye.", "Bye!")
        reason = "resolved" if n % 5 else "unresolved"
        made.append(transcript(n, texts=texts, cites=[f"article-{place}.md#timing"], reason=reason, product=product))
    return made


@cache
def _digest() -> str:
    """Return the digest of the help content, which is the same for all."""
    with TemporaryDirectory() as folder:
        (Path(folder) / "refunds.md").write_text(ARTICLE)
        return HelpIndex.load([folder]).digest


def run_folder(path: Path, transcripts: Iterable[Transcript], *, openings: object = OPENINGS, **record: object) -> Path:
    """Write a finished run with its help content; `record` goes over what run.json says."""
    path.mkdir(parents=True)
    (path / "help").mkdir()
    (path / "help" / "refunds.md").write_text(ARTICLE)
    lines = "".join(transcript.to_line() + "\n" for transcript in transcripts)
    (path / "transcripts.jsonl").write_text(lines, encoding="utf-8")
    config = {
        "name": "returns",
        "openings": openings,
        "products": ["camera", "laptop", "phone"],
        "customer": {"prompt": None, "dispositions": [{"name": "cynical", "description": "cynical; you doubt it all"}]},
        "agent": {"prompt": "Sign as Nell."},
        "grounding": {"mode": "splice"},
        "seed": 7,
    }
    entry = {"name": "returns", "path": "scenarios/returns.yaml", "digest": "9b8e2480" * 8, "planned": 200}
    data = {
        "status": "finished",
        "versions": {"duologue": "0.1.0"},
        "models": {MODEL: "6c1f0a9e" * 8},
        "scenarios": [{**entry, "config": config}],
        "help_content": {"returns": ["help"]},
        "identity": {"help content of returns": _digest()},
        "sha256": hashlib.sha256(lines.encode()).hexdigest(),
        **record,
    }
    (path / "run.json").write_text(json.dumps(data))
    return path
