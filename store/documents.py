"""What the owner gave to read, in passages; looked up at answer time, and never trained on by themselves."""

from collections.abc import Sequence

from store.database import rows, storable, writing
from store.light_sqlite_utils import Database
from store.records import Passage, now


def add_document(db: Database, name: str, sha256: str, passages: Sequence[tuple[str, bytes]], model: str) -> bool:
    """Keep a document's passages with their vectors (float32, little-endian, by `model`); False when it is known."""
    with writing(db):
        if rows(db, "SELECT 1 FROM documents WHERE sha256 = ?", sha256):
            return False
        cursor = db.execute("INSERT INTO documents (name, sha256, added) VALUES (?, ?, ?)", (name, sha256, now()))
        for text, vector in passages:
            db.execute(
                "INSERT INTO passages (document_id, text, model, vector) VALUES (?, ?, ?, ?)",
                (cursor.lastrowid, storable(text), model, vector),
            )
        return True


def revision(db: Database) -> int:
    """A number that changes when a document is added."""
    return int(rows(db, "SELECT coalesce(max(id), 0) AS newest FROM documents")[0]["newest"])


def passages(db: Database, model: str) -> list[tuple[Passage, bytes]]:
    """Every passage with its vector by `model`, oldest first."""
    sql = """SELECT passages.id, name, text, vector FROM passages JOIN documents ON documents.id = document_id
             WHERE model = ? ORDER BY passages.id"""
    found = rows(db, sql, model)
    return [(Passage(row["id"], row["name"], row["text"]), row["vector"]) for row in found]
