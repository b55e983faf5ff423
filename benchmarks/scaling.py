"""A run on 1 to 1,000 engines, as a discrete-event simulation: what it takes, where it saturates, and why.

    python -m benchmarks.scaling --check     against what `benchmarks.processes` measured
    python -m benchmarks.scaling             the tables of docs/scaling.md

An engine shares its speed among the conversations that it holds, as continuous batching does. The driver hands out
ranges (the code that hands them out is the cluster's own), takes in each finished conversation one after the other, and
writes it in plan order. Engines differ in speed, some are slow (stragglers), and some die and are replaced.
"""

import argparse
import heapq
import json
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from math import cos, log, sqrt, tau
from pathlib import Path
from typing import Any, Final

from agents import randomness
from orchestrator.cluster.hand_out import HandOut

MEASURED: Final = Path(__file__).parent / "results" / "processes.json"


@dataclass(frozen=True, slots=True)
class Machinery:
    """What a run is made on. Rates are replies a second, times are seconds.

    `rate` is an engine's alone with as many conversations as it holds at once; with fewer, n, it is
    rate * n * (1 + half) / (n + half * parallel) times their share: `half` says how much a batch gains. `cores` are
    those of a machine that engines share (None: each has its own). `driver` is what a conversation costs the driver,
    `hand` the way of a range to an engine. `spread` is the standard deviation of the logarithm of engines' speeds; one
    in `slow_one_in` runs at `slow` of it. An engine dies once in `life` and is back after `back`.
    """

    engines: int
    rate: float
    parallel: int = 32
    half: float = 0.5
    cores: float | None = None
    driver: float = 0.0004
    hand: float = 0.005
    spread: float = 0.05
    slow_one_in: int = 0
    slow: float = 0.25
    life: float | None = None
    back: float = 60.0
    start: float = 0.0


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a simulated run went: `driver_share` is how busy the driver was, `waiting` the most lines that waited for
    their turn in the file, `again` the conversations that were held twice, `idle_at_end` the seconds that an engine had
    nothing to do in the end. `steady` are the replies a second between a fifth and four fifths of the way.
    """

    seconds: float
    replies: int
    driver_share: float
    waiting: int
    again: int
    idle_at_end: float
    steady: float

    @property
    def replies_per_second(self) -> float:
        return self.replies / self.seconds


@dataclass(slots=True)
class _Engine:
    """An engine's conversations. `work` is how many replies each of them has had since the engine began."""

    number: int
    speed: float
    work: float = 0.0
    at: float = 0.0
    version: int = 0
    open: list[tuple[float, int]] = field(default_factory=list)  # (work at which it is over, place)
    queue: list[int] = field(default_factory=list)
    ranges: dict[int, list[int]] = field(default_factory=dict)  # range -> places still open
    dead: bool = False
    idle_since: float | None = None


