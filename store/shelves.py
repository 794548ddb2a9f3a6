"""Where a conversation is kept: in the list, in the archive, or among the deleted ones, which can be brought back.

Called by the page, and by the server when it starts and every hour, so that what was deleted long ago goes for good.
"""

from datetime import UTC, datetime, timedelta
from typing import Literal

from store.conversations import conversation, delete_conversation
from store.database import rows, scrub
from store.errors import NotFound
from store.light_sqlite_utils import Database
from store.records import now

Shelf = Literal["talks", "archived", "deleted"]
KEPT_DAYS = 30


def archive(db: Database, id: str, archived: bool = True) -> None:
    """Take a conversation out of the list, or put it back. Raises NotFound."""
    conversation(db, id)
    db.execute("UPDATE conversations SET archived = ? WHERE id = ?", (now() if archived else None, id))


def delete(db: Database, id: str) -> None:
    """Delete a conversation; for `KEPT_DAYS` it can be brought back. Its votes teach nothing. Raises NotFound."""
    conversation(db, id)
    db.execute("UPDATE conversations SET deleted = ? WHERE id = ?", (now(), id))


def bring_back(db: Database, id: str) -> None:
    """Undo a deletion. Raises NotFound for what is gone for good."""
    if not db.execute("UPDATE conversations SET deleted = NULL WHERE id = ?", (id,)).rowcount:
        raise NotFound("This conversation was deleted for good and cannot be brought back.")


def delete_for_good(db: Database, id: str) -> None:
    """Delete a conversation with no way back, from the file too. Raises NotFound."""
    delete_conversation(db, id)


def purge(db: Database, days: int = KEPT_DAYS) -> int:
    """Delete for good what was deleted more than `days` ago; say how many conversations."""
    before = (datetime.now(UTC) - timedelta(days=days)).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    gone = int(db.execute("DELETE FROM conversations WHERE deleted < ?", (before,)).rowcount)
    if gone:
        scrub(db)
    return gone


def counts(db: Database, owner: str = "") -> dict[Shelf, int]:
    """How many conversations `owner` has on each shelf."""
    own = "SELECT count(*) FROM conversations WHERE owner = ?1 AND"
    (row,) = rows(
        db,
        f"""SELECT ({own} deleted IS NULL AND archived IS NULL) AS talks,
                   ({own} deleted IS NULL AND archived IS NOT NULL) AS archived,
                   ({own} deleted IS NOT NULL) AS deleted""",
        owner,
    )
    return {"talks": row["talks"], "archived": row["archived"], "deleted": row["deleted"]}
