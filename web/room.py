"""What all browser sessions of the process share: the models, each loaded once, and the loop that they answer on.

Every reply waits on the same engines, which batch whatever waits. A table whose tab is gone gives its caches back. It
knows nothing of pages.
"""

import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

from agents.dialogue import Speaker
from agents.models import Models
from orchestrator.conversation import Stage
from orchestrator.host import Host
from orchestrator.scenario import Scenario
from orchestrator.seats import Wishes, seat
from orchestrator.simulation import stage_for
from orchestrator.table import Table

SHIPPED: Final = Path(__file__).parents[1] / "terminal" / "workspace" / "scenarios" / "first.yaml"
SWEEP_SECONDS: Final = 15.0
_STAGES: Final = 16
"""Stages that are kept, for scenarios that were used last."""


class Room:
    """The models and tables of a process; any number of threads may use it."""

    def __init__(self) -> None:
        self.host = Host()
        self._models = Models()
        self._lock = threading.Lock()
        self._stages: dict[tuple[str, tuple[tuple[str, int], ...]], Stage] = {}
        self._tables: dict[str, list[Table]] = {}

    def stage(self, scenario: Scenario) -> Stage:
        """Return the models and passages of `scenario`; one that was used lately is ready. Raises UsageError."""
        name = scenario.digest, _files(scenario)
        with self._lock:
            stage = self._stages.pop(name, None) or stage_for(scenario, self._models)
            self._stages[name] = stage
            while len(self._stages) > _STAGES:
                del self._stages[next(iter(self._stages))]
            return stage

    def table(self, scenario: Scenario, person: Speaker, wishes: Wishes, *, session: str) -> tuple[Table, Stage]:
        """Set a table for `session`, in place of the one that it had. Raises UsageError."""
        spec = seat(scenario, person, wishes)
        stage = self.stage(spec.scenario)
        table = Table(spec, stage, person=person, host=self.host)
        self.clear(session)
        self._tables[session] = [table]
        return table, stage

    def clear(self, session: str) -> None:
        """Free what the tables of `session` hold; what is said at one of them later fills it again."""
        for table in self._tables.pop(session, []):
            table.close()

    def sweep(self, is_open: Callable[[str], bool]) -> int:
        """Clear the sessions that are not open any more, and return how many there were."""
        gone = [session for session in list(self._tables) if not is_open(session)]
        for session in gone:
            self.clear(session)
        return len(gone)

    def keep_swept(self, is_open: Callable[[str], bool]) -> None:
        """Sweep again and again, as long as the process lives."""

        def go_on() -> None:
            while not pause.wait(SWEEP_SECONDS):
                self.sweep(is_open)

        pause = threading.Event()
        threading.Thread(target=go_on, name="duologue-sweep", daemon=True).start()

    @property
    def sessions(self) -> int:
        """How many browser sessions have a table."""
        return len(self._tables)


def _files(scenario: Scenario) -> tuple[tuple[str, int], ...]:
    return tuple((str(path), path.stat().st_mtime_ns) for path in _articles(scenario))


def _articles(scenario: Scenario) -> Iterator[Path]:
    for path in scenario.help_paths:
        yield path
        if path.is_dir():
            yield from sorted(file for file in path.rglob("*") if file.is_file())
