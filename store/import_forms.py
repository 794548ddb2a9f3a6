"""The forms that conversations come in from elsewhere, read into one: our own JSON lines, ChatGPT's and Open WebUI's.

Pure: text in, records out; a fault is told with its place and ends the reading, so that nothing is taken of a file
that has one. `store.transfer` takes what is read here into the store.
"""

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Any

from store.conversations import require_sampling
from store.errors import InputRefused
from store.records import CorrectionKind, MessageStatus, Role

NOT_TAKEN = "Nothing of the file was taken."
_SAMPLING = ("temperature", "top_p", "max_tokens")
_ROW = ("conversation", "title", "created", "tags", "pinned", "archived", *_SAMPLING, "messages", "feedback")
_MESSAGE = ("role", "content", "parent", "created", "version", "status", "cut", "feedback")
_FEEDBACK = ("rating", "reasons", "note", "correction", "answer", "wish")
_ENDED: tuple[MessageStatus, ...] = ("complete", "stopped", "failed")
_ROLES: tuple[Role, ...] = ("system", "user", "assistant")
_KINDS: tuple[tuple[str, CorrectionKind | None], ...] = (("correction", None), ("answer", "answer"), ("wish", "wish"))
_THUMBS = {"thumbsup": 1, "thumbsdown": -1}
_THOUGHTS = re.compile(r'<details type="(?:reasoning|tool_calls|code_interpreter)".*?</details>\s*', re.DOTALL)


@dataclass(frozen=True, slots=True)
class Said:
    """A message to import and what was said of it. `parent` is the index of the message before it, None for a root.

    A correction comes with its kind, or None where its form tells.
    """

    role: Role
    content: str
    parent: int | None
    created: str | None = None
    rating: int | None = None
    reasons: tuple[str, ...] = ()
    note: str = ""
    corrections: tuple[tuple[str, CorrectionKind | None], ...] = ()
    version: str | None = None
    status: MessageStatus = "complete"
    cut: bool = False


@dataclass(frozen=True, slots=True)
class Talk:
    """A conversation to import; `source` is its name where it comes from, `where` its place in the file."""

    where: str
    source: str
    title: str
    system_prompt: str
    created: str | None
    said: tuple[Said, ...]
    tags: tuple[str, ...] = ()
    pinned: bool = False
    archived: str | None = None
    temperature: float = 0.0
    top_p: float = 1.0
    max_tokens: int | None = None


@dataclass(frozen=True, slots=True)
class Thumb:
    """A thumb up (1) or down (-1), with the reasons and the note it came with."""

    value: int
    reasons: tuple[str, ...] = ()
    note: str = ""


def read_talks(name: str, text: str, thumbs: Mapping[str, Thumb] = MappingProxyType({})) -> list[Talk]:
    """The conversations in the text of a file called `name`, whatever its form; `thumbs` by the id of a message.

    Raises InputRefused naming file, line (for an export: the conversation) and fault.
    """
    if not text.lstrip().startswith("["):
        lines = enumerate(text.split("\n"), 1)  # not splitlines: U+2028 may stand inside a string
        return [_own(f"{name}:{number}", line) for number, line in lines if line.strip()]
    talks = []
    for number, export in enumerate(_parsed(name, 0, text), 1):
        where = f"{name}, conversation {number}"
        if isinstance(export, dict) and isinstance(export.get("mapping", 0), dict | None):
            talks.append(_chatgpt(where, export, thumbs))
        elif isinstance(export, dict) and isinstance(export.get("chat"), dict):
            talks.append(_open_webui(where, export))
        else:
            raise _fault(where, "it has neither a `mapping`, as in ChatGPT's export, nor a `chat`, as in Open WebUI's")
    return [talk for talk in talks if talk.said]  # of some there is nothing but pictures, or nothing at all


