"""POST /v1/feedback: what the owner says of an answer in another program."""

from pathlib import Path
from typing import Any

from assistant.api.errors import Refused
from assistant.api.forms import FeedbackRequest
from store.database import opened, writing
from store.errors import NotFound
from store.feedback import correct, rate
from store.owners import require_own


def give_feedback(home: Path, given: FeedbackRequest, owner: str) -> dict[str, Any]:
    """Store what `owner` says of an answer of theirs: a rating, a correction or both, all or nothing.

    Raises Refused for an unknown message, InputRefused.
    """
    correction = None
    with opened(home) as db, writing(db):
        try:
            require_own(db, owner, [given.message_id])
            if given.rating is not None:
                rate(db, given.message_id, given.rating, given.reasons)
            if given.correction is not None:
                correction = correct(db, given.message_id, given.correction)
        except NotFound as error:
            raise Refused(str(error), param="message_id", code="message_not_found", status=404) from error
    return {
        "object": "feedback",
        "message_id": given.message_id,
        "rating": given.rating,
        "correction_id": correction.id if correction else None,
        "manner": correction.manner if correction else "",
    }
