"""Corrections whose practice questions their owner has looked through before a night, and lets stand."""

from store.database import rows, writing
from store.feedback import correction
from store.light_sqlite_utils import Database
from store.records import now


def accept(db: Database, correction_id: int) -> None:
    """Let the practice questions of a correction stand as they are now. Twice is once. Raises NotFound."""
    with writing(db):
        correction(db, correction_id)
        db.execute("INSERT OR IGNORE INTO accepted VALUES (?, ?)", (correction_id, now()))


def accepted(db: Database) -> dict[int, str]:
    """When each was accepted, by correction."""
    return {row["correction_id"]: row["created"] for row in rows(db, "SELECT correction_id, created FROM accepted")}
