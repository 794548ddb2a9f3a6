"""Long work in a thread, and what it tells while it goes on."""

import asyncio
from collections.abc import AsyncIterator, Callable
from typing import TypeVar

from starlette.concurrency import run_in_threadpool

T = TypeVar("T")
Progress = Callable[[int, int], None]
"""Takes how many of how many are done."""


def unheard(done: int, total: int) -> None:
    """Tells nobody."""


async def told_by(work: Callable[[Callable[[T], None]], T]) -> AsyncIterator[T]:
    """What `work` tells while it goes on, and in the end its result; it goes on though nobody listens.

    What it raises comes after what it told.
    """
    told: asyncio.Queue[list[T]] = asyncio.Queue()
    loop = asyncio.get_running_loop()

    def tell(*what: T) -> None:
        loop.call_soon_threadsafe(told.put_nowait, list(what))

    def worked() -> None:
        try:
            tell(work(tell))
        finally:
            tell()

    working = asyncio.ensure_future(run_in_threadpool(worked))
    while each := await told.get():
        yield each[0]
    await working
