"""Documents: read once into passages, and the best passage put before a question that it bears on.

`run.py add` reads, every answer looks up. Text and Markdown only; what is read is material, not an instruction,
and is never trained on by itself.
"""

import hashlib
import re
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt

from models.embedding import NAME, Embedder
from store import documents
from store.errors import InputRefused
from store.light_sqlite_utils import Database
from store.records import ChatMessage, Passage

BEARS_ON = 0.45
PASSAGE_CHARACTERS = 700
KINDS = (".txt", ".md", ".markdown", ".rst", ".text")


def read_document(path: Path) -> list[str]:
    """The passages of a text file. Raises InputRefused, naming the file, for what cannot be read."""
    if not path.is_file():
        raise InputRefused(f"There is no file {path}.")
    if path.suffix.lower() not in KINDS:
        raise InputRefused(f"{path} is not text: {', '.join(KINDS)} can be read so far. Save it as text and add that.")
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise InputRefused(
            f"{path} is not UTF-8 text ({error.reason} at byte {error.start}). Save it as UTF-8."
        ) from error
    found = in_passages(text)
    if not found:
        raise InputRefused(f"{path} is empty.")
    return found


def in_passages(text: str, size: int = PASSAGE_CHARACTERS) -> list[str]:
    """`text` cut at paragraphs, and long paragraphs at sentences, into pieces of about `size` characters. Pure."""
    pieces = [
        sentence
        for paragraph in re.split(r"\n\s*\n", text)
        for sentence in (re.split(r"(?<=[.!?])\s+", paragraph) if len(paragraph) > size else [paragraph])
    ]
    found: list[str] = []
    for piece in (" ".join(piece.split()) for piece in pieces):
        if found and len(found[-1]) + len(piece) < size:
            found[-1] = f"{found[-1]}\n{piece}"
        elif piece:
            found.append(piece[: size * 2])
    return found


def add(db: Database, embedder: Embedder, path: Path) -> bool:
    """Take a document in; False when it was there already. Raises InputRefused."""
    texts = read_document(path)
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    vectors = embedder.embed(texts).astype("<f4")
    return documents.add_document(db, path.name, digest, list(zip(texts, map(bytes, vectors), strict=True)), NAME)


class Library:
    """The vectors of all passages, kept in step with the store."""

    def __init__(self, embedder: Embedder) -> None:
        self._embedder = embedder
        self._revision = 0
        self._passages: list[Passage] = []
        self._vectors: npt.NDArray[np.float32] = np.zeros((0, 384), dtype=np.float32)

    def look_up(self, db: Database, question: str) -> Passage | None:
        """The passage that bears on `question`, or None."""
        if (revision := documents.revision(db)) != self._revision:
            found = documents.passages(db, NAME)
            self._passages = [passage for passage, _ in found]
            self._vectors = np.stack([np.frombuffer(vector, dtype="<f4") for _, vector in found])
            self._revision = revision
        if not self._passages:
            return None
        similarities = self._vectors @ self._embedder.embed([question])[0]
        best = int(similarities.argmax())
        return self._passages[best] if similarities[best] >= BEARS_ON else None


def with_passage(messages: Sequence[ChatMessage], passage: Passage) -> list[ChatMessage]:
    """`messages` with `passage` quoted before the last question."""
    asked = messages[-1]
    quoted = f"Read this text:\n{passage.text}\n\nAnswer from the text: {asked.content}"
    return [*messages[:-1], ChatMessage(asked.role, quoted)]