def read_thumbs(name: str, text: str) -> dict[str, Thumb]:
    """ChatGPT's `message_feedback.json`: thumbs by the id of the message. What is no thumb is left out."""
    parsed = _parsed(name, 0, text)
    thumbs = {}
    for each in map(_object, parsed if isinstance(parsed, list) else []):
        value = _THUMBS.get(_text(each, "rating").replace("_", "").lower())
        content = each.get("content")
        said = _object(_parsed(name, 0, content) if isinstance(content, str) and content.startswith("{") else content)
        tags = said.get("tags")
        reasons = tuple(tag for tag in tags if isinstance(tag, str)) if isinstance(tags, list) else ()
        for key in ("message_id", "id"):
            if value and _text(each, key):
                thumbs[_text(each, key)] = Thumb(value, reasons, _text(said, "text"))
    return thumbs


def _own(where: str, line: str) -> Talk:
    row = _parsed(where, 1, line)
    _require(isinstance(row, dict), where, "a line is an object with `conversation` and `messages`")
    _known_only(where, "", row, _ROW)
    name, messages, feedback = row.get("conversation"), row.get("messages"), row.get("feedback")
    title = row.get("title", "")
    _require(isinstance(name, str) and name.strip(), where, "`conversation` must be a name")
    _require(isinstance(title, str), where, "`title` must be a text")
    _require(isinstance(messages, list) and messages, where, "`messages` must be a list of at least one message")
    tags = row.get("tags") or []
    _require(isinstance(tags, list) and all(isinstance(each, str) for each in tags), where, "`tags` must be texts")
    _require(isinstance(row.get("pinned", False), bool), where, "`pinned` must be true or false")
    kept = (bool(row.get("pinned")), _moment(where, "", row, "archived"), *_sampling(where, row))
    created = _moment(where, "", row)
    head = messages[0]
    begins = isinstance(head, dict) and head.get("role") == "system" and "parent" not in head
    said = [_own_message(where, number, each, begins) for number, each in enumerate(messages)]
    system_prompt = said.pop(0).content if begins else ""
    if feedback is not None:
        answered = len(said) > 1 and said[-1].role == "assistant" and any(each.role == "user" for each in said)
        _require(answered, where, "there is feedback, but the last message is no answer to a question")
        said[-1] = _with_feedback(where, said[-1], feedback)
    for place, each in enumerate(said):
        asked = not each.corrections or _has_question(said, place)
        _require(asked, where, "there is a correction of an answer that has no question above it")
    return Talk(where, name, title, system_prompt, created, tuple(said), tuple(tags), *kept)


def _sampling(where: str, row: Mapping[str, Any]) -> tuple[float, float, int | None]:
    given = {name: row[name] for name in _SAMPLING if row.get(name) is not None}
    for name, value in given.items():
        number = isinstance(value, int if name == "max_tokens" else int | float) and not isinstance(value, bool)
        _require(number, where, f"`{name}` must be a number")
    sampling = given.get("temperature", 0.0), given.get("top_p", 1.0), given.get("max_tokens")
    try:
        require_sampling(*sampling)
    except InputRefused as error:
        raise _fault(where, str(error).rstrip(".")) from error
    return sampling


def _has_question(said: Sequence[Said], place: int) -> bool:
    above = said[place].parent
    while above is not None and said[above].role != "user":
        above = said[above].parent
    return above is not None


def _own_message(where: str, place: int, each: object, after_system: bool) -> Said:
    """The message at `place`, counted from 0; its `parent` is a place too, by default the message before it."""
    number = place + 1
    if not isinstance(each, dict):
        raise _fault(where, f"message {number} must be an object with `role` and `content`")
    _known_only(where, f" in message {number}", each, _MESSAGE)
    role, content, feedback = each.get("role"), each.get("content"), each.get("feedback")
    if role not in _ROLES:
        raise _fault(where, f"message {number} has the role {role!r}; there are: {', '.join(_ROLES)}")
    if not isinstance(content, str):
        raise _fault(where, f"the content of message {number} must be a text")
    parent = each.get("parent", place - 1 if place else None)
    whole = isinstance(parent, int) and not isinstance(parent, bool) and 0 <= parent < place
    _require(
        parent is None or whole, where, f"`parent` of message {number} must be the place of an earlier one, from 0 on"
    )
    above = None if parent is None or parent < after_system else parent - after_system
    version, status, cut = each.get("version"), each.get("status", "complete"), each.get("cut", False)
    _require(version is None or isinstance(version, str), where, f"`version` of message {number} must be a text")
    _require(status in _ENDED, where, f"message {number} has the status {status!r}; there are: {', '.join(_ENDED)}")
    _require(isinstance(cut, bool), where, f"`cut` of message {number} must be true or false")
    moment = _moment(where, f" of message {number}", each)
    said = Said(role, content, above, moment, version=version, status=status, cut=cut)
    if feedback is None:
        return said
    _require(
        role == "assistant" and above is not None, where, f"there is feedback on message {number}, which is no answer"
    )
    return _with_feedback(where, said, feedback)


