"""Taking a correction back for good: the one thing that wipes what was said."""

from typing import Any

from store.database import rows, scrub, writing
from store.feedback import correction
from store.light_sqlite_utils import Database
from store.records import Correction, now

FORGOTTEN = "(This answer came from a correction that was forgotten.)"


def forget(db: Database, correction_id: int) -> Correction:
    """Take a correction back for good, with the earlier ones of the same user and the same question that it superseded.

    Another one that it had taken the place of, somebody else's or of a question in other words, counts again, unless
    there is a newer one in its place. Its answer is wiped, with its vectors, checks and examples, and so is what
    memory answered from it in conversations, also where that was corrected again; the file keeps no trace of them.
    The question stays, as the record that something was forgotten. Versions trained on it and backups made before
    stay as they are. Raises NotFound.
    """
    with writing(db):
        correction(db, correction_id)
        before = rows(
            db,
            """WITH RECURSIVE chain (id) AS (
                   VALUES (?) UNION SELECT c.id FROM corrections c JOIN chain ON c.superseded_by = chain.id
               ) SELECT id, superseded_by, by, manner, question_key, context FROM corrections JOIN chain USING (id)""",
            correction_id,
        )
        own = next(row for row in before if row["id"] == correction_id)
        gone = {row["id"] for row in before if _of_one_kind(row, own)}
        for row in before:
            if row["id"] not in gone and row["superseded_by"] in gone:
                db.execute("UPDATE corrections SET superseded_by = ? WHERE id = ?", (own["superseded_by"], row["id"]))
        for number in gone:
            _wipe_rejected(db, number)
            db.execute(
                "UPDATE corrections SET answer = '', forgotten = coalesce(forgotten, ?) WHERE id = ?", (now(), number)
            )
            db.execute("DELETE FROM vectors WHERE correction_id = ?", (number,))
            db.execute("DELETE FROM checks WHERE correction_id = ?", (number,))
            db.execute("DELETE FROM refused_wordings WHERE correction_id = ?", (number,))
            db.execute("DELETE FROM own_wordings WHERE correction_id = ?", (number,))
            db.execute("DELETE FROM accepted WHERE correction_id = ?", (number,))
            db.execute("DELETE FROM examples WHERE correction_id = ?", (number,))
            db.execute(
                """UPDATE messages SET content = ?, status = replace(status, 'writing', 'stopped')
                   WHERE correction_id = ?""",
                (FORGOTTEN, number),
            )
    scrub(db)
    return correction(db, correction_id)


def _of_one_kind(one: dict[str, Any], other: dict[str, Any]) -> bool:
    """Whether of two corrections of one user the later says the same thing anew: of one question, or wishes."""
    if one["by"] != other["by"] or bool(one["manner"]) != bool(other["manner"]):
        return False
    return bool(one["manner"]) or (one["question_key"], one["context"]) == (other["question_key"], other["context"])


def _wipe_rejected(db: Database, id: int) -> None:
    """Wipe what a correction rejected, and itself where another rejected it: memory had answered from it there.

    Of a message that is gone nobody knows who said it, so that the very answer counts as said by it.
    """
    db.execute(
        """UPDATE corrections SET rejected = ''
           WHERE id = ?1 OR message_id IN (SELECT id FROM messages WHERE correction_id = ?1)
           OR (rejected = (SELECT answer FROM corrections WHERE id = ?1)
               AND message_id NOT IN (SELECT id FROM messages))""",
        (id,),
    )
