"""Answers on their way: each turn runs in a thread of its own and can be stopped from its browser tab.

Gradio drives a generator from changing threads and drops it when a tab is closed; a store connection belongs to
one thread, and an answer is written to its end whether somebody looks or not. So the page only watches.
"""

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from queue import Empty, SimpleQueue

from store.records import Message

Turn = Callable[[Callable[[], bool]], Iterator[Message]]

MOST_TURNS = 16
LEAVING_S = 5.0


@dataclass(frozen=True)
class _Watched:
    """A turn that a tab looks at: how to stop it, its states until None, and whether the tab gets no more of them."""

    stop: threading.Event = field(default_factory=threading.Event)
    states: SimpleQueue[Message | None] = field(default_factory=SimpleQueue)
    left: threading.Event = field(default_factory=threading.Event)


class Answering:
    """The turns that run now, by tab."""

    def __init__(self) -> None:
        self._threads = ThreadPoolExecutor(MOST_TURNS, thread_name_prefix="turn")
        self._lock = threading.Lock()
        self._stops: dict[str, threading.Event] = {}
        self._watched: dict[str, _Watched] = {}

    def watch(self, tab: str, turn: Turn) -> Iterator[Message | None]:
        """Run `turn` and yield the answer as it grows, leaving out states that nobody had time to look at.

        Ends early, with None, when the tab looks at something else; the answer is then written to its end unseen.
        Raises what `turn` raises.
        """
        now = _Watched()
        with self._lock:
            self._watched[tab], self._stops[tab] = now, now.stop

        def run() -> None:
            try:
                for state in turn(now.stop.is_set):
                    if not now.left.is_set():
                        now.states.put(state)
            finally:
                now.states.put(None)
                with self._lock:
                    if self._stops.get(tab) is now.stop:
                        del self._stops[tab]

        done = self._threads.submit(run)
        try:
            ended = False
            while not ended:
                waiting = [now.states.get(), *_at_hand(now.states)]
                ended = waiting[-1] is None
                seen = [state for state in waiting if state is not None]
                if self._watched.get(tab) is not now:
                    now.left.set()
                    yield None
                    return
                if seen:
                    yield seen[-1]
            done.result()
        finally:
            now.left.set()
            with self._lock:
                if self._watched.get(tab) is now:
                    del self._watched[tab]

    def watching(self, tab: str) -> bool:
        """Whether a tab looks at an answer that is being written."""
        with self._lock:
            watched = self._watched.get(tab)
            return watched is not None and self._stops.get(tab) is watched.stop

    def leave(self, tab: str) -> None:
        """The tab looks at another conversation now, so the answer in it must not come up there.

        Comes back when what was on its way to the tab has gone, so that whatever is shown next comes after it.
        """
        with self._lock:
            watched = self._watched.pop(tab, None)
        if watched is not None:
            watched.states.put(None)
            watched.left.wait(LEAVING_S)

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
