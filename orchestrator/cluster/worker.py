"""What one engine of a cluster does: load its models, hold the conversations that it is given. It knows nothing of Ray.

Everything in it is the business of a single machine's run, done for places that somebody else chose.
"""

import asyncio
import platform
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from itertools import accumulate
from typing import TYPE_CHECKING, Final

from agents.gpt2.catalogue import find
from agents.models import Model, Models, Speaks
from agents.remote.settings import PREFIX, Remote
from orchestrator.conversation import Conversation, Stage
from orchestrator.plan import ConversationSpec, Plan
from orchestrator.run_record import identity
from orchestrator.scenario import Scenario
from orchestrator.simulation import stage_for
from orchestrator.transcript import TurnRecord

if TYPE_CHECKING:
    from agents.gpt2.shelf import ShelvedCheckpoint
    from orchestrator.grounding import HelpIndex

_VERSIONS: Final = ("duologue", "torch", "numba")


@dataclass(frozen=True, slots=True)
class Job:
    """What all engines of a run are told. `remotes` and `indexes` go with the scenarios, one each."""

    scenarios: tuple[Scenario, ...]
    limit: int | None
    seed: int | None
    model: str | Speaks | None
    precision: str
    parallel: int
    remotes: "tuple[Mapping[str, Remote], ...]"
    indexes: "tuple[HelpIndex | None, ...]"

    def plans(self) -> list[Plan]:
        return [Plan(scenario, seed=self.seed, limit=self.limit) for scenario in self.scenarios]


@dataclass(frozen=True, slots=True)
class Facts:
    """What an engine has loaded: `identity` as in `run_record`, `models` as (name, digest) of each scenario's sides.

    `versions` must be the same everywhere, as the bytes hang on them; `precision` is each scenario's agent's.
    """

    identity: Mapping[str, str]
    versions: Mapping[str, str]
    models: tuple[tuple[tuple[str, str], tuple[str, str]], ...]
    precision: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Held:
    """A conversation that is over: its place in the run, its line, and what it took."""

    place: int
    line: str
    replies: int
    sampled: int
    attempts: int
    objections: Mapping[str, int]


class Worker:
    """One engine. `shelve` reads weights for a node's engines, `load` takes them; then it can `hold`."""

    def __init__(self, job: Job, cores: int) -> None:
        self._job = job
        self._plans = job.plans()
        self._stages: list[Stage] = []
        self._models = Models(precision=job.precision)
        self._starts = list(accumulate((len(plan) for plan in self._plans), initial=0))
        self._room: asyncio.Semaphore | None = None
        _use_cores(cores)

    def shelve(self) -> "dict[str, ShelvedCheckpoint]":
        """Read the weights of all checkpoints of the run. Raises ModelError."""
        from agents.gpt2.shelf import shelved

        return {name: shelved(find(name)) for name in sorted(self._names())}

    def load(self, shelf: "Mapping[str, ShelvedCheckpoint]") -> Facts:
        """Make the models ready, checkpoints from `shelf`. Raises ModelError."""
        job = self._job
        for name, checkpoint in shelf.items():
            self._models.add(name, checkpoint)
        self._stages = [
            stage_for(scenario, self._models, job.model, remotes, index)
            for scenario, remotes, index in zip(job.scenarios, job.remotes, job.indexes, strict=True)
        ]
        return Facts(
            identity=identity(self._plans, self._stages, job.limit),
            versions={**{name: version(name) for name in _VERSIONS}, "python": platform.python_version()},
            models=tuple((_named(stage.customer), _named(stage.agent)) for stage in self._stages),
            precision=tuple(stage.agent.engine.precision for stage in self._stages),
        )

    async def hold(self, places: Sequence[int]) -> AsyncIterator[Held]:
        """Hold the conversations at `places` of the run and yield each when it is over, in whatever order."""
        tasks = [asyncio.ensure_future(self._hold(place)) for place in places]
        try:
            for over in asyncio.as_completed(tasks):
                yield await over
        finally:
            for task in tasks:
                task.cancel()

    async def _hold(self, place: int) -> Held:
        self._room = self._room or asyncio.Semaphore(self._job.parallel)
        spec, stage = self._at(place)
        tokens = [0]

        def count(_: TurnRecord, sampled: int) -> None:
            tokens[0] += sampled

        async with self._room:
            conversation = Conversation(spec, stage, on_turn=count)
            transcript = await conversation.run()
        return Held(
            place=place,
            line=transcript.to_line(),
            replies=sum(turn.attempts is not None for turn in transcript.turns),
            sampled=tokens[0],
            attempts=conversation.attempts,
            objections=dict(conversation.objections),
        )

    def _at(self, place: int) -> tuple[ConversationSpec, Stage]:
        plan = max(n for n, start in enumerate(self._starts[:-1]) if start <= place)
        return self._plans[plan][place - self._starts[plan]], self._stages[plan]

    def _names(self) -> set[str]:
        """Return the names of the run's checkpoints."""
        if self._job.model is not None:
            named = {self._job.model} if isinstance(self._job.model, str) else set()
        else:
            named = {side.model for scenario in self._job.scenarios for side in (scenario.customer, scenario.agent)}
        return {name for name in named if not name.startswith(PREFIX)}


def _named(model: Model) -> tuple[str, str]:
    return model.checkpoint.name, model.checkpoint.digest


def _use_cores(cores: int) -> None:
    import torch

    torch.set_num_threads(max(1, cores))
