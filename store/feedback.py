"""What the owner says of messages: ratings, corrections, preferences. It points at messages and never changes them.

The page and the import write it, memory and the night read it. The one thing that alters what was written is
`forget`, which is for that.
"""

import json
from collections.abc import Sequence
from typing import Any

from store.context import context_of
from store.conversations import NOT_DELETED, conversation, message, path_to
from store.database import rows, scrub, storable, writing
from store.documents import own_digests
from store.errors import InputRefused, NotFound
from store.light_sqlite_utils import Database
from store.manner import OWN, manner
from store.question_key import question_key as question_key
from store.records import Check, Correction, CorrectionKind, CorrectionStanding, Message, Rating, Standing, Vote, now

FORGOTTEN = "(This answer came from a correction that was forgotten.)"
STUCK_SHARE = 0.5

_CORRECTION = "id, message_id, question, rejected, answer, created, superseded_by, forgotten, manner, by, context"
_ACTIVE = "superseded_by IS NULL AND forgotten IS NULL"
_OF_FACT = f"{_ACTIVE} AND manner = ''"
_SPACES = "char(32, 9, 10, 11, 12, 13)"


def rate(db: Database, message_id: str, value: int, reasons: Sequence[str] = (), note: str = "") -> Rating:
    """Rate an answer -1 or 1, or take the rating back with 0. Raises NotFound and InputRefused."""
    if value not in (-1, 0, 1):
        raise InputRefused(f"A rating is -1, 0 or 1, not {value!r}.")
    _answer(db, message_id, "rated")
    made = Rating(message_id, value, tuple(map(storable, reasons)), storable(note), now())
    db.execute(
        "INSERT INTO ratings (message_id, value, reasons, note, created) VALUES (?, ?, ?, ?, ?)",
        (message_id, value, json.dumps(made.reasons), made.note, made.created),
    )
    return made


def rating_of(db: Database, message_id: str) -> Rating | None:
    """The newest rating of a message, which may be a 0."""
    found = rows(
        db,
        """SELECT message_id, value, reasons, note, created FROM ratings
           WHERE message_id = ? ORDER BY number DESC LIMIT 1""",
        message_id,
    )
    return Rating(**{**found[0], "reasons": tuple(json.loads(found[0]["reasons"]))}) if found else None


