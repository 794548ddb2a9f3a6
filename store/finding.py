"""Conversations as a list shows them: one shelf, page by page, and for a search where in each the words stand.

A search is words and tags: `#work rent` finds what is tagged `work` and has a word that begins with `rent`.
"""

import re
from collections.abc import Sequence

from store.conversations import message_condition, search_words, select_conversations
from store.database import rows
from store.light_sqlite_utils import Database
from store.records import Found
from store.shelves import Shelf
from store.tags import all_tags, tags_of

SNIPPET_WORDS = 14
SNIPPET_CHARACTERS = 40
_ON = {
    "talks": "deleted IS NULL AND archived IS NULL",
    "archived": "deleted IS NULL AND archived IS NOT NULL",
    "deleted": "deleted IS NOT NULL",
}
_ORDER = {
    "talks": "pinned DESC, updated DESC, rowid DESC",
    "archived": "archived DESC, rowid DESC",
    "deleted": "deleted DESC, rowid DESC",
}
_TAGGED = "id IN (SELECT conversation_id FROM tags WHERE substr(tag, 1, length(?)) = ?)"
_HIT, _END = "\x01", "\x02"


def find(db: Database, search: str = "", *, shelf: Shelf = "talks", limit: int = 100, owner: str = "") -> list[Found]:
    """The first conversations of a shelf of `owner`, all or those that `search` finds, in the order of the list."""
    tags, words = read_search(search, all_tags(db, owner) if "#" in search else [])
    where = " AND ".join(["owner = ?", _ON[shelf], *[_TAGGED] * len(tags)])
    parameters = [owner, *(each for tag in tags for each in (tag, tag))]
    talks = select_conversations(db, where, parameters, words, _ORDER[shelf], limit)
    ids = [talk.id for talk in talks]
    tagged = tags_of(db, ids)
    snippets = _snippets(db, ids, words) if words.strip() else {}
    return [
        Found(talk, tagged.get(talk.id, ()), marked(talk.title, words), snippets.get(talk.id, ())) for talk in talks
    ]


def read_search(search: str, known: Sequence[str]) -> tuple[list[str], str]:
    """The tags a search asks for, or their beginnings, and its words. What begins no known tag is a word. Pure."""
    tags, words = list[str](), list[str]()
    for word in search.split():
        name = word[1:].casefold() if word.startswith("#") else ""
        (tags if name and any(tag.startswith(name) for tag in known) else words).append(name or word)
    return (tags, " ".join(words)) if tags else ([], search)


def marked(text: str, sought: str) -> tuple[tuple[str, bool], ...]:
    """`text` in pieces, and of each whether it is what was sought, in capitals or not. Pure."""
    if not sought.strip():
        return ((text, False),)
    pieces = re.split(f"({re.escape(sought.strip())})", text, flags=re.IGNORECASE)
    return tuple((piece, number % 2 == 1) for number, piece in enumerate(pieces) if piece)


def _snippets(db: Database, ids: Sequence[str], search: str) -> dict[str, tuple[tuple[str, bool], ...]]:
    """Of each of these conversations the place in its first message that `search` finds."""
    matching, sought = message_condition(search)
    first = {
        row["number"]: row["conversation_id"]
        for row in rows(
            db,
            f"""SELECT min(number) AS number, conversation_id FROM messages
                WHERE conversation_id IN ({", ".join("?" * len(ids))}) AND {matching} GROUP BY conversation_id""",
            *ids,
            sought,
        )
    }
    marks = ", ".join("?" * len(first))
    if not search_words(search):
        texts = rows(db, f"SELECT number, content FROM messages WHERE number IN ({marks})", *first)
        return {first[row["number"]]: _around(row["content"], search) for row in texts}
    cut = f"snippet(messages_fts, 0, '{_HIT}', '{_END}', '…', {SNIPPET_WORDS})"
    found = rows(
        db,
        f"SELECT rowid AS number, {cut} AS text FROM messages_fts WHERE messages_fts MATCH ? AND rowid IN ({marks})",
        sought,
        *first,
    )
    return {first[row["number"]]: _pieces(row["text"]) for row in found}


def _pieces(snippet: str) -> tuple[tuple[str, bool], ...]:
    """A snippet of FTS5 in pieces, on one line."""
    cuts = re.split(f"[{_HIT}{_END}]", re.sub(r"\s+", " ", snippet))
    pieces = [(piece, number % 2 == 1) for number, piece in enumerate(cuts)]
    return tuple(each for each in pieces if each[0])


def _around(text: str, search: str) -> tuple[tuple[str, bool], ...]:
    """What stands around the first place where `search` stands word for word, for scripts without spaces."""
    at = max(text.casefold().find(search.strip().casefold()), 0)
    begin, end = max(0, at - SNIPPET_CHARACTERS // 2), at + SNIPPET_CHARACTERS
    cut = ("…" if begin else "") + " ".join(text[begin:end].split()) + ("…" if end < len(text) else "")
    return marked(cut, search)
