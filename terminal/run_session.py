"""What `duologue run` does: read the scenarios, follow the run, and tell its end, whatever that was."""

from collections.abc import Sequence
from pathlib import Path

from rich.console import Console

from orchestrator.progress import RunFinished
from orchestrator.scenario import Scenario
from orchestrator.transcript import Reason
from terminal.console import console
from terminal.run_follow import Follower, follower
from terminal.run_settings import Settings, latest_folder
from terminal.run_state import ViewState
from terminal.run_summary import summary


def execute(paths: Sequence[Path], settings: Settings) -> int:
    """Run the scenarios in `paths` and return the exit code: 1 where the run was cut short or a conversation failed."""
    scenarios = [Scenario.load(path) for path in paths]
    screen = console(patient=True)
    follow = follower(screen)
    try:
        with follow:
            over = _simulate(scenarios, settings, follow)
    finally:
        _tell_end(screen, follow.state, paths, settings)
    return int(over.cut_short or Reason.ERROR in over.endings)


def _tell_end(screen: Console, state: ViewState, paths: Sequence[Path], settings: Settings) -> None:
    if state.started and state.over:
        screen.print(summary(state.over, paths, settings, before=state.started.finished), soft_wrap=True)


def _simulate(scenarios: Sequence[Scenario], settings: Settings, follow: Follower) -> RunFinished:
    from orchestrator.simulation import simulate

    out = settings.out
    if out is None and settings.resume != "never":
        out = latest_folder(scenario.name for scenario in scenarios)
    return simulate(
        scenarios,
        out=out,
        parallel=settings.parallel,
        limit=settings.limit,
        seed=settings.seed,
        model=settings.model,
        resume=settings.resume,
        rate=settings.rate,
        remotes=settings.remotes,
        cluster=settings.cluster,
        engines=settings.engines,
        on_event=follow,
    )
