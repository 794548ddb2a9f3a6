"""The journal of a night, and how long it was paused."""

from store.journal import died_in, journal, paused_s
from store.pausing import is_paused, pause, paused_run, resume
from store.records import Entry
from store.runs import begin_phase, begin_run, cancel_run, finish_phase, finish_run, progress


def said(db, run_id: str) -> list[tuple[str, str]]:
    return [(entry.what, entry.note) for entry in journal(db, run_id)]


def test_a_run_writes_its_journal(db):
    run = begin_run(db, "page").id
    begin_phase(db, run, "collect")
    progress(db, run, "collect", 0, 1, "")
    finish_phase(db, run, "collect", {})
    begin_phase(db, run, "synthesise")
    for done in range(3):
        progress(db, run, "synthesise", done, 3, "finding other wordings")
    begin_phase(db, run, "synthesise")
    finish_run(db, run, "refused", None, ["no"])
    cancel_run(db, run)
    assert said(db, run) == [
        ("begun", "page"),
        ("phase begun", "collect"),
        ("phase done", "collect"),
        ("phase begun", "synthesise"),
        ("busy", "finding other wordings"),
        ("phase again", "synthesise"),
        ("ended", "refused"),
    ]


def test_a_pause_holds_over_a_restart_and_is_written_down_once(db, home):
    run = begin_run(db, "page")
    assert paused_run(db, home) is None
    for _ in range(2):
        pause(db, home)
    assert is_paused(home) and paused_run(db, home) == run
    for _ in range(2):
        resume(db, home)
    assert not is_paused(home) and paused_run(db, home) is None
    assert said(db, run.id)[1:] == [("paused", ""), ("resumed", "")]


def test_a_pause_without_an_unfinished_run_is_no_paused_night(db, home):
    pause(db, home)
    assert paused_run(db, home) is None


def test_the_time_of_pauses_is_counted_between_two_moments():
    def at(second: int) -> str:
        return f"2026-05-20T03:00:{second:02}.000Z"

    lines = [
        Entry(at(0), "begun", "page"),
        Entry(at(10), "paused", ""),
        Entry(at(20), "resumed", ""),
        Entry(at(30), "paused", ""),
    ]
    assert paused_s(lines, at(0), at(40)) == 20
    assert paused_s(lines, at(15), at(35)) == 10
    assert paused_s([*lines, Entry(at(32), "ended", "cancelled")], at(0), at(50)) == 12
    assert paused_s(lines[:1], at(0), at(50)) == 0


def test_what_nobody_ended_ended_by_itself():
    def died(*lines: tuple[str, str], since: str = "") -> int:
        return died_in([Entry(str(number), *line) for number, line in enumerate(lines)], "merge", since)

    first, again = ("phase begun", "merge"), ("phase again", "merge")
    assert died() == died(("phase begun", "collect"), ("phase done", "collect")) == 0
    assert died(("phase begun", "collect"), first, again, ("busy", "sealing it"), again) == 3
    assert died(first, ("paused", ""), ("resumed", ""), ("stopped", ""), again) == 1
    assert died(first, again, ("phase begun", "examine")) == 0, "it got further"
    assert died(first, again, again, again, since="1") == 2
