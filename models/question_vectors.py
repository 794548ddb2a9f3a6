"""The vectors of all active corrections, and which of them is meant when two say different things of the same.

Memory keeps its vectors in step with this, and so does a night before it collects. A correction in other words for a
question that was corrected before takes the earlier one's place, as it does in the same words.
"""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from models.aspect import contrary
from models.embedding import NAME, WIDTH, Embedder
from models.subject import asks_for, same_subject, subject
from store import feedback
from store.light_sqlite_utils import Database
from store.records import Correction

SAME = 0.85
"""Of 600 questions reworded by others, 92 % are as near to the original; of questions about somebody else, none of
those with the same subject by `same_subject`."""

NEAREST = 8
_BLOCK = 256

Vectors = npt.NDArray[np.float32]


def in_step(db: Database, embedder: Embedder) -> tuple[list[Correction], Vectors]:
    """All active corrections, oldest first, and their vectors (n, 384), after what is new has been taken in."""
    active = feedback.active_corrections(db)
    stored = feedback.vectors(db, NAME)
    missing = [c for c in active if c.id not in stored]
    for start in range(0, len(missing), 64):
        part = missing[start : start + 64]
        rows = embedder.embed([c.question for c in part])
        fresh = {c.id: row.astype("<f4").tobytes() for c, row in zip(part, rows, strict=True)}
        feedback.save_vectors(db, NAME, fresh)
        stored.update(fresh)
    if not active:
        return [], np.zeros((0, WIDTH), dtype=np.float32)
    vectors = np.stack([np.frombuffer(stored[c.id], dtype="<f4") for c in active])
    gone = contradicted(active, vectors, {c.id for c in missing}, _first_asked(feedback.corrections(db)))
    for earlier, later in gone.items():
        feedback.supersede(db, earlier, later)
    kept = [index for index, c in enumerate(active) if c.id not in gone]
    return [active[index] for index in kept], vectors[kept]


def contradicted(
    active: Sequence[Correction], vectors: Vectors, fresh: set[int], first_asked: dict[str, int]
) -> dict[int, int]:
    """Of `active`, the ids that one of `fresh` takes the place of, and by which.

    Only the 8 nearest are looked at. Not where the later question was corrected before the earlier one already
    (`first_asked`: by question, the id of its first correction): an owner who says so again means two questions.
    """
    found: dict[int, int] = {}
    new = [index for index, each in enumerate(active) if each.id in fresh]
    for start in range(0, len(new), _BLOCK):
        block = new[start : start + _BLOCK]
        similarities = vectors[block] @ vectors.T
        nearest = np.argpartition(-similarities, min(NEAREST, len(active) - 1), axis=1)[:, : NEAREST + 1]
        for index, row, others in zip(block, similarities, nearest, strict=True):
            later = active[index]
            first = first_asked.get(feedback.question_key(later.question), later.id)
            for earlier in (active[int(other)] for other in others if row[other] >= SAME):
                if earlier.id < first and same_question(earlier.question, later.question):
                    found[earlier.id] = later.id
    return found


def same_question(known: str, asked: str) -> bool:
    """Whether two questions whose vectors are near ask for the same: of the same subject, and the same of it."""
    return (
        same_subject(known, asked) and asks_for(known) == asks_for(asked) and not contrary(known, asked, subject(known))
    )


def _first_asked(every: Sequence[Correction]) -> dict[str, int]:
    found: dict[str, int] = {}
    for each in every:
        found.setdefault(feedback.question_key(each.question), each.id)
    return found
