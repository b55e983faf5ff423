"""Where training data comes from: name, licence, origin and a hash of what was read. It knows no dialogues."""

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Provenance:
    """One source as the model card names it. `share` is its part of the examples; `digest` the SHA-256 of its files."""

    name: str
    share: float
    digest: str
    licence: str | None = None
    origin: str | None = None


def digest_of(paths: Sequence[Path]) -> str:
    """Return the SHA-256 of files, in hex: of their names and contents, in the order of their names."""
    hash_ = sha256()
    for path in sorted(paths, key=lambda path: path.name):
        with path.open("rb") as file:
            inner = sha256()
            while chunk := file.read(1 << 20):
                inner.update(chunk)
        hash_.update(f"{path.name}\0{inner.hexdigest()}\n".encode())
    return hash_.hexdigest()
