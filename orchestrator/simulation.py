"""Many conversations at once: a run from its plan to its folder, with progress events on the way.

Each conversation is an asyncio task; all of them wait on the engines. It decides who runs when and what is written
where; what happens in a conversation is `conversation.py`'s business.
"""

import asyncio
import threading
from collections import Counter
from collections.abc import Callable, Coroutine, Iterator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, nullcontext, suppress
from functools import partial
from pathlib import Path
from time import perf_counter
from typing import Any, Final, TypeAlias

from agents.errors import DuologueError, UsageError
from agents.models import Model, Models, Speaks
from agents.remote.engine import RemoteEngine
from agents.remote.settings import Remote
from orchestrator.chosen_endings import ending_rule
from orchestrator.chosen_guards import guards_of
from orchestrator.conversation import Conversation, Stage
from orchestrator.grounding import HelpIndex
from orchestrator.plan import ConversationSpec, Plan
from orchestrator.progress import ConversationDone, EngineWaits, Event, RunFinished, RunStarted, TurnDone
from orchestrator.remotes import remotes_for
from orchestrator.run_folder import OUTPUTS, RunFolder, new_folder
from orchestrator.run_record import identity, record
from orchestrator.scenario import GroundingMode, Scenario
from orchestrator.timeline import Timeline
from orchestrator.transcript import TurnRecord

PARALLEL: Final = 32
_HOUSE: Final = "house@"
"""What the labels of the house model begin with."""

Listener: TypeAlias = Callable[[Event], None]


def simulate(
    scenarios: Scenario | Sequence[Scenario],
    *,
    out: Path | str | None = None,
    parallel: int = PARALLEL,
    limit: int | None = None,
    seed: int | None = None,
    model: str | Speaks | None = None,
    resume: str = "never",
    rate: float | None = None,
    precision: str = "auto",
    remotes: Path | str | None = None,
    cluster: str | None = None,
    engines: int | None = None,
    on_event: Listener | None = None,
) -> RunFinished:
    """Simulate the conversations of `scenarios`, in plan order, `parallel` of them at a time.

    `out` is the run's folder (default: a new one under outputs/), `limit` the most conversations of each scenario;
    `seed` and `model` replace the scenarios' own; `rate` is how many conversations start per second; `precision` is
    auto, bf16 or fp32; `remotes` is a file of servers in place of the scenario's `remotes.yaml`; `cluster` is the
    address of a Ray cluster, or auto, on which `engines` engines hold `parallel` conversations each; `on_event` is told
    of everything that happens. Works in a notebook, too.

    Raises UsageError for wrong input before anything is simulated, RunError where a run had begun and failed, and
    KeyboardInterrupt when interrupted; what was written by then is valid and can be resumed.
    """
    if parallel < 1:
        raise UsageError(f"parallel: {parallel} is too small; at least 1")
    if rate is not None and rate <= 0:
        raise UsageError(f"rate: {rate:g} is too small; more than 0")
    if rate is not None and cluster is not None:
        raise UsageError("--rate: is not kept on a cluster; limit a server's rates in remotes.yaml")
    chosen = [scenarios] if isinstance(scenarios, Scenario) else list(scenarios)
    _refuse_namesakes(chosen)
    plans = [Plan(scenario, seed=seed, limit=limit) for scenario in chosen]
    if cluster is not None:
        from orchestrator.cluster.run import ClusterWish, simulate_on_cluster

        wish = ClusterWish(cluster, engines, out, resume, parallel, limit, seed, model, precision, remotes, on_event)
        return simulate_on_cluster(plans, wish)
    if engines is not None:
        raise UsageError("--engines: is for a cluster; name one with --cluster")
    with Models(precision=precision) as models:
        servers = [remotes_for(plan.scenario, remotes) for plan in plans]
        stages = [stage_for(plan.scenario, models, model, near) for plan, near in zip(plans, servers, strict=True)]
        with open_folder(out, plans, resume=resume, identity=identity(plans, stages, limit)) as opened:
            run = Run(plans, stages, opened, parallel=parallel, rate=rate, on_event=on_event)
            return run_to_end(run.execute())


