"""A folder for one process at a time: a lock that the system takes back when its holder dies, however it dies."""

import os
import sys
from pathlib import Path
from typing import Final

from agents.errors import UsageError

LOCK_NAME: Final = "run.lock"

_FAR: Final = 1 << 30
"""Where Windows locks a byte: past the text, so that others can still read who holds the lock."""


class FolderLock:
    """An exclusive lock on `folder`, held by the file `run.lock` in it, which names the holder's process.

    Raises UsageError where another process holds it, OSError where the file cannot be made or locked.
    """

    def __init__(self, folder: Path) -> None:
        self._path = folder / LOCK_NAME
        self._file = self._acquire(folder)
        try:
            os.ftruncate(self._file, 0)
            os.write(self._file, f"{os.getpid()}\n".encode())
        except OSError:
            self.release()
            raise

    def release(self) -> None:
        """Give the folder free; a second call does nothing."""
        if self._file >= 0:
            if sys.platform != "win32":
                self._path.unlink(missing_ok=True)
            os.close(self._file)
            self._file = -1

    def _acquire(self, folder: Path) -> int:
        while True:
            file = os.open(self._path, os.O_RDWR | os.O_CREAT, 0o644)
            try:
                _lock(file)
                if self._is_current(file):
                    return file
            except BlockingIOError:
                who = _holder(file)
                os.close(file)
                raise UsageError(
                    f"{folder}: another run{who} is writing here; wait for its end, or choose another folder with --out"
                ) from None
            except OSError:
                os.close(file)
                raise
            os.close(file)

    def _is_current(self, file: int) -> bool:
        """Tell whether the path still leads to `file`, which its last holder may have taken away meanwhile."""
        try:
            return os.path.samestat(os.fstat(file), self._path.stat())
        except FileNotFoundError:
            return False


def _holder(file: int) -> str:
    text = os.read(file, 20).decode("ascii", "replace").strip()
    return f" (process {text})" if text.isdigit() else ""


if sys.platform == "win32":
    import msvcrt

    def _lock(file: int) -> None:
        os.lseek(file, _FAR, os.SEEK_SET)
        try:
            msvcrt.locking(file, msvcrt.LK_NBLCK, 1)
        except PermissionError as error:
            raise BlockingIOError(*error.args) from None
        finally:
            os.lseek(file, 0, os.SEEK_SET)

else:
    import fcntl

    def _lock(file: int) -> None:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
