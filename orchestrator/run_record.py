"""What `run.json` says of a run besides its state: what it was made from, with which versions, and how it went."""

import platform
from collections.abc import Mapping, Sequence
from importlib.metadata import version
from typing import Any

from agents.remote.engine import RemoteEngine
from orchestrator.chosen_endings import own_rules
from orchestrator.chosen_guards import own_guards
from orchestrator.conversation import Stage
from orchestrator.extensions import ENDINGS, GUARDS, offered, version_of
from orchestrator.plan import Plan
from orchestrator.progress import RunFinished
from orchestrator.scenario import Scenario


def identity(plans: Sequence[Plan], stages: Sequence[Stage], limit: int | None) -> dict[str, str]:
    """Return what must be the same for a run to be taken up again; its bytes are a function of these."""
    models = {m.checkpoint.name: m.checkpoint.digest for s in stages for m in (s.customer, s.agent)}
    return {
        "duologue": version("duologue"),
        "torch": version("torch"),
        "limit": str(limit),
        "scenarios": ", ".join(plan.scenario.name for plan in plans),
        **{f"scenario {plan.scenario.name}": plan.scenario.digest for plan in plans},
        **{
            f"help content of {plan.scenario.name}": stage.index.digest
            for plan, stage in zip(plans, stages, strict=True)
            if stage.index
        },
        **{name: offer for plan in plans for name, offer in _extensions(plan.scenario).items()},
        **{f"model {name}": digest for name, digest in models.items()},
        "number format": ", ".join(sorted({m.engine.precision for s in stages for m in (s.customer, s.agent)})),
    }


def _extensions(scenario: Scenario) -> dict[str, str]:
    """Return the rules and guards of others that `scenario` uses, each with the distribution that offers it."""
    endings, guards = offered(ENDINGS), offered(GUARDS)
    return {
        **{f"ending {name}": version_of(endings[name]) for name in own_rules(scenario)},
        **{f"guard {name}": version_of(guards[name]) for name in own_guards(scenario)},
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
        **_servers(stages),
        "conversations": over.conversations,
        "replies": over.replies,
        "tokens": over.tokens,
        "seconds": round(over.seconds, 3),
        "replies_per_second": round(over.replies / over.seconds, 3) if over.seconds else None,
        "tokens_per_second": round(over.tokens / over.seconds, 3) if over.seconds else None,
        "endings": {reason.value: count for reason, count in over.endings.items()},
        "attempts": over.attempts,
        "objections": dict(over.objections),
        "timeline": [list(point) for point in over.timeline],
        "cut_short": over.cut_short,
    }


def _servers(stages: Sequence[Stage]) -> dict[str, Any]:
    """Return what the servers of a run gave, and what they lack; nothing where there are none."""
    engines = {m.label: m.engine for s in stages for m in (s.customer, s.agent)}
    reports = {label: engine.report() for label, engine in engines.items() if isinstance(engine, RemoteEngine)}
    return {"servers": reports} if reports else {}


def _scenario(plan: Plan) -> Mapping[str, Any]:
    scenario = plan.scenario
    return {
        "name": scenario.name,
        "path": str(scenario.path) if scenario.path else None,
        "digest": scenario.digest,
        "planned": len(plan),
        "config": scenario.model_dump(mode="json"),
    }
