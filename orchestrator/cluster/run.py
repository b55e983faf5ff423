"""A run whose conversations are held on a cluster; folder, events and record are those of any run."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, NoReturn

from agents.models import Model, Named, Session, Speaks
from agents.remote.forms import TaggedForm
from agents.remote.pieces import Pieces
from agents.remote.settings import Remote
from orchestrator.chosen_endings import ending_rule
from orchestrator.cluster.connecting import connected, layout
from orchestrator.cluster.fleet import Fleet
from orchestrator.cluster.hand_out import HandOut
from orchestrator.cluster.worker import Facts, Held, Job
from orchestrator.conversation import Stage
from orchestrator.grounding import HelpIndex
from orchestrator.plan import Plan
from orchestrator.progress import ConversationDone, RunFinished, TurnDone
from orchestrator.remotes import remotes_for
from orchestrator.run_folder import RunFolder
from orchestrator.scenario import GroundingMode
from orchestrator.simulation import Listener, Run, open_folder, run_to_end
from orchestrator.transcript import Transcript


@dataclass(frozen=True, slots=True)
class ClusterWish:
    """A run as it was asked for; as in `simulate`."""

    address: str
    engines: int | None
    out: Path | str | None
    resume: str
    parallel: int
    limit: int | None
    seed: int | None
    model: str | Speaks | None
    precision: str
    remotes: Path | str | None
    on_event: Listener | None


def simulate_on_cluster(plans: Sequence[Plan], wish: ClusterWish) -> RunFinished:
    """Simulate the conversations of `plans` on the cluster. Raises as `simulate` does."""
    with connected(wish.address):
        return run_to_end(_simulate(plans, wish))


async def _simulate(plans: Sequence[Plan], wish: ClusterWish) -> RunFinished:
    where = layout(wish.engines)
    job = _job(plans, wish, where.engines)
    fleet = Fleet(job, where)
    try:
        facts = await fleet.start()
        stages = [_stage(plan, facts, n, job.indexes[n]) for n, plan in enumerate(plans)]
        with open_folder(wish.out, plans, resume=wish.resume, identity=facts.identity) as folder:
            run = ClusterRun(plans, stages, folder, parallel=wish.parallel, on_event=wish.on_event, fleet=fleet)
            return await run.execute()
    finally:
        await fleet.close()


def _job(plans: Sequence[Plan], wish: ClusterWish, engines: int) -> Job:
    scenarios = tuple(plan.scenario for plan in plans)
    grounded = [scenario.grounding.mode is not GroundingMode.OFF for scenario in scenarios]
    return Job(
        scenarios=scenarios,
        limit=wish.limit,
        seed=wish.seed,
        model=wish.model,
        precision=wish.precision,
        parallel=wish.parallel,
        remotes=tuple(
            {name: _share(remote, engines) for name, remote in remotes_for(scenario, wish.remotes).items()}
            for scenario in scenarios
        ),
        indexes=tuple(
            HelpIndex.load(scenario.help_paths) if needs else None
            for scenario, needs in zip(scenarios, grounded, strict=True)
        ),
    )


def _share(remote: Remote, engines: int) -> Remote:
    """Return an engine's part of what may be asked of a server."""
    rates = {name: getattr(remote, name) for name in ("requests_per_second", "tokens_per_second")}
    parts = {name: rate / engines for name, rate in rates.items() if rate is not None}
    return remote.model_copy(update={**parts, "concurrency": max(1, remote.concurrency // engines)})


class ClusterRun(Run):
    """One execution on a fleet of engines."""

    def __init__(
        self,
        plans: Sequence[Plan],
        stages: Sequence[Stage],
        folder: RunFolder,
        *,
        parallel: int,
        on_event: Listener | None,
        fleet: Fleet,
    ) -> None:
        super().__init__(plans, stages, folder, parallel=parallel, rate=None, on_event=on_event)
        self._fleet = fleet

    async def _hold_all(self) -> None:
        total = sum(len(plan) for plan in self._plans)
        engines = len(self._fleet.state().engines)
        hand_out = HandOut(total, self._folder.finished, self._parallel, engines)
        await self._fleet.work(hand_out, self._keep, self._emit)

    def _keep(self, held: Held) -> bool:
        if held.place in self._folder.finished:
            return False
        transcript = Transcript.from_line(held.line)
        self._folder.put(held.place, transcript)
        self._count(transcript, held)
        self._emit(ConversationDone(transcript))
        return True

    def _count(self, transcript: Transcript, held: Held) -> None:
        self._replies += held.replies
        self._tokens += held.sampled
        self._attempts += held.attempts
        self._objections.update(held.objections)
        last = transcript.turns[-1]
        for turn in transcript.turns:
            self._emit(TurnDone(transcript.id, turn, held.sampled if turn is last else 0))


class FarEngine:
    """Stands for an engine of the cluster where only its name counts."""

    window: Final = 0
    vocabulary: Final = None

    def __init__(self, precision: str) -> None:
        self.precision = precision

    def open(self) -> Session:
        return _refuse()

    def close(self) -> None:
        """Do nothing: it is closed where it is."""


def _refuse() -> NoReturn:
    raise RuntimeError("this engine is on the cluster")


def _stage(plan: Plan, facts: Facts, n: int, index: HelpIndex | None) -> Stage:
    customer, agent = (_model(*model, facts.precision[n]) for model in facts.models[n])
    return Stage(customer, agent, index, ending_rule(plan.scenario))


def _model(name: str, digest: str, precision: str) -> Model:
    origin = Named(name, digest)
    return Model(origin.label, origin, FarEngine(precision), TaggedForm(Pieces()))
