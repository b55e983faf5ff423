"""A simulation that goes on behind a page: started once, looked at as often as the page is drawn, stopped at will."""

import asyncio
import threading
from collections import Counter, deque
from collections.abc import Callable
from pathlib import Path
from time import perf_counter
from typing import Final

from orchestrator.conversation import Stage
from orchestrator.host import Work
from orchestrator.plan import Plan
from orchestrator.progress import ConversationDone, Event, RunFinished, RunStarted, TurnDone
from orchestrator.run_folder import RunFolder
from orchestrator.run_record import identity
from orchestrator.simulation import Run
from orchestrator.transcript import Reason, Transcript, TurnRecord
from web.room import Room

_LAST: Final = 50
"""Conversations that are kept to look at while the run goes on."""


class LiveRun:
    """One run on the room's engines, on a thread of its own that writes the folder. What it shows is live."""

    def __init__(self, plan: Plan, stage: Stage, room: Room, folder: Path, *, limit: int, parallel: int) -> None:
        self.folder, self.total = folder, len(plan)
        self.done = self.replies = 0
        self.endings: Counter[Reason] = Counter()
        self.finished: deque[Transcript] = deque(maxlen=_LAST)
        self.talking: dict[str, TurnRecord] = {}
        self.over: RunFinished | None = None
        self.error = ""
        self._began = self._last = perf_counter()
        self._work: Work[Event] | None = None
        self._thread = threading.Thread(
            target=self._hold, args=(plan, stage, room, limit, parallel), name="duologue-live", daemon=True
        )
        self._thread.start()

    def stop(self) -> None:
        """Let what is under way go; what is finished stays."""
        if self._work:
            self._work.stop()

    def wait(self, seconds: float | None = None) -> bool:
        """Wait for the end, and return whether it has come."""
        self._thread.join(seconds)
        return not self._thread.is_alive()

    @property
    def running(self) -> bool:
        return self._thread.is_alive()

    @property
    def seconds(self) -> float:
        """How long it has been going on, or did."""
        return (perf_counter() if self.running else self._last) - self._began

    def _hold(self, plan: Plan, stage: Stage, room: Room, limit: int, parallel: int) -> None:
        try:
            with RunFolder.open(self.folder, resume="never", identity=identity([plan], [stage], limit)) as opened:
                self._work = room.host.begin(lambda put: _execute(plan, stage, opened, parallel, put))
                for event in self._work:
                    self._take(event)
        except Exception as error:  # shown on the page
            self.error = str(error) or type(error).__name__
        finally:
            self._last = perf_counter()

    def _take(self, event: Event) -> None:
        match event:
            case TurnDone():
                self.talking[event.conversation] = event.turn
                self.replies += event.turn.attempts is not None
            case ConversationDone(transcript):
                self.talking.pop(transcript.id, None)
                self.finished.appendleft(transcript)
                self.endings[transcript.ending.reason] += 1
                self.done += 1
            case RunFinished():
                self.over = event
            case RunStarted() | _:
                pass


async def _execute(plan: Plan, stage: Stage, folder: RunFolder, parallel: int, put: Callable[[Event], None]) -> None:
    run = Run([plan], [stage], folder, parallel=parallel, rate=None, on_event=put)
    try:
        await run.execute()
    except asyncio.CancelledError:
        return
