"""The help articles that a run was grounded in, found again through what its `run.json` says of them."""

import json
from collections.abc import Mapping
from pathlib import Path

from agents.errors import HelpContentError
from orchestrator.grounding.loading import Article, load_articles
from orchestrator.transcript import transcripts_path


def articles_of(run: Path, scenario: str) -> Mapping[str, Article]:
    """Return the articles of `scenario` by id; nothing where they are not to be found.

    `help_content` in `run.json` is a list of paths, or such a list for each scenario. A relative path stands from the
    working folder or, where there is nothing, from the run's.
    """
    folder = transcripts_path(run).parent
    try:
        record = json.loads((folder / "run.json").read_text(encoding="utf-8"))
        paths = [_existing(path, folder) for path in _recorded(record, scenario)]
        return {article.id: article for article in load_articles(paths)}
    except (OSError, ValueError, HelpContentError):
        return {}


def _recorded(record: object, scenario: str) -> list[Path]:
    paths = record.get("help_content") if isinstance(record, dict) else None
    if isinstance(paths, dict):
        paths = paths.get(scenario)
    return [Path(path) for path in paths if isinstance(path, str)] if isinstance(paths, list) else []


def _existing(path: Path, folder: Path) -> Path:
    return path if path.exists() else folder / path
