"""What a finished conversation costs the driver of a cluster, Ray included: received, read, written in plan order.

    python -m benchmarks.streaming

One actor on this machine yields ready-made conversations as fast as they are taken.
"""

import argparse
import asyncio
import json
import tempfile
from collections.abc import AsyncIterator
from itertools import islice
from pathlib import Path
from time import perf_counter, process_time
from typing import Any

from benchmarks.writing import line_of, plan_of_millions
from orchestrator.cluster.worker import Held
from orchestrator.run_folder import RunFolder
from orchestrator.transcript import Transcript

RANGE = 8
STREAMS = 6


class Source:
    """Yields the conversations of a range, already held."""

    def __init__(self, lines: list[str]) -> None:
        self._lines = lines

    async def hold(self, places: list[int]) -> AsyncIterator[Held]:
        for place in places:
            yield Held(place, self._lines[place], 5, 400, 7, {})


async def _take(actor: Any, count: int, folder: Path) -> None:  # noqa: ANN401  Ray's handles have no type
    ranges = iter([list(range(start, min(start + RANGE, count))) for start in range(0, count, RANGE)])
    with RunFolder.open(folder, resume="never", identity={}) as run:

        async def stream() -> None:
            for places in ranges:
                async for reference in actor.hold.options(num_returns="streaming").remote(places):
                    held = await reference
                    run.put(held.place, Transcript.from_line(held.line))

        await asyncio.gather(*(stream() for _ in range(STREAMS)))


def measure(count: int) -> dict[str, float]:
    """Return the driver's cost of a conversation, in milliseconds, on a cluster of one actor."""
    import ray

    lines = [line_of(spec) for spec in islice(iter(plan_of_millions()), count)]
    ray.init(num_cpus=1, include_dashboard=False, log_to_driver=False)
    actor = ray.remote(Source).remote(lines)
    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(_take(actor, RANGE, Path(folder) / "warm"))
        clock, processor = perf_counter(), process_time()
        asyncio.run(_take(actor, count, Path(folder) / "run"))
        clock, processor = perf_counter() - clock, process_time() - processor
    ray.shutdown()
    return {
        "conversations": count,
        "per_minute": round(60 * count / clock),
        "per_processor_minute": round(60 * count / processor),
        "driver_milliseconds": round(1000 * processor / count, 3),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--count", type=int, default=4000)
    print(json.dumps(measure(parser.parse_args().count)))


if __name__ == "__main__":
    main()
