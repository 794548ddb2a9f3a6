"""The owner's wish that the night waits: a file in the home, so that it holds over a restart until it is taken back.

The page writes it; the night looks at it between small pieces of its work, the schedule before it starts one.
"""

from pathlib import Path

from store import runs
from store.journal import write
from store.light_sqlite_utils import Database
from store.records import Run

FILE = "night.paused"


def is_paused(home: Path) -> bool:
    """Whether the night of this home is to wait."""
    return (home / FILE).exists()


def paused_run(db: Database, home: Path) -> Run | None:
    """The unfinished run that waits for its owner, whether its process is there or went with the server."""
    return runs.unfinished_run(db) if is_paused(home) else None


def pause(db: Database, home: Path) -> None:
    """Have the night wait from its next piece of work on. Twice is once."""
    if is_paused(home):
        return
    (home / FILE).touch(mode=0o600)
    if run := runs.unfinished_run(db):
        write(db, run.id, "paused")


def resume(db: Database, home: Path) -> None:
    """Take the pause back; nothing when there is none."""
    if not is_paused(home):
        return
    (home / FILE).unlink(missing_ok=True)
    if run := runs.unfinished_run(db):
        write(db, run.id, "resumed")
