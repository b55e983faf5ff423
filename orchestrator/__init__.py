"""What happens between the two sides: scenarios, plans, grounding, guards, endings, runs and transcripts.

What a notebook needs is here: `Scenario`, `Plan`, `simulate`, `read_transcripts`.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from orchestrator.plan import Plan
    from orchestrator.scenario import Scenario
    from orchestrator.simulation import simulate
    from orchestrator.transcript import Transcript, read_transcripts

__all__ = ["Plan", "Scenario", "Transcript", "read_transcripts", "simulate"]

_HOMES = {
    "Plan": "plan",
    "Scenario": "scenario",
    "Transcript": "transcript",
    "read_transcripts": "transcript",
    "simulate": "simulation",
}


def __getattr__(name: str) -> Any:  # noqa: ANN401  whatever the module holds
    """Import a public name when it is first used: reading transcripts must not load a model's libraries."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
