"""A thread with an asyncio loop, for callers that have none: what happens on it comes to them as an iterator.

It knows nothing of conversations. One host serves any number of callers at once.
"""

import asyncio
import threading
from collections.abc import Callable, Coroutine, Iterator
from queue import SimpleQueue
from types import TracebackType
from typing import Any, Generic, Self, TypeAlias, TypeVar

_T = TypeVar("_T")

Make: TypeAlias = Callable[[Callable[[_T], None]], Coroutine[Any, Any, Any]]
"""What returns a coroutine, given a function that puts items out, from any thread."""


class Work(Generic[_T]):
    """Something under way on a host: iterate over what it puts out; `stop` it from any thread."""

    def __init__(self, loop: asyncio.AbstractEventLoop, make: Make[_T]) -> None:
        self._loop = loop
        self._items: SimpleQueue[_T | None] = SimpleQueue()
        self._task = asyncio.run_coroutine_threadsafe(self._begin(make), loop).result()

    async def _begin(self, make: Make[_T]) -> "asyncio.Task[Any]":
        task = asyncio.get_running_loop().create_task(make(self._items.put))
        task.add_done_callback(lambda _: self._items.put(None))
        return task

    def __iter__(self) -> Iterator[_T]:
        """Yield what is put out; raise what the work raised. Whoever leaves the loop early stops the work."""
        over = False
        try:
            while (item := self._items.get()) is not None:
                yield item
            over = True
            if not self._task.cancelled():
                self._task.result()
        finally:
            if not over:
                self.stop()
                while self._items.get() is not None:
                    pass

    def stop(self) -> None:
        """Cancel the work; what it put out by then is still there to be had."""
        self._loop.call_soon_threadsafe(self._task.cancel)


class Host:
    """Runs coroutines on a loop of its own thread, from the first to `close`. A context manager."""

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="duologue-host", daemon=True)
        self._thread.start()

    def begin(self, make: Make[_T]) -> Work[_T]:
        """Start what `make` returns, and return it as what it puts out."""
        return Work(self._loop, make)

    def call(self, work: Coroutine[Any, Any, _T]) -> _T:
        """Run `work` and return what it returns; whoever waits for it may be interrupted, which stops it."""
        future = asyncio.run_coroutine_threadsafe(work, self._loop)
        try:
            return future.result()
        finally:
            future.cancel()

    def close(self) -> None:
        """Stop the loop; nothing may be under way."""
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
