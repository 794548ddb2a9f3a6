"""The chat: conversations on the left, one branch of one conversation, and the box to ask in.

What is shown is read from the store after every act. A tab keeps only two ids, in hidden fields and in its address
rather than in the server's memory, so that it goes on where it was when the server was restarted.
"""

import json
import math
import time
from collections.abc import Callable, Iterator, Sequence
from html import escape
from pathlib import Path
from typing import Any

import gradio as gr
from gradio.events import Dependency

from assistant.conversation import Assistant, begin_talk
from assistant.page.about import ABOUT, about, about_files, about_values, clash_note
from assistant.page.acts import LEAVING, Press, done
from assistant.page.answering import MOST_TURNS, Answering, Turn
from assistant.page.fields import FIELDS, keep, planned
from assistant.page.formulas import mark_formulas
from assistant.page.preset_buttons import preset_buttons
from assistant.page.pressed import button, in_order, presses, read_press
from assistant.page.problems import problems_shown
from assistant.page.said import MARKDOWN
from assistant.page.shelf import shelf
from assistant.page.showing import Shown, address_mark, chat_value, shown, under, under_asked
from assistant.page.side import foot, listing, looked, read_look
from assistant.page.speech import heard, later, say
from assistant.page.whose import who
from assistant.page.words import version_name
from assistant.second import drawn, with_second
from models.version_files import current
from store import conversations, feedback
from store.branches import branch_at
from store.database import opened
from store.errors import InputRefused, NotFound
from store.light_sqlite_utils import Database
from store.presets import presets
from store.records import Conversation, Message
from store.tags import read_tags, tag

LOOKS_S = 1.0
_WAIT = later("Wait until the answer is there, or stop it.")