def _with_feedback(where: str, said: Said, feedback: object) -> Said:
    if not isinstance(feedback, dict):
        raise _fault(where, "`feedback` must be an object")
    _known_only(where, " in `feedback`", feedback, _FEEDBACK)
    rating = feedback.get("rating")
    reasons, note = feedback.get("reasons") or [], feedback.get("note") or ""
    whole = isinstance(rating, int) and not isinstance(rating, bool) and rating in (-1, 0, 1)
    _require(rating is None or whole, where, f"`rating` is {rating!r}; it must be -1, 0 or 1")
    _require(
        isinstance(reasons, list) and all(isinstance(each, str) for each in reasons), where, "`reasons` must be texts"
    )
    _require(isinstance(note, str), where, "`note` must be a text")
    corrections = []
    for key, kind in _KINDS:
        text = feedback.get(key)
        _require(text is None or (isinstance(text, str) and text.strip()), where, f"`{key}` must be a text")
        if text is not None:
            corrections.append((text, kind))
    return replace(said, rating=rating, reasons=tuple(reasons), note=note, corrections=tuple(corrections))


def _chatgpt(where: str, export: dict[str, Any], thumbs: Mapping[str, Thumb]) -> Talk:
    """Text of user and assistant; tool calls, thoughts, hidden messages, pictures and settings are left out."""
    identity = export.get("conversation_id") or export.get("id")
    _require(isinstance(identity, str), where, "it has no `id`")

    def read(node: Mapping[str, Any]) -> Said | None:
        message = _object(node.get("message"))
        content, hidden = _object(message.get("content")), _object(message.get("metadata"))
        role, parts = _object(message.get("author")).get("role"), content.get("parts")
        if role not in ("user", "assistant") or hidden.get("is_visually_hidden_from_conversation"):
            return None
        if content.get("content_type") not in ("text", "multimodal_text") or message.get("recipient", "all") != "all":
            return None
        text = "\n".join(filter(None, map(_in_text, parts if isinstance(parts, list) else [])))
        if not text.strip():
            return None
        thumb = thumbs.get(_text(message, "id")) if role == "assistant" else None
        given = (thumb.value, thumb.reasons, thumb.note) if thumb else ()
        return Said(role, text, None, _time(message.get("create_time")), *given)

    said = _flattened(_object(export["mapping"]), "parent", export.get("current_node"), read)
    return Talk(where, f"chatgpt:{identity}", _text(export, "title"), "", _time(export.get("create_time")), said)


def _in_text(part: object) -> str:
    """What a part of a message says: text, or what was spoken as it was heard."""
    if isinstance(part, str):
        return part
    return _text(_object(part), "text") if _object(part).get("content_type") == "audio_transcription" else ""


