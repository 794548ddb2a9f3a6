"""Runs know their phases, can be taken up again, and stay as they ended."""

import re

import pytest

from store.errors import NightRefused, NotFound
from store.examples import clear_examples, examples_of, save_examples
from store.records import Example, now
from store.runs import (
    begin_phase,
    begin_run,
    cancel_run,
    fail_run,
    finish_phase,
    finish_run,
    finished_phase,
    go_on,
    last_examined,
    latest_progress,
    phases,
    progress,
    ran_on,
    run,
    runs,
    unfinished_run,
)


def test_runs_of_a_day_are_counted(db):
    made = [begin_run(db, "command").id for _ in range(11)]
    assert made[0] == f"{now()[:10]}-1"
    assert [int(re.sub(r".*-", "", id)) for id in made] == list(range(1, 12))
    assert [each.id for each in runs(db, limit=3)] == made[:-4:-1]
    assert run(db, made[4]).trigger == "command"


def test_a_local_date_has_one_scheduled_run_however_it_went(db):
    begun = begin_run(db, "schedule", "2026-10-25")
    fail_run(db, begun.id, "no disk")
    assert ran_on(db, "2026-10-25") and not ran_on(db, "2026-10-26")
    with pytest.raises(NightRefused, match="2026-10-25"):
        begin_run(db, "schedule", "2026-10-25")
    assert begin_run(db, "page").local_date is None
    assert len(runs(db)) == 2


def test_a_run_that_the_schedule_goes_on_with_is_that_of_the_later_date(db):
    by_hand = begin_run(db, "page")
    assert go_on(db, by_hand.id, "2026-10-26").local_date == "2026-10-26"
    assert ran_on(db, "2026-10-26")
    assert go_on(db, by_hand.id, "2026-10-26") == run(db, by_hand.id)
    assert go_on(db, by_hand.id, "2026-10-27").local_date == "2026-10-27"
    other = begin_run(db, "command")
    with pytest.raises(NightRefused, match="2026-10-27"):
        go_on(db, other.id, "2026-10-27")


def test_a_killed_run_is_found_with_what_it_had_done(db):
    assert unfinished_run(db) is None
    begun = begin_run(db, "command")
    begin_phase(db, begun.id, "collect")
    finish_phase(db, begun.id, "collect", {"corrections": 3, "ids": [1, 2]})
    begin_phase(db, begun.id, "train")
    assert unfinished_run(db) == begun
    assert finished_phase(db, begun.id, "collect") == {"corrections": 3, "ids": [1, 2]}
    assert finished_phase(db, begun.id, "train") is None
    assert finished_phase(db, begun.id, "examine") is None
    begin_phase(db, begun.id, "train")
    assert [(each.name, each.state) for each in phases(db, begun.id)] == [("collect", "finished"), ("train", "running")]
    finish_phase(db, begun.id, "train", {})
    assert finished_phase(db, begun.id, "train") == {}
    finish_run(db, begun.id, "promoted", "v-1", ["all probes right"])
    assert unfinished_run(db) is None


def test_the_last_night_that_examined_a_version_is_found_behind_those_that_did_not(db):
    assert last_examined(db) is None
    examined = begin_run(db, "schedule")
    begin_phase(db, examined.id, "examine")
    finish_phase(db, examined.id, "examine", {})
    assert last_examined(db) is None  # it has not ended
    finish_run(db, examined.id, "promoted", "v-1", [])
    finish_run(db, begin_run(db, "page").id, "nothing learned", None, [])
    broken = begin_run(db, "page")
    begin_phase(db, broken.id, "examine")
    fail_run(db, broken.id, "no disk")
    assert last_examined(db) == run(db, examined.id)


def test_a_run_that_ended_stays_as_it_ended(db):
    begun = begin_run(db, "command")
    finish_run(db, begun.id, "refused", "v-1", ("worse", "slower"))
    ended = run(db, begun.id)
    assert (ended.state, ended.verdict, ended.version, ended.reasons) == (
        "finished",
        "refused",
        "v-1",
        ("worse", "slower"),
    )
    cancel_run(db, begun.id)
    fail_run(db, begun.id, "late")
    assert run(db, begun.id) == ended


@pytest.mark.parametrize(
    ("end", "state"), [(cancel_run, "cancelled"), (lambda db, id: fail_run(db, id, "why"), "failed")]
)
def test_a_run_that_breaks_off_ends_its_phase_too(db, end, state):
    begun = begin_run(db, "page")
    begin_phase(db, begun.id, "collect")
    finish_phase(db, begun.id, "collect", {})
    begin_phase(db, begun.id, "train")
    end(db, begun.id)
    ended = run(db, begun.id)
    assert (ended.state, ended.verdict, ended.reasons) == (state, state, ("why",) if state == "failed" else ())
    assert ended.ended is not None
    assert [each.state for each in phases(db, begun.id)] == ["finished", state]


def test_the_latest_progress_is_kept(db):
    begun = begin_run(db, "page")
    assert latest_progress(db, begun.id) == {}
    progress(db, begun.id, "train", 1, 10)
    progress(db, begun.id, "train", 2.5, 10, "loss 0.4")
    said = latest_progress(db, begun.id)
    assert said.pop("updated") <= now()
    assert said == {"phase": "train", "done": 2.5, "total": 10, "note": "loss 0.4"}


def test_unknown_runs_and_phases_are_told_with_those_there_are(db):
    with pytest.raises(NotFound, match="There is no run yet"):
        run(db, "2026-01-01-1")
    begun = begin_run(db, "page")
    begin_phase(db, begun.id, "collect")
    with pytest.raises(NotFound, match=begun.id):
        finish_run(db, "nothing", "failed", None, [])
    with pytest.raises(NotFound, match="collect"):
        finish_phase(db, begun.id, "train", {})
    with pytest.raises(NotFound):
        begin_phase(db, "nothing", "collect")


def test_examples_come_back_in_order_by_kind_and_can_be_cleared(db):
    begun, other = begin_run(db, "page"), begin_run(db, "page")
    given = [Example("probe", "a?", "A"), Example("replay", "half \ud83d", "b"), Example("probe", "c?", "")]
    save_examples(db, begun.id, given)
    save_examples(db, other.id, given[:1])
    assert examples_of(db, begun.id) == [given[0], Example("replay", "half \ufffd", "b"), given[2]]
    assert examples_of(db, begun.id, "probe") == [given[0], given[2]]
    clear_examples(db, begun.id)
    assert examples_of(db, begun.id) == []
    assert examples_of(db, other.id) == given[:1]
