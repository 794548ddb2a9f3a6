"""Conversations as trees of messages: a retry is a sibling, an edited question a branch, nothing is overwritten.

Called by the conversation turn and the page. What the owner says of messages is in `store.feedback`.
"""

import re
from collections.abc import Sequence
from dataclasses import asdict, fields
from uuid import uuid4

from store.database import rows, scrub, storable, writing
from store.errors import InputRefused, NotFound
from store.light_sqlite_utils import Database
from store.records import Conversation, Message, MessageStatus, Role, now

TITLE_CHARACTERS = 60
OWN = "aprendiz:"  # begins the name, in a file, of a conversation that was begun here
MOST_TEMPERATURE = 2.0
MOST_TOKENS = 32_768
MOST_WORDS = 24
NOT_DELETED = "conversation_id NOT IN (SELECT id FROM conversations WHERE deleted IS NOT NULL)"

_FIRST_UNSPACED = "\u2e80"  # the first of the CJK blocks
_CONVERSATION = ", ".join(field.name for field in fields(Conversation))
_MESSAGE = ", ".join(field.name for field in fields(Message))


def create_conversation(
    db: Database,
    title: str = "",
    *,
    system_prompt: str = "",
    source: str | None = None,
    created: str | None = None,
    owner: str = "",
) -> Conversation:
    """Begin a conversation; untitled, it takes the first line of its first question as its title.

    `source` names what it was imported from, once for an owner; `created` keeps the time it had there.
    """
    time = created or now()
    made = Conversation(uuid4().hex, storable(title), storable(system_prompt), time, time, owner=owner)
    db.execute(
        """INSERT INTO conversations (id, title, system_prompt, source, created, updated, owner)
           VALUES (?, ?, ?, ?, ?, ?, ?)""",
        (
            made.id,
            made.title,
            made.system_prompt,
            source and source_of(owner, source),
            made.created,
            made.updated,
            owner,
        ),
    )
    return made


def conversation(db: Database, id: str) -> Conversation:
    """The conversation `id`. Raises NotFound, also when it was deleted and can still be brought back."""
    found = select_conversations(db, "WHERE id = ?", id)
    if not found:
        raise NotFound(f"There is no conversation {id!r}: its address is wrong, or it was deleted for good.")
    if found[0].deleted:
        raise NotFound(f"The conversation “{found[0].title}” was deleted. Bring it back from the bin first.")
    return found[0]


def has_conversation(db: Database, id: str, owner: str = "") -> bool:
    """Whether `owner` has a conversation `id` that is not deleted."""
    return bool(rows(db, "SELECT 1 FROM conversations WHERE id = ? AND owner = ? AND deleted IS NULL", id, owner))


def imported_conversation(db: Database, source: str, owner: str = "") -> Conversation | None:
    """The conversation that `owner` imported from `source`, or began here and carried out so named; deleted or not."""
    found = select_conversations(db, "WHERE source = ?", source_of(owner, source))
    if not found and source.startswith(OWN):
        found = select_conversations(db, "WHERE id = ? AND owner = ?", source.removeprefix(OWN), owner)
    return found[0] if found else None


def source_of(owner: str, source: str) -> str:
    """What a conversation was imported from as it is stored: two users may import the same. Pure."""
    return f"{owner}/{source}" if owner else source


def hand_over(db: Database, earlier: str, later: str) -> None:
    """Make the conversations of the owner `earlier` those of `later`."""
    db.execute(
        "UPDATE conversations SET source = substr(source, ?) WHERE owner = ?",
        (len(source_of(earlier, "")) + 1, earlier),
    )
    db.execute(
        "UPDATE conversations SET source = ? || source, owner = ? WHERE owner = ?",
        (source_of(later, ""), later, earlier),
    )


