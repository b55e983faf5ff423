"""The passages that a run's replies cite, from the help content that it was grounded in, if that is still the same."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from agents.errors import HelpContentError, UsageError
from curation.export.sources import Source, mapping
from orchestrator.transcript import Transcript, TurnRecord


class HelpPages:
    """Finds cited passages. Raises UsageError where a run's help content is gone or was changed since."""

    def __init__(self, sources: Sequence[Source]) -> None:
        self._texts = {source.path: _passages_of(source) for source in sources}

    def cited(self, source: Source, transcript: Transcript, turn: TurnRecord) -> list[str]:
        """Return the passages that a turn cites, each once, as "Title: Heading. text"."""
        texts = self._texts[source.path].get(transcript.scenario, {})
        ids = dict.fromkeys(citation.passage for citation in turn.citations or ())
        return [texts[id_] for id_ in ids if id_ in texts]


def _passages_of(source: Source) -> Mapping[str, Mapping[str, str]]:
    """Return the passages of each scenario, by id."""
    recorded = source.record.get("help_content")
    if not isinstance(recorded, Mapping):
        raise UsageError(f"--passages: {source.path.parent} has no run.json that says where the help content lies")
    return {str(scenario): _passages(source, str(scenario), paths) for scenario, paths in recorded.items() if paths}


def _passages(source: Source, scenario: str, paths: object) -> Mapping[str, str]:
    from orchestrator.grounding import HelpIndex

    found = [_existing(Path(str(path)), source.path.parent) for path in (paths if isinstance(paths, list) else [])]
    try:
        index = HelpIndex.load(found)
    except HelpContentError as error:
        raise UsageError(f"--passages: the help content of {scenario!r} is not there any more ({error})") from None
    recorded = mapping(source.record.get("identity")).get(f"help content of {scenario}", index.digest)
    if recorded != index.digest:
        raise UsageError(
            f"--passages: the help content of {scenario!r} was changed after the run; restore it, or leave it out"
        )
    return {passage.id: passage.prompt for passage in index.passages}


def _existing(path: Path, folder: Path) -> Path:
    return path if path.exists() else folder / path