def open_folder(
    out: Path | str | None, plans: Sequence[Plan], *, resume: str, identity: Mapping[str, str]
) -> RunFolder:
    """Open the folder of a run of `plans`, a new one under outputs/ without `out`. Raises as RunFolder.open."""
    if out is None:
        name = "+".join(plan.scenario.name for plan in plans)
        out = new_folder(OUTPUTS, name) if resume in ("never", "if-possible") else OUTPUTS / name
    return RunFolder.open(out, resume=resume, identity=identity)


def _refuse_namesakes(scenarios: Sequence[Scenario]) -> None:
    """Raise UsageError where two scenarios have one name, by which a run tells them apart."""
    twice = [name for name, count in Counter(scenario.name for scenario in scenarios).items() if count > 1]
    if twice:
        raise UsageError(f"two scenarios have the name {twice[0]!r}; a run tells its scenarios apart by name")


def stage_for(
    scenario: Scenario,
    models: Models,
    model: str | Speaks | None = None,
    remotes: Mapping[str, Remote] | None = None,
    index: HelpIndex | None = None,
) -> Stage:
    """Return what the conversations of `scenario` share, on `models`; `model` stands in for the scenario's own.

    `remotes` are the servers that it may name, in place of those of its `remotes.yaml`; `index` is its help content,
    where that was read already.
    """
    grounded = scenario.grounding.mode is not GroundingMode.OFF
    servers = remotes_for(scenario) if remotes is None else remotes
    customer, agent = (models.get(model or side.model, remotes=servers) for side in (scenario.customer, scenario.agent))
    return Stage(
        customer=customer,
        agent=agent,
        index=index or HelpIndex.load(scenario.help_paths) if grounded else None,
        rule=ending_rule(scenario),
        guards=guards_of(scenario, house=all(one.label.startswith(_HOUSE) for one in (customer, agent))),
    )


def run_to_end(work: Coroutine[Any, Any, RunFinished]) -> RunFinished:
    """Run `work` on a loop of its own: on this thread, or on another where this one has a loop already (a notebook)."""
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return asyncio.run(work)
    results: list[RunFinished | BaseException] = []

    def target() -> None:
        try:
            results.append(asyncio.run(work))
        except BaseException as error:  # handed on to the caller's thread
            results.append(error)

    thread = threading.Thread(target=target, name="duologue-run")
    thread.start()
    thread.join()
    if isinstance(results[0], BaseException):
        raise results[0]
    return results[0]


