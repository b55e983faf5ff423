"""What `run.json` says of a run besides its state: what it was made from, with which versions, and how it went."""

import platform
from collections.abc import Mapping, Sequence
from importlib.metadata import version
from typing import Any

from orchestrator.conversation import Stage
from orchestrator.plan import Plan
from orchestrator.progress import RunFinished


def identity(plans: Sequence[Plan], stages: Sequence[Stage], limit: int | None) -> dict[str, str]:
    """Return what must be the same for a run to be taken up again; its bytes are a function of these."""
    models = {m.checkpoint.name: m.checkpoint.digest for s in stages for m in (s.customer, s.agent)}
    return {
        "duologue": version("duologue"),
        "limit": str(limit),
        **{f"scenario {plan.scenario.name}": plan.scenario.digest for plan in plans},
        **{
            f"help content of {plan.scenario.name}": stage.index.digest
            for plan, stage in zip(plans, stages, strict=True)
            if stage.index
        },
        **{f"model {name}": digest for name, digest in models.items()},
        "number format": ", ".join(sorted({stage.agent.engine.precision for stage in stages})),
    }


def record(plans: Sequence[Plan], stages: Sequence[Stage], over: RunFinished) -> dict[str, Any]:
    """Return the content of `run.json` for a run that is over; rates are those of this execution."""
    models = {m.label: m.checkpoint.digest for s in stages for m in (s.customer, s.agent)}
    return {
        "versions": {name: version(name) for name in ("duologue", "torch", "transformers", "numba")},
        "python": platform.python_version(),
        "processor": platform.processor() or platform.machine(),
        "help_content": {plan.scenario.name: [str(path) for path in plan.scenario.help_paths] for plan in plans},
        "scenarios": [_scenario(plan) for plan in plans],
        "models": models,
        "conversations": over.conversations,
        "replies": over.replies,
        "tokens": over.tokens,
        "seconds": round(over.seconds, 3),
        "replies_per_second": round(over.replies / over.seconds, 3) if over.seconds else None,
        "tokens_per_second": round(over.tokens / over.seconds, 3) if over.seconds else None,
        "endings": {reason.value: count for reason, count in over.endings.items()},
        "cut_short": over.cut_short,
    }


def _scenario(plan: Plan) -> Mapping[str, Any]:
    scenario = plan.scenario
    return {
        "name": scenario.name,
        "path": str(scenario.path) if scenario.path else None,
        "digest": scenario.digest,
        "planned": len(plan),
        "config": scenario.model_dump(mode="json"),
    }
