"""The chat: conversations on the left, one branch of one conversation, and the box to ask in.

What is shown is read from the store after every act. A tab keeps only two ids, in hidden fields rather than in
the server's memory, so that it goes on where it was when the server was restarted.
"""

from collections.abc import Callable, Iterator, Sequence
from html import escape
from pathlib import Path
from typing import Any

import gradio as gr

from assistant.conversation import Assistant
from assistant.page.answering import Answering, Turn
from assistant.page.pressed import button, in_order, presses, read_press
from assistant.page.problems import told
from assistant.page.showing import Shown, chat_value, shown, under
from assistant.page.whose import who
from assistant.page.words import version_name
from models.version_files import current
from store import conversations, feedback
from store.branches import branch_through
from store.database import opened
from store.errors import InputRefused
from store.light_sqlite_utils import Database
from store.records import Conversation, Message

GENERATION = "generation"
LATEX = [
    {"left": "$$", "right": "$$", "display": True},
    {"left": "\\[", "right": "\\]", "display": True},
    {"left": "\\(", "right": "\\)", "display": False},
    {"left": "$", "right": "$", "display": False},
]
WELCOME = (
    "**Ask something.**\n\nWhen an answer is wrong, press *Correct* and write how it should be. "
    "The next answer uses your correction at once; at night the model learns it."
)


