"""Which models can speak: the house model, folders, and GPT-2s of the Hugging Face hub or of its local cache."""

import os
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from agents.errors import ModelError
from agents.gpt2.checkpoint import ADAPTER, Checkpoint

HOUSE: Final = "house"
HOUSE_FOLDER: Final = Path(__file__).parent / "house"
_HUB_ID: Final = re.compile(r"[\w.-]+(/[\w.-]+)?")
_PATTERNS: Final = ("*.json", "*.safetensors", "merges.txt")


@dataclass(frozen=True, slots=True)
class ModelEntry:
    """A model at hand: `kind` is house, hub cache or folder; `parameters` is None where they cannot be counted."""

    name: str
    kind: str
    path: Path
    parameters: int | None
    digest: str


def find(name: str) -> Checkpoint:
    """Return the checkpoint that `name` means: house, a folder, or a hub id. Raises ModelError with those at hand."""
    if name == HOUSE:
        return Checkpoint(HOUSE, HOUSE_FOLDER)
    folder = Path(name).expanduser()
    if folder.is_dir():
        return _from_folder(folder.name or name, folder)
    if not _HUB_ID.fullmatch(name) or name.startswith("."):
        raise ModelError(f"model {name!r}: there is no such folder; at hand: {_at_hand()}")
    return _from_folder(name, _downloaded(name))


def available() -> list[ModelEntry]:
    """Return the models that need no network: house and the GPT-2s in the hub's local cache."""
    return [_entry(find(HOUSE), HOUSE), *(_entry(one, "hub cache") for one in _cached())]


def _entry(checkpoint: Checkpoint, kind: str) -> ModelEntry:
    return ModelEntry(checkpoint.name, kind, checkpoint.folder, checkpoint.parameters, checkpoint.digest)


def _from_folder(name: str, folder: Path) -> Checkpoint:
    if (folder / ADAPTER).exists():
        return Checkpoint(name, folder, find(_base_of(folder)).folder)
    if not (folder / "config.json").exists():
        raise ModelError(f"model {name!r}: {folder} holds no config.json; at hand: {_at_hand()}")
    checkpoint = Checkpoint(name, folder)
    checkpoint.config  # noqa: B018  raises where it is no GPT-2
    return checkpoint


def _base_of(adapter: Path) -> str:
    import json

    try:
        base = json.loads((adapter / ADAPTER).read_text(encoding="utf-8"))["base_model_name_or_path"]
    except (OSError, ValueError, KeyError):
        raise ModelError(f"{adapter / ADAPTER}: names no base_model_name_or_path") from None
    beside = adapter / str(base)
    return str(beside) if beside.is_dir() and not Path(base).is_dir() else str(base)


def _downloaded(name: str) -> Path:
    """Return the folder of a hub model, from the local cache where it is there, else from the hub."""
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import LocalEntryNotFoundError

    try:
        return Path(snapshot_download(name, allow_patterns=list(_PATTERNS), local_files_only=True))
    except (LocalEntryNotFoundError, ValueError):
        pass
    if os.environ.get("HF_HUB_OFFLINE", "").lower() in {"1", "true", "yes", "on"}:
        raise ModelError(f"model {name!r}: not in the local cache, and HF_HUB_OFFLINE is set; at hand: {_at_hand()}")
    try:
        return Path(snapshot_download(name, allow_patterns=list(_PATTERNS)))
    except Exception as error:  # the hub client raises errors of many libraries
        why = type(error).__name__
        raise ModelError(f"model {name!r}: cannot be had from the hub ({why}); at hand: {_at_hand()}") from None


def _cached() -> list[Checkpoint]:
    from huggingface_hub import scan_cache_dir
    from huggingface_hub.errors import CacheNotFound

    try:
        repositories = sorted(scan_cache_dir().repos, key=lambda repo: repo.repo_id)
    except CacheNotFound:
        return []
    return [found for repo in repositories if (found := _usable(repo.repo_id)) is not None]


def _usable(name: str) -> Checkpoint | None:
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import LocalEntryNotFoundError

    try:
        checkpoint = _from_folder(name, Path(snapshot_download(name, local_files_only=True)))
        checkpoint.parameters  # noqa: B018  raises where the weights are not there
    except (ModelError, LocalEntryNotFoundError, ValueError):
        return None
    return checkpoint


def _at_hand() -> str:
    return ", ".join([HOUSE, *(one.name for one in _cached())]) + ", or a folder with a GPT-2 in it"
