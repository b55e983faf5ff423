"""How often the guards on content object to what people wrote, and whether they object to what they should.

`python -m benchmarks.guards --corpora DIR` samples turns from the human-written corpora in DIR (`*.jsonl.gz`, one
dialogue a line), each with the turn before it, and judges the hand-labelled cases of `cases/guards.jsonl`. `--show`
prints the objections of a guard, `--write` rebuilds the model of word pairs behind the guard "salad" from the gold
dialogues and, with the corpora, the known words behind "invented".
"""

import argparse
import gzip
import json
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter
from typing import Final

from agents import randomness
from agents.dialogue import Speaker, Turn
from orchestrator.content import CONTENT, Salad
from orchestrator.content.invented import STEMS, stems_of
from orchestrator.content.salad import SPEECH, Speech, speech
from orchestrator.guards import Guard, Scene

HUMAN: Final = (
    "camrest", "casino", "craigslist", "craigslist_amt", "dstc11_track5", "dstc9_grounded", "epqa_dev", "hetpqa",
    "iard", "multiwoz", "persuasionforgood", "star", "taskmaster3_reward", "taskmaster4", "topicalchat", "woz",
)  # fmt: skip
GOLD: Final = Path(__file__).parents[1] / "agents" / "training" / "gold"
DRILLS: Final = GOLD.with_name("drills")
ORDINARY: Final = GOLD.parents[1] / "styles" / "ordinary.txt"
_TWICE: Final = 2
CASES: Final = Path(__file__).with_name("cases") / "guards.jsonl"


@dataclass(frozen=True)
class Said:
    """A turn with what was said just before it."""

    source: str
    speaker: Speaker
    text: str
    before: str

    @property
    def scene(self) -> Scene:
        turns = [Turn(1, self.speaker.other, self.before)] if self.before else []
        return Scene(self.speaker, turns, None)


def sample(folder: Path, n: int) -> list[Said]:
    """Return `n` turns, as many from each corpus as from any other, or all of it where it is smaller."""
    found = []
    for name in HUMAN:
        turns = list(_turns(folder / f"{name}.jsonl.gz", name))
        stream = randomness.key("guards", name)
        places = range(min(n // len(HUMAN), len(turns)))
        found += [turns[randomness.permuted(place, len(turns), stream)] for place in places]
    return found


def _turns(path: Path, name: str) -> Iterator[Said]:
    with gzip.open(path, "rt", encoding="utf-8") as file:
        for line in file:
            before = ""
            for turn in json.loads(line)["turns"]:
                yield Said(name, Speaker(turn["role"]), turn["text"], before)
                before = turn["text"]


def shuffled(said: Sequence[Said]) -> Iterator[str]:
    """Yield the texts of at least twelve words with their words in random order."""
    for place, one in enumerate(said):
        words = one.text.split()
        if len(words) >= Salad().words:
            stream = randomness.key("salad", place)
            yield " ".join(words[randomness.permuted(n, len(words), stream)] for n in range(len(words)))


def learnt() -> Speech:
    """Return the model of the gold dialogues and articles."""
    return Speech.learnt(_gold())


def _gold() -> list[str]:
    dialogues = (line for path in sorted(GOLD.glob("*/dialogues.jsonl")) for line in path.open(encoding="utf-8"))
    texts = [turn["text"] for line in dialogues for turn in json.loads(line)["turns"]]
    return [*texts, *(path.read_text(encoding="utf-8") for path in sorted(GOLD.glob("*/articles/*.md")))]


def known(folder: Path) -> set[str]:
    """Return the stems that `stems.txt` holds: all of gold, drills and ordinary words, and those twice in corpora."""
    listed = (path.read_text(encoding="utf-8") for path in (*sorted(DRILLS.glob("*.toml")), ORDINARY))
    ours = " ".join([*_gold(), *listed])
    turns: Counter[str] = Counter()
    for path in sorted(folder.glob("*.jsonl.gz")):
        for turn in _turns(path, path.stem):
            turns.update(stems_of(turn.text.replace("\\n", " ")))
    return {*stems_of(ours), *(stem for stem, count in turns.items() if count >= _TWICE)}


def cases() -> list[dict[str, str]]:
    """Return the labelled cases: text, speaker and the guard that should object (none: nothing is wrong with it).

    `also` is one that may object too.
    """
    return [json.loads(line) for line in CASES.read_text(encoding="utf-8").splitlines()]


def labelled(guard: Guard) -> tuple[int, int, int, int]:
    """Return how many cases of `guard` it caught, of how many, and how many others it objected to, of how many."""
    verdicts = [
        (case["guard"] == guard.name, guard.check(case["text"], Scene(Speaker(case["speaker"]), [], None)) is not None)
        for case in cases()
        if case.get("also") != guard.name
    ]
    mine, others = [found for own, found in verdicts if own], [found for own, found in verdicts if not own]
    return sum(mine), len(mine), sum(others), len(others)


def main(arguments: Sequence[str] | None = None) -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.guards")
    parser.add_argument("--corpora", type=Path)
    parser.add_argument("--turns", type=int, default=20_000)
    parser.add_argument("--show", metavar="GUARD")
    parser.add_argument("--write", action="store_true")
    options = parser.parse_args(arguments)
    if options.write:
        SPEECH.write_text(json.dumps(learnt().record(), ensure_ascii=False, indent=0) + "\n", encoding="utf-8")
    if options.write and options.corpora:
        STEMS.write_text("\n".join(sorted(known(options.corpora))) + "\n", encoding="utf-8")
    for guard in CONTENT:
        caught, own, wrong, others = labelled(guard)
        print(f"{guard.name:14} labelled cases: caught {caught} of {own}; objected to {wrong} of {others} others")
    if options.corpora:
        _human(sample(options.corpora, options.turns), options.show)


def _human(said: Sequence[Said], show: str | None) -> None:
    for guard in CONTENT:
        begun = perf_counter()
        found = [(one, objection) for one in said if (objection := guard.check(one.text, one.scene))]
        cost = (perf_counter() - begun) / len(said) * 1e6
        agents = sum(one.speaker is Speaker.AGENT for one, _ in found)
        share = f"{len(found)} of {len(said)} ({len(found) / len(said):.2%}; agents {agents})"
        print(f"{guard.name:14} human turns: {share}, {cost:.0f} us each")
        for one, objection in found if guard.name == show else ():
            print(f"    {one.source} {one.speaker}: {objection.saw!r} {objection.why} in {one.text[:140]!r}")
    salad = Salad()
    for words in (salad.words, 30, 50):
        orders = [text for text in shuffled(said) if len(text.split()) >= words]
        caught = sum(speech().surprise(text) > salad.allowed(text) for text in orders)
        share = f"{caught} of {len(orders)} ({caught / len(orders):.1%})"
        print(f"{salad.name:14} shuffled, {words} words and more: {share}")


if __name__ == "__main__":
    main()
