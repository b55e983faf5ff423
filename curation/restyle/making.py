"""A finished run in, the same run in another register out: a run folder of its own, resumed where it was cut short."""

import hashlib
import json
import time
from collections import Counter
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any, Final

from agents.errors import TranscriptError, UsageError
from agents.models import Models
from curation.articles import articles_of
from curation.restyle.kinds import Register
from curation.restyle.turns import Restyler
from orchestrator.grounding import Article
from orchestrator.run_folder import RunFolder
from orchestrator.transcript import Transcript, read_transcripts, transcripts_path

DEFAULT_SEED: Final = 7


@dataclass(frozen=True, slots=True)
class Restyled:
    """What was made. Counts are of all that the folder holds; `written` turns and `seconds` of this execution alone."""

    out: Path
    style: str
    conversations: int
    turns: int
    writers: Counter[str]
    refused: Counter[str]
    citations_kept: int
    citations_dropped: int
    written: int
    seconds: float

    def record(self) -> dict[str, Any]:
        """Return what `run.json` holds of it; nothing depends on the clock."""
        return {
            "style": self.style,
            "conversations": self.conversations,
            "turns": self.turns,
            "written_by": dict(self.writers),
            "refused": dict(self.refused),
            "citations_kept": self.citations_kept,
            "citations_dropped": self.citations_dropped,
        }


def restyle_run(
    run: Path | str,
    out: Path | str,
    *,
    style: str,
    seed: int = DEFAULT_SEED,
    model: str | None = None,
    remotes: Path | str | None = None,
    on_conversation: Callable[[int, int], None] | None = None,
) -> Restyled:
    """Put the conversations of `run` (a folder or a transcript file) into `style` and write them as the run `out`.

    With a `model` (house, a hub id, a folder, remote:NAME), its words stand where the guards let them pass, and the
    rules' elsewhere. A run that was cut short is gone on with. Raises UsageError and TranscriptError.
    """
    register = Register.named(style)
    source, target = Path(run), Path(out)
    if _folder(source).resolve() == target.resolve():
        raise UsageError(f"{target}: is the run itself; name another folder with --out")
    total, digest = _counted(source)
    with ExitStack() as stack:
        speaker = stack.enter_context(Models()).get(model, remotes=_servers(source, remotes)) if model else None
        restyler = Restyler(register, seed=seed, run=digest, model=speaker)
        identity = {
            "duologue": version("duologue"), "restyled from": digest, "style": register, "seed": str(seed),
            "model": speaker.label if speaker else "rules", "articles": _articles_digest(source),
            "number format": speaker.engine.precision if speaker else "none",
        }  # fmt: skip
        folder = stack.enter_context(RunFolder.open(target, resume="if-possible", identity=identity))
        return _Making(source, target, restyler, folder, total).run(on_conversation)


def _folder(run: Path) -> Path:
    return run if run.is_dir() else run.parent


def _counted(run: Path) -> tuple[int, str]:
    """Return how many conversations a run has, and the SHA-256 of its file. Raises TranscriptError for none."""
    total = sum(1 for _ in read_transcripts(run))
    path = transcripts_path(run)
    if not total:
        raise TranscriptError("no conversations to restyle", path=path)
    with path.open("rb") as file:
        return total, hashlib.file_digest(file, "sha256").hexdigest()


def _articles_digest(run: Path) -> str:
    """Return the SHA-256 of the help articles of a run that are still there, on which citations are measured."""
    digest = hashlib.sha256()
    for name in sorted({transcript.scenario for transcript in read_transcripts(run)}):
        for key, article in sorted(articles_of(run, name).items()):
            digest.update(f"{name}\0{key}\0{article.text}\0".encode("utf-8", "surrogatepass"))
    return digest.hexdigest()


def _servers(run: Path, given: Path | str | None) -> Mapping[str, Any]:
    from orchestrator.remotes import FILE_NAME, read_remotes
    from orchestrator.workspace import workspace

    if given is not None:
        return read_remotes(Path(given))
    here = Path.cwd()
    beside = (here / FILE_NAME, workspace(_folder(run).resolve()) / FILE_NAME)
    path = next((path for path in beside if path.is_file()), None)
    return read_remotes(path) if path else {}


class _Making:
    def __init__(self, source: Path, target: Path, restyler: Restyler, folder: RunFolder, total: int) -> None:
        self._source, self._target, self._folder, self._total = source, target, folder, total
        self._restyler = restyler
        self._articles: dict[str, Mapping[str, Article]] = {}
        self._turns = self._written = 0
        self._start = time.monotonic()

    def run(self, on_conversation: Callable[[int, int], None] | None) -> Restyled:
        self._take_up()
        interrupted = True
        try:
            for place, transcript in enumerate(read_transcripts(self._source)):
                if place not in self._folder.finished:
                    self._conversation(place, transcript)
                if on_conversation:
                    on_conversation(place + 1, self._total)
            interrupted = False
        finally:
            made = self._made()
            self._folder.finish({**self._provenance(), "restyling": made.record()}, interrupted=interrupted)
        return made

    def _take_up(self) -> None:
        """Count again what an earlier execution left."""
        if not self._folder.finished:
            return
        tally = self._restyler.tally
        for transcript in read_transcripts(self._target):
            self._turns += len(transcript.turns)
            for turn in transcript.turns:
                tally.citations_kept += len(turn.citations or ())
                tally.citations_dropped += len(turn.dropped or ())
        tally.writers["written before"] = self._turns

    def _conversation(self, place: int, transcript: Transcript) -> None:
        name = transcript.scenario
        if name not in self._articles:
            self._articles[name] = articles_of(self._source, name)
        articles = self._articles[name]
        self._folder.put(place, self._restyler.restyled(transcript, articles=articles))
        self._turns += len(transcript.turns)
        self._written += len(transcript.turns)

    def _provenance(self) -> dict[str, Any]:
        """Return what of the source's record holds for the new run too: its help content, scenarios and models."""
        try:
            record = json.loads((_folder(self._source) / "run.json").read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return {"restyled_from": str(self._source)}
        kept = {key: record[key] for key in ("help_content", "scenarios", "models") if key in record}
        return {"restyled_from": str(self._source), **kept, **_found(kept.get("help_content"), _folder(self._source))}

    def _made(self) -> Restyled:
        tally = self._restyler.tally
        return Restyled(
            self._target, self._restyler.register, len(self._folder.finished), self._turns, tally.writers,
            tally.refused,
            tally.citations_kept, tally.citations_dropped, self._written, time.monotonic() - self._start,
        )  # fmt: skip


def _found(paths: object, folder: Path) -> dict[str, Any]:
    """Return the paths of help content as the new folder finds them: those relative to the source's, in full."""

    def full(path: object) -> object:
        text = Path(str(path))
        return str(path) if text.exists() or not (folder / text).exists() else str((folder / text).resolve())

    if isinstance(paths, dict):
        return {"help_content": {name: list(map(full, some)) for name, some in paths.items() if isinstance(some, list)}}
    return {"help_content": list(map(full, paths))} if isinstance(paths, list) else {}
