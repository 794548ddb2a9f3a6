"""Tags: short words by which conversations are sorted and found again, `#work` in a search.

Called by the page, the search and the import. A tag is small letters without spaces.
"""

from collections.abc import Sequence

from store.conversations import conversation
from store.database import rows, storable, writing
from store.light_sqlite_utils import Database

TAG_CHARACTERS = 40


def read_tags(text: str) -> tuple[str, ...]:
    """The tags in what somebody wrote: words between commas or spaces, with or without `#`, each once. Pure."""
    words = (word.strip("#").casefold()[:TAG_CHARACTERS] for word in storable(text).replace(",", " ").split())
    return tuple(dict.fromkeys(word for word in words if word))


def tag(db: Database, conversation_id: str, tags: Sequence[str]) -> None:
    """Give a conversation these tags and no others. Raises NotFound."""
    with writing(db):
        conversation(db, conversation_id)
        db.execute("DELETE FROM tags WHERE conversation_id = ?", (conversation_id,))
        for each in tags:
            db.execute("INSERT OR IGNORE INTO tags VALUES (?, ?)", (conversation_id, each))


def tags_of(db: Database, conversation_ids: Sequence[str]) -> dict[str, tuple[str, ...]]:
    """The tags of each of these conversations, in the order of the alphabet; those without any are left out."""
    marks = ", ".join("?" * len(conversation_ids))
    found: dict[str, list[str]] = {}
    asked = f"SELECT conversation_id, tag FROM tags WHERE conversation_id IN ({marks}) ORDER BY tag"
    for row in rows(db, asked, *conversation_ids):
        found.setdefault(row["conversation_id"], []).append(row["tag"])
    return {id: tuple(tags) for id, tags in found.items()}


def all_tags(db: Database, owner: str = "") -> list[str]:
    """Every tag that a conversation of `owner` which is not deleted has, in the order of the alphabet."""
    kept = "conversation_id IN (SELECT id FROM conversations WHERE deleted IS NULL AND owner = ?)"
    return [row["tag"] for row in rows(db, f"SELECT DISTINCT tag FROM tags WHERE {kept} ORDER BY tag", owner)]
