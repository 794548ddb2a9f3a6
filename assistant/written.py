"""Answers as they are stored while they are written, so that what was stopped or broken off is kept and marked."""

import time
from collections.abc import Callable, Generator, Iterator, Sequence

from models.engine import Engine, Piece
from store import conversations, documents, feedback
from store.database import writing
from store.light_sqlite_utils import Database
from store.records import Correction, Message, MessageStatus, Passage

FLUSH_S = 0.25


def begin(db: Database, question: Message, engine: Engine, passages: Sequence[Passage] = ()) -> Message:
    """An empty answer to `question`, marked as being written by the version of `engine` from `passages`."""
    with writing(db):
        answer = conversations.add_message(
            db, question.conversation_id, question.id, "assistant", "", status="writing", version=engine.version
        )
        documents.quote(db, answer.id, passages)
    return answer


def written(
    db: Database, answer: Message, stream: Callable[[], Iterator[Piece]], taken: float
) -> Generator[tuple[Piece, Message], None, None]:
    """Pass the pieces of `stream` on while `answer` grows in the store; with the last one it has ended there.

    Its times are counted from `taken`, the reading of `time.monotonic` when it was asked for. An answer that is
    continued keeps the time of its first token, and the wait before it goes on is not counted.
    """
    begun = answer
    text, tokens, first_s, flushed = begun.content, 0, None, time.monotonic()
    status: MessageStatus = "failed"
    piece = Piece("", 0)
    try:
        for piece in stream():
            text, tokens = text + piece.text, piece.tokens
            now = time.monotonic()
            first_s = first_s if first_s is not None else now - taken
            if piece.finish:
                status = "stopped" if piece.finish == "cancelled" else "complete"
                continue
            if now - flushed > FLUSH_S:
                answer = conversations.write_progress(db, answer.id, text)
                flushed = now
            yield piece, answer
    except GeneratorExit:
        status = "stopped"
        raise
    finally:
        answer = conversations.finish_message(
            db,
            answer.id,
            text.strip() if status == "complete" else text,
            status,
            tokens=(begun.tokens or 0) + tokens,
            first_token_s=first_s if begun.first_token_s is None else begun.first_token_s,
            seconds=time.monotonic() - taken + _written_before(begun, first_s),
            cut=piece.finish == "length",
        )
    yield piece, answer


def said_again(db: Database, question: Callable[[], Message], said: Correction, version: str) -> Message | None:
    """The answer to `question` that memory gives: `said`, word for word. None when that was forgotten meanwhile.

    Then the question, which may be stored by asking for it, is not asked for.
    """
    with writing(db):
        if feedback.correction(db, said.id).forgotten:
            return None
        place = (asked := question()).conversation_id, asked.id
        return conversations.add_message(db, *place, "assistant", said.answer, version=version, correction_id=said.id)


def _written_before(begun: Message, first_s: float | None) -> float:
    """The seconds to add for what an answer had when it was continued, less the wait until it went on."""
    return begun.seconds - (first_s or 0.0) if begun.seconds is not None else 0.0
