"""A file that only grows, by whole lines, and is whole again after any death; and a file that changes all at once.

A process that dies loses no line that `append` returned from; a machine that dies may lose those since the last `sync`.
It knows nothing of what the lines say.
"""

import os
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Final

SYNC_EVERY: Final = 1 << 20
"""After how many bytes a file is forced to the disk."""


class LineFile:
    """An open file of lines, made where it is missing. Every method may raise OSError; a failed one leaves it whole."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._open()

    def _open(self) -> None:
        flags = os.O_RDWR | os.O_CREAT | os.O_APPEND | getattr(os, "O_BINARY", 0)
        self._file = os.open(self.path, flags, 0o644)
        self.size = os.fstat(self._file).st_size
        self._unsynced = 0

    def append(self, line: bytes) -> int:
        """Add `line`, which ends in a newline, in one write, and return its offset."""
        offset = self.size
        try:
            written = os.write(self._file, line)
            while written < len(line):
                written += os.write(self._file, line[written:])
        except OSError:
            with suppress(OSError):
                os.ftruncate(self._file, offset)
            raise
        self.size += len(line)
        self._unsynced += len(line)
        if self._unsynced >= SYNC_EVERY:
            self.sync()
        return offset

    def read(self, offset: int, length: int) -> bytes:
        """Return `length` bytes from `offset` on."""
        os.lseek(self._file, offset, os.SEEK_SET)
        return os.read(self._file, length)

    def lines(self) -> Iterator[tuple[int, bytes]]:
        """Yield every line with its offset; the last one may lack its newline."""
        offset = 0
        with self.path.open("rb") as file:
            for line in file:
                yield offset, line
                offset += len(line)

    def mend(self, is_whole: Callable[[bytes], bool]) -> None:
        """Finish a last line that only lacks its newline, as `is_whole` finds; cut off one that lacks more."""
        tail = self._tail()
        if not tail:
            return
        if is_whole(tail):
            self.append(b"\n")
        else:
            self.size -= len(tail)
            os.ftruncate(self._file, self.size)

    def rewrite(self, lines: Iterable[bytes]) -> list[int]:
        """Replace the content by `lines`, all at once, and return their offsets."""
        spare = self.path.with_name(self.path.name + ".new")
        offsets = [0]
        with spare.open("wb") as file:
            for line in lines:
                offsets.append(offsets[-1] + file.write(line))
            file.flush()
            os.fsync(file.fileno())
        os.close(self._file)
        try:
            spare.replace(self.path)
        finally:
            self._open()
        return offsets[:-1]

    def sync(self) -> None:
        """Force what was written to the disk."""
        if self._unsynced:
            os.fsync(self._file)
            self._unsynced = 0

    def close(self) -> None:
        """Close the file; a second call does nothing."""
        if self._file >= 0:
            file, self._file = self._file, -1
            os.close(file)

    def _tail(self) -> bytes:
        """Return what stands after the last newline."""
        tail = b""
        start = self.size
        while start > 0 and b"\n" not in tail:
            length = min(1 << 16, start)
            start -= length
            tail = self.read(start, length) + tail
        return tail.rpartition(b"\n")[2]


def replace_text(path: Path, text: str) -> None:
    """Write `text` to `path` so that whoever reads it, at any moment, finds the old content or the new, whole."""
    spare = path.with_name(path.name + ".new")
    with spare.open("w", encoding="utf-8", newline="\n") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    spare.replace(path)
    if os.name == "posix":
        _sync_folder(path.parent)


def _sync_folder(folder: Path) -> None:
    file = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(file)
    finally:
        os.close(file)
