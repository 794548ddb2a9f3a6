"""Wordings in which the owner wants a correction practised, beside those that the night makes itself, or does not.

The page writes them, the night reads them. They go when their correction is forgotten, and a new wording of the answer
takes its own over.
"""

from store.database import rows, storable, writing
from store.errors import InputRefused
from store.feedback import correction
from store.light_sqlite_utils import Database
from store.questions.key import question_key

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


def replace_wording(db: Database, correction_id: int, text: str, by: str) -> None:
    """Have it practised in other words than in `text`, which the night made. Raises NotFound and InputRefused."""
    with writing(db):
        add_wording(db, correction_id, by)
        refuse_wording(db, correction_id, text)


def own_wordings(db: Database) -> dict[int, tuple[str, ...]]:
    """The owner's wordings by correction, in the order in which they were written."""
    found: dict[int, tuple[str, ...]] = {}
    for row in rows(db, "SELECT correction_id, text FROM own_wordings ORDER BY rowid"):
        found[row["correction_id"]] = (*found.get(row["correction_id"], ()), row["text"])
    return found


def refuse_wording(db: Database, correction_id: int, text: str, refused: bool = True) -> None:
    """Say that a correction is not to be practised in this wording, or, with `refused` false, that it may be again.

    Raises NotFound.
    """
    correction(db, correction_id)
    if refused:
        db.execute("INSERT OR IGNORE INTO refused_wordings VALUES (?, ?)", (correction_id, storable(text)))
    else:
        db.execute("DELETE FROM refused_wordings WHERE correction_id = ? AND text = ?", (correction_id, storable(text)))


def refused_wordings(db: Database) -> dict[int, frozenset[str]]:
    """The wordings that the owner does not want, by correction."""
    found: dict[int, set[str]] = {}
    for row in rows(db, "SELECT correction_id, text FROM refused_wordings"):
        found.setdefault(row["correction_id"], set()).add(row["text"])
    return {id: frozenset(texts) for id, texts in found.items()}
