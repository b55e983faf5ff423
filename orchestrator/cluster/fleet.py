"""The engines of a run on a cluster: started, checked against each other, kept at work, replaced where they die.

An engine is a Ray actor. The first one on a node reads the weights into the node's shared memory, and all of that node
load them from there. What an engine had open when it died is handed out again.
"""

import asyncio
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from importlib.metadata import version
from time import monotonic
from typing import Any, Final, TypeAlias

from agents.errors import DuologueError, RunError, UsageError
from orchestrator.cluster.connecting import Layout, ray
from orchestrator.cluster.hand_out import HandOut
from orchestrator.cluster.worker import Facts, Held, Job, Worker
from orchestrator.progress import ClusterState, EngineState

_STARTS: Final = 3
"""How often running an engine may fail before it has held anything."""
_WINDOW: Final = 20.0
"""Rates are over the last so many seconds."""

Keep: TypeAlias = Callable[[Held], bool]
"""Takes a conversation that is over; False where another engine was first."""
Tell: TypeAlias = Callable[[ClusterState], None]


class EngineActor(Worker):
    """A worker that can say where it is. It is told its job by `begin`: one of another version might not read it."""

    def __init__(self) -> None:
        pass

    def where(self) -> tuple[str, str, str]:
        """Return the id of its node, a name for it, and the version of Duologue there."""
        library = ray()
        node = library.get_runtime_context().get_node_id()
        return node, f"{library.util.get_node_ip_address()}/{node[:6]}", version("duologue")

    def begin(self, job: Job, cores: int) -> None:
        """Become the worker of `job`, on so many cores."""
        super().__init__(job, cores)


@dataclass(slots=True)
class _Slot:
    """The place of one engine; its actor may be replaced. `marks` are the replies so far, at times."""

    number: int
    node: str | None = None
    replies: int = 0
    failures: int = 0
    marks: deque[tuple[float, int]] = field(default_factory=deque)

    def rate(self) -> float:
        now = monotonic()
        while len(self.marks) > 1 and now - self.marks[0][0] > _WINDOW:
            self.marks.popleft()
        if not self.marks or now - self.marks[0][0] < 0.5:
            return 0.0
        return (self.replies - self.marks[0][1]) / (now - self.marks[0][0])


