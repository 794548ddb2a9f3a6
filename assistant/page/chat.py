"""The chat: conversations on the left, one branch of one conversation, and the box to ask in.

What is shown is read from the store after every act. A tab keeps only two ids, in hidden fields rather than in
the server's memory, so that it goes on where it was when the server was restarted.
"""

import json
import time
from collections.abc import Callable, Iterator, Sequence
from html import escape
from pathlib import Path
from typing import Any

import gradio as gr

from assistant.conversation import Assistant
from assistant.page.about import ABOUT, FIELDS, about, about_files, about_values, choose, keep
from assistant.page.answering import MOST_TURNS, Answering, Turn
from assistant.page.formulas import mark_formulas
from assistant.page.pressed import button, in_order, presses, read_press
from assistant.page.problems import told
from assistant.page.shelf import shelf
from assistant.page.showing import Shown, address_mark, chat_value, shown, under, under_asked
from assistant.page.side import foot, listing, looked, read_look
from assistant.page.speech import heard, later, say
from assistant.page.whose import who
from assistant.page.words import version_name
from assistant.second import choose as prefer
from assistant.second import drawn, with_second
from models.version_files import current
from store import conversations, feedback, shelves
from store.branches import branch_through
from store.database import opened
from store.errors import InputRefused
from store.light_sqlite_utils import Database
from store.owners import own_correction, own_duel
from store.presets import keep_preset, remove_preset, use_preset
from store.records import Message, User
from store.revising import hold_for_every_answer

_WAIT = later("Wait until the answer is there, or stop it.")
LATEX = [
    {"left": "$$", "right": "$$", "display": True},
    {"left": "\\[", "right": "\\]", "display": True},
    {"left": "\\(", "right": "\\)", "display": False},  # also what stood between single dollars: see formulas.py
]


