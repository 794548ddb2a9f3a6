"""How it goes from week to week: answers, corrections and thumbs. What was imported does not count."""

from store.database import rows
from store.light_sqlite_utils import Database
from store.records import Week


def weeks(db: Database, limit: int = 12) -> list[Week]:
    """The newest weeks with answers, newest first; a week begins on Monday, UTC.

    An answer counts as corrected when it has a correction that is no wish, in the week in which it was given.
    """
    found = rows(
        db,
        """SELECT date(created, 'weekday 0', '-6 days') AS monday, count(*) AS answers,
                  sum(corrected) AS corrected, sum(thumb = 1) AS up, sum(thumb = -1) AS down
           FROM (SELECT messages.created,
                        EXISTS (SELECT 1 FROM corrections WHERE message_id = messages.id AND manner = '') AS corrected,
                        coalesce((SELECT value FROM ratings WHERE message_id = messages.id
                                  ORDER BY number DESC LIMIT 1), 0) AS thumb
                 FROM messages JOIN conversations ON conversations.id = conversation_id
                 WHERE source IS NULL AND role = 'assistant' AND status <> 'writing')
           GROUP BY monday ORDER BY monday DESC LIMIT ?""",
        limit,
    )
    return [Week(**row) for row in found]
