"""The documents that are read in the conversation which is shown, above the box to ask in; and the quotes from them.

Files come by `assistant.uploads`; `script/files.js` sends them there when they are dropped or chosen, and then asks for
this list anew. It is also drawn anew when another conversation is shown.
"""

import json
import time
from collections.abc import Callable, Sequence
from html import escape
from typing import Any

import gradio as gr

from assistant.formats import KINDS
from assistant.page.pressed import button, in_order, presses, read_press
from assistant.page.problems import problems_shown
from assistant.page.speech import heard, say, say_many
from assistant.page.whose import who
from store import documents
from store.database import opened
from store.errors import InputRefused
from store.light_sqlite_utils import Database
from store.owners import may_withdraw, own_document
from store.records import Document, Quote, User
from store.settings import Settings


def shelf(settings: Settings, talk: gr.Textbox, chat: gr.Textbox) -> Callable[[gr.Blocks], None]:
    """Build the list inside a Blocks context; `talk` holds the conversation, `chat` takes presses for the chat.

    What it returns fills it on load. When a document is removed the chat is drawn anew, since answers quote it.
    """
    home = settings.home
    gr.HTML(adding(), elem_id="adding")
    list_, act = gr.HTML(elem_id="shelf"), presses("shelf")

    def drawn(at: str, request: gr.Request) -> str:
        with problems_shown(), opened(home) as db:
            return as_html(documents.documents(db, at or None), who(request))

    def pressed(press: str, at: str, request: gr.Request) -> tuple[str, Any]:
        with problems_shown(), opened(home) as db:
            given = read_press(press)
            _do(db, given["do"], given.get("id", ""), who(request))
            look = json.dumps({"do": "look", "at": time.time()}) if given["do"] == "unread" else gr.skip()
            return as_html(documents.documents(db, at or None), who(request)), look

    act.change(pressed, [act, talk], [list_, chat], **in_order("shelf"))
    talk.change(drawn, [talk], [list_], **in_order("shelf"))

    def on_load(blocks: gr.Blocks) -> None:
        blocks.load(drawn, [talk], [list_], **in_order("shelf"))

    return on_load


def _do(db: Database, do: str, id: str, user: User) -> None:
    if do == "unread":
        documents.remove_document(db, own_document(db, user, int(id)).id)
    elif do == "everywhere":
        documents.share_document(db, own_document(db, user, int(id)).id)
    elif do != "look":
        raise InputRefused(f"The page asked for {do!r}, which is not known here. Load the page again.")


def as_html(read: Sequence[Document], user: User) -> str:
    """The documents with what `user` may do with them: first those of this conversation. Pure."""
    own = [_item(each, user) for each in read if each.conversation_id is not None]
    shared = [_item(each, user) for each in read if each.conversation_id is None]
    named = say("Documents of this conversation")
    listed = f'<ul class="papers" aria-label="{named}">{"".join(own)}</ul>' if own else ""
    if shared:
        listed += (
            f'<details class="papers-of-all"><summary>{say("Read in all conversations:")} {len(shared)}</summary>'
            f'<ul class="papers" aria-label="{say("Documents of all conversations")}">{"".join(shared)}</ul></details>'
        )
    return listed


def _item(each: Document, user: User) -> str:
    passages, shared = say_many("{count} passage", "{count} passages", each.passages), each.conversation_id is None
    acts = "" if shared else _share(each, user)
    if not shared or may_withdraw(user, each):
        ask = say("Remove “{name}”? No later answer will use it.", name=each.name)
        acts += button("shelf", "unread", "×", name=say("Remove {name}", name=each.name), ask=ask, id=each.id)
    return f'<li><span title="{passages}">{escape(each.name)}</span>{acts}</li>'


def _share(each: Document, user: User) -> str:
    """The button that gives a document to all, who are asked about where there are users."""
    for_all = say("Read {name} in all conversations", name=each.name)
    read_by_all = say(
        "Let all users read “{name}”? Their answers will quote it until you or the first user remove it.",
        name=each.name,
    )
    return button("shelf", "everywhere", say("For all"), name=for_all, ask=read_by_all if user.name else "", id=each.id)


def quoted(quotes: Sequence[Quote]) -> str:
    """What an answer was given from, folded: each passage with its source. Pure."""
    if not quotes:
        return ""
    sources = list(dict.fromkeys(_source(each) for each in quotes))
    passages = "".join(
        f"<blockquote>{escape(each.text)}<cite>{escape(_source(each))}</cite></blockquote>"
        if each.text is not None
        else f"<p>{escape(say('{name} was removed since.', name=each.document))}</p>"
        for each in quotes
    )
    read = say("Read in {sources}", sources="; ".join(sources))
    return f'<details class="quotes"><summary>{escape(read)}</summary>{passages}</details>'


def _source(quote: Quote) -> str:
    return f"{quote.document}, {heard(quote.place)}" if quote.place else quote.document


def adding() -> str:
    """The button for a file. Never drawn anew: a list of files to choose from may be open, or a fault be told."""
    forms = say(
        "Text, PDF, Word, PowerPoint, Excel, OpenDocument text, web pages and CSV; or drop it anywhere on the chat"
    )
    files = f'<input type="file" id="attached" multiple hidden accept="{",".join(KINDS)}" '
    return (
        f'<button type="button" class="press plain" data-do="attach" title="{forms}">{say("Add a file")}</button>'
        f'{files}aria-label="{say("Files to read")}"><p id="reading" role="status"></p>'
    )