def chat_tab(assistant: Assistant) -> Callable[[gr.Blocks], None]:
    """Build the tab inside a Blocks context. What it returns fills it whenever a page is loaded."""
    settings, answering = assistant.settings, Answering()
    home = settings.home

    with gr.Row():
        with gr.Column(scale=1, elem_id="side"):
            fold = button("chat", "fold", "Conversations", kind="plain fold-button")
            gr.HTML(fold)
            with gr.Column(elem_classes="folds"):
                new = gr.Button("New conversation", size="sm", elem_id="new-talk")
                search = gr.Textbox(
                    "", label="Search conversations", show_label=False, placeholder="Search", container=False
                )
                talks = gr.HTML(elem_id="side-list")
        with gr.Column(scale=4):
            with gr.Column(visible=False, elem_id="about") as naming:
                with gr.Row(elem_id="naming"):
                    title = gr.Textbox(
                        label="Name of this conversation", show_label=False, container=False, max_lines=1, scale=5
                    )
                    delete = gr.HTML(elem_id="delete")
                with gr.Accordion("Instructions", open=False, elem_id="instructions"):
                    instructions = gr.Textbox(
                        label="Instructions for this conversation",
                        show_label=False,
                        placeholder="What the model is told before the first question of this conversation",
                        container=False,
                        max_lines=8,
                    )
            chatbot = gr.Chatbot(
                label="Conversation",
                show_label=False,
                elem_id="talk",
                editable="all",
                group_consecutive_messages=False,
                latex_delimiters=LATEX,
                sanitize_html=True,
                allow_tags=False,
                layout="panel",
                buttons=[],
                placeholder=WELCOME,
                container=False,
            )
            with gr.Row(elem_id="composer"):
                question = gr.Textbox(
                    label="Your question",
                    show_label=False,
                    placeholder="Ask something",
                    lines=1,
                    max_lines=10,
                    container=False,
                    elem_id="question",
                    autofocus=True,
                    scale=5,
                )
                send = gr.Button("Send", variant="primary", scale=0)
                stop = gr.Button("Stop", scale=0, visible=False)
    notes = gr.HTML(elem_id="under-data", visible="hidden")
    talk = gr.Textbox("", visible="hidden", elem_id="talk-id", label="conversation")
    leaf = gr.Textbox("", visible="hidden", elem_id="leaf-id", label="message")
    act, again = presses("chat"), presses("again")

    view = [chatbot, notes, talk, leaf, naming, title, delete, instructions]
    streamed = [*view, question, send, stop]

    def ask(text: str, at: str, parent: str, request: gr.Request) -> Iterator[tuple[Any, ...]]:
        if not text.strip():
            return

        def turn(cancelled: Callable[[], bool]) -> Iterator[Message]:
            owner = who(request).name
            return assistant.send(at or None, text, parent_id=parent or None, owner=owner, cancelled=cancelled)

        with told():
            with opened(home) as db:
                before = _branch(db, parent)
            yield (*_asked(before, text), *[gr.skip()] * 6, "", *_BUSY)
            for state in _watched(answering, request.session_hash or "", turn, home):
                yield (*state, gr.skip(), *_BUSY)

    def once_more(press: str, request: gr.Request) -> Iterator[tuple[Any, ...]]:
        with told():
            given = read_press(press)

            def turn(cancelled: Callable[[], bool]) -> Iterator[Message]:
                if given["do"] == "reword":
                    return assistant.reword(given["id"], given["text"], cancelled=cancelled)
                return assistant.retry(given["id"], cancelled=cancelled)

            for state in _watched(answering, request.session_hash or "", turn, home):
                yield (*state, gr.skip(), *_BUSY)

    def edited(given: gr.EditData, value: list[dict[str, Any]], at: str, parent: str) -> tuple[Any, ...]:
        with told(), opened(home) as db:
            message = conversations.message(db, str((value[_row(given.index)].get("metadata") or {}).get("id")))
            text = str(given.value)
            reword: Any = gr.skip()
            if text.strip() == shown(db, message).text.strip():
                gr.Info("Nothing was changed.", duration=3)
            elif message.role == "user":
                reword = _press("reword", message.id, text)
            elif feedback.correct(db, message.id, text).manner:
                gr.Info("Taken as a wish for every answer, from the next one on.", duration=6)
            return (*_view(db, at, _branch(db, parent)), reword)

    def pressed(press: str, at: str, leaf_id: str, sought: str, request: gr.Request) -> tuple[Any, ...]:
        with told(), opened(home) as db:
            given = read_press(press)
            if given["do"] in ("open", "show", "delete"):
                answering.leave(request.session_hash or "")
            at, branch = _done(db, given, at, leaf_id)
            return (*_view(db, at, branch), _talks(db, sought, at, request))

    def renamed(text: str, at: str, sought: str, request: gr.Request) -> Any:
        with told(), opened(home) as db:
            if not (at and text.strip()) or text == conversations.conversation(db, at).title:
                return gr.skip()  # also when the field is merely left, for a search that is being typed
            conversations.rename_conversation(db, at, text)
            return _talks(db, sought, at, request)

    def instructed(text: str, at: str) -> None:
        with told(), opened(home) as db:
            if at and text.strip() != conversations.conversation(db, at).system_prompt:
                conversations.instruct(db, at, text)
                gr.Info("From the next answer on, the model is told so.", duration=4)

    def listed(sought: str, at: str, request: gr.Request) -> str:
        with told(), opened(home) as db:
            return _talks(db, sought, at, request)

    def blank(sought: str, request: gr.Request) -> tuple[Any, ...]:
        answering.leave(request.session_hash or "")
        with told(), opened(home) as db:
            return (*_view(db, "", []), _talks(db, sought, "", request))

    def stopped(request: gr.Request) -> None:
        answering.stop(request.session_hash or "")

    def settle(sought: str, at: str, request: gr.Request) -> tuple[Any, ...]:
        return gr.Button(visible=True), gr.Button(visible=False), listed(sought, at, request)

    quick = in_order("chat")
    slow: dict[str, Any] = {
        "api_visibility": "private",
        "show_progress": "minimal",
        "show_progress_on": chatbot,
        "concurrency_id": GENERATION,
        "concurrency_limit": 1,
    }
    for begun in (
        gr.on([question.submit, send.click], ask, [question, talk, leaf], streamed, **slow),
        again.change(once_more, [again], streamed, **slow),
    ):
        begun.then(settle, [search, talk], [send, stop, talks], **quick)
    stop.click(stopped, None, None, **in_order("stop"))
    chatbot.edit(edited, [chatbot, talk, leaf], [*view, again], **quick)
    act.change(pressed, [act, talk, leaf, search], [*view, talks], **quick)
    new.click(blank, [search], [*view, talks], **quick)
    search.change(listed, [search, talk], [talks], **quick)
    gr.on([title.submit, title.blur], renamed, [title, talk, search], [talks], **quick)
    gr.on([instructions.submit, instructions.blur], instructed, [instructions, talk], None, **quick)

    def on_load(blocks: gr.Blocks) -> None:
        blocks.load(listed, [search, talk], [talks], **quick)

    return on_load


