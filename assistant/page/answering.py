"""Answers on their way: each turn runs in a thread of its own and can be stopped from its browser tab.

Gradio drives a generator from changing threads and drops it when a tab is closed; a store connection belongs to
one thread, and an answer is written to its end whether somebody looks or not. So the page only watches.
"""

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from queue import Empty, SimpleQueue

from store.records import Message

Turn = Callable[[Callable[[], bool]], Iterator[Message]]

MOST_TURNS = 16


class Answering:
    """The turns that run now, by tab."""

    def __init__(self) -> None:
        self._threads = ThreadPoolExecutor(MOST_TURNS, thread_name_prefix="turn")
        self._lock = threading.Lock()
        self._stops: dict[str, threading.Event] = {}
        self._watched: dict[str, threading.Event] = {}

    def watch(self, tab: str, turn: Turn) -> Iterator[Message | None]:
        """Run `turn` and yield the answer as it grows, leaving out states that nobody had time to look at.

        Ends early, with None, when the tab looks at something else; the answer is then written to its end unseen.
        Raises what `turn` raises.
        """
        stop = threading.Event()
        with self._lock:
            self._stops[tab] = self._watched[tab] = stop
        states: SimpleQueue[Message | None] = SimpleQueue()

        def run() -> None:
            try:
                for state in turn(stop.is_set):
                    states.put(state)
            finally:
                states.put(None)
                with self._lock:
                    if self._stops.get(tab) is stop:
                        del self._stops[tab]

        done = self._threads.submit(run)
        ended = False
        while not ended:
            waiting = [states.get(), *_at_hand(states)]
            ended = waiting[-1] is None
            seen = [state for state in waiting if state is not None]
            if self._watched.get(tab) is not stop:
                yield None
                return
            if seen:
                yield seen[-1]
        done.result()

    def leave(self, tab: str) -> None:
        """The tab looks at another conversation now, so the answer in it must not come up there."""
        with self._lock:
            self._watched.pop(tab, None)

    def stop(self, tab: str) -> None:
        """Have the turn of a tab end within a token or two; nothing when none runs."""
        with self._lock:
            if tab in self._stops:
                self._stops[tab].set()


def _at_hand(states: SimpleQueue[Message | None]) -> list[Message | None]:
    found = list[Message | None]()
    while True:
        try:
            found.append(states.get_nowait())
        except Empty:
            return found
