"""Whole branches of a conversation: for going between the answers to one question, and for opening it at a message."""

from store.conversations import message, newest_path, path_to
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


def branch_at(db: Database, conversation_id: str, message_id: str) -> list[Message]:
    """The branch of a conversation through `message_id`, or the newest one where that is no message of it.

    Raises NotFound for the conversation.
    """
    newest = newest_path(db, conversation_id)
    of = rows(db, "SELECT 1 FROM messages WHERE id = ? AND conversation_id = ?", message_id, conversation_id)
    return branch_through(db, message_id) if of else newest
