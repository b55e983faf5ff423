"""What lies in a run's folder, and how it stays whole: transcripts in plan order, a journal, the record of the run.

    transcripts.jsonl   the conversations 0, 1, 2 ... of the run, one a line, up to the first that is not finished
    finished.jsonl      a journal of those that finished before their turn; gone once there are none
    run.json            status (running, interrupted, finished), identity, and what the run says of itself
    run.lock            there while a process writes here

A conversation that was put survives the death of the process, and whoever resumes the run finds whole lines only.
It knows nothing of scenarios, models or plans.
"""

import hashlib
import json
import re
from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager, suppress
from errno import EACCES, EDQUOT, ENOSPC, EPERM, EROFS
from itertools import count
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Literal, Self, TypeAlias, get_args

from pydantic import ValidationError

from agents.errors import RunError, TranscriptError, UsageError
from orchestrator.line_file import LineFile, replace_text
from orchestrator.lock import LOCK_NAME, FolderLock
from orchestrator.transcript import FILE_NAME, Reason, Transcript

Resume: TypeAlias = Literal["never", "always", "if-possible"]
Status: TypeAlias = Literal["running", "interrupted", "finished"]

OUTPUTS: Final = Path("outputs")
"""Where runs go that are given no folder."""
RECORD_NAME: Final = "run.json"
JOURNAL_NAME: Final = "finished.jsonl"
COMPACT_AT: Final = 4 << 20
"""From how many bytes on the journal is rewritten once half of it or more is in the transcripts."""

_ANEW: Final = "choose another folder with --out"
_ENTRY: Final = re.compile(rb'\{"index": (\d{1,18}), "transcript": (.*)\}\n?', re.DOTALL)


class Finished(Collection[int]):
    """The places in the plan that are done, live. Its memory does not grow with the run.

    All below `prefix` are in the transcripts; those in `waiting` are in the journal, at an offset and of a length.
    """

    def __init__(self) -> None:
        self.prefix = 0
        self.waiting: dict[int, tuple[int, int]] = {}

    def __contains__(self, place: object) -> bool:
        return isinstance(place, int) and (0 <= place < self.prefix or place in self.waiting)

    def __iter__(self) -> Iterator[int]:
        yield from range(self.prefix)
        yield from sorted(self.waiting)

    def __len__(self) -> int:
        return self.prefix + len(self.waiting)


