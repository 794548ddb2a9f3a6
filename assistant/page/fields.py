"""What the fields about a conversation say: the changes in them are stored, or wait for a conversation to begin.

A field is stored when it is left or entered, and only when it says something else than this tab was shown: a tab
that was left open never puts back what another one has changed since.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from assistant.sampling import ANSWER_TOKENS
from store import conversations
from store.errors import InputRefused
from store.light_sqlite_utils import Database
from store.records import Conversation
from store.tags import read_tags, tag, tags_of

FIELDS = ("title", "instructions", "tags", "temperature", "top_p", "max_tokens")


@dataclass(frozen=True, slots=True)
class Kept:
    """What came of fields that were left: the conversation now, which of them were stored, why others cannot be, what
    another tab has stored in those that it has changed too, and what counts as shown to this tab from now on."""

    talk: Conversation
    changed: set[str]
    faults: list[str]
    clashes: dict[str, Any]
    was: str


def planned(talk: Conversation, given: Mapping[str, Any], shown: str) -> Conversation:
    """`talk`, which has not begun, as those fields say that were changed from what was shown, if any was. Pure.

    Raises InputRefused for a value that cannot be.
    """
    before = read_was(shown, "")
    if not before:
        return talk
    most = int(_number(given["max_tokens"], ANSWER_TOKENS))
    said = {
        "instructions": ("system_prompt", str(given["instructions"] or "").strip()),
        "temperature": ("temperature", _number(given["temperature"], 0.0)),
        "top_p": ("top_p", _number(given["top_p"], 1.0)),
        "max_tokens": ("max_tokens", None if most == ANSWER_TOKENS else most),
    }
    changes: dict[str, Any] = {of: value for name, (of, value) in said.items() if given[name] != before[name]}
    made = replace(talk, **changes)
    conversations.require_sampling(made.temperature, made.top_p, made.max_tokens)
    return made


def keep(db: Database, id: str, given: Mapping[str, Any], shown: str) -> Kept:
    """Store the fields that say something else than was shown, but for those that another tab has changed as well.

    A value that cannot be keeps no other field from being stored. Raises NotFound.
    """
    before, stored = read_was(shown, id), fields_of(db, conversations.conversation(db, id))
    mine = {name: given[name] for name in before if given[name] != before[name]}
    clashes = {
        name: stored[name]
        for name, value in mine.items()
        if stored[name] not in (before[name], _as_stored(name, value, stored[name]))
    }
    changed, faults = keep_all(db, id, {name: value for name, value in mine.items() if name not in clashes})
    talk = conversations.conversation(db, id)
    now = fields_of(db, talk)
    seen = before | {name: now[name] for name in mine if name not in clashes}
    return Kept(talk, changed, faults, clashes, was(seen, id) if seen != before else shown)


def keep_all(db: Database, id: str, given: Mapping[str, Any]) -> tuple[set[str], list[str]]:
    """Store what is given of the fields: which were stored, and why the others cannot be. Raises NotFound."""
    changed, faults = set[str](), list[str]()
    for name in FIELDS:
        if name in given:
            try:
                _store(db, conversations.conversation(db, id), name, given[name])
                changed.add(name)
            except InputRefused as error:
                faults.append(str(error))
    return changed, faults


def _store(db: Database, talk: Conversation, name: str, value: Any) -> None:
    """Store one field. Raises InputRefused for a value that cannot be."""
    if name == "title":
        if str(value).strip():
            conversations.rename_conversation(db, talk.id, str(value))
    elif name == "instructions":
        conversations.instruct(db, talk.id, str(value or ""))
    elif name == "tags":
        tag(db, talk.id, read_tags(str(value or "")))
    else:
        conversations.sample(
            db,
            talk.id,
            _number(value, 0.0) if name == "temperature" else talk.temperature,
            _number(value, 1.0) if name == "top_p" else talk.top_p,
            int(_number(value, ANSWER_TOKENS)) if name == "max_tokens" else talk.max_tokens,
        )


def _as_stored(name: str, value: Any, stored: Any) -> Any:
    """A field's value as it would be shown once it were stored in place of `stored`."""
    if name in ("title", "instructions"):
        return str(value or "").strip()
    if name == "tags":
        return ", ".join(sorted(read_tags(str(value or ""))))
    return _number(value, stored)


def was(fields: Mapping[str, Any], id: str) -> str:
    """What a tab was shown of a conversation."""
    return json.dumps({"id": id, **fields})


def read_was(text: str, id: str) -> dict[str, Any]:
    """What a tab was shown, by the field; nothing when that was another conversation. Pure."""
    try:
        shown = json.loads(text)
    except ValueError:
        return {}
    there = isinstance(shown, dict) and shown.get("id") == id and set(FIELDS) <= set(shown)
    return {name: shown[name] for name in FIELDS} if there else {}


def fields_of(db: Database, talk: Conversation) -> dict[str, Any]:
    """What the fields show of a conversation, in the order of FIELDS."""
    tags = ", ".join(tags_of(db, [talk.id]).get(talk.id, ()))
    most = talk.max_tokens or ANSWER_TOKENS
    return dict(zip(FIELDS, (talk.title, talk.system_prompt, tags, talk.temperature, talk.top_p, most), strict=True))


def _number(value: Any, otherwise: float) -> float:
    return otherwise if value is None or value == "" else float(value)
