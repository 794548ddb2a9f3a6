"""Conversations from elsewhere, with their feedback: a file is taken whole or not at all, and twice is once.

Called by `run.py import`. What forms a file can have is `store.import_forms`' business.
"""

import json
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from store.conversations import add_message, create_conversation, imported_conversation
from store.database import rows, storable, writing
from store.errors import InputRefused
from store.feedback import correct, corrections_of, rate
from store.import_forms import NOT_TAKEN, Said, Talk, read_talks
from store.light_sqlite_utils import Database


@dataclass(frozen=True, slots=True)
class ImportCount:
    """What an import added. `known` counts the conversations of the file that brought nothing new."""

    conversations: int = 0
    messages: int = 0
    ratings: int = 0
    corrections: int = 0
    known: int = 0


def import_file(db: Database, path: Path, owner: str = "") -> ImportCount:
    """Take the conversations of a file with their feedback for `owner`, all or, when there is a fault, none.

    What is known is not taken twice: a conversation is known by its name in the file, its messages by their place
    and text, so that a longer or a branching version adds what is new. A correction that was superseded or
    forgotten since is not brought back. Raises InputRefused naming file, line and fault.
    """
    try:
        data = path.read_bytes()
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise InputRefused(f"{path}:{line}: it is not UTF-8 text; an archive is unpacked first. {NOT_TAKEN}") from error
    except OSError as error:
        raise InputRefused(f"{path} cannot be read: {error.strerror}.") from error
    talks = read_talks(str(path), text)
    with writing(db):
        added: Counter[str] = Counter()
        for talk in talks:
            added.update(_take(db, talk, owner) or ["known"])
    return ImportCount(**added)


def _take(db: Database, talk: Talk, owner: str) -> list[str]:
    """Take what is new of a conversation; one name of a field of ImportCount for each thing that was."""
    source = storable(talk.source)
    known = imported_conversation(db, source, owner)
    into = known or create_conversation(
        db, talk.title, system_prompt=talk.system_prompt, source=source, created=talk.created, owner=owner
    )
    there = {
        (row["parent_id"], row["role"], row["content"]): str(row["id"])
        for row in rows(db, "SELECT id, parent_id, role, content FROM messages WHERE conversation_id = ?", into.id)
    }
    ids: list[str] = []
    added = [] if known else ["conversations"]
    for said in talk.said:
        parent = None if said.parent is None else ids[said.parent]
        place = (parent, said.role, storable(said.content))
        if place not in there:
            there[place] = add_message(db, into.id, parent, said.role, said.content, created=said.created).id
            added.append("messages")
        ids.append(there[place])
        added += _take_feedback(db, there[place], said)
    return added


def _take_feedback(db: Database, message_id: str, said: Said) -> list[str]:
    """Take the feedback that a message has not had before; `ratings` and `corrections` for what was taken."""
    added = []
    if said.rating is not None:
        reasons = json.dumps(tuple(map(storable, said.reasons)))
        same = "message_id = ? AND value = ? AND reasons = ? AND note = ?"
        parameters = (message_id, said.rating, reasons, storable(said.note))
        if not rows(db, f"SELECT 1 FROM ratings WHERE {same}", *parameters):
            rate(db, message_id, said.rating, said.reasons, said.note)
            added.append("ratings")
    if said.correction is not None:
        answer, earlier = storable(said.correction).strip(), corrections_of(db, message_id)
        if not any(each.forgotten or each.answer.strip() == answer for each in earlier):
            correct(db, message_id, said.correction)
            added.append("corrections")
    return added