def chat_tab(assistant: Assistant) -> Callable[[gr.Blocks], None]:
    """Build the tab inside a Blocks context. What it returns fills it whenever a page is loaded."""
    settings, answering = assistant.settings, Answering()
    home = settings.home

    with gr.Row():
        with gr.Column(scale=1, elem_id="side"):
            fold = button("chat", "fold", say("Conversations"), kind="plain fold-button")
            gr.HTML(fold)
            with gr.Column(elem_classes="folds"):
                new = gr.Button(say("New conversation"), size="sm", elem_id="new-talk")
                search = gr.Textbox(
                    "",
                    label=say("Search conversations"),
                    show_label=False,
                    placeholder=say("Search"),
                    container=False,
                )
                talks = gr.HTML(elem_id="side-list")
                gr.HTML(foot())
        with gr.Column(scale=4):
            head = about()
            chatbot = gr.Chatbot(
                label=say("Conversation"),
                show_label=False,
                elem_id="talk",
                editable="all",
                group_consecutive_messages=False,
                latex_delimiters=LATEX,
                sanitize_html=True,
                allow_tags=False,
                layout="panel",
                buttons=[],
                placeholder=welcome(),
                container=False,
            )
            talk = gr.Textbox("", visible="hidden", elem_id="talk-id", label="conversation")
            act = presses("chat")
            fill_shelf = shelf(settings, talk, act)
            with gr.Row(elem_id="composer"):
                question = gr.Textbox(
                    label=say("Your question"),
                    show_label=False,
                    placeholder=say("Ask something"),
                    lines=1,
                    max_lines=10,
                    container=False,
                    elem_id="question",
                    autofocus=True,
                    scale=5,
                )
                send = gr.Button(say("Send"), variant="primary", scale=0, elem_id="send")
                stop = gr.Button(say("Stop"), scale=0, visible=False, elem_id="stop")
    notes = gr.HTML(elem_id="under-data", visible="hidden")
    leaf = gr.Textbox("", visible="hidden", elem_id="leaf-id", label="message")
    look = gr.Textbox("", visible="hidden", label="list")
    taken = gr.HTML(elem_id="taken", visible="hidden")
    again = presses("again")

    view = [chatbot, notes, talk, leaf, *head.shown]
    streamed = [*view, taken, send, stop]

    def ask(text: str, at: str, parent: str, request: gr.Request) -> Iterator[tuple[Any, ...]]:
        if not text.strip():
            return

        def turn(cancelled: Callable[[], bool]) -> Iterator[Message]:
            version, owner = pair.first if pair else "current", who(request).name
            begun = assistant.send(
                at or None, text, parent_id=parent or None, version=version, owner=owner, cancelled=cancelled
            )
            return with_second(assistant, pair, begun, cancelled) if pair else begun

        with told():
            one_at_a_time(request)
            with opened(home) as db:
                if at:
                    conversations.conversation(db, at)  # deleted in another tab, it takes no question: the text stays
                assistant.require_room(db, at or None, text, owner=who(request).name)
                before, pair = _branch(db, parent), drawn(db, assistant)
            yield (*_asked(before, text), *[gr.skip()] * (len(view) - 2), _mark(sent=text), *_BUSY)
            for state in _watched(answering, request.session_hash or "", turn, home, begins=not at):
                yield (*state, gr.skip(), *_BUSY)

    def once_more(press: str, request: gr.Request) -> Iterator[tuple[Any, ...]]:
        with told():
            one_at_a_time(request)
            given = read_press(press)

            def turn(cancelled: Callable[[], bool]) -> Iterator[Message]:
                if given["do"] == "continue":
                    return assistant.go_on(given["id"], cancelled=cancelled)
                if given["do"] == "reword":
                    return assistant.reword(given["id"], given["text"], cancelled=cancelled)
                return assistant.retry(given["id"], cancelled=cancelled)

            mark: Any = _mark(edit=given["id"]) if given["do"] == "reword" else gr.skip()
            for state in _watched(answering, request.session_hash or "", turn, home):
                yield (*state, mark, *_BUSY)
                mark = gr.skip()

    def edited(given: gr.EditData, value: list[dict[str, Any]], at: str, parent: str) -> tuple[Any, ...]:
        with told(), opened(home) as db:
            message = conversations.message(db, str((value[_row(given.index)].get("metadata") or {}).get("id")))
            text = str(given.value)
            reword, mark = gr.skip(), _mark(edit=message.id)
            if text.strip() == shown(db, message).text.strip():
                gr.Info(say("Nothing was changed."), duration=3)
            elif message.role == "user":
                reword, mark = _press("reword", message.id, text), gr.skip()
            elif feedback.correct(db, message.id, text).manner:
                gr.Info(say("Taken as a wish for every answer, from the next one on."), duration=6)
            return (*_view(db, at, _branch(db, parent)), reword, mark)

    def pressed(press: str, at: str, leaf_id: str, sought: str, seen: str, request: gr.Request) -> tuple[Any, ...]:
        with told(), opened(home) as db:
            given = read_press(press)
            if given["do"] in _LEAVING:
                answering.leave(request.session_hash or "")
            at, branch = _done(db, given, at, leaf_id, who(request))
            looks = looked(read_look(seen), given)
            return (*_view(db, at, branch), listing(db, sought, at, looks, who(request).name), str(looks))

    def told_of(request: gr.Request, *given: Any) -> tuple[Any, ...]:
        *fields, shown_before, at, sought, seen = given
        with told(), opened(home) as db:
            if not at:
                return gr.skip(), gr.skip(), gr.skip()
            talk, changed, faults = keep(db, at, dict(zip(FIELDS, fields, strict=True)), shown_before)
            if "instructions" in changed:
                gr.Info(say("From the next answer on, the model is told so."), duration=4)
            for fault in faults:
                gr.Warning(heard(fault), title=say("That did not work"))
            if not changed:  # also when a field is merely left, for a search that is being typed
                return gr.skip(), gr.skip(), gr.skip()
            *_, presets, _, was = about_values(db, talk, "")
            return listing(db, sought, at, read_look(seen), who(request).name), presets, was

    def listed(sought: str, at: str, seen: str, request: gr.Request) -> str:
        with told(), opened(home) as db:
            return listing(db, sought, at, read_look(seen), who(request).name)

    def blank(sought: str, seen: str, request: gr.Request) -> tuple[Any, ...]:
        answering.leave(request.session_hash or "")
        with told(), opened(home) as db:
            return (*_view(db, "", []), listing(db, sought, "", read_look(seen), who(request).name))

    def arrive(sought: str, seen: str, request: gr.Request) -> tuple[Any, ...]:
        """The conversation that the address names, if it is there and one's own."""
        at, owner = str(request.query_params.get("talk") or ""), who(request).name
        with told(), opened(home) as db:
            if at and not conversations.has_conversation(db, at, owner):
                gone = say("The conversation in this address is not there: it was deleted, or is of another home.")
                gr.Warning(gone)
                at = ""
            return (*_view(db, at, _newest(db, at) if at else []), listing(db, sought, at, read_look(seen), owner))

    def one_at_a_time(request: gr.Request) -> None:
        if answering.watching(request.session_hash or ""):
            raise InputRefused(_WAIT)

    def stopped(request: gr.Request) -> None:
        answering.stop(request.session_hash or "")

    def settle(sought: str, at: str, seen: str, request: gr.Request) -> tuple[Any, ...]:
        busy = answering.watching(request.session_hash or "")
        return gr.Button(visible=not busy), gr.Button(visible=busy), listed(sought, at, seen, request)

    quick = in_order("chat")
    slow: dict[str, Any] = {
        "api_visibility": "private",
        "show_progress": "minimal",
        "show_progress_on": chatbot,
        "concurrency_id": "generation",
        "concurrency_limit": MOST_TURNS,
    }
    for begun in (
        gr.on([question.submit, send.click], ask, [question, talk, leaf], streamed, **slow),
        again.change(once_more, [again], streamed, **slow),
    ):
        begun.then(settle, [search, talk, look], [send, stop, talks], **quick)
        begun.failure(lambda: _mark(), None, taken, **quick)
        begun.failure(settle, [search, talk, look], [send, stop, talks], **quick)  # which `then` leaves out
    stop.click(stopped, None, None, **in_order("stop"))
    saved = chatbot.edit(edited, [chatbot, talk, leaf], [*view, again, taken], **quick)
    saved.failure(lambda: _mark(), None, taken, **quick)
    act.change(pressed, [act, talk, leaf, search, look], [*view, talks, look], **quick)
    new.click(blank, [search, look], [*view, talks], **quick)
    search.change(listed, [search, talk, look], [talks], **quick)
    left = [event for field in head.fields for event in (field.submit, field.blur)]
    gr.on(left, told_of, [*head.fields, head.was, talk, search, look], [talks, head.presets, head.was], **quick)

    def on_load(blocks: gr.Blocks) -> None:
        blocks.load(arrive, [search, look], [*view, talks], **quick)
        fill_shelf(blocks)

    return on_load


