"""When the night comes, and what keeps it from coming."""

import os
import subprocess
import sys
import threading
import time as clock
from datetime import date, datetime, time, timedelta
from pathlib import Path

import pytest

from models.catalogue import BaseModel
from store.conversations import conversation, create_conversation
from store.database import opened
from store.errors import NightRefused, NotFound
from store.pausing import is_paused, pause
from store.runs import begin_run, fail_run, ran_on, runs
from store.settings import Settings
from trainer.night import run_night
from trainer.process import OwnNights, cancel_night, choose_gpu, night_running, only_night, paused, tell_of, unpaused
from trainer.readiness import Machine, hindrances
from trainer.schedule import AWAKE, Schedule, missed, night_of

ROOT = Path(__file__).parents[2]


def test_a_night_that_was_slept_through_is_missed_until_it_ran():
    assert missed(datetime(2026, 5, 4, 9, 0), time(3, 0), lambda day: False)
    assert not missed(datetime(2026, 5, 4, 9, 0), time(3, 0), lambda day: day == date(2026, 5, 4))
    assert not missed(datetime(2026, 5, 4, 2, 0), time(3, 0), lambda day: False), "the next comes in an hour"


def test_a_night_of_the_evening_is_caught_up_in_the_morning_as_that_of_the_day_before():
    """Otherwise it would never come to a computer that is off by then, or every other night to one that wakes late."""
    had = {date(2026, 5, 2)}
    morning = datetime(2026, 5, 4, 8, 0)
    assert missed(morning, time(22, 0), had.__contains__)
    had.add(night_of(morning, time(22, 0)))
    assert date(2026, 5, 3) in had and not missed(morning, time(22, 0), had.__contains__)
    assert night_of(datetime(2026, 5, 4, 22, 0), time(22, 0)) not in had
    assert not missed(datetime(2026, 5, 4, 20, 0), time(22, 0), lambda day: False)


def test_a_local_date_has_one_night_also_when_the_hour_comes_twice(home):
    with opened(home) as db:
        begin_run(db, "schedule", "2026-10-25")
        assert ran_on(db, "2026-10-25")
        with pytest.raises(NightRefused):
            begin_run(db, "schedule", "2026-10-25")


def test_the_schedule_starts_a_due_night_once(home):
    started = []

    def start(day: str) -> None:
        started.append(day)
        with opened(home) as db:
            begin_run(db, "schedule", day)

    schedule = Schedule(Settings(home=home, night_time="00:00"), start, list)
    schedule._due()
    schedule._due()
    assert started == [datetime.now().astimezone().date().isoformat()]


def test_a_night_that_the_schedule_finishes_is_that_of_today(home):
    """Begun yesterday and killed, it is gone on with at night; a server started in the daytime begins no other."""
    yesterday = datetime.now().astimezone().date() - timedelta(days=1)
    with opened(home) as db:
        begun = begin_run(db, "schedule", yesterday.isoformat())
    base = BaseModel("a-base", home / "model.gguf", None, "", home / "model.gguf")

    def start(day: str) -> None:
        run_night(Settings(home=home), base, lambda path, version: None, "schedule", local_date=day)

    Schedule(Settings(home=home, night_time="00:00"), start, list)._due()
    with opened(home) as db:
        assert [(run.id, run.state) for run in runs(db)] == [(begun.id, "finished")]
        assert ran_on(db, datetime.now().date().isoformat()), "a server started in the daytime has nothing to catch up"


def test_a_hindrance_puts_the_night_off(home):
    started = []
    schedule = Schedule(Settings(home=home, night_time="00:00"), started.append, lambda: ["busy"])
    schedule._scheduler.start(paused=True)
    schedule._due()
    assert not started and schedule.put_off == ["busy"]
    assert schedule.next_run() is not None
    with opened(home) as db:
        begin_run(db, "page", datetime.now().astimezone().date().isoformat())
    schedule._due()
    assert schedule.put_off == [], "it waits no more when it was had otherwise"
    schedule.stop()


def test_the_schedule_looks_every_minute_lest_a_sleeping_computer_keep_it_waiting(home):
    schedule = Schedule(Settings(home=home), lambda day: None, list)
    schedule.begin()
    looks = schedule._scheduler.get_job(AWAKE)
    assert looks.trigger.interval == timedelta(minutes=1)
    assert schedule.next_run() >= looks.next_run_time, "which is no night"
    schedule.stop()


def test_what_was_deleted_long_ago_goes_every_hour_also_where_no_night_comes(home):
    with opened(home) as db:
        into = create_conversation(db).id
        db.execute("UPDATE conversations SET deleted = '2026-01-01T00:00:00.000Z'")
        schedule = Schedule(Settings(home=home, night=False), lambda day: None, list)
        schedule.begin()
        assert schedule.next_run() is None
        (hourly,) = schedule._scheduler.get_jobs()
        hourly.func()
        schedule.stop()
        with pytest.raises(NotFound):
            conversation(db, into)


