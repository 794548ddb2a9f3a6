"""The vectors of all active corrections, and which of them is meant when two say different things of the same.

Memory keeps its vectors in step with this, and so does a night before it collects. A correction in other words for a
question that was corrected before takes the earlier one's place, as it does in the same words.
"""

from collections.abc import Callable, Sequence, Set
from functools import partial

import numpy as np
import numpy.typing as npt

from models.embedding import NAME, WIDTH, Embedder
from store import feedback
from store.database import writing
from store.light_sqlite_utils import Database
from store.questions.alone import asked_alone
from store.questions.key import question_key
from store.questions.line import in_english
from store.questions.personal import holder
from store.questions.same import same_question
from store.questions.subject import HALF
from store.records import Correction

SAME = 0.85
"""With `same_asked`, 546 of 600 human rewordings take the original's place, and none of 600 neighbouring
questions."""

NEAREST = 8
ASKS_ALIKE = 0.55
"""So near have two questions to be without their names where they have no other word in common."""
_BLOCK = 64

Vectors = npt.NDArray[np.float32]
Place = tuple[str, str, str | None]
"""The question as it was put, what it was bound to, and whom its answer holds for alone."""


def in_step(db: Database, embedder: Embedder) -> tuple[list[Correction], Vectors]:
    """All active corrections, oldest first, and their vectors (n, 384), after what is new has been taken in."""
    active = feedback.active_corrections(db)
    vectors = {id: np.frombuffer(row, dtype="<f4") for id, row in feedback.vectors(db, NAME).items()}
    first_asked = _first_asked(feedback.corrections(db))
    missing = [c for c in active if c.id not in vectors]
    gone: set[int] = set()
    for start in range(0, len(missing), _BLOCK):
        part = missing[start : start + _BLOCK]
        rows = dict(zip([c.id for c in part], embedder.embed([c.question for c in part]).astype("<f4"), strict=True))
        vectors.update(rows)
        present = [c for c in active if c.id in vectors and c.id not in gone]
        stacked = np.stack([vectors[c.id] for c in present])
        replaced = contradicted(present, stacked, rows.keys(), first_asked, partial(same_asked, embedder))
        with writing(db):  # together, so that none is taken for known before it was compared
            feedback.save_vectors(db, NAME, {id: row.tobytes() for id, row in rows.items()})
            for earlier, later in replaced.items():
                feedback.supersede(db, earlier, later)
        gone |= replaced.keys()
    kept = [c for c in active if c.id not in gone]
    return kept, np.stack([vectors[c.id] for c in kept]) if kept else np.zeros((0, WIDTH), dtype=np.float32)


def contradicted(
    active: Sequence[Correction],
    vectors: Vectors,
    fresh: Set[int],
    first_asked: dict[Place, int],
    same: Callable[[str, str], bool],
) -> dict[int, int]:
    """Of `active`, the ids that one of `fresh` takes the place of, and by which; `same` compares their questions.

    Only the 8 nearest are looked at. Not where the later question was corrected before the earlier one already
    (`first_asked`: by question, the id of its first correction): an owner who says so again means two questions.
    """
    found: dict[int, int] = {}
    new = [index for index, each in enumerate(active) if each.id in fresh]
    similarities = vectors[new] @ vectors.T
    nearest = np.argpartition(-similarities, min(NEAREST, len(active) - 1), axis=1)[:, : NEAREST + 1]
    for index, row, others in zip(new, similarities, nearest, strict=True):
        later = active[index]
        first = first_asked.get(place(later), later.id)
        for earlier in (active[int(other)] for other in others if row[other] >= SAME):
            alike = earlier.context == later.context and same(earlier.question, later.question)
            if alike and holder(earlier) == holder(later) and earlier.id < first:
                found[earlier.id] = later.id
    return found


def same_asked(embedder: Embedder, known: str, asked: str, share: float = HALF) -> bool:
    """`same_question` with this `share`, and where two share no word but names, what they ask of these is near as well.

    A name weighs so much in a vector that of twenty different questions about Esperanza Villanueva a fifth were taken
    for one another.
    """
    if not same_question(known, asked, share):
        return False
    if (rest := asked_alone(known, asked)) is None:
        return True
    if not (in_english(known) or in_english(asked)):
        return False  # the vectors are of English; without a name little of a question is left in them
    one, other = embedder.embed(rest)
    return float(one @ other) >= ASKS_ALIKE


def _first_asked(every: Sequence[Correction]) -> dict[Place, int]:
    found: dict[Place, int] = {}
    for each in (each for each in every if not each.manner):
        found.setdefault(place(each), each.id)
    return found


def place(correction: Correction) -> Place:
    """Where no two active corrections stand beside each other."""
    return question_key(correction.question), correction.context, holder(correction)