class RunFolder:
    """An open run folder, for one process: `put` what is done, `finish` once all is over. A context manager.

    `finished` says which places are done and `endings` how often each reason was, those of earlier executions included;
    both are live.
    """

    def __init__(self, path: Path, lock: FolderLock, identity: Mapping[str, str]) -> None:
        self.path = path
        self.finished = Finished()
        self.endings: Counter[Reason] = Counter()
        self._lock = lock
        self._identity = dict(identity)
        self._files: list[LineFile] = []
        self._live = 0
        self._is_open = False

    @classmethod
    def open(cls, path: Path | str, *, resume: str, identity: Mapping[str, str]) -> Self:
        """Make the folder of a new run, or take up an unfinished one, as `resume` says: never, always or if-possible.

        `identity` is what makes the run this run and no other (seed, digests ...): a run is taken up only by its equal.
        Raises UsageError where the folder is another's or there is nothing to resume, RunError where the disk fails.
        """
        path = Path(path)
        _check_choice(path, resume)
        with _disk(path):
            path.mkdir(parents=True, exist_ok=True)
            lock = FolderLock(path)
        folder = cls(path, lock, identity)
        try:
            with _disk(path):
                folder._begin(resume)
        except BaseException:
            folder.close()
            raise
        return folder

    def put(self, place: int, transcript: Transcript) -> None:
        """Keep the conversation at `place` in the plan; it is on its way to the disk when this returns."""
        if place in self.finished:
            raise ValueError(f"conversation {place} is there already")
        line = transcript.to_line().encode()
        with _disk(self.path):
            if place == self.finished.prefix:
                self._transcripts.append(line + b"\n")
                self.finished.prefix += 1
                self._drain()
            else:
                self._wait(place, line)
        self.endings[transcript.ending.reason] += 1

    def finish(self, summary: Mapping[str, Any], *, interrupted: bool = False) -> None:
        """Write `summary` into run.json, with the status and the SHA-256 of the transcripts."""
        status: Status = "interrupted" if interrupted or self.finished.waiting else "finished"
        with _disk(self.path):
            for file in self._files:
                file.sync()
            with self._transcripts.path.open("rb") as transcripts:
                digest = hashlib.file_digest(transcripts, "sha256").hexdigest()
            self._record(status, {**summary, "sha256": digest})

    def close(self) -> None:
        """Close the files and give the folder free; a second call does nothing."""
        with suppress(OSError):
            for file in self._files:
                file.sync()
                file.close()
            if self._is_open and not self.finished.waiting:
                self._journal.path.unlink(missing_ok=True)
        for file in self._files:
            file.close()
        self._is_open = False
        self._lock.release()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @property
    def _transcripts(self) -> LineFile:
        return self._files[0]

    @property
    def _journal(self) -> LineFile:
        return self._files[1]

    def _begin(self, resume: str) -> None:
        before = self._before(resume)
        self._files.append(LineFile(self.path / FILE_NAME))
        self._take_up_transcripts()
        self._files.append(LineFile(self.path / JOURNAL_NAME))
        self._take_up_journal()
        self._drain()
        self._record("running", before)
        self._is_open = True

    def _before(self, resume: str) -> dict[str, Any]:
        """Return what run.json says of the run that is taken up, nothing where it is a new one."""
        if not holds_run(self.path):
            if any(path.name != LOCK_NAME for path in self.path.iterdir()):
                raise UsageError(f"{self.path}: is not empty and holds no run; {_ANEW}")
            return {}
        if resume == "never":
            raise UsageError(f"{self.path}: there is a run already; go on with it by --resume if-possible, or {_ANEW}")
        before = _read_record(self.path / RECORD_NAME)
        if differences := _differences(before.get("identity"), self._identity):
            raise UsageError(f"{self.path}: holds another run ({differences}); {_ANEW}")
        return {key: value for key, value in before.items() if key != "sha256"}

    def _take_up_transcripts(self) -> None:
        self._transcripts.mend(_is_transcript)
        for number, (_, line) in enumerate(self._transcripts.lines(), 1):
            self.endings[_read(line, self._transcripts.path, number).ending.reason] += 1
            self.finished.prefix = number

    def _take_up_journal(self) -> None:
        self._journal.mend(_is_entry)
        for number, (offset, line) in enumerate(self._journal.lines(), 1):
            entry = _ENTRY.fullmatch(line)
            if entry is None:
                raise TranscriptError("no entry of the journal", path=self._journal.path, line=number)
            transcript = _read(entry[2], self._journal.path, number)
            if (place := int(entry[1])) not in self.finished:
                self._keep(place, offset + entry.start(2), len(entry[2]))
                self.endings[transcript.ending.reason] += 1

    def _wait(self, place: int, line: bytes) -> None:
        offset = self._journal.append(_entry(place, line))
        self._keep(place, offset + _lead(place), len(line))

    def _keep(self, place: int, offset: int, length: int) -> None:
        self.finished.waiting[place] = (offset, length)
        self._live += length

    def _drain(self) -> None:
        """Move to the transcripts what waits for its turn no longer."""
        waiting = self.finished.waiting
        while (span := waiting.get(self.finished.prefix)) is not None:
            self._transcripts.append(self._journal.read(*span) + b"\n")
            del waiting[self.finished.prefix]
            self.finished.prefix += 1
            self._live -= span[1]
        if self._journal.size >= COMPACT_AT and self._live <= self._journal.size // 2:
            self._compact()

    def _compact(self) -> None:
        """Rewrite the journal with what still waits, once the rest is safe in the transcripts."""
        self._transcripts.sync()
        waiting = self.finished.waiting
        offsets = self._journal.rewrite(_entry(place, self._journal.read(*span)) for place, span in waiting.items())
        for (place, (_, length)), offset in zip(list(waiting.items()), offsets, strict=True):
            waiting[place] = (offset + _lead(place), length)

    def _record(self, status: Status, content: Mapping[str, Any]) -> None:
        record = {**content, "status": status, "identity": self._identity}
        replace_text(self.path / RECORD_NAME, json.dumps(record, ensure_ascii=False, indent=2) + "\n")


