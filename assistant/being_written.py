"""The answers that this program is writing now: how to have one of them end, or all, whoever asked for it."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

Cancelled = Callable[[], bool]


class BeingWritten:
    """By the message that is written. Thread-safe."""

    def __init__(self) -> None:
        self._stops: dict[str, threading.Event] = {}
        self._closing = threading.Event()

    @contextmanager
    def message(self, id: str, cancelled: Cancelled) -> Iterator[Cancelled]:
        """Have the message `id` known for the length of the block; what is given says when to end it."""
        stop = self._stops[id] = threading.Event()
        try:
            yield lambda: stop.is_set() or self.ends(cancelled)()
        finally:
            self._stops.pop(id, None)

    def ends(self, cancelled: Cancelled) -> Cancelled:
        """When to end what is stored nowhere."""
        return lambda: self._closing.is_set() or cancelled()

    def stop(self, id: str) -> bool:
        """Have a message end within a token or two; whether it is being written."""
        stop = self._stops.get(id)
        if stop is not None:
            stop.set()
        return stop is not None

    def stop_all(self) -> None:
        """Have every one end, and every one that begins from now on."""
        self._closing.set()

    def __contains__(self, id: str) -> bool:
        return id in self._stops
