"""Conversations from elsewhere, with their feedback: a file with a fault is not begun, and twice is once.

Called by `run.py import` and the page. What files there are is `store.import_files`' business, what they hold
`store.import_forms`'.
"""

import json
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

from store.conversations import add_finished, create_conversation, imported_conversation
from store.database import rows, storable, writing
from store.errors import InputRefused
from store.feedback import behind, correct, corrections, corrections_of, left_without_message, tie_to
from store.forgetting import FORGOTTEN
from store.import_files import read_export
from store.import_forms import Said, Talk
from store.light_sqlite_utils import Database
from store.ratings import rate
from store.records import Message, Role, now
from store.shelves import bring_back
from store.tags import read_tags, tag

HELD_S = 1.0
PAUSE_S = 0.12  # who waits to write tries again after a tenth of a second


@dataclass(frozen=True, slots=True)
class ImportCount:
    """What an import added. `known` counts the conversations of the file that brought nothing new."""

    conversations: int = 0
    messages: int = 0
    ratings: int = 0
    corrections: int = 0
    known: int = 0


def import_file(db: Database, path: Path, owner: str = "") -> ImportCount:
    """Take the conversations of a file with their feedback for `owner`; none where the file has a fault.

    What is known is not taken twice: a conversation is known by its name in the file, its messages by their place
    and text, so that a longer or a branching version adds what is new. A correction that was superseded or
    forgotten since is not brought back, and one of an older answer takes no place of a newer correction. Raises
    InputRefused naming file, line and fault.
    """
    try:
        data = path.read_bytes()
    except OSError as error:
        raise InputRefused(f"{path} cannot be read: {error.strerror}.") from error
    return import_data(db, str(path), data, owner)


def import_data(db: Database, name: str, data: bytes, owner: str = "") -> ImportCount:
    """The same for what stood in a file called `name`."""
    return take_all(db, read_export(name, data), owner)


def take_all(
    db: Database, talks: Sequence[Talk], owner: str, told: Callable[[int, int], None] = lambda done, total: None
) -> ImportCount:
    """Take what is new of these conversations; `told` how many were taken, of how many.

    Whoever else writes need not wait for all of them, so what is broken off is taken in part, and wholly the next time.
    """
    added: Counter[str] = Counter()
    taught = {each.answer.strip() for each in corrections(db) if not each.forgotten}
    done = 0
    while done < len(talks):
        if done:
            time.sleep(PAUSE_S)
        began = time.monotonic()
        with writing(db):
            for talk in talks[done:]:
                added.update(_take(db, talk, owner, taught) or ["known"])
                done += 1
                if time.monotonic() - began > HELD_S:
                    break
        told(done, len(talks))
    return ImportCount(**added)


def _take(db: Database, talk: Talk, owner: str, taught: set[str]) -> list[str]:
    """Take what is new of a conversation; one name of a field of ImportCount for each thing that was.

    `taught` are the answers that memory may have given in it, and is added to.
    """
    source = storable(talk.source)
    known = imported_conversation(db, source, owner)
    into = known or create_conversation(
        db, talk.title, system_prompt=talk.system_prompt, source=source, created=talk.created, owner=owner
    )
    there = _there(db, into.id) if known else {}
    wiped = _wiped(db, into.id) if known else {}
    ids: list[str] = []
    if known and known.deleted:
        bring_back(db, known.id)
    if not known:
        _keep_as_it_was(db, into.id, talk)
    new: list[Message] = []
    arrived = now()
    for said in talk.said:
        parent = None if said.parent is None else ids[said.parent]
        content = storable(said.content)
        place = (parent, said.role, content)
        if place not in there and (parent, said.created) in wiped:
            there[place] = wiped[parent, said.created]
        if place not in there:
            there[place] = uuid4().hex
            behind_it = _behind(db, talk, said) if content.strip() in taught else None
            new.append(_message(there[place], into.id, parent, said, content, said.created or arrived, behind_it))
        ids.append(there[place])
    add_finished(db, new)
    added = [*([] if known and not known.deleted else ["conversations"]), *["messages"] * len(new)]
    for id, said in zip(ids, talk.said, strict=True):
        added += _take_feedback(db, id, said)
        taught.update(storable(text).strip() for text, _ in said.corrections)
    return added


def _keep_as_it_was(db: Database, id: str, talk: Talk) -> None:
    """Tag, sample and place a conversation that has just come as it was where it comes from."""
    if talk.tags:
        tag(db, id, read_tags(" ".join(talk.tags)))
    db.execute(
        "UPDATE conversations SET pinned = ?, archived = ?, temperature = ?, top_p = ?, max_tokens = ? WHERE id = ?",
        (int(talk.pinned), talk.archived, talk.temperature, talk.top_p, talk.max_tokens, id),
    )


def _there(db: Database, conversation_id: str) -> dict[tuple[str | None, Role, str], str]:
    """The ids of a conversation's messages, by their place and text."""
    found = rows(db, "SELECT id, parent_id, role, content FROM messages WHERE conversation_id = ?", conversation_id)
    return {(row["parent_id"], row["role"], row["content"]): row["id"] for row in found}


def _wiped(db: Database, conversation_id: str) -> dict[tuple[str | None, str | None], str]:
    """The ids of a conversation's answers that were forgotten, by their place and time: a file has their text still."""
    gone = "conversation_id = ? AND content = ? AND correction_id IS NOT NULL"
    found = rows(db, f"SELECT id, parent_id, created FROM messages WHERE {gone}", conversation_id, FORGOTTEN)
    return {(row["parent_id"], row["created"]): row["id"] for row in found}


def _behind(db: Database, talk: Talk, said: Said) -> int | None:
    """The correction that memory gave an imported answer from, so that it goes when that is forgotten."""
    asked = talk.said[said.parent] if said.parent is not None and said.role == "assistant" else None
    return behind(db, asked.content, said.content) if asked and asked.role == "user" else None


def _message(
    id: str, conversation_id: str, parent: str | None, said: Said, content: str, created: str, correction_id: int | None
) -> Message:
    version = said.version and storable(said.version)
    return Message(
        id, conversation_id, parent, said.role, content, said.status, version, correction_id,
        None, None, None, created, int(said.cut),
    )  # fmt: skip


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
    for text, kind in said.corrections:
        if not _known(db, message_id, storable(text).strip(), said.created):
            correct(db, message_id, text, kind=kind, given=said.created)
            added.append("corrections")
    return added


def _known(db: Database, message_id: str, text: str, said: str | None) -> bool:
    """Whether a correction was given here before, or forgotten, of this message or of one that is gone for good.

    Of a forgotten one the question is left and not the text: whatever may be older than the forgetting is it.
    """
    if any(each.forgotten or each.answer.strip() == text for each in corrections_of(db, message_id)):
        return True
    left = left_without_message(db, message_id)
    if any(each.forgotten and (said is None or said <= each.forgotten) for each in left):
        return True
    same = [each for each in left if each.answer.strip() == text]
    if same:
        tie_to(db, same[-1].id, message_id)
    return bool(same)
