"""Corrections looked up at answer time: by meaning first, then by whether the same is asked of the same subject.

Called before every answer; tests/bench/serving.py times it. Similarity alone confuses neighbours, names alone confuse
what is asked of them; both together do less, and `models.aspect` keeps apart what vectors do not. It generates nothing.
"""

import threading
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from assistant.documents import Library, read_file, take
from models.aspect import contrary
from models.embedding import Embedder, embedding_file
from models.question_vectors import in_step, same_question
from models.subject import same_subject, subject
from store import feedback
from store.light_sqlite_utils import Database
from store.records import Correction, Document

SURE = 0.65
NEAR = 0.35
CANDIDATES = 8


@dataclass(frozen=True, slots=True)
class Recalled:
    """A correction of the same subject. `sure`: it answers the question; otherwise it is merely near."""

    correction: Correction
    similarity: float
    sure: bool


class Memory:
    """The vectors of all active corrections, kept in step with the store by its revision."""

    def __init__(self, home: Path, *, threshold: float = 0.0, threads: int = 1) -> None:
        """Raises SetupFailed without the embedding model. One thread is for questions, `threads` 0 (all) for much."""
        self._embedder = Embedder(embedding_file(home), threads)
        self.library = Library(self._embedder)
        self.answer_from(threshold)
        self._lock = threading.Lock()
        self._revision: int | None = None
        self._corrections: list[Correction] = []
        self._vectors: npt.NDArray[np.float32] = np.zeros((0, 384), dtype=np.float32)

    def answer_from(self, threshold: float) -> None:
        """Let corrections answer from this likeness on; 0 is the built-in value."""
        self._sure = threshold or SURE

    def recall(self, db: Database, question: str) -> Recalled | None:
        """The newest correction that answers `question`, or one that is near, or None."""
        return self.recall_all(db, [question])[0]

    def recall_all(self, db: Database, questions: list[str]) -> list[Recalled | None]:
        """`recall` for many questions, embedded together."""
        with self._lock:
            self._refresh(db)
            if not self._corrections or not questions:
                return [None] * len(questions)
            similarities = self._embedder.embed(questions) @ self._vectors.T
            return [self._best(question, row) for question, row in zip(questions, similarities, strict=True)]

    def read(self, db: Database, document: Path) -> bool:
        """Take in a document for all conversations; False when it is known. Raises InputRefused."""
        return take(db, self._embedder, document.name, read_file(document))[1]

    def read_here(self, db: Database, name: str, data: bytes, conversation_id: str) -> Document:
        """Take in a document for one conversation. Raises InputRefused, and NotFound for the conversation."""
        return take(db, self._embedder, name, data, conversation_id)[0]

    def close(self) -> None:
        """Give the embedding model's memory back."""
        self._embedder.close()

    def _best(self, question: str, similarities: npt.NDArray[np.float32]) -> Recalled | None:
        count = min(CANDIDATES, len(similarities))
        top = np.argpartition(-similarities, count - 1)[:count]
        near: Recalled | None = None
        for index in sorted(top, key=lambda i: (-round(float(similarities[i]), 3), -self._corrections[i].id)):
            similarity, correction = float(similarities[index]), self._corrections[index]
            if similarity < NEAR or not same_subject(correction.question, question):
                continue
            if contrary(correction.question, question, subject(correction.question)):
                continue
            if similarity >= self._sure and same_question(correction.question, question):
                return Recalled(correction, similarity, True)
            near = near or Recalled(correction, similarity, False)
        return near

    def _refresh(self, db: Database) -> None:
        revision = feedback.revision(db)  # before it is read, lest something be missed
        if revision != self._revision:
            self._corrections, self._vectors = in_step(db, self._embedder)
            self._revision = revision