def list_conversations(db: Database, *, search: str = "", limit: int = 200, owner: str = "") -> list[Conversation]:
    """The conversations of `owner`, archived ones too, pinned ones first and otherwise last changed first.

    With `search`, those in which every word of it stands: begins a word of some message, or is in the title.
    """
    found, sought = search_condition(search)
    where = f"WHERE deleted IS NULL AND owner = ? AND {found} ORDER BY pinned DESC, updated DESC, rowid DESC LIMIT ?"
    return select_conversations(db, where, owner, *sought, limit)


def search_condition(search: str) -> tuple[str, list[str]]:
    """The SQL condition for the conversations that `search` finds, all when it is empty, and its parameters."""
    conditions, given = ["1"], list[str]()
    for word in sought_words(search):
        matching, sought = message_condition(word)
        among = f"id IN (SELECT conversation_id FROM messages WHERE {matching})"
        conditions.append(f"(title LIKE ? ESCAPE '!' OR {among})")
        given += [like_pattern(word), sought]
    return " AND ".join(conditions), given


def sought_words(search: str) -> list[str]:
    """The words of a search, each once; signs that stand alone only where there is nothing else. Pure.

    At most `MOST_WORDS`, so what is longer is found by its beginning.
    """
    words = list(dict.fromkeys(storable(search).replace("\0", " ").split()))
    return ([word for word in words if any(map(str.isalnum, word))] or words)[:MOST_WORDS]


def message_condition(word: str) -> tuple[str, str]:
    """The SQL condition for the messages in which a word begins so, and its one parameter.

    The word is quoted, so that no character of it means anything to FTS5. That index is no help for signs alone, nor
    for scripts that put no spaces between words: they are found wherever they stand.
    """
    if indexed(word):
        quoted = word.replace('"', '""')
        return "number IN (SELECT rowid FROM messages_fts WHERE messages_fts MATCH ?)", f'"{quoted}"*'
    return "content LIKE ? ESCAPE '!'", like_pattern(word)


def indexed(word: str) -> bool:
    """Whether the index of words finds such a one. Pure."""
    return any(map(str.isalnum, word)) and all(character < _FIRST_UNSPACED for character in word)


def like_pattern(text: str) -> str:
    """The pattern for LIKE with the escape character `!` that finds `text` as it stands."""
    return "%" + re.sub("([%_!])", r"!\1", storable(text.strip())) + "%"


def rename_conversation(db: Database, id: str, title: str) -> None:
    """Give the conversation another title. Raises NotFound."""
    conversation(db, id)
    db.execute("UPDATE conversations SET title = ? WHERE id = ?", (storable(title.strip()), id))


def pin_conversation(db: Database, id: str, pinned: bool = True) -> None:
    """Keep a conversation at the head of the list, or no longer. Raises NotFound."""
    conversation(db, id)
    db.execute("UPDATE conversations SET pinned = ? WHERE id = ?", (int(pinned), id))


def instruct(db: Database, id: str, text: str) -> None:
    """Have the model told `text` before the first question of a conversation; empty is nothing. Raises NotFound."""
    conversation(db, id)
    db.execute("UPDATE conversations SET system_prompt = ? WHERE id = ?", (storable(text.strip()), id))


def sample(db: Database, id: str, temperature: float, top_p: float, max_tokens: int | None) -> None:
    """Say how the tokens of answers in a conversation are chosen, and how many there may be. Raises NotFound.

    Temperature 0 is greedy; `max_tokens` None is the program's own bound. Raises as `require_sampling` does.
    """
    require_sampling(temperature, top_p, max_tokens)
    conversation(db, id)
    db.execute(
        "UPDATE conversations SET temperature = ?, top_p = ?, max_tokens = ? WHERE id = ?",
        (temperature, top_p, max_tokens, id),
    )


def require_sampling(temperature: float, top_p: float, max_tokens: int | None) -> None:
    """Raises InputRefused for values that no conversation can be sampled with. Pure."""
    if not 0 <= temperature <= MOST_TEMPERATURE:
        raise InputRefused(
            f"The temperature is {temperature:g}; it goes from 0 (exact) to {MOST_TEMPERATURE:g} (wild)."
        )
    if not 0 < top_p <= 1:
        raise InputRefused(f"The share of likely words (top_p) is {top_p:g}; it has to be above 0 and at most 1.")
    if max_tokens is not None and not 1 <= max_tokens <= MOST_TOKENS:
        raise InputRefused(f"An answer of {max_tokens} tokens cannot be asked for; choose 1 to {MOST_TOKENS}.")


