"""Wordings in which the owner wants a correction practised, beside those that the night makes itself.

The page writes them, the night reads them. They go when their correction is forgotten, and a new wording of the answer
takes them over.
"""

from store.database import rows, storable, writing
from store.errors import InputRefused
from store.feedback import correction, question_key
from store.light_sqlite_utils import Database

LONGEST = 500
MOST = 24


def add_wording(db: Database, correction_id: int, text: str) -> None:
    """Have the question of a correction practised in these words too. Raises NotFound and InputRefused."""
    wording = " ".join(storable(text).split())
    if not 0 < len(wording) <= LONGEST:
        raise InputRefused(f"Another wording is a question of 1 to {LONGEST} characters, not of {len(wording)}.")
    with writing(db):
        if question_key(wording) == question_key(correction(db, correction_id).question):
            raise InputRefused("The question is practised in these very words already.")
        if len(own_wordings(db).get(correction_id, ())) >= MOST:
            raise InputRefused(f"{MOST} wordings of one question are as many as can be kept. Leave one out first.")
        db.execute("INSERT OR IGNORE INTO own_wordings VALUES (?, ?)", (correction_id, wording))


def remove_wording(db: Database, correction_id: int, text: str) -> None:
    """Take one of the owner's wordings back. Raises NotFound for the correction."""
    correction(db, correction_id)
    db.execute("DELETE FROM own_wordings WHERE correction_id = ? AND text = ?", (correction_id, storable(text)))


def own_wordings(db: Database) -> dict[int, tuple[str, ...]]:
    """The owner's wordings by correction, in the order in which they were written."""
    found: dict[int, tuple[str, ...]] = {}
    for row in rows(db, "SELECT correction_id, text FROM own_wordings ORDER BY rowid"):
        found[row["correction_id"]] = (*found.get(row["correction_id"], ()), row["text"])
    return found