def status_line(assistant: Assistant) -> str:
    """Which version answers and whether memory takes part, for the head of the page."""
    version = say("Answers come from {version}", version=version_name(current(assistant.settings.home)))
    on, off = say("memory on (change it under Settings)"), say("memory off (change it under Settings)")
    memory = on if assistant.settings.memory else off
    return f'<div id="top"><h1>Aprendiz</h1><p>{escape(version)} · {memory}</p></div>'


def welcome() -> str:
    """What stands where no conversation is open yet."""
    return "\n\n".join(
        (
            say("**Ask something.**"),
            say(
                "When an answer is wrong, press *Correct* and write how it should be. "
                "The next answer uses your correction at once; at night the model learns it."
            ),
        )
    )


_LEAVING = ("open", "show", "delete", "new", "bring-back")
_BUSY = (gr.Button(visible=False), gr.Button(visible=True))


def _watched(
    answering: Answering, tab: str, turn: Turn, home: Path, *, begins: bool = False
) -> Iterator[tuple[Any, ...]]:
    """The view at every state of an answer that is being written.

    The fields about the conversation are filled only with the first state of one that `begins`.
    """
    before: list[Shown] | None = None
    for message in answering.watch(tab, turn):
        if message is None:  # Gradio shows the last state once more at the end, so that must be none
            yield (gr.skip(),) * (4 + ABOUT)
            return
        with opened(home) as db:
            about: Sequence[Any] = (gr.skip(),) * ABOUT
            if before is None:
                talk = conversations.conversation(db, message.conversation_id)
                about = about_values(db, talk, message.id) if begins else about_files(talk, message.id)
                before = [shown(db, each) for each in conversations.path_to(db, message.parent_id or message.id)]
            last = Shown(message) if message.status == "writing" else shown(db, message)
            state = (*_branch_view(message.conversation_id, [*before, last]), *about)
        yield state


