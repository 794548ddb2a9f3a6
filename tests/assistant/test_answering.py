"""An answer on its way to a tab, and a tab that looks at something else meanwhile."""

import threading
import time

from assistant.page.answering import Answering
from store.records import Message


def state(text: str) -> Message:
    return Message("m", "c", None, "assistant", text, "writing", "base", None, None, None, None, "")


def test_leaving_waits_until_what_was_on_its_way_has_gone():
    answering, order, more = Answering(), [], threading.Event()

    def turn(_cancelled):
        yield state("one")
        more.wait(10)
        yield state("two")

    watching = answering.watch("tab", turn)
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


def test_an_answer_that_has_ended_is_left_at_once():
    answering = Answering()
    assert [each.content for each in answering.watch("tab", lambda _: iter([state("all")]))] == ["all"]
    started = time.monotonic()
    answering.leave("tab")
    answering.leave("tab that never asked")
    assert time.monotonic() - started < 1


def test_a_tab_looks_at_an_answer_until_that_ends_or_the_tab_looks_elsewhere():
    answering, more = Answering(), threading.Event()

    def turn(_cancelled):
        yield state("one")
        more.wait(10)
        yield state("two")

    for leaves in (False, True):
        watching = answering.watch("tab", turn)
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
