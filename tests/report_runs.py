"""Runs to report on: small ones with known answers, and what somebody might put into them to make a page misbehave."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from orchestrator.grounding import HelpIndex

ARTICLE = (
    "# Refunds\n\n## Timing\n\n\U0001f600 <b>Good</b> to know. A card refund takes 5 to 7 working days. "
    "<script>window.hacked = 1</script> A PayPal refund takes 2. [Pay](javascript:window.hacked=2)\n"
)
CARD, PAYPAL = "A card refund takes 5 to 7 working days.", "A PayPal refund takes 2."
HOSTILE = (
    "<script>window.hacked = 3</script> <img src=x onerror='window.hacked = 4'> </script><script>window.hacked = 5"
    "</script> <!-- <script> [a link](javascript:window.hacked=6) ${window.hacked = 7} $data \u2028 "
    "<a href='javascript:window.hacked=8' onclick='window.hacked=9'>here</a> {{constructor}} \x1b[31m"
)
UNSEEN = "re\u200bfund \u202ednufer\u202c and شكرا and \U0001f469\u200d\U0001f4bb"
HOSTILE_NAME = '"><img src=x onerror="window.hacked = 10">'


def citation(words: str, passage: str = "refunds.md#timing", support: float = 0.91) -> dict[str, Any]:
    start = ARTICLE.index(words)
    return {"passage": passage, "start": start, "end": start + len(words), "score": 0.71, "support": support}


def turn(n: int, text: str, **more: object) -> dict[str, Any]:
    return {"n": n, "speaker": "customer" if n % 2 else "agent", "text": text, **more}


def talk(
    place: int, texts: Sequence[str], *, reason: str = "resolved", cited: Sequence[object] = (), **more: object
) -> dict[str, Any]:
    """Return a conversation: the texts are the turns', `cited` the second one's citations, `more` the customer's."""
    turns = [turn(n, text, moves=["open" if n == 1 else "inform"]) for n, text in enumerate(texts, 1)]
    for one in turns[1:]:
        one["attempts"] = 1
    turns[1].update(attempts=3, spliced=True, citations=list(cited))
    customer = {"disposition": "cynical", "motivation": "refund", "tone": "annoyed", "style": "typos", **more}
    scenario = customer.pop("scenario", "returns")
    return {
        "schema": 1, "id": customer.pop("id", f"{scenario}-{place:05d}-3f9a2c"), "scenario": scenario,
        "domain": "support", "seed": place, "customer": customer, "agent": {"role": "support"}, "turns": turns,
        "ending": {"reason": reason, "by": "customer", "turn": len(turns), "evidence": "that solves it"},
        "models": {"customer": "house@6c1f0a9e", "agent": "house@6c1f0a9e"},
    }  # fmt: skip


REPLY = "A card refund takes 5 to 7 working days, and a PayPal refund takes 2 of them, too."
FACTS = [
    {"name": "order number", "value": "NW-482913", "reveal": "asked", "told_in": 3},
    {"name": "membership", "value": "Plus", "reveal": "late"},
]


def talks() -> list[dict[str, Any]]:
    return [
        talk(0, ["When is it back?", REPLY, "NW-482913, then."], cited=[citation(CARD), citation(PAYPAL)], facts=FACTS),
        talk(1, ["Hello, a price?", "Which product is it?"], reason="max_turns", disposition="amiable"),
        talk(2, [HOSTILE, HOSTILE, HOSTILE], disposition=HOSTILE_NAME, product=HOSTILE_NAME),
        talk(3, [UNSEEN, "Which product is it?"], reason="unresolved", motivation="distrust"),
        talk(4, ["Where is it?", REPLY], scenario="changed", cited=[citation(CARD)]),
        talk(5, ["Where is it?", REPLY], scenario="gone", cited=[citation(CARD)]),
        talk(6, ["Ok?", "Let us see. " * 9], reason="guarded", id=HOSTILE_NAME),
    ]  # fmt: skip


def write_run(folder: Path, listed: Sequence[dict[str, Any]] | None = None, **record: object) -> Path:
    """Write a run of `listed` into `folder`. The help of one scenario is as it was, of one changed, of one gone."""
    for name, text in {"same": ARTICLE, "changed": ARTICLE.replace("A card", "The card")}.items():
        (folder / name).mkdir(parents=True)
        (folder / name / "refunds.md").write_text(text, encoding="utf-8")
    lines = [json.dumps(one, ensure_ascii=False) + "\n" for one in (talks() if listed is None else listed)]
    (folder / "transcripts.jsonl").write_text("".join(lines), encoding="utf-8")
    digest = HelpIndex.load([folder / "same"]).digest
    known = {
        "help_content": {"returns": ["same"], "changed": ["changed"], "gone": ["nowhere"]},
        "scenarios": [{"name": "returns", "config": {"reply": {"words": [50, 75]}, "seed": 7}}],
        "identity": {f"help content of {name}": digest for name in ("returns", "changed", "gone")},
        "seconds": 40.0, "replies": 9, "attempts": 12, "objections": {"words": 3}, "versions": {"duologue": "0.1.0"},
    }  # fmt: skip
    (folder / "run.json").write_text(json.dumps({**known, **record}), encoding="utf-8")
    return folder
