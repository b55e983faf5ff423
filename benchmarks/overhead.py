"""`python -m benchmarks.overhead`: what share of a run's processor time guards and grounding take.

Processor time, not the clock's: it is the same whatever else the machine does. Counted are the guards, the search for
passages, the choice of evidence and the citations; loading models and help content is not part of the run's time.
"""

import argparse
from collections import defaultdict
from collections.abc import Callable, Sequence
from functools import wraps
from pathlib import Path
from tempfile import TemporaryDirectory
from time import process_time, thread_time
from typing import Any, Final

from orchestrator import Scenario, briefing, conversation, simulate
from orchestrator.grounding import HelpIndex
from orchestrator.progress import Event, RunFinished, RunStarted

SCENARIO: Final = Path(__file__).parents[1] / "scenarios" / "returns.yaml"


def main(arguments: Sequence[str] | None = None) -> None:
    """Hold a run with every part watched, and print the shares."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.overhead", description=__doc__)
    parser.add_argument("--conversations", type=int, default=60)
    options = parser.parse_args(arguments)
    spent: defaultdict[str, float] = defaultdict(float)
    _watch(conversation, "objections", "guards", spent)
    _watch(conversation, "cite", "citations", spent)
    _watch(briefing, "best_evidence", "evidence", spent)
    _watch(HelpIndex, "search", "passages", spent)
    marks: dict[type[Event], float] = {}

    def follow(event: Event) -> None:
        if isinstance(event, RunStarted | RunFinished):
            marks[type(event)] = process_time()

    with TemporaryDirectory() as folder:
        simulate(Scenario.load(SCENARIO), out=Path(folder) / "run", limit=options.conversations, on_event=follow)
    total = marks[RunFinished] - marks[RunStarted]
    for name, seconds in spent.items():
        print(f"{name:10} {seconds:6.2f} s  {seconds / total:6.1%}")
    print(f"{'together':10} {sum(spent.values()):6.2f} s  {sum(spent.values()) / total:6.1%} of {total:.1f} s")


def _watch(holder: Any, name: str, part: str, spent: defaultdict[str, float]) -> None:  # noqa: ANN401
    inner: Callable[..., Any] = getattr(holder, name)

    @wraps(inner)
    def timed(*arguments: Any, **named: Any) -> Any:  # noqa: ANN401
        begun = thread_time()
        try:
            return inner(*arguments, **named)
        finally:
            spent[part] += thread_time() - begun

    setattr(holder, name, timed)


if __name__ == "__main__":
    main()
