"""What the page may do to the night. `run.py` fills it in, since this wing does not know the trainer's."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class NightControl:
    """`start` raises NightRefused with the reason; `next_run` is None when no night is planned."""

    start: Callable[[], None]
    running: Callable[[], bool]
    cancel: Callable[[], None]
    next_run: Callable[[], datetime | None]