def holds_run(path: Path) -> bool:
    """Tell whether there is a run in the folder `path`, in whatever state."""
    return any((path / name).exists() for name in (RECORD_NAME, FILE_NAME, JOURNAL_NAME))


def new_folder(root: Path, name: str) -> Path:
    """Make the folder of a new run called `name` under `root`: NAME, or NAME-2, NAME-3 ... where that is taken.

    Of several processes that want one at the same moment, each gets its own. Raises RunError where the disk fails.
    """
    with _disk(root):
        root.mkdir(parents=True, exist_ok=True)
        for number in count(1):
            folder = root / (name if number == 1 else f"{name}-{number}")
            with suppress(FileExistsError):
                folder.mkdir()
                break
    return folder


def _check_choice(path: Path, resume: str) -> None:
    if resume not in get_args(Resume):
        raise UsageError(f"resume: {resume!r} is none of {', '.join(get_args(Resume))}")
    if path.exists() and not path.is_dir():
        raise UsageError(f"{path}: is a file, not a folder; {_ANEW}")
    if resume == "always" and not holds_run(path):
        raise UsageError(f"{path}: there is no run to resume; start one with --resume never")


def _read_record(path: Path) -> dict[str, Any]:
    try:
        record = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise UsageError(f"{path}: is missing, so the run cannot be resumed; {_ANEW}") from None
    except ValueError as error:
        raise UsageError(f"{path}: is no record of a run ({error}); {_ANEW}") from None
    return record if isinstance(record, dict) else {}


def _differences(was: object, now: Mapping[str, str]) -> str:
    before = was if isinstance(was, dict) else {}
    keys = [key for key in {**before, **now} if before.get(key) != now.get(key)]
    return "; ".join(f"{key} is {_short(now.get(key))}, was {_short(before.get(key))}" for key in keys)


def _short(value: object) -> str:
    text = "absent" if value is None else str(value)
    return text if len(text) <= 16 else f"{text[:12]}..."


def _entry(place: int, line: bytes) -> bytes:
    return b'{"index": %d, "transcript": %b}\n' % (place, line)


def _lead(place: int) -> int:
    """Return how many bytes of a journal entry stand before its transcript."""
    return len(_entry(place, b"")) - len(b"}\n")


def _is_transcript(line: bytes) -> bool:
    try:
        Transcript.model_validate_json(line)
    except ValidationError:
        return False
    return True


def _is_entry(line: bytes) -> bool:
    entry = _ENTRY.fullmatch(line)
    return entry is not None and _is_transcript(entry[2])


def _read(line: bytes, path: Path, number: int) -> Transcript:
    try:
        return Transcript.model_validate_json(line)
    except ValidationError as error:
        first = error.errors()[0]
        key = ".".join(map(str, first["loc"])) or "line"
        raise TranscriptError(f"{key}: {first['msg']}; {_ANEW}", path=path, line=number) from None


@contextmanager
def _disk(path: Path) -> Iterator[None]:
    """Turn a failure of the disk into one line that says what to do."""
    try:
        yield
    except OSError as error:
        name = error.filename or path
        raise RunError(f"{name}: {error.strerror or error}; {_advice(error)}") from error


def _advice(error: OSError) -> str:
    if error.errno in (ENOSPC, EDQUOT):
        return "make room, then go on with --resume if-possible"
    if error.errno in (EACCES, EPERM, EROFS):
        return "choose a folder that can be written with --out"
    return "what was written stays valid; go on with --resume if-possible"
