"""What the owner says of how answers are: ratings, and preferences between two answers to one question."""

import json
from collections.abc import Sequence

from store.conversations import NOT_DELETED, ended_answer
from store.database import rows, storable, writing
from store.errors import InputRefused
from store.feedback import ACTIVE
from store.light_sqlite_utils import Database
from store.records import Rating, Vote, now


def rate(db: Database, message_id: str, value: int, reasons: Sequence[str] = (), note: str = "") -> Rating:
    """Rate an answer -1 or 1, or take the rating back with 0. Raises NotFound and InputRefused."""
    if value not in (-1, 0, 1):
        raise InputRefused(f"A rating is -1, 0 or 1, not {value!r}.")
    ended_answer(db, message_id, "rated")
    made = Rating(message_id, value, tuple(map(storable, reasons)), storable(note), now())
    db.execute(
        "INSERT INTO ratings (message_id, value, reasons, note, created) VALUES (?, ?, ?, ?, ?)",
        (message_id, value, json.dumps(made.reasons), made.note, made.created),
    )
    return made


def rating_of(db: Database, message_id: str) -> Rating | None:
    """The newest rating of a message, which may be a 0."""
    found = rows(
        db,
        """SELECT message_id, value, reasons, note, created FROM ratings
           WHERE message_id = ? ORDER BY number DESC LIMIT 1""",
        message_id,
    )
    return Rating(**{**found[0], "reasons": tuple(json.loads(found[0]["reasons"]))}) if found else None


def prefer(db: Database, chosen_message_id: str, rejected_message_id: str) -> None:
    """Say that of two answers to one question the first is better; the opposite, said earlier, is taken back.

    Raises NotFound, and InputRefused when they are not two answers to one question.
    """
    chosen, rejected = (
        ended_answer(db, chosen_message_id, "preferred"),
        ended_answer(db, rejected_message_id, "rejected"),
    )
    places = {(each.conversation_id, each.parent_id) for each in (chosen, rejected)}
    if chosen.id == rejected.id or len(places) > 1:
        raise InputRefused(f"Messages {chosen.id} and {rejected.id} are not two answers to one question.")
    with writing(db):
        db.execute("DELETE FROM preferences WHERE chosen_id = ? AND rejected_id = ?", (rejected.id, chosen.id))
        db.execute("INSERT OR IGNORE INTO preferences VALUES (?, ?, ?)", (chosen.id, rejected.id, now()))


def preferences(db: Database) -> list[tuple[str, str]]:
    """The ids of the chosen and the rejected message of every preference, oldest first; not of deleted talks."""
    kept = f"chosen_id IN (SELECT id FROM messages WHERE {NOT_DELETED})"
    found = rows(db, f"SELECT chosen_id, rejected_id FROM preferences WHERE {kept} ORDER BY created, rowid")
    return [(row["chosen_id"], row["rejected_id"]) for row in found]


def votes(db: Database) -> list[Vote]:
    """What the owner's ratings and preferences say of how answers are written, oldest answer first.

    The newest rating of an answer counts; one without a rating counts as liked when it was preferred to another, and
    as disliked when another was preferred to it. Left out is what memory said, and what was corrected: those were
    judged for what they say. What is said in a deleted conversation does not count either.
    """
    found = rows(
        db,
        f"""SELECT m.id, m.content AS answer, asked.content AS question, coalesce(
                (SELECT value FROM ratings WHERE message_id = m.id ORDER BY number DESC LIMIT 1),
                EXISTS (SELECT 1 FROM preferences WHERE chosen_id = m.id)
                    - EXISTS (SELECT 1 FROM preferences WHERE rejected_id = m.id)
            ) AS value
            FROM messages m JOIN messages asked ON asked.id = m.parent_id
            WHERE m.role = 'assistant' AND m.status = 'complete' AND m.correction_id IS NULL AND asked.role = 'user'
                AND m.content <> '' AND m.{NOT_DELETED}
                AND (EXISTS (SELECT 1 FROM ratings WHERE message_id = m.id)
                    OR m.id IN (SELECT chosen_id FROM preferences UNION SELECT rejected_id FROM preferences))
                AND NOT EXISTS (SELECT 1 FROM corrections WHERE message_id = m.id AND {ACTIVE})
            ORDER BY m.number""",
    )
    return [Vote(row["id"], row["question"], row["answer"], row["value"]) for row in found if row["value"]]
