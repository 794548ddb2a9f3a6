"""The list of conversations: a shelf of it, page by page, what a search found, and the way to the other shelves.

Reads the store and writes nothing. Which shelf a tab looks at, and how far down, is in a hidden field of the tab.
"""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from html import escape
from typing import cast

from assistant.page.pressed import button
from assistant.page.speech import later, number, say, say_many
from store.finding import count_found, find
from store.light_sqlite_utils import Database
from store.records import Conversation, Found
from store.shelves import KEPT_DAYS, Shelf, counts

PAGE = 100
_NAMES: dict[Shelf, str] = {
    "talks": later("Conversations"),
    "archived": later("Archived"),
    "deleted": later("Bin"),
}
_NONE: dict[Shelf, str] = {
    "talks": later("No conversations yet."),
    "archived": later("Nothing is archived."),
    "deleted": later("The bin is empty."),
}


@dataclass(frozen=True, slots=True)
class Look:
    """The shelf that is looked at, how many conversations of it, and the one whose deletion can be undone at once."""

    shelf: Shelf = "talks"
    limit: int = PAGE
    undo: str = ""

    def __str__(self) -> str:
        return json.dumps(asdict(self))


def read_look(text: str) -> Look:
    """What a tab's hidden field says; the beginning of the list for anything unreadable. Pure."""
    try:
        given = json.loads(text)
        shelf = given["shelf"] if given["shelf"] in _NAMES else "talks"
        return Look(cast(Shelf, shelf), max(PAGE, int(given["limit"])), str(given["undo"]))
    except (ValueError, TypeError, KeyError):
        return Look()


def looked(look: Look, press: dict[str, str]) -> Look:
    """Where a tab looks after a press: the offer to undo goes with the next one. Pure."""
    match press["do"]:
        case "shelf" if press.get("shelf") in _NAMES:
            return Look(cast(Shelf, press["shelf"]))
        case "more":
            return replace(look, limit=look.limit + PAGE, undo="")
        case "delete":
            return replace(look, undo=press.get("id", ""))
        case _:
            return replace(look, undo="")


def foot() -> str:
    """What stands below the list: the ways out and in, as files."""
    readable = f'aria-label="{say("Save all as Markdown")}"'
    return (
        f'<div class="carry"><a class="press" href="/conversations/all.jsonl" download>{say("Save all")}</a>'
        f'<a class="press" href="/conversations/all.md" {readable} download>{say("as Markdown")}</a>'
        f'<label class="press">{say("Import")}<input type="file" id="bring" aria-label="{say("Import from a file")}" '
        'accept=".json,.jsonl,.zip,application/json,application/zip"></label></div><p id="brought" role="status"></p>'
    )


def listing(db: Database, search: str, at: str, look: Look, owner: str = "") -> str:
    """The list of `owner` with its head and foot; `at` is the open conversation."""
    found = find(db, search, shelf=look.shelf, limit=look.limit + 1, owner=owner)
    there = counts(db, owner)
    more = button("chat", "more", say("Show more"), kind="plain") if len(found) > look.limit else ""
    items = _items(found[: look.limit], search, at, look)
    return (
        _undo(look) + _head(look.shelf) + items + more + _put_away(db, search, look, there, owner) + _ways(look, there)
    )


def _put_away(db: Database, search: str, look: Look, there: dict[Shelf, int], owner: str) -> str:
    """The way to what a search finds among the archived conversations as well."""
    if look.shelf != "talks" or not search.strip() or not there["archived"]:
        return ""
    count = count_found(db, search, shelf="archived", owner=owner)
    told = say_many("{count} found among the archived", "{count} found among the archived", count)
    return f'<p class="none">{button("chat", "shelf", told, shelf="archived")}</p>' if count else ""


def _items(found: Sequence[Found], search: str, at: str, look: Look) -> str:
    if not found:
        return f'<p class="none">{say("Nothing found.") if search.strip() else say(_NONE[look.shelf])}</p>'
    draw = _deleted_item if look.shelf == "deleted" else _item
    return f'<ul class="talks" aria-label="{say(_NAMES[look.shelf])}">{"".join(draw(each, at) for each in found)}</ul>'


def _item(each: Found, at: str) -> str:
    talk = each.conversation
    inner = _marked(each.title) or say("Untitled")
    if each.snippet:
        inner += f'<span class="snippet">{_marked(each.snippet)}</span>'
    if each.tags:
        inner += f'<span class="tags">{escape(" ".join(f"#{tag}" for tag in each.tags))}</span>'
    hit = {"message": each.message} if each.message else {}
    opened = button("chat", "open", "", html=inner, on=talk.id == at, id=talk.id, **hit)
    return f'<li class="{"pinned" if talk.pinned else ""}">{opened}</li>'


def _deleted_item(each: Found, _at: str) -> str:
    talk = each.conversation
    ask = say("Delete “{title}” for good? What you corrected in it stays learned.", title=talk.title)
    back, away = say("Bring back “{title}”", title=talk.title), say("Delete “{title}” for good", title=talk.title)
    return (
        f'<li class="gone"><span>{_marked(each.title) or say("Untitled")}</span>'
        + button("chat", "bring-back", say("Bring back"), name=back, id=talk.id)
        + button("chat", "delete-for-good", say("Delete now"), name=away, ask=ask, id=talk.id)
        + "</li>"
    )


def _marked(pieces: Sequence[tuple[str, bool]]) -> str:
    return "".join(f"<mark>{escape(text)}</mark>" if hit else escape(text) for text, hit in pieces)


def _undo(look: Look) -> str:
    if not look.undo:
        return ""
    undo = button("chat", "bring-back", say("Undo"), kind="strong", id=look.undo)
    return f'<p class="undo" role="status">{say("Deleted.")} {undo}</p>'


def _head(shelf: Shelf) -> str:
    if shelf == "talks":
        return ""
    told = say("Kept for {days} days, then gone for good.", days=KEPT_DAYS) if shelf == "deleted" else ""
    return f'<p class="shelf"><strong>{say(_NAMES[shelf])}</strong> {told}</p>'


def _ways(look: Look, there: dict[Shelf, int]) -> str:
    """The buttons to the other shelves that have something on them."""
    ways = [
        button(
            "chat",
            "shelf",
            f"{say(_NAMES[shelf])} ({number(there[shelf])})" if shelf != "talks" else f"‹ {say('Back')}",
            shelf=shelf,
        )
        for shelf in _NAMES
        if shelf != look.shelf and (there[shelf] or shelf == "talks")
    ]
    return f'<div class="ways">{"".join(ways)}</div>'


def heading(talk: Conversation) -> str:
    """The buttons beside the name of the open conversation."""
    put_away = "unarchive" if talk.archived else "archive"
    return (
        button("chat", "unpin" if talk.pinned else "pin", say("Pin"), on=bool(talk.pinned), id=talk.id)
        + button("chat", put_away, say("Archive"), on=bool(talk.archived), id=talk.id)
        + button("chat", "delete", say("Delete"), id=talk.id)
    )
