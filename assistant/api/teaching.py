"""POST /v1/feedback: what the owner says of an answer in another program."""

from pathlib import Path
from typing import Any

from assistant.api.errors import Refused
from assistant.api.forms import FeedbackRequest
from store.database import opened, storable, writing
from store.errors import NotFound
from store.feedback import correct, correction_of, wish_of
from store.light_sqlite_utils import Database
from store.owners import require_own
from store.ratings import rate
from store.records import Correction, CorrectionKind
from store.revising import hold_for_every_answer


def give_feedback(home: Path, given: FeedbackRequest, owner: str) -> dict[str, Any]:
    """Store what `owner` says of an answer of theirs: a rating, a correction or both, all or nothing.

    Raises Refused for an unknown message, InputRefused.
    """
    correction = None
    with opened(home) as db, writing(db):
        try:
            require_own(db, owner, [given.message_id])
            if given.rating is not None:
                rate(db, given.message_id, given.rating, given.reasons, given.note.strip())
            if given.correction is not None:
                correction = _corrected(db, given.message_id, given.correction, given.kind)
        except NotFound as error:
            raise Refused(str(error), param="message_id", code="message_not_found", status=404) from error
    return {
        "object": "feedback",
        "message_id": given.message_id,
        "rating": given.rating,
        "note": given.note.strip(),
        "correction_id": correction.id if correction else None,
        "kind": ("wish" if correction.manner else "answer") if correction else None,
        "manner": correction.manner if correction else "",
    }


def _corrected(db: Database, message_id: str, text: str, kind: CorrectionKind | None) -> Correction:
    """The correction as it is given; one that says the same and was held for the other kind is held for this one."""
    other = {"answer": wish_of, "wish": correction_of}[kind](db, message_id) if kind else None
    if other and other.answer.strip() == storable(text).strip():
        return hold_for_every_answer(db, other.id, kind == "wish")
    return correct(db, message_id, text, kind=kind)
