"""What happened in a night, line by line with its time. Fixed words, names of phases and ids; nothing that was written.

The runs and the pause write it; the page shows it, and knows from it how long a night was paused.
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


def seconds_between(earlier: str, later: str) -> float:
    """The seconds from one stored time to another. Pure."""
    return (datetime.fromisoformat(later) - datetime.fromisoformat(earlier)).total_seconds()