def chat_tab(assistant: Assistant, tab: gr.Tab) -> Callable[[gr.Blocks], Dependency]:
    """Build the tab inside a Blocks context. What it returns fills it whenever a page is loaded.

    What is shown is looked at anew when `tab` is opened: corrections may have been worded anew elsewhere.
    """
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
                **MARKDOWN,
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
    again, follow = presses("again"), presses("follow")

    view = [chatbot, notes, talk, leaf, *head.shown]
    streamed = [*view, taken, send, stop]

    def talk_at(db: Database, at: str, request: gr.Request) -> Conversation:
        """The open conversation; none yet is one that has not begun."""
        if at:
            return conversations.conversation(db, at)
        return assistant.unbegun(who(request).name)

    def ask(request: gr.Request, *given: Any) -> Iterator[tuple[Any, ...]]:
        text, at, parent, *fields, shown_before = given
        said = dict(zip(FIELDS, fields, strict=True))
        if not text.strip():
            return

        def turn(cancelled: Callable[[], bool]) -> Iterator[Message]:
            with opened(home) as db:
                into = at or begin_talk(db, talk, text)
                if not at:
                    tag(db, into, read_tags(str(said["tags"] or "")))
            version = pair.first if pair else "current"
            begun = assistant.send(into, text, parent_id=parent or None, version=version, cancelled=cancelled)
            return with_second(assistant, pair, begun, cancelled) if pair else begun

        with problems_shown():
            one_at_a_time(request)
            with opened(home) as db:
                talk = talk_at(db, at, request)  # deleted in another tab, it takes no question: the text stays
                talk = talk if at else planned(talk, said, shown_before)
                assistant.require_room(db, talk, text)
                before, pair = _branch(db, parent), drawn(db, assistant)
            if parent in assistant.being_written:
                raise InputRefused(_WAIT)
            mark = _mark(sent=text, begins="" if at else "yes")
            yield (*_asked(before, text), *[gr.skip()] * (len(view) - 2), mark, *_BUSY)
            begun = False
            try:
                for state in _watched(answering, request.session_hash or "", turn, home, begins=not at):
                    begun = True
                    yield (*state, gr.skip(), *_BUSY)
            except Exception:
                if not begun:  # it could not be stored, so it goes back into its box
                    unsent = _branch_view(at, before)[:2]
                    yield (*unsent, *[gr.skip()] * (len(view) - 2), _mark(unsent=text), *_BUSY)
                raise

    def once_more(press: str, request: gr.Request) -> Iterator[tuple[Any, ...]]:
        with problems_shown():
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
        with problems_shown(), opened(home) as db:
            message = conversations.message(db, str((value[_row(given.index)].get("metadata") or {}).get("id")))
            text = str(given.value)
            reword, mark = gr.skip(), _mark(edit=message.id)
            if text.strip() == shown(db, message).text.strip():
                gr.Info(say("Nothing was changed."), duration=3)
            elif message.role == "user":
                reword, mark = _press("reword", message.id, text), gr.skip()
            elif feedback.correct(db, message.id, text).manner:
                gr.Info(say("Taken as a wish for every answer, from the next one on."), duration=6)
            return (*_view(db, conversations.conversation(db, at), _branch(db, parent)), reword, mark)

    def pressed(press: str, at: str, leaf_id: str, sought: str, seen: str, request: gr.Request) -> tuple[Any, ...]:
        with problems_shown(), opened(home) as db:
            given = read_press(press)
            if given["do"] in LEAVING:
                answering.leave(request.session_hash or "")
            if given["do"] == "stop" and not assistant.being_written.stop(given.get("id", "")):
                conversations.close_interrupted(db, given["id"])  # nobody writes it any more
            into, branch = done(db, Press(given["do"], given.get("id", ""), given, at, leaf_id, who(request)))
            looks = looked(read_look(seen), given)
            if given["do"] not in LEAVING and answering.watching(request.session_hash or ""):
                view: tuple[Any, ...] = _AS_IT_IS  # it comes by itself
            else:
                view = _view(db, talk_at(db, into, request), [shown(db, each) for each in branch])
            if not (at or into):  # what is set for the conversation that begins next stays
                view = (*view[:-ABOUT], *(gr.skip(),) * ABOUT)
            return (*view, listing(db, sought, into, looks, who(request).name), str(looks))

    def told_of(request: gr.Request, *given: Any) -> tuple[Any, ...]:
        *fields, shown_before, at, sought, seen = given
        said = dict(zip(FIELDS, fields, strict=True))
        with problems_shown(), opened(home) as db:
            if not at:
                talk = planned(talk_at(db, at, request), said, shown_before)
                return gr.skip(), preset_buttons(talk, presets(db, talk.owner)), gr.skip(), gr.skip()
            kept = keep(db, at, said, shown_before)
            if "instructions" in kept.changed:
                gr.Info(say("From the next answer on, the model is told so."), duration=4)
            for fault in kept.faults:
                gr.Warning(heard(fault), title=say("That did not work"))
            was = kept.was if kept.was != shown_before else gr.skip()
            if not kept.changed:  # also when a field is merely left, for a search that is being typed
                return gr.skip(), gr.skip(), was, clash_note(kept.clashes)
            list_ = listing(db, sought, at, read_look(seen), who(request).name)
            chips = preset_buttons(kept.talk, presets(db, kept.talk.owner))
            return list_, chips, was, clash_note(kept.clashes)

    def listed(sought: str, at: str, seen: str, request: gr.Request) -> str:
        with problems_shown(), opened(home) as db:
            return listing(db, sought, at, read_look(seen), who(request).name)

    def followed(at: str, leaf_id: str, request: gr.Request) -> tuple[Any, ...]:
        """The branch as it is by now, where the tab does not get its end piece by piece."""
        if not leaf_id or answering.watching(request.session_hash or ""):
            return gr.skip(), gr.skip()
        with problems_shown(), opened(home) as db:
            try:
                branch = _branch(db, leaf_id)
            except NotFound:  # deleted elsewhere, it is followed no more
                return gr.skip(), address_mark(at, ())
            return _branch_view(at, branch)[:2]

    def blank(sought: str, seen: str, request: gr.Request) -> tuple[Any, ...]:
        answering.leave(request.session_hash or "")
        with problems_shown(), opened(home) as db:
            view = _view(db, talk_at(db, "", request), [])
            return (*view, listing(db, sought, "", read_look(seen), who(request).name))

    def arrive(sought: str, seen: str, request: gr.Request) -> tuple[Any, ...]:
        """The conversation that the address names, if it is there and one's own, with the branch that it names."""
        at, message = (str(request.query_params.get(name) or "") for name in ("talk", "message"))
        owner = who(request).name
        with problems_shown(), opened(home) as db:
            if at and not conversations.has_conversation(db, at, owner):
                gone = say("The conversation in this address is not there: it was deleted, or is of another home.")
                gr.Warning(gone)
                at = ""
            view = _view(db, talk_at(db, at, request), _at(db, at, message) if at else [])
            return (*view, listing(db, sought, at, read_look(seen), owner))

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
        gr.on([question.submit, send.click], ask, [question, talk, leaf, *head.fields, head.was], streamed, **slow),
        again.change(once_more, [again], streamed, **slow),
    ):
        begun.then(settle, [search, talk, look], [send, stop, talks], **quick)
        begun.failure(lambda: _mark(), None, taken, **quick)
        begun.failure(settle, [search, talk, look], [send, stop, talks], **quick)  # which `then` leaves out
    stop.click(stopped, None, None, **in_order("stop"))
    saved = chatbot.edit(edited, [chatbot, talk, leaf], [*view, again, taken], **quick)
    saved.failure(lambda: _mark(), None, taken, **quick)
    act.change(pressed, [act, talk, leaf, search, look], [*view, talks, look], **quick)
    gr.on([follow.change, tab.select], followed, [talk, leaf], [chatbot, notes], **quick)
    new.click(blank, [search, look], [*view, talks], **quick)
    search.change(listed, [search, talk, look], [talks], **quick)
    left = [event for field in head.fields for event in (field.submit, field.blur)]
    gr.on(
        left,
        told_of,
        [*head.fields, head.was, talk, search, look],
        [talks, head.presets, head.was, head.clash],
        **quick,
    )

    def on_load(blocks: gr.Blocks) -> Dependency:
        arrived = blocks.load(arrive, [search, look], [*view, talks], **quick)
        fill_shelf(blocks)
        return arrived

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