def status_line(assistant: Assistant) -> str:
    """Which version answers and whether memory takes part, for the head of the page."""
    memory = "on" if assistant.settings.memory else "off"
    version = escape(version_name(current(assistant.settings.home)))
    return (
        f'<div id="top"><h1>Aprendiz</h1><p>Answers come from {version} · '
        f"memory {memory} (change it under Settings)</p></div>"
    )


_BUSY = (gr.Button(visible=False), gr.Button(visible=True))


def _watched(answering: Answering, tab: str, turn: Turn, home: Path) -> Iterator[tuple[Any, ...]]:
    """The view at every state of an answer that is being written."""
    before: list[Shown] | None = None
    for message in answering.watch(tab, turn):
        if message is None:  # Gradio shows the last state once more at the end, so that must be none
            yield (gr.skip(),) * 8
            return
        with opened(home) as db:
            if before is None:
                before = [shown(db, each) for each in conversations.path_to(db, message.parent_id or message.id)]
            whole = message.status != "writing"
            last = shown(db, message) if whole else Shown(message)
            state = _view(db, message.conversation_id, [*before, last])
        yield state


def _view(db: Database, at: str, branch: Sequence[Shown]) -> tuple[Any, ...]:
    """Values for chatbot, notes, talk, leaf, naming, title, delete and instructions."""
    talk = conversations.conversation(db, at) if at else None
    leaf = branch[-1].message.id if branch else ""
    return chat_value(branch), under(branch), at, leaf, gr.Column(visible=talk is not None), *_naming(talk)


def _naming(talk: Conversation | None) -> tuple[str, str, str]:
    if talk is None:
        return "", "", ""
    ask = f"Delete “{talk.title}” for good? What you corrected in it stays learned."
    pin = button("chat", "unpin" if talk.pinned else "pin", "Pin", on=bool(talk.pinned), id=talk.id)
    return talk.title, pin + button("chat", "delete", "Delete", ask=ask, id=talk.id), talk.system_prompt


def _asked(before: Sequence[Shown], text: str) -> tuple[list[dict[str, Any]], str]:
    """The chat with a question that is on its way to the store."""
    value = chat_value(before)
    value.append({"role": "user", "content": [{"type": "text", "text": text}], "metadata": {}})
    return value, under(before)


def _branch(db: Database, leaf: str) -> list[Shown]:
    return [shown(db, each) for each in conversations.path_to(db, leaf)] if leaf else []


def _done(db: Database, press: dict[str, str], at: str, leaf: str) -> tuple[str, list[Shown]]:
    """Do what a press asks for; the conversation and the branch to show then."""
    do, id = press["do"], press.get("id", "")
    if do == "open":
        return id, [shown(db, each) for each in conversations.newest_path(db, id)]
    if do == "show":
        return at, [shown(db, each) for each in branch_through(db, id)]
    if do == "delete":
        conversations.delete_conversation(db, id)
        return ("", []) if id == at else (at, _branch(db, leaf))
    if do in ("pin", "unpin"):
        conversations.pin_conversation(db, id, do == "pin")
    elif do == "rate":
        feedback.rate(db, id, int(press["value"]))
    elif do == "reason":
        _toggle_reason(db, id, press["reason"])
    else:
        raise InputRefused(f"The page asked for {do!r}, which is not known here. Load the page again.")
    return at, _branch(db, leaf)


def _toggle_reason(db: Database, id: str, reason: str) -> None:
    rating = feedback.rating_of(db, id)
    if rating is not None and rating.value != 0:
        kept = [each for each in rating.reasons if each != reason]
        chosen = kept if reason in rating.reasons else [*kept, reason]
        feedback.rate(db, id, rating.value, chosen, rating.note)


def _talks(db: Database, search: str, at: str, request: gr.Request) -> str:
    found = conversations.list_conversations(db, search=search, owner=who(request).name)
    if not found:
        return f'<p class="none">{"Nothing found." if search.strip() else "No conversations yet."}</p>'
    items = (
        f'<li class="{"pinned" if each.pinned else ""}">'
        + button("chat", "open", each.title or "Untitled", on=each.id == at, id=each.id)
        + "</li>"
        for each in found
    )
    return f'<ul class="talks" aria-label="Conversations">{"".join(items)}</ul>'


def _press(do: str, id: str, text: str) -> str:
    import json
    import time

    return json.dumps({"do": do, "id": id, "text": text, "at": time.time()})


def _row(index: int | Sequence[int]) -> int:
    return index if isinstance(index, int) else index[0]
