"""A run on 1, 2 and 4 processes of this machine, handed out as on a cluster: what `benchmarks.scaling` must reproduce.

    python -m benchmarks.processes --conversations 24

Each process is a cluster's worker, the parent hands out and writes as a cluster's driver does; Ray is left out, so that
what is measured is engines that share a machine. Processor time is told beside the clock's: on a machine that does
other work as well, only the first can be compared.
"""

import argparse
import asyncio
import json
import multiprocessing
import tempfile
from collections.abc import Mapping
from multiprocessing.connection import Connection, wait
from pathlib import Path
from time import perf_counter, process_time
from typing import Any, Final

from orchestrator.cluster.hand_out import RANGES, HandOut
from orchestrator.cluster.worker import Held, Job, Worker
from orchestrator.grounding import HelpIndex
from orchestrator.run_folder import RunFolder
from orchestrator.scenario import Scenario
from orchestrator.transcript import Transcript

RESULTS: Final = Path(__file__).parent / "results" / "processes.json"
_SCENARIO: Final = Path(__file__).parents[1] / "scenarios" / "returns.yaml"


def run(processes: int, job: Job) -> dict[str, Any]:
    """Hold the job's conversations on so many processes and return what it took, loading left out."""
    context = multiprocessing.get_context("spawn")
    links, children = [], []
    for _ in range(processes):
        here, there = context.Pipe()
        child = context.Process(target=_serve, args=(job, there), daemon=True)
        child.start()
        links.append(here)
        children.append(child)
    for link in links:
        link.recv()
    with tempfile.TemporaryDirectory() as folder:
        measured = _drive(links, job, Path(folder) / "run")
    for child in children:
        child.join()
    return {"processes": processes, **measured}


def _drive(links: list[Connection], job: Job, folder: Path) -> dict[str, Any]:
    total = sum(len(plan) for plan in job.plans())
    own, begun, seconds, lengths, replies, took = process_time(), perf_counter(), [], [], [], 0.0
    with RunFolder.open(folder, resume="never", identity={}) as run_folder:
        hand_out = HandOut(total, run_folder.finished, job.parallel, len(links))
        for link in links:
            link.send(None)
        while not hand_out.over:
            for ready in wait(links):
                number = links.index(ready)  # type: ignore[arg-type]
                message = links[number].recv()
                start = process_time()
                if isinstance(message, Held):
                    if message.place not in run_folder.finished:
                        run_folder.put(message.place, Transcript.from_line(message.line))
                        lengths.append(message.replies)
                        replies.append(number)
                    hand_out.done(message.place)
                else:
                    links[number].send((message, hand_out.take(number)))
                took += process_time() - start
        clock = perf_counter() - begun
    for link in links:
        link.send(("over", []))
    for link in links:
        while not isinstance(message := link.recv(), float):
            pass
        seconds.append(message)
    said = sum(lengths)
    return {
        "conversations": total,
        "replies": said,
        "seconds": round(clock, 2),
        "replies_per_second": round(said / clock, 3),
        "processor_seconds": [round(one, 2) for one in seconds],
        "replies_per_processor_second": round(said / sum(seconds), 3),
        "cores_got": round(sum(seconds) / clock, 3),
        "driver_seconds_a_conversation": round(took / total, 6),
        "driver_processor_seconds": round(process_time() - own, 3),
        "lengths": lengths,
    }


def _serve(job: Job, link: Connection) -> None:
    worker = Worker(job, 1)
    worker.load(worker.shelve())
    link.send("ready")
    link.recv()
    begun = process_time()
    asyncio.run(_work(worker, link))
    link.send(process_time() - begun)


async def _work(worker: Worker, link: Connection) -> None:
    answers: Mapping[int, asyncio.Queue[list[int]]] = {lane: asyncio.Queue() for lane in range(RANGES)}
    lanes = [asyncio.create_task(_lane(worker, link, lane, answers[lane])) for lane in answers]
    while True:
        lane, places = await asyncio.to_thread(link.recv)
        if lane == "over":
            break
        answers[lane].put_nowait(places)
    for task in lanes:
        task.cancel()
    await asyncio.gather(*lanes, return_exceptions=True)


async def _lane(worker: Worker, link: Connection, lane: int, answers: "asyncio.Queue[list[int]]") -> None:
    while True:
        link.send(lane)
        places = await answers.get()
        if not places:
            await asyncio.sleep(0.2)
        async for held in worker.hold(places):
            link.send(held)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--conversations", type=int, default=24)
    parser.add_argument("--parallel", type=int, default=8)
    parser.add_argument("--processes", type=int, nargs="+", default=[1, 2, 4])
    parser.add_argument("--model", default=None)
    arguments = parser.parse_args()
    scenario = Scenario.load(_SCENARIO)
    index = HelpIndex.load(scenario.help_paths)
    job = Job(
        (scenario,), arguments.conversations, None, arguments.model, "auto", arguments.parallel, ({},), (index,)
    )  # fmt: skip
    runs = [run(processes, job) for processes in arguments.processes]
    RESULTS.write_text(json.dumps({"parallel": arguments.parallel, "runs": runs}) + "\n", encoding="utf-8")
    for one in runs:
        print(json.dumps({key: value for key, value in one.items() if key != "lengths"}))


if __name__ == "__main__":
    main()
