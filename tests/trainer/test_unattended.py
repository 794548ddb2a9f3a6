"""A night that nobody starts: the command `chat` as it is wired, and the night that its schedule brings."""

import os
import time
from datetime import datetime

import pytest

import run
import trainer.process
import trainer.readiness
import trainer.schedule
from assistant import server
from store import runs
from store.database import opened
from store.pausing import pause
from tests.trainer.test_night import corrected
from trainer.readiness import Machine

IDLE = Machine(free_gib=50, plugged_in=None, load=0.1)


@pytest.fixture
def chat(home, tiny, monkeypatch):
    """A function: what to do with the schedule and the page's control of the night while `chat` is served."""
    seen = {"machine": IDLE}
    kept = []

    class Kept(trainer.schedule.Schedule):
        def __init__(self, *given):
            super().__init__(*given)
            kept.append(self)

    def served(meanwhile, **environment: str) -> None:
        def serve(settings, assistant, control, options, tell):
            try:
                meanwhile(kept[-1], control)
            finally:
                assistant.close()

        monkeypatch.setattr(server, "serve", serve)
        for name, value in environment.items():
            monkeypatch.setenv(name, value)
        assert run.main(["--home", str(home), "chat"]) == 0

    monkeypatch.setattr(trainer.schedule, "Schedule", Kept)
    monkeypatch.setattr(trainer.readiness, "machine", lambda home: seen["machine"])
    monkeypatch.setattr(trainer.process, "end_when_told", lambda: None)
    monkeypatch.setenv("APRENDIZ_MODEL", str(tiny("llama")[0]))
    monkeypatch.setenv("APRENDIZ_ENVIRONMENT", "mine")
    monkeypatch.setenv("APRENDIZ_NIGHT_TIME", "00:00")
    monkeypatch.setenv("APRENDIZ_THREADS", "1")
    served.seen = seen
    return served


def fall_due(schedule) -> None:
    schedule._scheduler.get_job("night").func()


def found(home):
    with opened(home) as db:
        return [(run.trigger, run.local_date, run.state, run.verdict) for run in runs.runs(db)]


@pytest.mark.slow
def test_a_night_that_is_due_comes_by_itself_once_and_to_its_end(home, chat):
    corrected(home)

    def meanwhile(schedule, control):
        fall_due(schedule)
        end = time.monotonic() + 600
        while control.running():
            assert time.monotonic() < end, (home / "night.log").read_text()
            time.sleep(0.2)
        fall_due(schedule)
        assert not control.running() and control.put_off() == []

    chat(meanwhile)
    today = datetime.now().date().isoformat()
    assert found(home) == [("schedule", today, "finished", "refused")], (home / "night.log").read_text()


def test_a_night_that_is_due_waits_and_the_page_says_for_what(home, chat):
    corrected(home)
    told = []

    def meanwhile(schedule, control):
        chat.seen["machine"] = Machine(free_gib=50, plugged_in=False, load=0.1)
        fall_due(schedule)
        told.extend(control.put_off())
        chat.seen["machine"] = IDLE
        with opened(home) as db:
            begun = runs.begin_run(db, "page")
            pause(db, home)
            fall_due(schedule)
            told.extend(control.put_off())
            runs.cancel_run(db, begun.id)
        assert not control.running()

    chat(meanwhile)
    battery, paused = told
    assert "battery" in battery and "paused" in paused
    assert [trigger for trigger, *_ in found(home)] == ["page"]


def test_no_night_comes_where_nothing_is_new(home, chat):
    def meanwhile(schedule, control):
        fall_due(schedule)
        assert not control.running() and control.put_off() == []

    chat(meanwhile)
    assert found(home) == []


def test_a_night_that_cannot_read_the_settings_is_on_record_as_failed(home, chat):
    corrected(home)

    def meanwhile(schedule, control):
        os.environ["APRENDIZ_NIGHT_MINUTES"] = "soon"  # only the child reads it now
        fall_due(schedule)
        end = time.monotonic() + 120
        while not found(home):
            assert time.monotonic() < end
            time.sleep(0.2)

    try:
        chat(meanwhile)
    finally:
        os.environ.pop("APRENDIZ_NIGHT_MINUTES", None)
    ((trigger, _date, state, _verdict),) = found(home)
    assert (trigger, state) == ("schedule", "failed")
