"""How well the stop rules find endings: `python -m benchmarks.endings` prints a confusion matrix for each half.

The conversations of `cases/endings-a.jsonl` and `-b.jsonl` were written and labelled by hand, hard ones on purpose:
thanks in the middle, "resolved" in a question, sarcasm, a no that sounds polite, an "ok" that means no. "none" is a
conversation that goes on. The rules were tuned on half a; half b was looked at only to count.
"""

import json
import sys
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from agents.dialogue import Speaker, Turn
from agents.persona import Domain
from orchestrator.endings import EndingScene, standard_rules

CASES: Final = Path(__file__).with_name("cases")
HALVES: Final = ("a", "b")
_MOST: Final = 12

Table = Counter[tuple[str, str]]
"""How often what was labelled so was found as that."""


def read(half: str) -> list[Mapping[str, Any]]:
    """Return the conversations of a half."""
    path = CASES / f"endings-{half}.jsonl"
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def found(conversation: Mapping[str, Any]) -> str:
    """Return the reason that the rules give it, asked after every turn; "none" where it goes on."""
    domain = Domain(conversation["domain"])
    rule = standard_rules(domain, _MOST)
    turns = [
        Turn(n, Speaker(turn["speaker"]), turn["text"], tuple(turn.get("moves", ())))
        for n, turn in enumerate(conversation["turns"], 1)
    ]
    for place in range(1, len(turns) + 1):
        if ending := rule.check(EndingScene(turns[:place], 2, _MOST, domain)):
            return str(ending.reason) if place == len(turns) else f"{ending.reason} early"
    return "none"


def table(conversations: Sequence[Mapping[str, Any]]) -> Table:
    """Return the confusion matrix of `conversations`."""
    return Counter((conversation["ending"], found(conversation)) for conversation in conversations)


def macro_f1(counts: Table) -> float:
    """Return the mean F1 over the labels."""
    labels = sorted({label for label, _ in counts})
    scores = []
    for label in labels:
        right = counts[label, label]
        named = sum(count for (_, found_as), count in counts.items() if found_as == label)
        scores.append(2 * right / (sum(count for (own, _), count in counts.items() if own == label) + named))
    return sum(scores) / len(scores)


def show(counts: Table) -> str:
    """Return the confusion matrix as a Markdown table, labels down, findings across."""
    labels = sorted({label for pair in counts for label in pair})
    lines = ["| labelled | " + " | ".join(labels) + " |", "|---" * (len(labels) + 1) + "|"]
    rows = [label for label in labels if any(own == label for own, _ in counts)]
    lines += [f"| {row} | " + " | ".join(str(counts[row, label] or "") for label in labels) + " |" for row in rows]
    return "\n".join(lines)


def main(arguments: Sequence[str]) -> None:
    """Print both halves; with `--wrong a`, the conversations of that half that are found otherwise than labelled."""
    for half in HALVES:
        conversations = read(half)
        counts = table(conversations)
        print(f"half {half}: {len(conversations)} conversations, macro-F1 {macro_f1(counts):.3f}\n\n{show(counts)}\n")
        for conversation in conversations if arguments == ["--wrong", half] else ():
            if found(conversation) != conversation["ending"]:
                said = " / ".join(turn["text"] for turn in conversation["turns"][2:])
                print(f"{conversation['ending']} found as {found(conversation)}: {said}")


if __name__ == "__main__":
    main(sys.argv[1:])
