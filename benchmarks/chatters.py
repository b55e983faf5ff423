"""`python -m benchmarks.chatters`: people who chat with one engine at once, and how long each waits for first words.

Everyone has a table of their own, as each browser session of `duologue web` has, says a line, reads the answer for a
while, and says the next one. Times run from the moment of saying it to the first words of the first attempt, whatever
becomes of that attempt.
"""

import argparse
import json
import threading
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from statistics import median, quantiles
from time import perf_counter
from typing import Any, Final

from agents import randomness
from agents.dialogue import Speaker
from benchmarks import machine
from benchmarks.report import rounded
from benchmarks.table import RESULTS
from orchestrator.drafts import Draft
from orchestrator.plan import Plan
from orchestrator.scenario import Scenario
from orchestrator.seats import Wishes
from orchestrator.table import Said, Table
from web.room import Room

SCENARIO: Final = Path(__file__).parents[1] / "scenarios" / "returns.yaml"
_READING: Final = (2.0, 12.0)
"""Seconds that a person reads and types, from and to, where they do not answer at once."""
_FOLLOWING: Final = ("And how long does that take?", "Who pays for the label?", "Is there anything else to know?")


@dataclass(slots=True)
class Waits:
    """Seconds until the first words and until the whole answer, of every turn of every person."""

    first: list[float] = field(default_factory=list)
    whole: list[float] = field(default_factory=list)


def main(arguments: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.chatters", description=__doc__)
    parser.add_argument("--people", type=int, default=20)
    parser.add_argument("--turns", type=int, default=3, help="what each says, in turns")
    parser.add_argument("--at-once", action="store_true", help="nobody reads: the next line follows the answer at once")
    parser.add_argument("--keep", action="store_true", help="write benchmarks/results/chatters.json")
    options = parser.parse_args(arguments)
    waits = chat(options.people, options.turns, at_once=options.at_once)
    record = {
        "people": options.people,
        "turns": options.turns,
        "at_once": options.at_once,
        "measured": datetime.now(UTC).date().isoformat(),
        "machine": machine.describe(),
        "first_words": _spread(waits.first),
        "whole_answer": _spread(waits.whole),
    }
    print(json.dumps(record, indent=2))
    if options.keep:
        RESULTS.mkdir(exist_ok=True)
        (RESULTS / "chatters.json").write_text(json.dumps(record, indent=2) + "\n", encoding="utf-8")


def chat(people: int, turns: int, *, at_once: bool) -> Waits:
    """Let so many people say so many turns each, all at once, and return how long they waited."""
    scenario, room, waits = Scenario.load(SCENARIO), Room(), Waits()
    openings = [spec.opening for spec in islice(Plan(scenario), people)]
    tables = [_seated(room, scenario, number) for number in range(people)]
    _talk(_seated(room, scenario, people), openings[0], 1, Waits(), at_once=True)
    threads = [
        threading.Thread(target=_talk, args=(table, opening, turns, waits), kwargs={"at_once": at_once})
        for table, opening in zip(tables, openings, strict=True)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return waits


def _seated(room: Room, scenario: Scenario, number: int) -> Table:
    return room.table(scenario, Speaker.CUSTOMER, Wishes(seed=number), session=f"person {number}")[0]


def _talk(table: Table, opening: str, turns: int, waits: Waits, *, at_once: bool) -> None:
    pause = threading.Event()
    for n, line in enumerate(islice((opening, *_FOLLOWING * turns), turns)):
        if not at_once:
            pause.wait(_reading(table, n))
        if table.ending:
            return
        _say(table, line, waits)


def _say(table: Table, line: str, waits: Waits) -> None:
    said, first = perf_counter(), 0.0
    for event in table.say(line):
        if isinstance(event, Draft) and event.text and not first:
            first = perf_counter() - said
    if isinstance(event, Said):
        waits.first.append(first)
        waits.whole.append(perf_counter() - said)


def _reading(table: Table, n: int) -> float:
    low, high = _READING
    return low + (high - low) * randomness.uniform(randomness.key(table.spec.seed, "reading"), n)


def _spread(seconds: Sequence[float]) -> dict[str, Any]:
    return {
        "turns": len(seconds),
        "median_seconds": rounded(median(seconds)),
        "p95_seconds": rounded(quantiles(seconds, n=20)[-1]),
        "most_seconds": rounded(max(seconds)),
    }


if __name__ == "__main__":
    main()
