"""What `duologue fork` does: find the conversation, hold its fork, keep it, and show both."""

import asyncio
from pathlib import Path

from rich.text import Text

from orchestrator.conversation import Stage
from orchestrator.forking import Fork, fork
from orchestrator.keeping import keep
from orchestrator.run_folder import OUTPUTS, new_folder
from orchestrator.seats import Wishes
from orchestrator.transcript import Transcript, TurnRecord
from terminal.beside import beside
from terminal.console import console
from terminal.palette import counted
from terminal.replay_find import one
from terminal.replay_player import WIDEST
from terminal.text import one_line


def execute(
    run: Path, name: str, turn: int, wishes: Wishes, *, say: str | None, scenario: Path | None, out: Path | None
) -> None:
    """Take the conversation up from `turn` on, and show the fork beside the original."""
    original = one(run, name)
    taken = fork(run, original, turn, wishes, say=say, scenario=scenario)
    from agents.models import Models
    from orchestrator.simulation import stage_for

    screen = console()
    with Models() as models:
        stage = stage_for(taken.spec.scenario, models)
        with screen.status("taking it up again") as status:

            def tell(record: TurnRecord, _: int) -> None:
                status.update(f"turn {record.n}")

            made = asyncio.run(taken.hold(stage, on_turn=tell))
        folder = out or new_folder(OUTPUTS, f"{original.scenario}-fork")
        keep(made, taken.spec, stage, folder)
    for note in _notes(taken, stage):
        screen.print(Text(one_line(note), "dim"))
    screen.print(beside(original, made), width=min(2 * WIDEST, screen.width))
    screen.print(Text(one_line(_hint(run, original, made, folder)), "dim"), soft_wrap=True)


def _notes(taken: Fork, stage: Stage) -> list[str]:
    """Return what is different without having been asked for."""
    was, now = taken.original.models, stage
    pairs = [("customer", was.customer, now.customer.label), ("agent", was.agent, now.agent.label)]
    return [f"the {side} was {before} and is {after}" for side, before, after in pairs if before != after]


def _hint(run: Path, original: Transcript, made: Transcript, folder: Path) -> str:
    shown = f"duologue replay {folder} {made.id} --beside {run}"
    return f"{counted(len(made.turns), 'turn')} (of {len(original.turns)} before) in {folder}; again: {shown}"
