"""Corrections: what the owner says in the place of an answer. They point at messages and never change them.

The page and the import write them, memory and the night read them. What one says is altered by `store.forgetting`
alone, and whether it is an answer or a wish by `store.revising`.
"""

from store.conversations import conversation, ended_answer, message, path_to
from store.database import rows, storable, writing
from store.documents import own_digests
from store.errors import InputRefused, NotFound
from store.light_sqlite_utils import Database
from store.questions.context import context_of
from store.questions.key import question_key
from store.questions.personal import holder, personal
from store.questions.wishes import OWN, manner
from store.records import Correction, CorrectionKind, Message, now

ACTIVE = "superseded_by IS NULL AND forgotten IS NULL"
_CORRECTION = "id, message_id, question, rejected, answer, created, superseded_by, forgotten, manner, by, context"
_OF_FACT = f"{ACTIVE} AND manner = ''"
_SPACES = "char(32, 9, 10, 11, 12, 13)"


def correct(
    db: Database, message_id: str, answer: str, *, kind: CorrectionKind | None = None, given: str | None = None
) -> Correction:
    """Say how an answer should have been. It supersedes what was active for the same question before.

    A text that says how to answer (`store.questions.wishes`) is a wish for every answer, and supersedes the one before
    it of the same aspect instead.

    It is by the owner of the conversation, and everybody's but for a wish and for what one asks of oneself
    (`store.questions.personal`), which hold for their owner alone. A question that points at what was said before it
    is another one below other questions (`store.questions.context`).

    Where its `kind` is known, its form does not matter. One that was `given` at an earlier time takes no place of a
    newer one.

    The same again changes nothing. Raises NotFound for the message, and InputRefused when the message is no
    finished answer to a question or `answer` is empty.
    """
    text = storable(answer.strip("\r\n").rstrip())
    if not text.strip():
        raise InputRefused("A correction needs a text: the answer as it should have been.")
    with writing(db):
        rejected = ended_answer(db, message_id, "corrected")
        question, context, by = _place(db, rejected)
        aspect = aspect_of(text, kind)
        known = wish_of(db, message_id) if aspect else correction_of(db, message_id)
        if known is not None and known.answer == text:
            return known
        return add_correction(db, message_id, question, rejected.content, text, aspect, by, context, given=given)


def aspect_of(text: str, kind: CorrectionKind | None = None) -> str:
    """The aspect of answering that a correction is a wish about; by its form where its kind is not known. Pure."""
    if kind == "answer":
        return ""
    return manner(text) or (OWN if kind == "wish" else "")


def add_correction(
    db: Database,
    message_id: str,
    question: str,
    rejected: str,
    answer: str,
    manner: str,
    by: str,
    context: str,
    revises: int | None = None,
    given: str | None = None,
) -> Correction:
    """Put a correction on record as it is given; it takes the place of what counted before it."""
    with writing(db):
        number = db.execute(
            """INSERT INTO corrections
               (message_id, question, question_key, rejected, answer, created, manner, revises, by, context, given)
               VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)""",
            (
                message_id,
                question,
                question_key(question),
                rejected,
                answer,
                now(),
                manner,
                revises,
                by,
                context,
                given,
            ),
        ).lastrowid
        replace_earlier(db, int(number or 0))
        return correction(db, int(number or 0))


def replace_earlier(db: Database, id: int) -> None:
    """Let a correction supersede the earlier ones of its kind: of the same question, or wishes of the same aspect.

    A wish holds for who made it, and takes the place of that one's alone; so does the answer to what one asks of
    oneself. Wishes that the owner called so, of no known aspect, stand beside each other unless one question brought
    them.

    One that came late from elsewhere gives way to what was given after it for another answer. What is given here is
    the newest, whatever the clock said before.
    """
    alone = holder(correction(db, id)) is not None
    rivals = rows(
        db,
        f"""SELECT old.id, old.message_id = mine.message_id
                OR mine.given IS NULL OR coalesce(old.given, old.created) <= mine.given AS older
            FROM corrections AS old JOIN corrections AS mine ON mine.id = ?
            WHERE old.id < mine.id AND old.manner = mine.manner
            AND old.superseded_by IS NULL AND old.forgotten IS NULL
            AND (NOT ? OR old.by = mine.by)
            AND (mine.manner <> '' OR old.context = mine.context)
            AND (mine.manner NOT IN ('', '{OWN}') OR old.question_key = mine.question_key) ORDER BY old.id""",
        id,
        alone,
    )
    for rival in rivals:
        later, earlier = (id, rival["id"]) if rival["older"] else (rival["id"], id)
        db.execute("UPDATE corrections SET superseded_by = ? WHERE id = ?", (later, earlier))


def supersede(db: Database, earlier: int, later: int) -> None:
    """Let one active correction take the place of an earlier one of the same question in other words."""
    db.execute(
        f"""UPDATE corrections SET superseded_by = ? WHERE id = ? AND id < ? AND {ACTIVE}
            AND ? IN (SELECT id FROM corrections WHERE {ACTIVE})""",
        (later, earlier, later, later),
    )


def correction(db: Database, id: int) -> Correction:
    """The correction `id`. Raises NotFound."""
    found = _corrections(db, "WHERE id = ?", id)
    if not found:
        raise NotFound.among("correction", id, [str(known.id) for known in corrections(db)])
    return found[0]


