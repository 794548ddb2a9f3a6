"""A conversation as a file: a line of JSON that `import` reads back with all its branches, or Markdown for people.

Called by the downloads of the page. What a file from elsewhere says is `store.import_forms`' business.
"""

import json
from collections.abc import Iterator, Sequence
from typing import Any

from store.conversations import OWN, conversation, messages_of, newest_path, source_of
from store.database import rows
from store.feedback import correction_of, wish_of
from store.light_sqlite_utils import Database
from store.questions.wishes import manner
from store.ratings import rating_of
from store.records import Conversation, Message
from store.tags import tags_of

_WHO = {"user": "You", "system": "Instructions"}


def as_line(db: Database, id: str) -> str:
    """A conversation in the project's own form: one line of JSON, every branch, with the feedback. Raises NotFound.

    What is as it comes is left out.
    """
    talk = conversation(db, id)
    (source,) = rows(db, "SELECT source FROM conversations WHERE id = ?", id)
    system = [{"role": "system", "content": talk.system_prompt}] if talk.system_prompt else []
    said = messages_of(db, id)
    places = {each.id: place for place, each in enumerate(said, len(system))}
    row: dict[str, Any] = {
        "conversation": _source(source["source"], talk.owner) or OWN + id,
        "title": talk.title,
        "created": talk.created,
        "messages": [*system, *(_message(db, each, places) for each in said)],
    }
    if tags := tags_of(db, [id]).get(id):
        row["tags"] = tags
    if talk.pinned:
        row["pinned"] = True
    if talk.archived:
        row["archived"] = talk.archived
    usual = Conversation("", "", "", "", "")
    sampling = ("temperature", "top_p", "max_tokens")
    row |= {name: getattr(talk, name) for name in sampling if getattr(talk, name) != getattr(usual, name)}
    return json.dumps(row, ensure_ascii=False)


def all_lines(db: Database, owner: str = "") -> Iterator[str]:
    """Every conversation of `owner` that says something and is not deleted, archived ones too, the oldest first."""
    for id in _exported_ids(db, owner):
        yield as_line(db, id)


def all_markdown(db: Database, owner: str = "") -> Iterator[str]:
    """The same conversations as Markdown, of each the newest branch."""
    for id in _exported_ids(db, owner):
        yield as_markdown(db, id)


def as_markdown(db: Database, id: str, branch: Sequence[Message] = ()) -> str:
    """One branch of a conversation, by default the newest, as Markdown; corrected answers as they should be.

    Raises NotFound.
    """
    talk = conversation(db, id)
    parts = [f"# {talk.title or 'Untitled'}", f"*{talk.created[:10]}*"]
    if talk.system_prompt:
        parts.append("**Instructions:** " + talk.system_prompt)
    for each in branch or newest_path(db, id):
        corrected = correction_of(db, each.id)
        who = _WHO.get(each.role) or f"Aprendiz ({each.version or 'an earlier program'})"
        parts.append(f"## {who}{', corrected by you' if corrected else ''}")
        parts.append(corrected.answer if corrected else each.content)
    return "\n\n".join(parts) + "\n"


def _exported_ids(db: Database, owner: str) -> list[str]:
    """The ids of the conversations that are carried out, the oldest first."""
    told = "owner = ? AND deleted IS NULL AND id IN (SELECT conversation_id FROM messages)"
    found = rows(db, f"SELECT id FROM conversations WHERE {told} ORDER BY created, rowid", owner)
    return [row["id"] for row in found]


def _source(stored: str | None, owner: str) -> str:
    """What a conversation is called in the file it came from, for whoever takes it in next."""
    return (stored or "").removeprefix(source_of(owner, ""))


def _message(db: Database, of: Message, places: dict[str, int]) -> dict[str, Any]:
    parent = places[of.parent_id] if of.parent_id else None
    made: dict[str, Any] = {"role": of.role, "content": of.content, "parent": parent, "created": of.created}
    if of.version:
        made["version"] = of.version
    if of.status != "complete":
        made["status"] = "failed" if of.status == "failed" else "stopped"
    if of.cut:
        made["cut"] = True
    feedback = _feedback(db, of) if of.role == "assistant" and of.parent_id else {}
    return {**made, "feedback": feedback} if feedback else made


def _feedback(db: Database, of: Message) -> dict[str, Any]:
    """What was said of an answer, as far as it still holds.

    The kind of a correction is told only where its form does not tell it, so that earlier programs read all else.
    """
    feedback: dict[str, Any] = {}
    if (rating := rating_of(db, of.id)) is not None and rating.value:
        feedback = {"rating": rating.value, "reasons": rating.reasons, "note": rating.note}
    if taught := correction_of(db, of.id):
        feedback["answer" if manner(taught.answer) else "correction"] = taught.answer
    if wished := wish_of(db, of.id):
        plain = manner(wished.answer) and "correction" not in feedback
        feedback["correction" if plain else "wish"] = wished.answer
    return feedback
