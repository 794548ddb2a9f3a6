"""An answer on its way: generated in a thread of its own, heard in the event loop, stopped when nobody listens.

A store connection and an engine's lock belong to one thread from the first piece to the last, so the loop only
listens. It knows nothing of HTTP.
"""

import asyncio
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from concurrent.futures import Executor
from typing import Generic, TypeVar

Heard = TypeVar("Heard")


class Running(Generic[Heard]):
    """What `generate` yields, heard once and in order. `generate` is told through its argument when to end."""

    def __init__(self, threads: Executor, generate: Callable[[Callable[[], bool]], Iterator[Heard]]) -> None:
        self._stop = threading.Event()
        self._loop = asyncio.get_running_loop()
        self._queue: asyncio.Queue[Heard | None] = asyncio.Queue()
        self._generate = generate
        self._done = self._loop.run_in_executor(threads, self._run)

    def stop(self) -> None:
        """Have the generation end within a token or two."""
        self._stop.set()

    async def __aiter__(self) -> AsyncIterator[Heard]:
        """Each thing as it comes. Raises what `generate` raised."""
        while (heard := await self._queue.get()) is not None:
            yield heard
        await self._done

    def _run(self) -> None:
        try:
            for heard in self._generate(self._stop.is_set):
                self._loop.call_soon_threadsafe(self._queue.put_nowait, heard)
        finally:
            self._loop.call_soon_threadsafe(self._queue.put_nowait, None)
