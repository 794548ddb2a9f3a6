"""Conversations as a list shows them: one shelf, page by page, and for a search where in each the words stand.

A search is words and tags: `#work rent due` finds what is tagged `work` and has words that begin with `rent` and `due`,
in whichever of its messages, or them in its title.
"""

import re
from collections.abc import Mapping, Sequence

from store.conversations import indexed, message_condition, search_condition, select_conversations, sought_words
from store.database import rows
from store.light_sqlite_utils import Database
from store.records import Found
from store.shelves import Shelf
from store.tags import all_tags, tags_of

Pieces = tuple[tuple[str, bool], ...]  # of a text, each with whether it was sought
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
    where, parameters, words = _condition(db, search, shelf, owner)
    talks = select_conversations(db, f"WHERE {where} ORDER BY {_ORDER[shelf]} LIMIT ?", *parameters, limit)
    ids = [talk.id for talk in talks]
    tagged = tags_of(db, ids)
    snippets = _snippets(db, ids, words) if sought_words(words) else {}
    return [
        Found(talk, tagged.get(talk.id, ()), marked(talk.title, words), *snippets.get(talk.id, ((), "")))
        for talk in talks
    ]


def count_found(db: Database, search: str, *, shelf: Shelf, owner: str = "") -> int:
    """How many conversations of a shelf of `owner` `search` finds."""
    where, parameters, _ = _condition(db, search, shelf, owner)
    (row,) = rows(db, f"SELECT count(*) AS found FROM conversations WHERE {where}", *parameters)
    return int(row["found"])


def _condition(db: Database, search: str, shelf: Shelf, owner: str) -> tuple[str, list[str], str]:
    """The SQL condition for what `search` finds on a shelf, its parameters, and the words of the search."""
    tags, words = read_search(search, all_tags(db, owner) if "#" in search else [])
    matching, sought = search_condition(words)
    where = " AND ".join(["owner = ?", _ON[shelf], *[_TAGGED] * len(tags), matching])
    return where, [owner, *(each for tag in tags for each in (tag, tag)), *sought], words


def read_search(search: str, known: Sequence[str]) -> tuple[list[str], str]:
    """The tags a search asks for, or their beginnings, and its words. What begins no known tag is a word. Pure."""
    tags, words = list[str](), list[str]()
    for word in search.split():
        name = word[1:].casefold() if word.startswith("#") else ""
        (tags if name and any(tag.startswith(name) for tag in known) else words).append(name or word)
    return (tags, " ".join(words)) if tags else ([], search)


def marked(text: str, sought: str) -> Pieces:
    """`text` in pieces, and of each whether it is one of the words that were sought, in capitals or not. Pure."""
    words = sorted(sought_words(sought), key=len, reverse=True)
    if not words:
        return ((text, False),)
    pieces = re.split(f"({'|'.join(map(re.escape, words))})", text, flags=re.IGNORECASE)
    return tuple((piece, number % 2 == 1) for number, piece in enumerate(pieces) if piece)


def _snippets(db: Database, ids: Sequence[str], search: str) -> dict[str, tuple[Pieces, str]]:
    """Of each of these conversations what stands around the words that `search` finds, and the id of that message.

    It is the one in which most of them are.
    """
    words = sought_words(search)
    best = _best(db, ids, words)
    marks = ", ".join("?" * len(best))
    if not all(map(indexed, words)):
        texts = rows(db, f"SELECT number, content FROM messages WHERE number IN ({marks})", *best)
        return _by_talk(best, {row["number"]: _around(row["content"], search) for row in texts})
    cut = f"snippet(messages_fts, 0, '{_HIT}', '{_END}', '…', {SNIPPET_WORDS})"
    found = rows(  # by `+rowid` the index is gone through once, not once for each message
        db,
        f"SELECT rowid AS number, {cut} AS text FROM messages_fts WHERE messages_fts MATCH ? AND +rowid IN ({marks})",
        " OR ".join(message_condition(word)[1] for word in words),
        *best,
    )
    return _by_talk(best, {row["number"]: _pieces(row["text"]) for row in found})


def _best(db: Database, ids: Sequence[str], words: Sequence[str]) -> dict[int, tuple[str, str]]:
    """Of each of these conversations the first of the messages that have most of `words`, if any.

    By its number, the conversation and its id.
    """
    conditions = [message_condition(word) for word in words]
    there = " + ".join(f"({matching})" for matching, _ in conditions)
    found = rows(
        db,
        f"""SELECT number, id, conversation_id, {there} AS there FROM messages
            WHERE conversation_id IN ({", ".join("?" * len(ids))}) ORDER BY there, number DESC""",
        *(sought for _, sought in conditions),
        *ids,
    )
    best = {row["conversation_id"]: (row["number"], row["id"]) for row in found if row["there"]}
    return {number: (talk, id) for talk, (number, id) in best.items()}


def _by_talk(messages: Mapping[int, tuple[str, str]], places: Mapping[int, Pieces]) -> dict[str, tuple[Pieces, str]]:
    """The places by conversation, each with the id of its message; both are given by the numbers of messages. Pure."""
    return {talk: (places[number], id) for number, (talk, id) in messages.items() if number in places}


def _pieces(snippet: str) -> Pieces:
    """A snippet of FTS5 in pieces, on one line."""
    cuts = re.split(f"[{_HIT}{_END}]", re.sub(r"\s+", " ", snippet))
    pieces = [(piece, number % 2 == 1) for number, piece in enumerate(cuts)]
    return tuple(each for each in pieces if each[0])


def _around(text: str, search: str) -> Pieces:
    """What stands around the first word of `search` that is in `text`, for scripts without spaces."""
    places = [text.casefold().find(word.casefold()) for word in sought_words(search)]
    at = min((place for place in places if place >= 0), default=0)
    begin, end = max(0, at - SNIPPET_CHARACTERS // 2), at + SNIPPET_CHARACTERS
    cut = ("…" if begin else "") + " ".join(text[begin:end].split()) + ("…" if end < len(text) else "")
    return marked(cut, search)