def delete_conversation(db: Database, id: str) -> None:
    """Delete a conversation for good with its messages and ratings, from the file too. Raises NotFound.

    Corrections made in it stay until they are forgotten: what was taught outlives the talk.
    """
    if not db.execute("DELETE FROM conversations WHERE id = ?", (id,)).rowcount:
        conversation(db, id)
    scrub(db)


def delete_conversations_of(db: Database, owner: str) -> None:
    """Delete every conversation of `owner`; the caller has the file scrubbed."""
    db.execute("DELETE FROM conversations WHERE owner = ?", (owner,))


def add_message(
    db: Database,
    conversation_id: str,
    parent_id: str | None,
    role: Role,
    content: str,
    *,
    status: MessageStatus = "complete",
    version: str | None = None,
    correction_id: int | None = None,
    created: str | None = None,
) -> Message:
    """Add a message under `parent_id`, or as a root. Raises NotFound, and InputRefused for a parent from elsewhere."""
    made = Message(
        uuid4().hex, conversation_id, parent_id, role, storable(content), status, version, correction_id,
        None, None, None, created or now(),
    )  # fmt: skip
    with writing(db):
        parent_of = conversation(db, conversation_id)
        if parent_id is not None and message(db, parent_id).conversation_id != conversation_id:
            raise InputRefused(f"Message {parent_id} is of another conversation than {conversation_id}.")
        values = asdict(made)
        names = ", ".join(values)
        db.execute(f"INSERT INTO messages ({names}) VALUES ({', '.join('?' * len(values))})", list(values.values()))
        title = parent_of.title or (title_from(made.content) if role == "user" else "")
        changed = (made.created, title, conversation_id)
        db.execute("UPDATE conversations SET updated = max(updated, ?), title = ? WHERE id = ?", changed)
    return made


def add_finished(db: Database, messages: Sequence[Message]) -> None:
    """Add many messages of one conversation at once, parents first, as an import has them. None is being written."""
    if not messages:
        return
    names = [field.name for field in fields(Message)]
    values = [[getattr(each, name) for name in names] for each in messages]
    db.conn.executemany(f"INSERT INTO messages ({', '.join(names)}) VALUES ({', '.join('?' * len(names))})", values)
    titles = [title_from(each.content) for each in messages if each.role == "user"]
    newest = max(each.created for each in messages)
    db.execute(
        "UPDATE conversations SET updated = max(updated, ?), title = iif(title = '', ?, title) WHERE id = ?",
        (newest, titles[0] if titles else "", messages[0].conversation_id),
    )


def title_from(question: str) -> str:
    """The first line of a question, cut to a title at a word where there is one."""
    line = question.strip().split("\n", 1)[0].strip()
    if len(line) <= TITLE_CHARACTERS:
        return line
    cut = line[:TITLE_CHARACTERS]
    return (cut.rsplit(" ", 1)[0] or cut) + "…"


def write_progress(db: Database, message_id: str, content: str) -> Message:
    """Keep what was written of an answer so far; one that is finished stays as it is. Raises NotFound."""
    db.execute("UPDATE messages SET content = ? WHERE id = ? AND status = 'writing'", (storable(content), message_id))
    return message(db, message_id)


def finish_message(
    db: Database,
    message_id: str,
    content: str,
    status: MessageStatus,
    *,
    tokens: int | None = None,
    first_token_s: float | None = None,
    seconds: float | None = None,
    cut: bool = False,
) -> Message:
    """End the writing of an answer. One that is finished already stays as it is. Raises NotFound."""
    with writing(db):
        db.execute(
            """UPDATE messages SET content = ?, status = ?, tokens = ?, first_token_s = ?, seconds = ?, cut = ?
               WHERE id = ? AND status = 'writing'""",
            (storable(content), status, tokens, first_token_s, seconds, int(cut), message_id),
        )
        return message(db, message_id)


