"""Corrections looked up at answer time: by meaning first, then by whether the same is asked of the same subject.

Called before every answer; tests/bench/serving.py times it. Similarity alone confuses neighbours, names alone confuse
what is asked of them; both together do less, and `store.questions.same` keeps apart what vectors do not. The same words
are the same question, and what points at something said before is one below that alone. It generates nothing.
"""

import threading
from collections.abc import Sequence, Set
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from assistant.documents import Library, read_file, take
from assistant.telling import Progress, unheard
from models.embedding import Embedder, embedding_file
from models.question_vectors import Place, in_step, place, same_asked
from store import feedback
from store.light_sqlite_utils import Database
from store.questions.aspect import contrary
from store.questions.context import contexts_of
from store.questions.difference import another_word
from store.questions.key import question_key
from store.questions.subject import HALF, THIRD, same_subject, subject
from store.records import Correction, Document

Holders = tuple[str | None, str]
"""Everybody (None) and who asks: whom a correction may hold for that is given."""

SURE = 0.65
CLOSE = 0.75
"""Below this, one word that says something else is enough to be unsure."""
VERY_NEAR = 0.9
"""From here on a third of the words in common is enough, instead of half, where two questions name nothing: of 694 free
rewordings by strangers 14 more are known, and of 14,040 pairs of others none more is taken for the same.
What takes the place of an earlier correction has to have half of them."""
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
        self._places: list[Place] = []
        self._asked: dict[Place, int] = {}
        self._vectors: npt.NDArray[np.float32] = np.zeros((0, 384), dtype=np.float32)

    def answer_from(self, threshold: float) -> None:
        """Let corrections answer from this likeness on; 0 is the built-in value."""
        self._sure = threshold or SURE

    def recall(self, db: Database, *questions: str, documents: Sequence[str] = (), owner: str = "") -> Recalled | None:
        """The newest correction that answers the last of `owner`'s `questions`, or one that is near, or None.

        `documents` are the digests of what is there to read in that conversation alone.
        """
        return self.recall_all(db, [questions], documents, owner)[0]

    def recall_all(
        self,
        db: Database,
        conversations: Sequence[Sequence[str]],
        documents: Sequence[str] = (),
        owner: str = "",
    ) -> list[Recalled | None]:
        """`recall` for many conversations of `owner`, embedded together."""
        with self._lock:
            self._refresh(db)
            if not self._corrections or not conversations:
                return [None] * len(conversations)
            similarities = self._embedder.embed([questions[-1] for questions in conversations]) @ self._vectors.T
            return [
                self._best(questions[-1], contexts_of(questions, documents), (None, owner), row)
                for questions, row in zip(conversations, similarities, strict=True)
            ]

    def read(self, db: Database, document: Path, progress: Progress = unheard) -> bool:
        """Take in a document for all conversations; False when it is known. Raises InputRefused."""
        return take(db, self._embedder, document.name, read_file(document), None, progress)[1]

    def read_here(
        self, db: Database, name: str, data: bytes, conversation_id: str, progress: Progress = unheard
    ) -> Document:
        """Take in a document for one conversation. Raises InputRefused, and NotFound for the conversation."""
        return take(db, self._embedder, name, data, conversation_id, progress)[0]

    def close(self) -> None:
        """Give the embedding model's memory back."""
        self._embedder.close()

    def _best(
        self, question: str, contexts: Set[str], holders: Holders, similarities: npt.NDArray[np.float32]
    ) -> Recalled | None:
        if (same := self._in_the_same_words(question, contexts, holders)) is not None:
            return Recalled(self._corrections[same], float(similarities[same]), True)
        counts = [context in contexts and held in holders for _, context, held in self._places]
        similarities = np.where(counts, similarities, -1.0)
        count = min(CANDIDATES, len(similarities))
        top = np.argpartition(-similarities, count - 1)[:count]
        near: Recalled | None = None
        for index in sorted(top, key=lambda i: (-round(float(similarities[i]), 3), -self._corrections[i].id)):
            similarity, correction = float(similarities[index]), self._corrections[index]
            share = THIRD if similarity >= VERY_NEAR else HALF
            if similarity < NEAR or not same_subject(correction.question, question, share):
                continue
            if contrary(correction.question, question, subject(correction.question)):
                continue
            close = similarity >= CLOSE or not another_word(correction.question, question)
            if similarity >= self._sure and close and same_asked(self._embedder, correction.question, question, share):
                return Recalled(correction, similarity, True)
            near = near or Recalled(correction, similarity, False)
        return near

    def _in_the_same_words(self, question: str, contexts: Set[str], holders: Holders) -> int | None:
        places = ((question_key(question), context, held) for context in contexts for held in holders)
        return max((self._asked[place] for place in places if place in self._asked), default=None)

    def _refresh(self, db: Database) -> None:
        revision = feedback.revision(db)  # before it is read, lest something be missed
        if revision != self._revision:
            self._corrections, self._vectors = in_step(db, self._embedder)
            self._places = [place(each) for each in self._corrections]
            self._asked = {each: index for index, each in enumerate(self._places)}
            self._revision = revision