def corrections(db: Database) -> list[Correction]:
    """All corrections, oldest first, the superseded and the forgotten too."""
    return _corrections(db, "ORDER BY id")


def active_corrections(db: Database) -> list[Correction]:
    """The corrections that count and are answers, oldest first."""
    return _corrections(db, f"WHERE {_OF_FACT} ORDER BY id")


def teachable_corrections(db: Database) -> list[Correction]:
    """Those that a night may teach: of questions that are understood by themselves, and mean the same whoever asks."""
    shared = rows(db, "SELECT count(*) > 1 AS several FROM users")[0]["several"]
    return [c for c in active_corrections(db) if not c.context and not (shared and personal(c.question))]


def wishes(db: Database, by: str = "") -> list[Correction]:
    """The corrections of one user that count and say how to answer, oldest first."""
    return _corrections(db, f"WHERE {ACTIVE} AND manner <> '' AND by = ? ORDER BY id", by)


def correction_of(db: Database, message_id: str) -> Correction | None:
    """The active correction of a message that is an answer, if it has one."""
    found = _corrections(db, f"WHERE message_id = ? AND {_OF_FACT} ORDER BY id DESC LIMIT 1", message_id)
    return found[0] if found else None


def wish_of(db: Database, message_id: str) -> Correction | None:
    """The active wish that was written as a correction of a message, if there is one."""
    found = _corrections(db, f"WHERE message_id = ? AND {ACTIVE} AND manner <> '' ORDER BY id DESC LIMIT 1", message_id)
    return found[0] if found else None


def corrections_of(db: Database, message_id: str) -> list[Correction]:
    """Every correction a message ever had, oldest first."""
    return _corrections(db, "WHERE message_id = ? ORDER BY id", message_id)


def behind(db: Database, question: str, answer: str) -> int | None:
    """The correction that memory gave where `answer` was said to `question`, as far as the texts tell.

    It was made for this question, or memory answered this question with it before: "Yes." alone tells nothing.
    """
    found = rows(
        db,
        f"""SELECT id FROM corrections WHERE forgotten IS NULL AND manner = '' AND trim(answer, {_SPACES}) = ?
            AND (question_key = ? OR id IN (
                SELECT said.correction_id FROM messages AS said JOIN messages AS asked ON asked.id = said.parent_id
                WHERE said.correction_id = corrections.id AND trim(asked.content, {_SPACES}) = ?
            )) ORDER BY superseded_by IS NULL DESC, id DESC LIMIT 1""",
        storable(answer).strip(),
        question_key(storable(question)),
        storable(question).strip(),
    )
    return int(found[0]["id"]) if found else None


def left_without_message(db: Database, message_id: str) -> list[Correction]:
    """What the same user once said of the question of `message_id` about an answer that is gone for good.

    Such an answer may be this one, brought back from a file. Raises NotFound.
    """
    question, context, by = _place(db, message(db, message_id))
    gone = "question_key = ? AND by = ? AND message_id NOT IN (SELECT id FROM messages)"
    found = _corrections(db, f"WHERE {gone} ORDER BY id", question_key(question), by)
    return [each for each in found if _said_above(each.context) == _said_above(context)]


def tie_to(db: Database, correction_id: int, message_id: str) -> None:
    """Say that it is `message_id` that a correction is about, brought back under another id."""
    db.execute("UPDATE corrections SET message_id = ? WHERE id = ?", (message_id, correction_id))


def _place(db: Database, of: Message) -> tuple[str, str, str]:
    """The question that a message answers, what it is bound to, and whose it is. Raises InputRefused without one."""
    questions = [above.content for above in path_to(db, of.id) if above.role == "user"]
    if not questions:
        raise InputRefused(f"Message {of.id} answers no question, so it cannot be corrected.")
    context = context_of(questions, own_digests(db, of.conversation_id))
    return questions[-1], context, conversation(db, of.conversation_id).owner


def _said_above(context: str) -> list[str]:
    """What a question is bound to but for documents, which a conversation does not bring back from a file."""
    return [line for line in context.split("\n") if line and not line.startswith("document ")]


def revision(db: Database) -> int:
    """A number that grows whenever a correction is made, superseded or forgotten."""
    return int(rows(db, "SELECT value FROM feedback_revision")[0]["value"])


def save_vectors(db: Database, model: str, vectors: dict[int, bytes]) -> None:
    """Keep the embeddings of corrections' questions by correction: float32, little-endian, made by `model`.

    One of a correction that is not active, forgotten in the meantime perhaps, is left out.
    """
    with writing(db):
        for number, vector in vectors.items():
            db.execute(
                f"INSERT OR REPLACE INTO vectors SELECT id, ?, ? FROM corrections WHERE id = ? AND {ACTIVE}",
                (model, vector, number),
            )


def vectors(db: Database, model: str) -> dict[int, bytes]:
    """The embeddings made by `model` of the active corrections, as far as they were saved."""
    joined = "vectors JOIN corrections ON id = correction_id"
    found = rows(db, f"SELECT id, vector FROM {joined} WHERE model = ? AND {ACTIVE}", model)
    return {row["id"]: row["vector"] for row in found}


def _corrections(db: Database, where: str, *parameters: object) -> list[Correction]:
    return [Correction(**row) for row in rows(db, f"SELECT {_CORRECTION} FROM corrections {where}", *parameters)]