def _view(db: Database, at: str, branch: Sequence[Shown]) -> tuple[Any, ...]:
    """Values for chatbot, notes, talk, leaf and what is about the conversation."""
    shown_branch = _branch_view(at, branch)
    return (*shown_branch, *about_values(db, conversations.conversation(db, at) if at else None, shown_branch[-1]))


def _branch_view(at: str, branch: Sequence[Shown]) -> tuple[Any, str, str, str]:
    """Values for chatbot, notes, talk and leaf."""
    leaf = branch[-1].message.id if branch else ""
    return chat_value(branch), under(branch) + address_mark(at), at, leaf


def _asked(before: Sequence[Shown], text: str) -> tuple[list[dict[str, Any]], str]:
    """The chat with a question that is on its way to the store."""
    value = chat_value(before)
    below = under(before) + under_asked(len(value))
    value.append({"role": "user", "content": [{"type": "text", "text": mark_formulas(text)}], "metadata": {}})
    return value, below


def _branch(db: Database, leaf: str) -> list[Shown]:
    return [shown(db, each) for each in conversations.path_to(db, leaf)] if leaf else []


def _newest(db: Database, id: str) -> list[Shown]:
    return [shown(db, each) for each in conversations.newest_path(db, id)]


def _done(db: Database, press: dict[str, str], at: str, leaf: str, user: User) -> tuple[str, list[Shown]]:
    """Do what a press asks for; the conversation and the branch to show then."""
    do, id = press["do"], press.get("id", "")
    if do == "open":
        return id, _newest(db, id)
    if do == "show":
        return at, [shown(db, each) for each in branch_through(db, id)]
    if do == "new":
        return "", []
    if do == "choose":
        own_duel(db, user, int(id))
        return at, [shown(db, each) for each in branch_through(db, prefer(db, int(id), press["side"])[1])]
    if do in ("delete", "delete-for-good"):
        (shelves.delete if do == "delete" else shelves.delete_for_good)(db, id)
        return ("", []) if id == at else (at, _branch(db, leaf))
    if do == "bring-back":
        shelves.bring_back(db, id)
        return (at, _branch(db, leaf)) if at else (id, _newest(db, id))
    if do in ("archive", "unarchive"):
        shelves.archive(db, id, do == "archive")
    elif do in ("pin", "unpin"):
        conversations.pin_conversation(db, id, do == "pin")
    elif do == "preset":
        choose(db, id, press["preset"])
    elif do == "keep-preset":
        keep_preset(db, id, press.get("preset", ""))
    elif do == "use-preset":
        use_preset(db, id, press["preset"])
    elif do == "drop-preset":
        remove_preset(db, user.name, press["preset"])
    elif do in ("shelf", "more", "list"):
        pass
    elif do == "rate":
        feedback.rate(db, id, int(press["value"]))
    elif do == "reason":
        _toggle_reason(db, id, press["reason"])
    elif do == "note":
        _note(db, id, press.get("note", ""))
    elif do == "hold":
        taught = own_correction(db, user, int(press["correction"]))
        hold_for_every_answer(db, taught.id, press["every"] == "yes")
    elif do != "look":
        raise InputRefused(f"The page asked for {do!r}, which is not known here. Load the page again.")
    return at, _branch(db, leaf)


def _toggle_reason(db: Database, id: str, reason: str) -> None:
    rating = feedback.rating_of(db, id)
    if rating is not None and rating.value != 0:
        kept = [each for each in rating.reasons if each != reason]
        chosen = kept if reason in rating.reasons else [*kept, reason]
        feedback.rate(db, id, rating.value, chosen, rating.note)


def _note(db: Database, id: str, note: str) -> None:
    rating = feedback.rating_of(db, id)
    if rating is not None and rating.value != 0:
        feedback.rate(db, id, rating.value, rating.reasons, note.strip())


def _press(do: str, id: str, text: str) -> str:
    return json.dumps({"do": do, "id": id, "text": text, "at": time.time()})


def _mark(**taken: str) -> str:
    """Tells `script/question.js` what was taken: a question, or the message that was edited; nothing was refused."""
    data = "".join(f' data-{what}="{escape(value)}"' for what, value in taken.items())
    return f'<i hidden data-at="{time.time()}"{data}></i>'


def _row(index: int | Sequence[int]) -> int:
    return index if isinstance(index, int) else index[0]