def take_up(db: Database, message_id: str) -> Message:
    """Open an answer that ended before its time for writing again; what it says stays. Raises NotFound, InputRefused.

    Of several that ask at once one is served.
    """
    with writing(db):
        before = message(db, message_id)
        conversation(db, before.conversation_id)
        if not can_go_on(before):
            raise InputRefused("Only an answer that was stopped or cut off can be continued.")
        db.execute("UPDATE messages SET status = 'writing', cut = 0 WHERE id = ?", (message_id,))
        return message(db, message_id)


def can_go_on(of: Message) -> bool:
    """Whether an answer ended before its time, so that it can be continued. Pure."""
    ended_early = of.status in ("stopped", "failed") or (of.status == "complete" and bool(of.cut))
    return of.role == "assistant" and of.correction_id is None and ended_early and bool(of.content.strip())


def message(db: Database, id: str) -> Message:
    """The message `id`. Raises NotFound."""
    found = _messages(db, "WHERE id = ?", id)
    if not found:
        raise NotFound(f"There is no message {id!r}: it or its conversation was deleted.")
    return found[0]


def path_to(db: Database, message_id: str) -> list[Message]:
    """The messages from the root down to `message_id`. Raises NotFound."""
    message(db, message_id)
    return _messages(
        db,
        """JOIN (
            WITH RECURSIVE above (node, up, height) AS (
                SELECT id, parent_id, 0 FROM messages WHERE id = ?
                UNION ALL SELECT m.id, m.parent_id, height + 1 FROM messages m JOIN above ON m.id = above.up
            ) SELECT node, height FROM above
        ) ON node = id ORDER BY height DESC""",
        message_id,
    )


def siblings(db: Database, message_id: str) -> list[Message]:
    """The messages with the same parent, oldest first, `message_id` among them. Raises NotFound."""
    of = message(db, message_id)
    return _messages(
        db, "WHERE conversation_id = ? AND parent_id IS ? ORDER BY number", of.conversation_id, of.parent_id
    )


def messages_of(db: Database, conversation_id: str) -> list[Message]:
    """Every message of a conversation in the order in which they were written, on whatever branch."""
    return _messages(db, "WHERE conversation_id = ? ORDER BY number", conversation_id)


def newest_path(db: Database, conversation_id: str) -> list[Message]:
    """The branch that ends at the newest message; empty for a conversation without one. Raises NotFound."""
    conversation(db, conversation_id)
    newest = _messages(db, "WHERE conversation_id = ? ORDER BY number DESC LIMIT 1", conversation_id)
    return path_to(db, newest[0].id) if newest else []


def close_interrupted(db: Database, message_id: str | None = None) -> int:
    """Mark as stopped what is written no more, as a killed server leaves it; say how many. All, or one message."""
    return int(
        db.execute(
            "UPDATE messages SET status = 'stopped' WHERE status = 'writing' AND id = coalesce(?, id)", (message_id,)
        ).rowcount
    )


def select_conversations(db: Database, where: str, *parameters: object) -> list[Conversation]:
    """The conversations that are selected by what stands from WHERE on."""
    return [Conversation(**row) for row in rows(db, f"SELECT {_CONVERSATION} FROM conversations {where}", *parameters)]


def _messages(db: Database, where: str, *parameters: object) -> list[Message]:
    return [Message(**row) for row in rows(db, f"SELECT {_MESSAGE} FROM messages {where}", *parameters)]


def ended_answer(db: Database, message_id: str, done: str) -> Message:
    """The message, when it is an answer that has ended. Raises NotFound and InputRefused."""
    found = message(db, message_id)
    if found.role != "assistant":
        raise InputRefused(f"Only an answer can be {done}; message {message_id} is by the {found.role}.")
    if found.status == "writing":
        raise InputRefused(f"Message {message_id} is still being written; it can be {done} when it has ended.")
    return found
