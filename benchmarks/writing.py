"""How many conversations a minute the planner and the writer manage by themselves: no model, no cluster.

    python -m benchmarks.writing

The planner makes the specs of the first conversations of a plan of ten million. The writer takes finished
conversations of the length that the shipped scenarios give, out of order as they would come from many engines, from
their lines to a run folder: what a cluster's driver does with each.
"""

import argparse
import json
import tempfile
from collections.abc import Callable
from itertools import islice
from pathlib import Path
from resource import RUSAGE_SELF, getrusage
from time import perf_counter, process_time
from typing import Final

from agents import randomness
from agents.dialogue import Speaker
from orchestrator.plan import ConversationSpec, Plan
from orchestrator.run_folder import RunFolder
from orchestrator.scenario import Scenario
from orchestrator.transcript import (
    AgentRecord,
    Citation,
    CustomerRecord,
    Ending,
    FactRecord,
    ModelsRecord,
    Reason,
    Transcript,
    TurnRecord,
)

SCENARIO: Final = Path(__file__).parents[1] / "scenarios" / "returns.yaml"
PLANNED: Final = 10_000_000
NEEDED: Final = 100_000
"""Conversations a minute that both must manage."""
_TURNS: Final = 8
_WORDS: Final = ("the", "label", "comes", "by", "email", "within", "a", "day", "and", "that", "is", "all") * 2
_SPREAD: Final = 64
"""How far from its turn a conversation may finish."""


def plan_of_millions() -> Plan:
    scenario = Scenario.load(SCENARIO)
    return Plan(scenario.model_copy(update={"repeats": -(-PLANNED // scenario.cells)}))


def planned(plan: Plan, count: int) -> int:
    """Make the specs of `count` conversations and return their number."""
    return sum(1 for _ in islice(iter(plan), count))


def line_of(spec: ConversationSpec) -> str:
    """Return a conversation as long as most are, for `spec`."""
    customer = spec.customer
    return Transcript(
        id=spec.id,
        scenario=spec.scenario.name,
        domain=spec.scenario.domain,
        seed=spec.seed,
        customer=CustomerRecord(
            disposition=customer.disposition.name,
            motivation=customer.motivation.name,
            tone=customer.tone,
            style=customer.style,
            product=customer.product,
            facts=tuple(FactRecord(name=f.name, value=f.value, reveal=f.reveal) for f in customer.facts),
        ),
        agent=AgentRecord(role=spec.agent.role),
        turns=tuple(_turn(n) for n in range(1, _TURNS + 1)),
        ending=Ending(reason=Reason.RESOLVED, by=Speaker.CUSTOMER, turn=_TURNS - 1, evidence="that was used"),
        models=ModelsRecord(customer="house@00000000", agent="house@00000000"),
    ).to_line()


def _turn(n: int) -> TurnRecord:
    if n % 2:
        return TurnRecord(n=n, speaker=Speaker.CUSTOMER, moves=("ask",), text=" ".join(_WORDS), attempts=1)
    citation = Citation(passage="refunds.md#timing", start=120, end=188, score=0.71, support=0.91)
    text = " ".join(_WORDS * 3)
    return TurnRecord(n=n, speaker=Speaker.AGENT, moves=("inform",), text=text, attempts=2, citations=(citation,) * 2)


def written(lines: list[str], folder: Path) -> int:
    """Keep `lines` in a run folder, out of order, and return how many bytes its transcripts have."""
    order = sorted(range(len(lines)), key=lambda n: n + randomness.below(7, n, _SPREAD))
    with RunFolder.open(folder, resume="never", identity={}) as run:
        for place in order:
            run.put(place, Transcript.from_line(lines[place]))
        run.finish({})
    return (folder / "transcripts.jsonl").stat().st_size


def per_minute(work: Callable[[], object], count: int) -> dict[str, float]:
    """Time `work` on `count` conversations: by the clock, and by the processor time of this process alone."""
    clock, processor = perf_counter(), process_time()
    work()
    return {
        "per_minute": round(60 * count / (perf_counter() - clock)),
        "per_processor_minute": round(60 * count / (process_time() - processor)),
    }


def measure(count: int, repeats: int) -> dict[str, object]:
    """Return the best of `repeats` for the planner and the writer."""
    plan = plan_of_millions()
    lines = [line_of(spec) for spec in islice(iter(plan), count)]
    planner = [per_minute(lambda: planned(plan, count), count) for _ in range(repeats)]
    writer, size = [], 0
    for _ in range(repeats):
        with tempfile.TemporaryDirectory() as folder:
            writer.append(per_minute(lambda: written(lines, Path(folder) / "run"), count))
            size = (Path(folder) / "run" / "transcripts.jsonl").stat().st_size
    best = {
        name: {key: max(one[key] for one in runs) for key in runs[0]}
        for name, runs in (("planner", planner), ("writer", writer))
    }
    peak = getrusage(RUSAGE_SELF).ru_maxrss / 1024
    return {
        "conversations": count,
        "planned": len(plan),
        **best,
        "bytes_each": size // count,
        "peak_memory_mib": round(peak),
        "enough": min(one["per_minute"] for one in best.values()) >= NEEDED,
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--count", type=int, default=20_000, help="conversations (default: 20,000)")
    parser.add_argument("--repeats", type=int, default=3)
    arguments = parser.parse_args()
    print(json.dumps(measure(arguments.count, arguments.repeats), indent=2))


if __name__ == "__main__":
    main()