class Simulation:
    """One run. Conversation n takes `lengths[n % len(lengths)]` replies."""

    def __init__(self, machinery: Machinery, lengths: Sequence[int], conversations: int, *, seed: int = 0) -> None:
        self._m, self._lengths, self._total, self._seed = machinery, lengths, conversations, seed
        self._finished: set[int] = set()
        self._hands = HandOut(conversations, self._finished, machinery.parallel, machinery.engines)
        self._engines = [_Engine(n, self._speed(n)) for n in range(machinery.engines)]
        self._events: list[tuple[float, int, str, int, int]] = []
        self._order = 0
        self._driver_free = self._driver_busy = 0.0
        self._prefix = self._waiting = self._again = self._ranges = 0
        self._now = 0.0

    def run(self) -> Outcome:
        """Simulate the run to its end."""
        for engine in self._engines:
            self._at(self._m.start, "begin", engine.number)
            self._plan_death(engine, self._m.start)
        replies, marks = 0, dict[int, tuple[float, int]]()
        while len(self._finished) < self._total:
            marks.setdefault(5 * len(self._finished) // self._total, (self._now, replies))
            self._now, _, kind, number, version = heapq.heappop(self._events)
            engine = self._engines[number]
            if kind == "over" and version == engine.version and not engine.dead:
                self._over(engine)
            elif kind == "kept":
                replies += self._kept(version)
            elif kind == "range" and not engine.dead:
                self._fill(engine)
            elif kind == "die" and not engine.dead:
                self._die(engine)
            elif kind == "begin":
                engine.dead, engine.at = False, self._now
                for _ in range(self._hands.ranges):
                    self._at(self._now + self._m.hand, "range", number)
        idle = sum(self._now - e.idle_since for e in self._engines if e.idle_since is not None)
        share = min(1.0, self._driver_busy / self._now)
        (since, before), (until, after) = marks.get(1, (0.0, 0)), marks.get(4, (self._now, replies))
        steady = (after - before) / (until - since) if until > since else 0.0
        return Outcome(self._now, replies, share, self._waiting, self._again, idle / len(self._engines), steady)

    def _at(self, time: float, kind: str, number: int, version: int = 0) -> None:
        self._order += 1
        heapq.heappush(self._events, (time, self._order, kind, number, version))

    def _fill(self, engine: _Engine) -> None:
        """Take a range, if there is one, and begin as much of it as the engine has room for."""
        places = self._hands.take(engine.number)
        if not places:
            if not engine.open and engine.idle_since is None:
                engine.idle_since = self._now
            self._at(self._now + 0.5, "range", engine.number)
            return
        self._advance(engine)
        self._ranges += 1
        engine.ranges[self._ranges] = list(places)
        engine.queue += places
        self._begin(engine)

    def _begin(self, engine: _Engine) -> None:
        while engine.queue and len(engine.open) < self._m.parallel:
            place = engine.queue.pop(0)
            heapq.heappush(engine.open, (engine.work + self._length(place), place))
        if engine.open:
            engine.idle_since = None
        self._schedule(engine)

    def _schedule(self, engine: _Engine) -> None:
        engine.version += 1
        if engine.open:
            left = max(0.0, engine.open[0][0] - engine.work)
            self._at(self._now + left / self._pace(engine), "over", engine.number, engine.version)

    def _advance(self, engine: _Engine) -> None:
        if engine.open:
            engine.work += (self._now - engine.at) * self._pace(engine)
        engine.at = self._now

    def _pace(self, engine: _Engine) -> float:
        """Return the replies a second of each of the engine's conversations."""
        m, n = self._m, len(engine.open)
        share = 1.0 if m.cores is None else min(1.0, m.cores / m.engines)
        rate = m.rate * engine.speed * share
        return rate * (1 + m.half) / (n + m.half * m.parallel)

    def _over(self, engine: _Engine) -> None:
        """End the conversation that is next, and let the driver take it in."""
        self._advance(engine)
        _, place = heapq.heappop(engine.open)
        for name, places in list(engine.ranges.items()):
            if place in places:
                places.remove(place)
                if not places:
                    del engine.ranges[name]
                    self._at(self._now + 2 * self._m.hand, "range", engine.number)
                break
        self._driver_free = max(self._driver_free, self._now) + self._m.driver
        self._driver_busy += self._m.driver
        self._at(self._driver_free, "kept", engine.number, place)
        self._begin(engine)

    def _kept(self, place: int) -> int:
        if place in self._finished:
            self._again += 1
            return 0
        self._finished.add(place)
        self._hands.done(place)
        while self._prefix in self._finished:
            self._prefix += 1
        self._waiting = max(self._waiting, len(self._finished) - self._prefix)
        return self._length(place)

    def _die(self, engine: _Engine) -> None:
        self._hands.back(engine.number)
        engine.dead, engine.open, engine.queue, engine.ranges = True, [], [], {}
        engine.version += 1
        back = self._now + self._m.back
        self._at(back, "begin", engine.number)
        self._plan_death(engine, back)

    def _plan_death(self, engine: _Engine, since: float) -> None:
        if self._m.life:
            draw = randomness.uniform(randomness.key(self._seed, "death", engine.number), round(since * 1000))
            self._at(since - self._m.life * log(1 - draw), "die", engine.number)

    def _length(self, place: int) -> int:
        return self._lengths[place % len(self._lengths)]

    def _speed(self, number: int) -> float:
        """Return an engine's speed beside the others': log-normal, and slow for one in so many."""
        stream = randomness.key(self._seed, "speed", number)
        radius = sqrt(-2 * log(1 - randomness.uniform(stream, 0)))
        normal = radius * cos(tau * randomness.uniform(stream, 1))
        slow = self._m.slow_one_in and number % self._m.slow_one_in == self._m.slow_one_in - 1
        return 2.718281828 ** (self._m.spread * normal) * (self._m.slow if slow else 1.0)


def check(half: float = 0.5) -> list[dict[str, float]]:
    """Return, for 1, 2 and 4 processes, what was measured and what the simulation makes of it.

    An engine's rate is set so that the run with one process comes out as measured; the others follow from it. How many
    cores they got is measured, as the machine did other work, too. `half` is that of few conversations in a batch.
    """
    data = json.loads(MEASURED.read_text(encoding="utf-8"))
    runs = data["runs"]
    alone = runs[0]
    rate = alone["replies_per_processor_second"]
    for _ in range(5):
        rate *= alone["replies_per_second"] / _as_measured(data, alone, rate, half)
    return [
        {
            "processes": one["processes"],
            "cores_got": one["cores_got"],
            "measured": one["replies_per_second"],
            "simulated": round(found := _as_measured(data, one, rate, half), 3),
            "off_by_percent": round(100 * (found / one["replies_per_second"] - 1), 1),
        }
        for one in runs
    ]


def _as_measured(data: dict[str, Any], one: dict[str, Any], rate: float, half: float) -> float:
    """Return the replies a second of a measured run, simulated at `rate` a processor second."""
    machinery = Machinery(
        engines=one["processes"],
        rate=rate,
        parallel=data["parallel"],
        half=half,
        cores=one["cores_got"],
        driver=one["driver_seconds_a_conversation"],
        spread=0.0,
    )
    return Simulation(machinery, data["runs"][0]["lengths"], one["conversations"]).run().replies_per_second


LENGTHS: Final = (9, 5, 7, 11, 3, 6, 11, 5, 8, 4, 7, 6, 11, 9, 5, 8)
"""Replies of conversations, where nothing was measured."""


def table(engines: Sequence[int], machinery: Machinery, lengths: Sequence[int]) -> list[dict[str, float]]:
    """Return the run on so many engines, with conversations enough that the end does not decide."""
    rows = []
    for count in engines:
        total = min(400_000, max(2_000, count * machinery.parallel * 8))
        over = Simulation(replace(machinery, engines=count), lengths, total).run()
        rows.append(
            {
                "engines": count,
                "replies_per_second": round(over.replies_per_second, 1),
                "steady": round(over.steady, 1),
                "of_ideal_percent": round(100 * over.steady / (count * machinery.rate), 1),
                "conversations_per_minute": round(60 * over.steady * total / over.replies),
                "driver_busy_percent": round(100 * over.driver_share, 1),
                "most_waiting_lines": over.waiting,
                "held_twice": over.again,
                "idle_at_end_seconds": round(over.idle_at_end, 1),
            }
        )
    return rows


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true", help="compare with what was measured")
    parser.add_argument("--engines", type=int, nargs="+", default=[1, 2, 4, 10, 30, 100, 300, 1000])
    parser.add_argument("--rate", type=float, default=16.5, help="an engine's replies a second (default: 16.5)")
    parser.add_argument("--driver", type=float, default=0.0006, help="the driver's seconds a conversation")
    parser.add_argument("--life", type=float, default=None, help="hours that an engine lives, on average")
    parser.add_argument("--slow", type=int, default=0, help="one engine in so many is four times slower")
    arguments = parser.parse_args()
    if arguments.check:
        rows = check()
    else:
        life = arguments.life * 3600 if arguments.life else None
        machinery = Machinery(1, arguments.rate, driver=arguments.driver, life=life, slow_one_in=arguments.slow)
        rows = table(arguments.engines, machinery, LENGTHS)
    for row in rows:
        print(json.dumps(row))


if __name__ == "__main__":
    main()
