"""The night waits while an answer is written, not for a dead chat, and not for ever."""

import os
import threading
import time

from store.answering import FILE, GiveWay, answering, is_answering
from store.pausing import pause, resume


def grow_old(home):
    long_ago = time.time() - 60
    os.utime(home / FILE, (long_ago, long_ago))


def test_only_while_an_answer_is_written(home):
    home.mkdir(exist_ok=True)
    assert not is_answering(home)
    with answering(home):
        assert is_answering(home)
        grow_old(home)
        assert not is_answering(home)
        end = time.monotonic() + 20
        while not is_answering(home):
            assert time.monotonic() < end, "it is renewed"
            time.sleep(0.05)
    assert not is_answering(home)


def test_a_chat_that_died_holds_nothing_up(home):
    home.mkdir(exist_ok=True)
    (home / FILE).touch()
    grow_old(home)
    assert not is_answering(home)


def test_work_waits_until_the_answer_is_there(home):
    home.mkdir(exist_ok=True)
    waited = threading.Event()
    with answering(home):
        thread = threading.Thread(target=lambda: (GiveWay(home)(), waited.set()))
        thread.start()
        assert not waited.wait(0.3)
    assert waited.wait(2)


def test_a_paused_night_waits_until_it_is_resumed(home, db):
    pause(db, home)
    waited, give_way = threading.Event(), GiveWay(home)
    thread = threading.Thread(target=lambda: (give_way(), waited.set()))
    thread.start()
    assert not waited.wait(0.5)
    resume(db, home)
    assert waited.wait(5)
    pause(db, home)
    give_way.pausing = False
    give_way()


def test_a_chat_that_never_pauses_slows_the_night_down_and_does_not_stop_it(home):
    home.mkdir(exist_ok=True)
    give_way = GiveWay(home, patience=0.2)
    with answering(home):
        began = time.monotonic()
        give_way()
        first = time.monotonic() - began
        give_way()
        second = time.monotonic() - began - first
    assert first >= 0.2 > second