_AS_IT_IS = (gr.skip(),) * (4 + ABOUT)
_BUSY = (gr.Button(visible=False), gr.Button(visible=True))


def _watched(
    answering: Answering, tab: str, turn: Turn, home: Path, *, begins: bool = False
) -> Iterator[tuple[Any, ...]]:
    """The view at every state of an answer that is being written.

    The fields about the conversation are filled only with the first state of one that `begins`.
    """
    before, looked_s = list[Shown](), -math.inf
    for message in answering.watch(tab, turn):
        if message is None:  # Gradio shows the last state once more at the end, so that must be none
            yield _AS_IT_IS
            return
        with opened(home) as db:
            about: Sequence[Any] = (gr.skip(),) * ABOUT
            if not before:
                talk = conversations.conversation(db, message.conversation_id)
                about = about_values(db, talk, message.id) if begins else about_files(talk, message.id)
            if message.status != "writing" or time.monotonic() - looked_s > LOOKS_S:  # it may have been rated meanwhile
                before = _branch(db, message.parent_id or message.id)
                looked_s = time.monotonic()
            last = Shown(message) if message.status == "writing" else shown(db, message)
            state = (*_branch_view(message.conversation_id, [*before, last]), *about)
        yield state


def _view(db: Database, talk: Conversation, branch: Sequence[Shown]) -> tuple[Any, ...]:
    """Values for chatbot, notes, talk, leaf and what is about the conversation."""
    shown_branch = _branch_view(talk.id, branch)
    return (*shown_branch, *about_values(db, talk, shown_branch[-1]))


def _branch_view(at: str, branch: Sequence[Shown]) -> tuple[Any, str, str, str]:
    """Values for chatbot, notes, talk and leaf."""
    leaf = branch[-1].message.id if branch else ""
    return chat_value(branch), under(branch) + address_mark(at, branch), at, leaf


def _asked(before: Sequence[Shown], text: str) -> tuple[list[dict[str, Any]], str]:
    """The chat with a question that is on its way to the store."""
    value = chat_value(before)
    below = under(before) + under_asked(len(value))
    value.append({"role": "user", "content": [{"type": "text", "text": mark_formulas(text)}], "metadata": {}})
    return value, below


def _branch(db: Database, leaf: str) -> list[Shown]:
    return [shown(db, each) for each in conversations.path_to(db, leaf)] if leaf else []


def _at(db: Database, id: str, message: str = "") -> list[Shown]:
    return [shown(db, each) for each in branch_at(db, id, message)]


def _press(do: str, id: str, text: str) -> str:
    return json.dumps({"do": do, "id": id, "text": text, "at": time.time()})


def _mark(**taken: str) -> str:
    """Tells `script/question.js` what was taken: a question, or the message that was edited; nothing was refused."""
    data = "".join(f' data-{what}="{escape(value)}"' for what, value in taken.items())
    return f'<i hidden data-at="{time.time()}"{data}></i>'


def _row(index: int | Sequence[int]) -> int:
    return index if isinstance(index, int) else index[0]