def correct(
    db: Database, message_id: str, answer: str, *, kind: CorrectionKind | None = None, given: str | None = None
) -> Correction:
    """Say how an answer should have been. It supersedes what was active for the same question before.

    A text that says how to answer (`store.manner`) is a wish for every answer, and supersedes the one before it of the
    same aspect instead.

    It is by the owner of the conversation, and everybody's but for a wish, which holds for its owner alone. A question
    that points at what was said before it is another one below other questions (`store.context`).

    Where its `kind` is known, its form does not matter. One that was `given` at an earlier time takes no place of a
    newer one.

    The same again changes nothing. Raises NotFound for the message, and InputRefused when the message is no
    finished answer to a question or `answer` is empty.
    """
    text = storable(answer.strip("\r\n").rstrip())
    if not text.strip():
        raise InputRefused("A correction needs a text: the answer as it should have been.")
    with writing(db):
        rejected = _answer(db, message_id, "corrected")
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

    A wish holds for who made it, and takes the place of that one's alone. Wishes that the owner called so, of no known
    aspect, stand beside each other unless one question brought them.

    One that came late from elsewhere gives way to what was given after it for another answer.
    """
    rivals = rows(
        db,
        f"""SELECT old.id, old.message_id = mine.message_id
                OR coalesce(old.given, old.created) <= coalesce(mine.given, mine.created) AS older
            FROM corrections AS old JOIN corrections AS mine ON mine.id = ?
            WHERE old.id < mine.id AND old.manner = mine.manner
            AND old.superseded_by IS NULL AND old.forgotten IS NULL
            AND (mine.manner = '' OR old.by = mine.by)
            AND (mine.manner <> '' OR old.context = mine.context)
            AND (mine.manner NOT IN ('', '{OWN}') OR old.question_key = mine.question_key) ORDER BY old.id""",
        id,
    )
    for rival in rivals:
        later, earlier = (id, rival["id"]) if rival["older"] else (rival["id"], id)
        db.execute("UPDATE corrections SET superseded_by = ? WHERE id = ?", (later, earlier))


def supersede(db: Database, earlier: int, later: int) -> None:
    """Let one active correction take the place of an earlier one of the same question in other words."""
    db.execute(
        f"UPDATE corrections SET superseded_by = ? WHERE id = ? AND id < ? AND {_ACTIVE}", (later, earlier, later)
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


def wishes(db: Database, by: str = "") -> list[Correction]:
    """The corrections of one user that count and say how to answer, oldest first."""
    return _corrections(db, f"WHERE {_ACTIVE} AND manner <> '' AND by = ? ORDER BY id", by)


def correction_of(db: Database, message_id: str) -> Correction | None:
    """The active correction of a message that is an answer, if it has one."""
    found = _corrections(db, f"WHERE message_id = ? AND {_OF_FACT} ORDER BY id DESC LIMIT 1", message_id)
    return found[0] if found else None


def wish_of(db: Database, message_id: str) -> Correction | None:
    """The active wish that was written as a correction of a message, if there is one."""
    found = _corrections(
        db, f"WHERE message_id = ? AND {_ACTIVE} AND manner <> '' ORDER BY id DESC LIMIT 1", message_id
    )
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


def forget(db: Database, correction_id: int) -> Correction:
    """Take a correction back for good, with the earlier ones of the same user and the same question that it superseded.

    Another one that it had taken the place of, somebody else's or of a question in other words, counts again, unless
    there is a newer one in its place. Its answer is wiped, with its vectors, checks and examples, and so is what
    memory answered from it in conversations, also where that was corrected again; the file keeps no trace of them.
    The question stays, as the record that something was forgotten. Versions trained on it and backups made before
    stay as they are. Raises NotFound.
    """
    with writing(db):
        correction(db, correction_id)
        before = rows(
            db,
            """WITH RECURSIVE chain (id) AS (
                   VALUES (?) UNION SELECT c.id FROM corrections c JOIN chain ON c.superseded_by = chain.id
               ) SELECT id, superseded_by, by, manner, question_key, context FROM corrections JOIN chain USING (id)""",
            correction_id,
        )
        own = next(row for row in before if row["id"] == correction_id)
        gone = {row["id"] for row in before if _of_one_kind(row, own)}
        for row in before:
            if row["id"] not in gone and row["superseded_by"] in gone:
                db.execute("UPDATE corrections SET superseded_by = ? WHERE id = ?", (own["superseded_by"], row["id"]))
        for number in gone:
            _wipe_rejected(db, number)
            db.execute(
                "UPDATE corrections SET answer = '', forgotten = coalesce(forgotten, ?) WHERE id = ?", (now(), number)
            )
            db.execute("DELETE FROM vectors WHERE correction_id = ?", (number,))
            db.execute("DELETE FROM checks WHERE correction_id = ?", (number,))
            db.execute("DELETE FROM refused_wordings WHERE correction_id = ?", (number,))
            db.execute("DELETE FROM own_wordings WHERE correction_id = ?", (number,))
            db.execute("DELETE FROM examples WHERE correction_id = ?", (number,))
            db.execute(
                """UPDATE messages SET content = ?, status = replace(status, 'writing', 'stopped')
                   WHERE correction_id = ?""",
                (FORGOTTEN, number),
            )
    scrub(db)
    return correction(db, correction_id)


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


def _of_one_kind(one: dict[str, Any], other: dict[str, Any]) -> bool:
    """Whether of two corrections of one user the later says the same thing anew: of one question, or wishes."""
    if one["by"] != other["by"] or bool(one["manner"]) != bool(other["manner"]):
        return False
    return bool(one["manner"]) or (one["question_key"], one["context"]) == (other["question_key"], other["context"])


def _wipe_rejected(db: Database, id: int) -> None:
    """Wipe what a correction rejected, and itself where another rejected it: memory had answered from it there.

    Of a message that is gone nobody knows who said it, so that the very answer counts as said by it.
    """
    db.execute(
        """UPDATE corrections SET rejected = ''
           WHERE id = ?1 OR message_id IN (SELECT id FROM messages WHERE correction_id = ?1)
           OR (rejected = (SELECT answer FROM corrections WHERE id = ?1)
               AND message_id NOT IN (SELECT id FROM messages))""",
        (id,),
    )


def prefer(db: Database, chosen_message_id: str, rejected_message_id: str) -> None:
    """Say that of two answers to one question the first is better; the opposite, said earlier, is taken back.

    Raises NotFound, and InputRefused when they are not two answers to one question.
    """
    chosen, rejected = _answer(db, chosen_message_id, "preferred"), _answer(db, rejected_message_id, "rejected")
    places = {(each.conversation_id, each.parent_id) for each in (chosen, rejected)}
    if chosen.id == rejected.id or len(places) > 1:
        raise InputRefused(f"Messages {chosen.id} and {rejected.id} are not two answers to one question.")
    with writing(db):
        db.execute("DELETE FROM preferences WHERE chosen_id = ? AND rejected_id = ?", (rejected.id, chosen.id))
        db.execute("INSERT OR IGNORE INTO preferences VALUES (?, ?, ?)", (chosen.id, rejected.id, now()))


def preferences(db: Database) -> list[tuple[str, str]]:
    """The ids of the chosen and the rejected message of every preference, oldest first; not of deleted talks."""
    kept = f"chosen_id IN (SELECT id FROM messages WHERE {NOT_DELETED})"
    found = rows(db, f"SELECT chosen_id, rejected_id FROM preferences WHERE {kept} ORDER BY created, rowid")
    return [(row["chosen_id"], row["rejected_id"]) for row in found]


def votes(db: Database) -> list[Vote]:
    """What the owner's ratings and preferences say of how answers are written, oldest answer first.

    The newest rating of an answer counts; one without a rating counts as liked when it was preferred to another, and
    as disliked when another was preferred to it. Left out is what memory said, and what was corrected: those were
    judged for what they say. What is said in a deleted conversation does not count either.
    """
    found = rows(
        db,
        f"""SELECT m.id, m.content AS answer, asked.content AS question, coalesce(
                (SELECT value FROM ratings WHERE message_id = m.id ORDER BY number DESC LIMIT 1),
                EXISTS (SELECT 1 FROM preferences WHERE chosen_id = m.id)
                    - EXISTS (SELECT 1 FROM preferences WHERE rejected_id = m.id)
            ) AS value
            FROM messages m JOIN messages asked ON asked.id = m.parent_id
            WHERE m.role = 'assistant' AND m.status = 'complete' AND m.correction_id IS NULL AND asked.role = 'user'
                AND m.content <> '' AND m.{NOT_DELETED}
                AND (EXISTS (SELECT 1 FROM ratings WHERE message_id = m.id)
                    OR m.id IN (SELECT chosen_id FROM preferences UNION SELECT rejected_id FROM preferences))
                AND NOT EXISTS (SELECT 1 FROM corrections WHERE message_id = m.id AND {_ACTIVE})
            ORDER BY m.number""",
    )
    return [Vote(row["id"], row["question"], row["answer"], row["value"]) for row in found if row["value"]]


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
                f"INSERT OR REPLACE INTO vectors SELECT id, ?, ? FROM corrections WHERE id = ? AND {_ACTIVE}",
                (model, vector, number),
            )


def vectors(db: Database, model: str) -> dict[int, bytes]:
    """The embeddings made by `model` of the active corrections, as far as they were saved."""
    joined = "vectors JOIN corrections ON id = correction_id"
    found = rows(db, f"SELECT id, vector FROM {joined} WHERE model = ? AND {_ACTIVE}", model)
    return {row["id"]: row["vector"] for row in found}


def record_check(db: Database, correction_id: int, version: str, asked: int, right: int, said: str = "") -> None:
    """Keep how often `version` answered the questions about a correction rightly, and what it `said` to its own.

    The newest check counts. That of a correction which was forgotten meanwhile is left out.
    """
    if not 0 <= right <= asked:
        raise ValueError(f"{right} of {asked} cannot be right")
    correction(db, correction_id)
    db.execute(
        """INSERT OR REPLACE INTO checks (correction_id, version, asked, right, created, said)
           SELECT id, ?, ?, ?, ?, ? FROM corrections WHERE id = ? AND forgotten IS NULL""",
        (version, asked, right, now(), storable(said), correction_id),
    )


def checks(db: Database, version: str) -> list[Check]:
    """How `version` did with every correction that it was examined on and that is not forgotten, oldest first."""
    found = {row["correction_id"]: row for row in rows(db, "SELECT * FROM checks WHERE version = ?", version)}
    return [
        Check(each, *(found[each.id][name] for name in ("asked", "right", "said")))
        for each in corrections(db)
        if each.id in found
    ]


def refuse_wording(db: Database, correction_id: int, text: str, refused: bool = True) -> None:
    """Say that a correction is not to be practised in this wording, or, with `refused` false, that it may be again.

    Raises NotFound.
    """
    correction(db, correction_id)
    if refused:
        db.execute("INSERT OR IGNORE INTO refused_wordings VALUES (?, ?)", (correction_id, storable(text)))
    else:
        db.execute("DELETE FROM refused_wordings WHERE correction_id = ? AND text = ?", (correction_id, storable(text)))


def refused_wordings(db: Database) -> dict[int, frozenset[str]]:
    """The wordings that the owner does not want, by correction."""
    found: dict[int, set[str]] = {}
    for row in rows(db, "SELECT correction_id, text FROM refused_wordings"):
        found.setdefault(row["correction_id"], set()).add(row["text"])
    return {id: frozenset(texts) for id, texts in found.items()}


def standings(db: Database, current: str) -> list[CorrectionStanding]:
    """Where every correction stands while `current` is served, oldest first."""
    checked = {
        row["correction_id"]: (row["asked"], row["right"], row["said"])
        for row in rows(db, "SELECT * FROM checks WHERE version = ? AND asked > 0", current)
    }
    training = {
        row["correction_id"]
        for row in rows(
            db,
            """SELECT DISTINCT correction_id FROM examples JOIN runs ON runs.id = run_id
               WHERE state = 'running' AND correction_id IS NOT NULL""",
        )
    }
    result = []
    for each in corrections(db):
        asked, right, said = checked.get(each.id, (0, 0, ""))
        standing = standing_of(each, each.id in training, asked, right)
        result.append(CorrectionStanding(each, standing, current if asked else None, asked, right, said))
    return result


def standing_of(each: Correction, in_training: bool, asked: int, right: int) -> Standing:
    """Where a correction stands, from whether a night is at it and how a check of the served version went. Pure."""
    if each.forgotten is not None:
        return "forgotten"
    if each.superseded_by is not None:
        return "superseded"
    if in_training:
        return "in training"
    if asked > 0:
        return "stuck" if right / asked >= STUCK_SHARE else "not stuck"
    return "remembered"


def _answer(db: Database, message_id: str, done: str) -> Message:
    """The message, when it is an answer that has ended. Raises NotFound and InputRefused."""
    found = message(db, message_id)
    if found.role != "assistant":
        raise InputRefused(f"Only an answer can be {done}; message {message_id} is by the {found.role}.")
    if found.status == "writing":
        raise InputRefused(f"Message {message_id} is still being written; it can be {done} when it has ended.")
    return found


def _corrections(db: Database, where: str, *parameters: object) -> list[Correction]:
    return [Correction(**row) for row in rows(db, f"SELECT {_CORRECTION} FROM corrections {where}", *parameters)]