class Fleet:
    """All engines of a run. `start` it, `work` once with what is to be done, `close` it; within one event loop."""

    def __init__(self, job: Job, layout: Layout) -> None:
        self._job, self._layout = ray().put(job), layout
        self._slots = [_Slot(number) for number in range(layout.engines)]
        self._tasks: list[asyncio.Task[None]] = []
        self._actors: dict[int, Any] = {}
        self._shelves: dict[str, Any] = {}
        self._facts: Facts | None = None
        self._reference = ""
        self._first = asyncio.Event()
        self._begun = asyncio.Event()
        self._over = asyncio.Event()
        self._hand_out: HandOut | None = None
        self._keep: Keep = bool
        self._tell: Tell = _untold

    async def start(self) -> Facts:
        """Start all engines and return what the first one that is ready has loaded. Raises DuologueError."""
        self._tasks = [asyncio.create_task(self._live(slot)) for slot in self._slots]
        await self._until(self._first)
        if self._facts is None:
            raise RunError("the cluster has no engine")
        return self._facts

    async def work(self, hand_out: HandOut, keep: Keep, tell: Tell) -> None:
        """Have everything done that `hand_out` has. Raises DuologueError where the engines cannot go on."""
        self._hand_out, self._keep, self._tell = hand_out, keep, tell
        if hand_out.over:
            return
        tell(self.state())
        self._begun.set()
        ticker = asyncio.create_task(self._tick())
        try:
            await self._until(self._over)
        finally:
            ticker.cancel()
            tell(self.state())

    async def close(self) -> None:
        """End all engines."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        for actor in self._actors.values():
            ray().kill(actor)
        self._actors = {}

    def state(self, note: str | None = None) -> ClusterState:
        """Return the engines as they are now."""
        held = self._hand_out
        return ClusterState(
            tuple(
                EngineState(slot.number, slot.node, slot.replies, slot.rate(), held.open_at(slot.number) if held else 0)
                for slot in self._slots
            ),
            note,
        )

    async def _until(self, event: asyncio.Event) -> None:
        """Wait for `event`, or for an engine that can never be."""
        waiting = asyncio.create_task(event.wait())
        try:
            await asyncio.wait([waiting, *self._tasks], return_when=asyncio.FIRST_COMPLETED)
        finally:
            waiting.cancel()
        for task in self._tasks:
            if task.done() and (error := task.exception()):
                raise error

    async def _tick(self) -> None:
        while True:
            await asyncio.sleep(1)
            self._tell(self.state())

    async def _live(self, slot: _Slot) -> None:
        """Keep one engine at work until all is done, with a new actor whenever it dies."""
        errors = ray().exceptions
        while True:
            try:
                actor = await self._ready(slot)
                await self._begun.wait()
                await self._work(slot, actor)
            except errors.RayTaskError as error:
                raise _own(error) from None
            except (errors.RayActorError, errors.ObjectLostError, errors.RaySystemError) as error:
                self._lost(slot, error)
            else:
                return

    async def _ready(self, slot: _Slot) -> Any:  # noqa: ANN401  Ray's handles have no type
        """Return a new actor that has loaded its models, once the cluster has room for it."""
        remote = ray().remote(EngineActor)
        options = {"num_cpus": self._layout.cores, "num_gpus": self._layout.gpus, "max_restarts": 0}
        actor = remote.options(**options, scheduling_strategy="SPREAD").remote()
        self._actors[slot.number] = actor
        node, name, theirs = await actor.where.remote()
        if theirs != version("duologue"):
            raise UsageError(_differs(name, "duologue", theirs, "the driver", version("duologue")))
        await actor.begin.remote(self._job, self._layout.cores)
        if node not in self._shelves:
            self._shelves[node] = actor.shelve.remote()
        try:
            facts = await actor.load.remote(self._shelves[node])
        except Exception:
            self._shelves.pop(node, None)
            raise
        self._check(facts, name)
        slot.node = name
        slot.marks = deque([(monotonic(), slot.replies)])
        self._first.set()
        if self._begun.is_set():
            self._tell(self.state(f"engine {slot.number} has come, on {name}"))
        return actor

    def _check(self, facts: Facts, name: str) -> None:
        """Refuse an engine that would give other bytes than the first."""
        if self._facts is None:
            self._facts, self._reference = facts, name
        for what in ("versions", "identity"):
            ours, theirs = getattr(self._facts, what), getattr(facts, what)
            for key in sorted({*ours, *theirs}):
                if ours.get(key) != theirs.get(key):
                    first = f"node {self._reference}"
                    raise UsageError(_differs(name, key, theirs.get(key), first, ours.get(key)))

    async def _work(self, slot: _Slot, actor: Any) -> None:  # noqa: ANN401
        """Hold all that there is to hold, so many ranges at once."""
        assert self._hand_out is not None
        lanes = [asyncio.create_task(self._lane(slot, actor)) for _ in range(self._hand_out.ranges)]
        try:
            await asyncio.gather(*lanes)
        finally:
            for lane in lanes:
                lane.cancel()
            await asyncio.gather(*lanes, return_exceptions=True)

    async def _lane(self, slot: _Slot, actor: Any) -> None:  # noqa: ANN401
        assert self._hand_out is not None
        while not self._hand_out.over:
            places = self._hand_out.take(slot.number)
            if not places:
                await asyncio.sleep(0.5)
                continue
            async for reference in actor.hold.options(num_returns="streaming").remote(places):
                self._take(slot, await reference)

    def _take(self, slot: _Slot, held: Held) -> None:
        assert self._hand_out is not None
        slot.failures = 0
        if self._keep(held):
            slot.replies += held.replies
            slot.marks.append((monotonic(), slot.replies))
        self._hand_out.done(held.place)
        if self._hand_out.over:
            self._over.set()

    def _lost(self, slot: _Slot, error: Exception) -> None:
        """Take back what an engine had, and give up where engines die again and again without having held anything."""
        slot.failures += 1
        if slot.failures >= _STARTS:
            why = " ".join(str(error).split())[:200]
            raise RunError(f"engine {slot.number} died {slot.failures} times running ({why})") from None
        where, slot.node = slot.node, None
        if actor := self._actors.pop(slot.number, None):
            ray().kill(actor)  # it may be alive where only an object of its was lost
        again = self._hand_out.back(slot.number) if self._hand_out else []
        if where and self._begun.is_set():
            self._tell(self.state(f"engine {slot.number} on {where} is gone, {len(again)} conversations begin again"))


def _untold(state: ClusterState) -> None:
    """Tell nobody, while there is no run."""


def _own(error: Exception) -> DuologueError:
    """Return what an engine raised, as one line of ours."""
    cause = getattr(error, "cause", None)
    if isinstance(cause, UsageError):
        return UsageError(str(cause))
    if isinstance(cause, DuologueError):
        return RunError(str(cause))
    return RunError(f"an engine failed ({type(cause).__name__}: {' '.join(str(cause).split())[:200]})")


def _differs(node: str, what: str, theirs: object, other: str, others: object) -> str:
    return (
        f"node {node} has {what} {_short(theirs)}, {other} has {_short(others)}; all nodes must have the same, or "
        f"their conversations would differ"
    )


def _short(value: object) -> str:
    text = "none" if value is None else str(value)
    return text if len(text) <= 20 else f"{text[:12]}..."
