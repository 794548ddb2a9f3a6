"""Corrections thought over: another wording of one, and whether it is an answer or a wish for every answer.

The page calls it. No text is overwritten: an edited correction is a new one that takes the earlier one's place.
"""

from store import feedback
from store.database import storable, writing
from store.errors import InputRefused
from store.light_sqlite_utils import Database
from store.records import Correction


def revise(db: Database, id: int, answer: str) -> Correction:
    """Word a correction anew; its kind stays. The same again changes nothing.

    Raises NotFound, and InputRefused when it does not count any more or `answer` is empty.
    """
    text = storable(answer.strip("\r\n").rstrip())
    if not text.strip():
        raise InputRefused("A correction needs a text. To take it back, forget it.")
    with writing(db):
        known = _counting(db, id)
        if known.answer == text:
            return known
        aspect = feedback.aspect_of(text, "wish" if known.manner else "answer")
        made = feedback.add_correction(
            db, known.message_id, known.question, known.rejected, text, aspect, known.by, known.context, known.id
        )
        feedback.supersede(db, known.id, made.id)
        for table in ("refused_wordings", "own_wordings"):
            taken_over = f"SELECT ?, text FROM {table} WHERE correction_id = ? ORDER BY rowid"
            db.execute(f"INSERT INTO {table} {taken_over}", (made.id, known.id))
        return made


def hold_for_every_answer(db: Database, id: int, every: bool) -> Correction:
    """Say that a correction is a wish for every answer, or only the answer to its own question, whatever its form.

    What it had taken the place of as the other kind counts again, but for its own earlier wordings, so that going
    there and back leaves everything as it was. Raises NotFound, and InputRefused when it does not count any more.
    """
    with writing(db):
        known = _counting(db, id)
        if bool(known.manner) == every:
            return known
        db.execute(
            """WITH RECURSIVE wordings (id) AS (
                   VALUES (?) UNION SELECT c.revises FROM corrections c JOIN wordings ON c.id = wordings.id
                   WHERE c.revises IS NOT NULL
               ) UPDATE corrections SET superseded_by = NULL
               WHERE superseded_by IN wordings AND id NOT IN wordings AND forgotten IS NULL""",
            (id,),
        )
        aspect = feedback.aspect_of(known.answer, "wish" if every else "answer")
        db.execute("UPDATE corrections SET manner = ? WHERE id = ?", (aspect, id))
        db.execute("DELETE FROM vectors WHERE correction_id = ?", (id,))  # made anew, and compared anew, if need be
        _give_way_to_newer(db, known)
        if feedback.correction(db, id).active:
            feedback.replace_earlier(db, id)
        return feedback.correction(db, id)


def _give_way_to_newer(db: Database, known: Correction) -> None:
    """Where a later correction says the same thing otherwise already, that one counts."""
    for later in (*feedback.active_corrections(db), *feedback.wishes(db, known.by)):
        if later.id > known.id:
            feedback.replace_earlier(db, later.id)


def _counting(db: Database, id: int) -> Correction:
    known = feedback.correction(db, id)
    if not known.active:
        raise InputRefused(
            f"Correction {id} does not count any more, so it cannot be changed. Correct the answer anew."
        )
    return known
