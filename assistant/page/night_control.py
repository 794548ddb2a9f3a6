"""What the page may do to the night. `run.py` fills it in, since this wing does not know the trainer's."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from store.records import Correction


@dataclass(frozen=True, slots=True)
class Plan:
    """What a night would do now: learn what is `new`, unlearn so many `withdrawn`, and leave so many `waiting`
    for a later one; `manner` is what it found in the votes, in words. An `alarm` brings it too."""

    new: tuple[Correction, ...]
    withdrawn: int
    waiting: int
    manner: str
    alarm: bool = False


@dataclass(frozen=True, slots=True)
class NightControl:
    """`start` raises NightRefused with the reason; `next_run` is None when no night is planned; `practised` are the
    other wordings in which a correction's question is taught, and `too_long` says of one that no night can teach it;
    `planned` says what the next night is about, and `put_off` why one that was due has not begun."""

    start: Callable[[], None]
    running: Callable[[], bool]
    cancel: Callable[[], None]
    next_run: Callable[[], datetime | None]
    practised: Callable[[Correction], Sequence[str]]
    planned: Callable[[], Plan]
    too_long: Callable[[Correction], bool] = lambda _: False
    put_off: Callable[[], Sequence[str]] = lambda: ()
