"""An answer on its way to a tab, and a tab that looks at something else meanwhile."""

import threading
import time

import gradio as gr
import pytest

from assistant.page.answering import Answering
from assistant.page.chat import _watched
from assistant.page.fields import FIELDS
from store import conversations
from store.database import opened
from store.records import Message


def state(text: str) -> Message:
    return Message("m", "c", None, "assistant", text, "writing", "base", None, None, None, None, "")


def in_two_parts(more: threading.Event):
    """A turn that goes on from its first state when `more` is set."""

    def turn(_cancelled):
        yield state("one")
        more.wait(10)
        yield state("two")

    return turn


def test_leaving_waits_until_what_was_on_its_way_has_gone():
    answering, order, more = Answering(), [], threading.Event()

    watching = answering.watch("tab", in_two_parts(more))
    assert next(watching).content == "one"

    def show() -> None:  # the page: a state is shown when the next one is asked for
        time.sleep(0.3)
        order.append("one is shown")
        order.extend(watching)

    shower = threading.Thread(target=show)
    shower.start()
    answering.leave("tab")
    order.append("left")
    shower.join(10)
    more.set()
    assert order[0] == "one is shown"
    assert set(order[1:]) == {"left", None}


def test_nothing_is_kept_of_an_answer_that_has_ended_or_whose_tab_has_gone():
    answering, more = Answering(), threading.Event()

    gone = answering.watch("tab", in_two_parts(more))
    next(gone)
    gone.close()
    more.set()
    list(answering.watch("other tab", lambda _: iter([state("all")])))
    answering._threads.shutdown(wait=True)
    assert not answering._watched and not answering._stops


def test_an_answer_that_has_ended_is_left_at_once():
    answering = Answering()
    assert [each.content for each in answering.watch("tab", lambda _: iter([state("all")]))] == ["all"]
    started = time.monotonic()
    answering.leave("tab")
    answering.leave("tab that never asked")
    assert time.monotonic() - started < 1


def test_a_tab_looks_at_an_answer_until_that_ends_or_the_tab_looks_elsewhere():
    answering, more = Answering(), threading.Event()

    for leaves in (False, True):
        watching = answering.watch("tab", in_two_parts(more))
        next(watching)
        assert answering.watching("tab") and not answering.watching("other tab")
        if leaves:
            watching.close()
            answering.leave("tab")
        else:
            more.set()
            list(watching)
        assert not answering.watching("tab")
        more.clear()
    more.set()


@pytest.mark.parametrize("begins", [True, False])
def test_the_fields_about_a_conversation_are_filled_with_the_first_state_of_one_that_begins_alone(home, begins):
    with opened(home) as db:
        talk = conversations.create_conversation(db, "Herons")
        asked = conversations.add_message(db, talk.id, None, "user", "Where?")
        said = conversations.add_message(db, talk.id, asked.id, "assistant", "", status="writing", version="base")
        ended = conversations.finish_message(db, said.id, "There.", "complete")
    watched = _watched(Answering(), "tab", lambda _: iter([said, ended]), home, begins=begins)
    states = [state[7 : 7 + len(FIELDS)] for state in watched]
    assert len(states) in (1, 2), "a state that nobody had time to look at is left out"
    assert (states[0][0] == "Herons") == begins
    untouched = [value for fields in states[begins:] for value in fields]
    assert untouched == [gr.skip()] * len(untouched)