def _open_webui(where: str, export: dict[str, Any]) -> Talk:
    """All branches, with thumbs and their reasons; without the folded thoughts and tool calls in answers."""
    chat = export["chat"]
    identity, history = export.get("id"), _object(chat.get("history"))
    _require(isinstance(identity, str), where, "it has no `id`")

    def read(node: Mapping[str, Any]) -> Said | None:
        role, content, thumb = node.get("role"), node.get("content"), _object(node.get("annotation"))
        if role not in ("user", "assistant") or not isinstance(content, str):
            return None
        content = _THOUGHTS.sub("", content) if role == "assistant" else content
        if not content.strip():
            return None
        rating = thumb.get("rating") if role == "assistant" and thumb.get("rating") in (-1, 1) else None
        reasons = (thumb["reason"],) if rating is not None and _text(thumb, "reason") else ()
        note = _text(thumb, "comment") if rating is not None else ""
        return Said(role, content, None, _time(node.get("timestamp")), rating, reasons, note)

    said = _flattened(_object(history.get("messages")), "parentId", history.get("currentId"), read)
    title = _text(export, "title") or _text(chat, "title")
    created, system_prompt = _time(export.get("created_at")), _text(_object(chat.get("params")), "system")
    return Talk(where, f"open-webui:{identity}", title, system_prompt, created, said)


def _flattened(
    nodes: Mapping[str, Any], parent_key: str, current: object, read: Callable[[Mapping[str, Any]], Said | None]
) -> tuple[Said, ...]:
    """The nodes of a tree that `read` keeps, parents first, the branch that ends at `current` last.

    The children of a node that is not kept belong to what stands above it.
    """
    parents = {key: _object(node).get(parent_key) for key, node in nodes.items()}
    children: dict[object, list[str]] = {}
    for key, parent in parents.items():
        children.setdefault(parent if isinstance(parent, str) and parent in nodes else None, []).append(key)
    on_branch: set[object] = set()
    while isinstance(current, str) and current in nodes and current not in on_branch:
        on_branch.add(current)
        current = parents[current]
    said: list[Said] = []
    waiting: list[tuple[str | None, int | None]] = [(None, None)]
    while waiting:
        node, above = waiting.pop()
        kept = read(_object(nodes[node])) if node is not None else None
        if kept is not None:
            said.append(replace(kept, parent=above))
            above = len(said) - 1
        in_order = sorted(children.get(node, []), key=lambda child: child in on_branch)
        waiting.extend((child, above) for child in reversed(in_order))
    return tuple(said)


def _parsed(where: str, line: int, text: str) -> Any:
    """The JSON in `text`. `line` is 0 for a whole file, whose faults are told with their own line."""
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        place = where if line else f"{where}:{error.lineno}"
        raise _fault(place, f"it is not JSON, from column {error.colno} on") from error
    except RecursionError as error:
        raise _fault(where, "it is nested too deeply") from error
    except ValueError as error:  # a number of thousands of digits
        raise _fault(where, str(error)) from error


def _moment(where: str, of: str, given: Mapping[str, Any], key: str = "created") -> str | None:
    """The time under `key`, as the store writes times; None when there is none."""
    text = given.get(key)
    if text is None:
        return None
    try:
        time = datetime.fromisoformat(text)
        time = time if time.tzinfo else time.replace(tzinfo=UTC)
        return time.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    except (TypeError, ValueError, OverflowError) as error:
        raise _fault(where, f"`{key}`{of} is {text!r}; it must be a time like 2026-01-31T04:05:06Z") from error


def _time(value: object) -> str | None:
    """Seconds, or milliseconds, since 1970 as the store writes times; None for anything else."""
    if not isinstance(value, int | float) or isinstance(value, bool) or not 0 < value < 4e12:
        return None
    moment = datetime.fromtimestamp(value / 1000 if value > 1e11 else value, UTC)
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _object(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _text(of: Mapping[str, Any], key: str) -> str:
    value = of.get(key)
    return value if isinstance(value, str) else ""


def _known_only(where: str, place: str, given: Mapping[str, Any], known: tuple[str, ...]) -> None:
    unknown = [key for key in given if key not in known]
    _require(not unknown, where, f"there is no {', '.join(map(repr, unknown))}{place}; there are: {', '.join(known)}")


def _require(holds: object, where: str, fault: str) -> None:
    if not holds:
        raise _fault(where, fault)


def _fault(where: str, fault: str) -> InputRefused:
    return InputRefused(f"{where}: {fault}. {NOT_TAKEN}")