class Run:
    """One execution of one or more plans into an open folder."""

    def __init__(
        self,
        plans: Sequence[Plan],
        stages: Sequence[Stage],
        folder: RunFolder,
        *,
        parallel: int,
        rate: float | None,
        on_event: Listener | None,
    ) -> None:
        self._plans, self._stages, self._folder = plans, stages, folder
        self._parallel, self._rate, self._on_event = parallel, rate, on_event
        self._replies = self._tokens = self._attempts = 0
        self._objections: Counter[str] = Counter()
        self._timeline = Timeline()
        self._begun = perf_counter()

    async def execute(self) -> RunFinished:
        """Hold every conversation that the folder does not have yet; the folder's record says how it went."""
        self._emit(self._started())
        self._begun = perf_counter()
        self._listen_to_servers(asyncio.get_running_loop())
        try:
            await self._hold_all()
        except BaseExceptionGroup as group:
            self._finish(cut_short=True)
            raise _first(group) from None
        except BaseException:
            self._finish(cut_short=True)
            raise
        return self._finish(cut_short=False)

    async def _hold_all(self) -> None:
        pending = self._pending()
        throttle = _throttle(self._rate)
        async with asyncio.TaskGroup() as workers:
            for _ in range(min(self._parallel, max(1, sum(len(plan) for plan in self._plans)))):
                workers.create_task(self._work(pending, throttle))

    async def _work(
        self, pending: Iterator[tuple[int, ConversationSpec, Stage]], throttle: AbstractAsyncContextManager[Any]
    ) -> None:
        for place, spec, stage in pending:
            async with throttle:
                pass
            conversation = Conversation(spec, stage, on_turn=self._turn_listener(spec))
            transcript = await conversation.run()
            self._attempts += conversation.attempts
            self._objections.update(conversation.objections)
            self._folder.put(place, transcript)
            self._emit(ConversationDone(transcript))

    def _pending(self) -> Iterator[tuple[int, ConversationSpec, Stage]]:
        """Yield the conversations that are still to be held, with their places in the whole run, in order."""
        done = self._folder.finished
        before = 0
        for plan, stage in zip(self._plans, self._stages, strict=True):
            for index in range(len(plan)):
                if before + index not in done:
                    yield before + index, plan[index], stage
            before += len(plan)

    def _turn_listener(self, spec: ConversationSpec) -> Callable[[TurnRecord, int], None]:
        def listen(turn: TurnRecord, sampled: int) -> None:
            self._replies += turn.attempts is not None
            self._tokens += sampled
            self._timeline.note(perf_counter() - self._begun, self._replies)
            self._emit(TurnDone(spec.id, turn, sampled))

        return listen

    def _listen_to_servers(self, loop: asyncio.AbstractEventLoop) -> None:
        for model in self._models:
            if isinstance(model.engine, RemoteEngine):
                model.engine.on_wait = partial(self._tell_of_wait, loop, model.label)

    def _tell_of_wait(self, loop: asyncio.AbstractEventLoop, label: str, why: str | None) -> None:
        with suppress(RuntimeError):  # the loop is over, and so is the run
            loop.call_soon_threadsafe(self._emit, EngineWaits(label, why))

    @property
    def _models(self) -> tuple[Model, ...]:
        found = {model.label: model for stage in self._stages for model in (stage.customer, stage.agent)}
        return tuple(found.values())

    def _started(self) -> RunStarted:
        total = sum(len(plan) for plan in self._plans)
        models = [model.label for model in self._models]
        return RunStarted(self._folder.path, total, len(self._folder.finished), self._parallel, tuple(models))

    def _finish(self, *, cut_short: bool) -> RunFinished:
        over = RunFinished(
            folder=self._folder.path,
            conversations=len(self._folder.finished),
            replies=self._replies,
            tokens=self._tokens,
            seconds=perf_counter() - self._begun,
            endings=dict(sorted(self._folder.endings.items())),
            cut_short=cut_short,
            attempts=self._attempts,
            objections=dict(self._objections.most_common()),
            timeline=self._timeline.points,
        )
        self._folder.finish(record(self._plans, self._stages, over), interrupted=cut_short)
        self._emit(over)
        return over

    def _emit(self, event: Event) -> None:
        if self._on_event:
            self._on_event(event)


def _throttle(rate: float | None) -> AbstractAsyncContextManager[Any]:
    """Return a gate that lets `rate` tasks a second pass, evenly spaced."""
    if rate is None:
        return nullcontext()
    from asyncio_throttle.throttler import Throttler

    throttler: AbstractAsyncContextManager[Any] = Throttler(rate_limit=1, period=1 / rate, retry_interval=0.005)
    return throttler


def _first(group: BaseExceptionGroup[BaseException]) -> BaseException:
    """Return the error to show of a group: one of ours where there is one."""
    leaves = list(_leaves(group))
    return next((error for error in leaves if isinstance(error, DuologueError)), leaves[0])


def _leaves(error: BaseException) -> Iterator[BaseException]:
    if isinstance(error, BaseExceptionGroup):
        for inner in error.exceptions:
            yield from _leaves(inner)
    else:
        yield error
