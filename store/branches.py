"""Whole branches of a conversation, for switching between the answers to one question."""

from store.conversations import message, path_to
from store.database import rows
from store.light_sqlite_utils import Database
from store.records import Message


def branch_through(db: Database, message_id: str) -> list[Message]:
    """The branch that goes through `message_id` and ends at the newest message below it. Raises NotFound."""
    message(db, message_id)
    newest = rows(
        db,
        """WITH RECURSIVE below (node) AS (
               VALUES (?) UNION ALL SELECT m.id FROM messages m JOIN below ON m.parent_id = below.node
           ) SELECT id FROM messages WHERE id IN (SELECT node FROM below) ORDER BY number DESC LIMIT 1""",
        message_id,
    )
    return path_to(db, newest[0]["id"])
