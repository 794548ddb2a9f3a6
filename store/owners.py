"""What belongs to whom: conversations with messages, documents and choices, and corrections; nothing of another's.

The server asks here with all ids that a request names, before it does what the request asks for.
"""

import json
from collections.abc import Iterable

from store.database import rows, storable
from store.documents import document
from store.duels import answers_of, duel
from store.errors import NotFound
from store.feedback import correction
from store.light_sqlite_utils import Database
from store.records import Correction, Document, User


def require_own(db: Database, owner: str, ids: Iterable[str]) -> None:
    """Raises NotFound when one of `ids` is a conversation or a message of somebody else than `owner`.

    What is no id at all passes; whoever uses it finds nothing there.
    """
    asked = json.dumps([storable(id) for id in ids])
    foreign = rows(
        db,
        """WITH asked (id) AS (SELECT value FROM json_each(?))
           SELECT id FROM conversations WHERE owner <> ? AND id IN (SELECT id FROM asked)
           UNION ALL
           SELECT m.id FROM messages m JOIN conversations c ON c.id = conversation_id
               WHERE owner <> ? AND m.id IN (SELECT id FROM asked)
           LIMIT 1""",
        asked,
        owner,
        owner,
    )
    if foreign:
        raise NotFound(f"There is no conversation or message {foreign[0]['id']!r} of yours.")


def owner_of(db: Database, message_id: str) -> str:
    """Whose conversation a message stands in. Raises NotFound."""
    found = rows(
        db, "SELECT owner FROM messages m JOIN conversations c ON c.id = conversation_id WHERE m.id = ?", message_id
    )
    if not found:
        raise NotFound(f"There is no message {message_id!r}: it or its conversation was deleted.")
    return str(found[0]["owner"])


def may_see(user: User, of: Correction) -> bool:
    """Whether a correction is shown to a user: one's own, and every one to the first user. Pure."""
    return user.admin or of.by == user.name


def own_correction(db: Database, user: User, id: int) -> Correction:
    """The correction `id`, when the user may see it, and so take it back. Raises NotFound."""
    found = correction(db, id)
    if not may_see(user, found):
        raise NotFound(f"There is no correction {id} of yours.")
    return found


def may_withdraw(user: User, of: Document) -> bool:
    """Whether a user may remove what is read in all conversations: who gave it, and the first user. Pure."""
    return user.admin or of.by == user.name


def own_document(db: Database, user: User, id: int) -> Document:
    """The document `id`, when it is one's own or what one may withdraw, and so may remove. Raises NotFound."""
    found = document(db, id)
    if found.conversation_id is None:
        if not may_withdraw(user, found):
            raise NotFound("What is read in all conversations is removed by who gave it, or by the first user.")
    else:
        require_own(db, user.name, [found.conversation_id])
    return found


def own_duel(db: Database, user: User, id: int) -> None:
    """Raises NotFound unless the choice `id` is between two answers in a conversation of the user."""
    require_own(db, user.name, answers_of(duel(db, id)))