def test_a_night_that_could_not_begin_is_on_record(home):
    (home / "night.log").write_text("warning\naprendiz: There is no setting nihgt.\n")
    tell_of(subprocess.Popen([sys.executable, "-c", "raise SystemExit(1)"]), home, "2026-05-04")
    ends = clock.monotonic() + 30
    with opened(home) as db:
        while not (ended := [run for run in runs(db) if run.state == "failed"]):
            assert clock.monotonic() < ends
            clock.sleep(0.05)
        assert ended[0].reasons == ("The night could not begin: There is no setting nihgt.",)
        assert ran_on(db, "2026-05-04")
    begun = subprocess.Popen([sys.executable, "-c", "import sys; sys.stdin.read(); raise SystemExit(1)"], stdin=-1)
    tell_of(begun, home, "2026-05-05")
    with opened(home) as db:
        fail_run(db, begin_run(db, "schedule", "2026-05-05").id, "It failed.")
        begun.communicate(b"")
        for each in threading.enumerate():
            if each.name == "night-watch":
                each.join(30)
        assert runs(db)[0].reasons == ("It failed.",)


def test_a_paused_night_keeps_the_schedule_from_starting_one_until_it_is_started_by_hand(home):
    with opened(home) as db:
        begin_run(db, "page")
        assert paused(home) == []
        pause(db, home)
        (said,) = paused(home)
        assert "is paused" in said and "resume or cancel" in said
    with unpaused(home):
        assert paused(home) == []
        with opened(home) as db:
            pause(db, home)
    assert not is_paused(home)


def test_a_night_that_is_killed_stays_paused(home):
    with opened(home) as db:
        begin_run(db, "page")
        with pytest.raises(SystemExit), unpaused(home):
            pause(db, home)
            raise SystemExit(143)
    assert paused(home)


def test_the_schedule_says_when_the_next_night_is(home):
    with opened(home) as db:
        begin_run(db, "schedule", night_of(datetime.now(), time(4, 30)).isoformat())
    schedule = Schedule(Settings(home=home, night_time="04:30"), lambda day: None, list)
    schedule.begin()
    due = schedule.next_run()
    schedule.stop()
    assert (due.hour, due.minute) == (4, 30)
    assert due.utcoffset() is not None


def test_the_machine_is_looked_at_before_a_night(home):
    settings = Settings(home=home)
    well = Machine(free_gib=50, plugged_in=None, load=0.1)
    assert hindrances(well, settings, unattended=True) == []
    assert hindrances(Machine(0.5, None, 0.1), settings, unattended=False)
    battery = Machine(50, False, 0.1)
    assert hindrances(battery, settings, unattended=True)
    assert hindrances(battery, settings, unattended=False) == []
    assert hindrances(Machine(50, True, 9.0), settings, unattended=True)


def test_a_night_sees_one_gpu_and_none_where_llama_cpp_is_asked_for(monkeypatch):
    for engine, given, seen in (("auto", None, "0"), ("torch", "2,3", "2"), ("auto", "", ""), ("llamacpp", "1", "")):
        monkeypatch.delenv("CUDA_VISIBLE_DEVICES", raising=False)
        if given is not None:
            monkeypatch.setenv("CUDA_VISIBLE_DEVICES", given)
        choose_gpu(engine)
        assert os.environ["CUDA_VISIBLE_DEVICES"] == seen


def test_one_night_at_a_time(home):
    assert not night_running(home)
    with only_night(home):
        assert night_running(home)
    assert not night_running(home)
    assert not cancel_night(home)


@pytest.fixture
def innocent():
    """A process that has nothing to do with any night."""
    process = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
    yield process
    process.kill()
    process.wait()


def test_cancelling_spares_a_process_that_has_the_number_of_a_night_by_now(home, innocent):
    with only_night(home):
        (home / "night.pid").write_text(str(innocent.pid))
        assert not cancel_night(home)
    (home / "night.pid").write_text(str(innocent.pid))
    assert not cancel_night(home)
    assert not (home / "night.pid").exists()
    assert innocent.poll() is None


AT_IT = """
import sys, time
from pathlib import Path
from trainer.process import only_night
with only_night(Path(sys.argv[2])):
    print("begun", flush=True)
    time.sleep(60)
"""


def test_a_running_night_is_cancelled_for_good(home):
    with opened(home) as db:
        begin_run(db, "page")
        command = [sys.executable, "-c", AT_IT, "improve", str(home)]
        night = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
        assert night.stdout.readline() == "begun\n"
        assert cancel_night(home)
        night.communicate()
        assert [run.state for run in runs(db)] == ["cancelled"]
    assert not night_running(home)


def test_a_night_runs_from_its_start_on_and_is_cancelled_before_it_has_taken_its_place(home):
    root = home / "slow"
    root.mkdir()
    (root / "run.py").write_text("import time; time.sleep(60)")
    nights = OwnNights(root, home)
    with opened(home) as db:
        begin_run(db, "page")
    child = nights.start("page")
    assert nights.running() and not night_running(home)
    with pytest.raises(NightRefused, match="running already"):
        nights.start("schedule")
    nights.cancel()
    assert child.poll() is not None and not nights.running()
    with opened(home) as db:
        assert [run.state for run in runs(db)] == ["cancelled"]


def test_another_time_or_none_is_kept_to_from_the_moment_it_is_set(home):
    with opened(home) as db:
        begin_run(db, "schedule", datetime.now().astimezone().date().isoformat())
    schedule = Schedule(Settings(home=home, night=False), lambda day: None, list)
    schedule.begin()
    try:
        assert schedule.next_run() is None
        schedule.take(Settings(home=home, night_time="04:30"))
        assert (schedule.next_run().hour, schedule.next_run().minute) == (4, 30)
        schedule.take(Settings(home=home, night_time="05:15"))
        assert (schedule.next_run().hour, schedule.next_run().minute) == (5, 15)
        schedule.take(Settings(home=home, night=False))
        assert schedule.next_run() is None
    finally:
        schedule.stop()
