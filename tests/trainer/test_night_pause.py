"""A pause holds a night before its next phase, and the time of it is not counted as work."""

import threading
import time

import pytest

from store.database import opened
from store.pausing import pause, resume
from store.runs import begin_run, phases
from store.settings import Settings
from trainer.night import _Night, _once


@pytest.fixture
def night(home):
    """A night of which only the journal and the budget are needed."""

    def made(db, run):
        return _Night(Settings(home=home), None, None, db, run, home, lambda *told: None, time.monotonic())

    return made


def test_a_phase_does_not_begin_before_the_pause_is_over(home, night):
    with opened(home) as db:
        run = begin_run(db, "page")
        pause(db, home)
    done = threading.Event()

    def work() -> None:
        with opened(home) as own:
            _once(night(own, run), "merge", dict)
        done.set()

    thread = threading.Thread(target=work)
    thread.start()
    assert not done.wait(0.6)
    with opened(home) as db:
        assert phases(db, run.id) == []
        resume(db, home)
    assert done.wait(10)
    thread.join()


def test_the_budget_of_a_night_does_not_run_while_it_is_paused(home, night):
    with opened(home) as db:
        made = night(db, begin_run(db, "page"))
        pause(db, home)
        time.sleep(0.5)
        resume(db, home)
        time.sleep(0.1)
        passed = time.monotonic() - made.started
        assert made.worked_s() <= passed - 0.4
