"""What the owner gave to read, in passages; looked up at answer time, and never trained on by themselves.

A document is there for one conversation or for all; it goes with its conversation, or when it is removed. Which
passages an answer was given from is kept beside the answer.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from store.conversations import conversation
from store.database import rows, scrub, storable, writing
from store.errors import NotFound
from store.light_sqlite_utils import Database
from store.records import Document, Passage, Quote, now

MOST_FOUND = 50

_DOCUMENT = """SELECT id, name, added, conversation_id, by,
                   (SELECT count(*) FROM passages WHERE document_id = documents.id) AS passages FROM documents"""
_PASSAGE = "passages.id, documents.name AS document, text, place, document_id, conversation_id"


@dataclass(frozen=True, slots=True)
class NewPassage:
    """A passage to keep, with its vector: float32, little-endian."""

    place: str
    text: str
    vector: bytes


def add_document(
    db: Database,
    name: str,
    sha256: str,
    passages: Sequence[NewPassage],
    model: str,
    conversation_id: str | None = None,
) -> Document:
    """Keep a document, for one conversation or for all; one that is there for it is not kept twice. Raises NotFound."""
    with writing(db):
        if known := known_document(db, sha256, conversation_id):
            return known
        if conversation_id is not None:
            conversation(db, conversation_id)
        number = db.execute(
            "INSERT INTO documents (name, sha256, added, conversation_id) VALUES (?, ?, ?, ?)",
            (storable(name), sha256, now(), conversation_id),
        ).lastrowid
        db.conn.executemany(
            "INSERT INTO passages (document_id, place, text, model, vector) VALUES (?, ?, ?, ?, ?)",
            [(number, storable(each.place), storable(each.text), model, each.vector) for each in passages],
        )
        return document(db, number)


def known_document(db: Database, sha256: str, conversation_id: str | None) -> Document | None:
    """The document with these bytes, when it is there for the conversation already: its own, or everybody's."""
    where = "WHERE sha256 = ? AND (conversation_id IS NULL OR conversation_id = ?) ORDER BY conversation_id LIMIT 1"
    found = _documents(db, where, sha256, conversation_id)
    return found[0] if found else None


def document(db: Database, id: int) -> Document:
    """The document `id`. Raises NotFound."""
    found = _documents(db, "WHERE id = ?", id)
    if not found:
        raise NotFound.among("document", id, [str(each.id) for each in _documents(db, "")])
    return found[0]


def documents(db: Database, conversation_id: str | None) -> list[Document]:
    """What is read in a conversation: its own documents, then those of all, each by age."""
    where = "WHERE conversation_id IS NULL OR conversation_id = ? ORDER BY conversation_id IS NULL, id"
    return _documents(db, where, conversation_id)


def own_digests(db: Database, conversation_id: str) -> list[str]:
    """The SHA-256 of each document that is there for this conversation alone."""
    found = rows(db, "SELECT sha256 FROM documents WHERE conversation_id = ?", conversation_id)
    return [row["sha256"] for row in found]


def share_document(db: Database, id: int) -> None:
    """Let a document be read in every conversation, given by whose conversation it was in. Raises NotFound."""
    with writing(db):
        document(db, id)
        for_all = rows(
            db,
            """SELECT 1 FROM documents WHERE conversation_id IS NULL AND id <> ?
               AND sha256 = (SELECT sha256 FROM documents WHERE id = ?)""",
            id,
            id,
        )
        if for_all:
            db.execute("DELETE FROM documents WHERE id = ?", (id,))
        else:
            owner = "coalesce((SELECT owner FROM conversations WHERE id = conversation_id), by)"
            db.execute(f"UPDATE documents SET by = {owner}, conversation_id = NULL WHERE id = ?", (id,))


def remove_document(db: Database, id: int) -> None:
    """Remove a document with its passages, from the file too: no later answer uses it. Raises NotFound.

    Answers that quoted it keep its name.
    """
    document(db, id)
    db.execute("DELETE FROM documents WHERE id = ?", (id,))
    scrub(db)


def revision(db: Database) -> int:
    """A number that grows when a document is added, shared or removed."""
    return int(rows(db, "SELECT value FROM documents_revision")[0]["value"])


def passages(db: Database, model: str) -> list[tuple[Passage, bytes]]:
    """Every passage with its vector by `model`, oldest first."""
    joined = "passages JOIN documents ON documents.id = document_id"
    found = rows(db, f"SELECT {_PASSAGE}, vector FROM {joined} WHERE model = ? ORDER BY passages.id", model)
    return [(Passage(**{k: v for k, v in row.items() if k != "vector"}), row["vector"]) for row in found]


def search_passages(db: Database, question: str) -> list[int]:
    """The ids of the passages that share words with `question`, best first (BM25)."""
    words = re.findall(r"\w+", storable(question))
    if not words:
        return []
    asked = " OR ".join(f'"{word}"' for word in words)
    sql = "SELECT rowid FROM passages_fts WHERE passages_fts MATCH ? ORDER BY rank LIMIT ?"
    return [row["rowid"] for row in rows(db, sql, asked, MOST_FOUND)]


def added_since(db: Database, conversation_id: str, since: str) -> set[int]:
    """The conversation's own documents that came at `since` or later; times as the store writes them."""
    sql = "SELECT id FROM documents WHERE conversation_id = ? AND added >= ?"
    return {row["id"] for row in rows(db, sql, conversation_id, since)}


def quote(db: Database, message_id: str, passages: Sequence[Passage]) -> None:
    """Keep which passages an answer is given from."""
    db.conn.executemany(
        "INSERT INTO quotes (message_id, rank, document, place, passage_id) VALUES (?, ?, ?, ?, ?)",
        [(message_id, rank, each.document, each.place, each.id) for rank, each in enumerate(passages)],
    )


def quotes(db: Database, message_id: str) -> list[Quote]:
    """The passages that an answer was given from."""
    sql = """SELECT document, quotes.place, text FROM quotes LEFT JOIN passages ON passages.id = passage_id
             WHERE message_id = ? ORDER BY rank"""
    return [Quote(**row) for row in rows(db, sql, message_id)]


def _documents(db: Database, where: str, *parameters: object) -> list[Document]:
    return [Document(**row) for row in rows(db, f"{_DOCUMENT} {where}", *parameters)]
