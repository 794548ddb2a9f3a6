"""Whose turn it is: while an answer is being written, the night waits.

The chat keeps a file in the home fresh for as long as it answers; the night looks at it between small pieces of
its work. A file that is not renewed grows stale, so that a chat that died holds nothing up.
"""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from store.pausing import is_paused

FILE = "answering"
RENEWED_S = 0.4
STALE_S = 2.0
LOOKS_S = 0.01
PAUSED_LOOKS_S = 0.2
PATIENCE_S = 30.0


@contextmanager
def answering(home: Path) -> Iterator[None]:
    """Make nights wait for the length of the block."""
    file, done = home / FILE, threading.Event()

    def renew() -> None:
        while not done.wait(RENEWED_S):
            file.touch()

    file.touch()
    thread = threading.Thread(target=renew, daemon=True, name="answering")
    thread.start()
    try:
        yield
    finally:
        done.set()
        thread.join()
        file.unlink(missing_ok=True)


def is_answering(home: Path) -> bool:
    """Whether some program writes an answer in this home now."""
    try:
        return time.time() - (home / FILE).stat().st_mtime < STALE_S
    except FileNotFoundError:
        return False


class GiveWay:
    """Called between small pieces of work, waits while an answer is written, and while the night is paused.

    After `patience` seconds of waiting for answers in a row it works on for as long, so that a busy chat slows a night
    down and does not stop it. `pausing` is off where a pause would be counted as work.
    """

    def __init__(self, home: Path, patience: float = PATIENCE_S) -> None:
        self._home = home
        self._patience = patience
        self._free_until = 0.0
        self.pausing = True

    def __call__(self) -> None:
        while self.pausing and is_paused(self._home):
            time.sleep(PAUSED_LOOKS_S)
        began = time.monotonic()
        while began >= self._free_until and is_answering(self._home):
            if time.monotonic() - began > self._patience:
                self._free_until = time.monotonic() + self._patience
            time.sleep(LOOKS_S)
