"""What happened in a night, line by line with its time. Fixed words, names of phases and ids; nothing that was written.

The runs, the night and the pause write it; the page shows it. From it is known how long a night was paused, and
whether it ends in one phase again and again.
"""

from collections.abc import Sequence
from datetime import datetime

from store.database import rows
from store.light_sqlite_utils import Database
from store.records import Entry, Happening, now


def write(db: Database, run_id: str, what: Happening, note: str = "") -> None:
    """Add a line to the journal of a run."""
    db.execute("INSERT INTO journal (run_id, time, what, note) VALUES (?, ?, ?, ?)", (run_id, now(), what, note))


def journal(db: Database, run_id: str) -> list[Entry]:
    """The lines of a run, oldest first; none for a run of an earlier program."""
    found = rows(db, "SELECT time, what, note FROM journal WHERE run_id = ? ORDER BY number", run_id)
    return [Entry(**row) for row in found]


def paused_s(entries: Sequence[Entry], since: str, until: str) -> float:
    """For how many seconds between two times a night was paused, up to `until` where it still is. Pure."""
    total, begun = 0.0, ""
    for entry in (*entries, Entry(until, "resumed", "")):
        if entry.what == "paused" and not begun:
            begun = entry.time
        elif entry.what in ("resumed", "ended") and begun:
            total += max(0.0, seconds_between(max(begun, since), min(entry.time, until)))
            begun = ""
    return total


def died_in(entries: Sequence[Entry], phase: str, since: str = "") -> int:
    """How often a night ended by itself in the phase that it begins again and again, and got no further. Pure.

    Where it was paused or stopped it did not; what was begun before `since` got further.
    """
    died: list[bool] = []
    for entry in entries:
        if entry.what in ("phase begun", "phase again") and entry.note == phase:
            died.append(entry.time > since)
        elif entry.what in ("phase begun", "phase again", "phase done"):
            died.clear()
        elif entry.what in ("paused", "stopped") and died:
            died[-1] = False
    return sum(died)


def seconds_between(earlier: str, later: str) -> float:
    """The seconds from one stored time to another. Pure."""
    return (datetime.fromisoformat(later) - datetime.fromisoformat(earlier)).total_seconds()
