"""The passages that the replies of a run cite, found again, and whether they are still what they were."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from curation.report.view import HelpState, HelpView, PassageView
from orchestrator.grounding import HelpIndex, Passage
from orchestrator.transcript import Transcript


def help_view(
    scenario: str, transcripts: Iterable[Transcript], passages: Mapping[str, Passage], record: Mapping[str, Any]
) -> HelpView:
    """Return what the replies of `scenario` rest on, of all its passages; `record` is the run's, empty without one."""
    cited = _cited(scenario, transcripts)
    found = {id_: _shown(passage) for id_, passage in passages.items() if id_ in cited}
    return HelpView(_state(scenario, list(passages.values()), record), _paths(scenario, record), found)


def _cited(scenario: str, transcripts: Iterable[Transcript]) -> frozenset[str]:
    return frozenset(
        citation.passage
        for transcript in transcripts
        if transcript.scenario == scenario
        for turn in transcript.turns
        for citation in turn.citations or ()
    )


def _shown(passage: Passage) -> PassageView:
    return PassageView(passage.title, passage.heading, passage.text, passage.start)


def _state(scenario: str, passages: Sequence[Passage], record: Mapping[str, Any]) -> HelpState:
    if not passages:
        return HelpState.GONE
    identity = record.get("identity")
    recorded = identity.get(f"help content of {scenario}") if isinstance(identity, Mapping) else None
    if recorded is None:
        return HelpState.UNKNOWN
    return HelpState.SAME if HelpIndex(passages).digest == recorded else HelpState.CHANGED


def _paths(scenario: str, record: Mapping[str, Any]) -> list[str]:
    paths = record.get("help_content")
    if isinstance(paths, Mapping):
        paths = paths.get(scenario)
    return [str(path) for path in paths] if isinstance(paths, list) else []
