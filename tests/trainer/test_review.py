"""Looking back on the version that answers: when, with which questions, and what becomes of a bad one."""

from dataclasses import replace

from assistant.page.words import taken_back_line, verdict_words
from models.version_files import BASE
from store.database import opened
from store.records import Correction, Run, Version
from store.runs import begin_phase, begin_run, finish_phase, finish_run, run
from store.versions import add_version, record_promotion
from tests.trainer.test_gate import BASE as OF_BASE
from tests.trainer.test_gate import GOOD
from trainer.gate import still_good
from trainer.review import NEIGHBOURS, PHASE, TAUGHT, due, questions

MADE = Version("v-111111111111", BASE, None, "2026-01-01T00:00:00.000Z", "promoted", (), {"corrections": [1]})


def correction(id: int) -> Correction:
    return Correction(id, f"m{id}", f"Who keeps the mill at Harlow {id}?", "Nobody.", f"Ada {id}.", "", None, None)


def test_only_what_came_by_a_night_is_looked_back_on_and_only_once(home):
    with opened(home) as db:
        assert not due(db, BASE)
        add_version(db, MADE)
        record_promotion(db, MADE.id, BASE, "promote")
        assert not due(db, MADE.id), "its owner chose it"
        record_promotion(db, BASE, MADE.id, "rollback")
        record_promotion(db, MADE.id, BASE, "night")
        assert due(db, MADE.id)
        night = begin_run(db, "command")
        begin_phase(db, night.id, PHASE)
        assert due(db, MADE.id), "a night that was killed meanwhile asks again"
        finish_phase(db, night.id, PHASE, {"version": MADE.id, "kept": True, "reasons": []})
        assert not due(db, MADE.id)


def test_some_of_what_was_taught_is_asked_and_questions_near_it_that_were_never_asked():
    taught = [correction(id) for id in range(1, 60)]
    chosen, near = questions(taught, taught, "v-1")
    assert len(chosen) == TAUGHT and NEIGHBOURS // 2 <= len(near) <= NEIGHBOURS
    assert not {c.question for c in taught} & set(near)
    assert questions(taught, taught, "v-1")[1] == near != questions(taught, taught, "v-2")[1]
    assert questions([], taught, "v-1") == ([], [])


def test_harm_and_surely_knowing_too_little_take_a_version_back_and_chance_does_not():
    seen = replace(GOOD, new_asked=0, new_right=0, old_asked=20, old_right=19)
    assert still_good(seen, OF_BASE).promoted
    assert still_good(replace(seen, old_right=12), OF_BASE).promoted, "12 of 20 may be chance where 14 are asked for"
    for word, found in {
        "what it was taught": replace(seen, old_right=8),
        "neighbouring": replace(seen, neighbour_bleed=11),
        "drift": replace(seen, drift=float("nan")),
        "circling": replace(seen, broken=30),
    }.items():
        decision = still_good(found, OF_BASE)
        assert not decision.promoted and [reason for reason in decision.reasons if word in reason], word


def test_the_owner_is_told_that_a_version_was_taken_back(home):
    with opened(home) as db:
        night = begin_run(db, "schedule")
        finish_run(db, night.id, "refused", None, [f"taken back {MADE.id}: drift", "too much moved"])
        last = run(db, night.id)
    assert last.took_back and "took a version back" in taken_back_line(last)
    assert "one before it answers again" in verdict_words(last) and "stays as it was" not in verdict_words(last)
    plain = Run("r", "page", None, "finished", "", "", "refused", None, ("too much moved",))
    assert taken_back_line(plain) == taken_back_line(None) == ""
    assert verdict_words(plain).endswith("Everything stays as it was.")
