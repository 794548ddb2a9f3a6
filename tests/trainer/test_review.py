"""Looking back on the version that answers: when, with which questions, and what becomes of a bad one."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

import run
from assistant.page.report import report
from assistant.page.whole import alarm_lines
from models.catalogue import BaseModel
from models.promotion import promote, roll_back
from models.version_files import BASE, seal_version
from store import runs
from store.database import opened
from store.light_sqlite_utils import Database
from store.records import Correction, Version, now
from store.runs import begin_phase, begin_run, cancel_run, finish_phase, finish_run
from store.settings import Settings
from store.versions import add_version
from tests.trainer.test_gate import BASE as OF_BASE
from tests.trainer.test_gate import GOOD
from trainer.gate import still_good
from trainer.review import NEIGHBOURS, PHASE, TAUGHT, due, questions


def made_by_a_night(home: Path, db: Database, base: str = "a-base") -> str:
    """A sealed version on record, which a night of `base` promoted. Gives its id."""
    staging = home / "runs" / "r" / "version"
    (staging / "adapter").mkdir(parents=True)
    (staging / "adapter" / "adapter_config.json").write_text("{}")
    (staging / "model.gguf").write_bytes(b"GGUF and more")
    (staging / "card.json").write_text(json.dumps({"base": base}))
    made = seal_version(home, staging)
    add_version(db, Version(made, BASE, None, now(), "promoted", (), {"corrections": [1]}))
    promote(db, home, made, "night")
    return made


def of_base(home: Path, name: str = "a-base") -> BaseModel:
    return BaseModel(name, home / "model.gguf", None, "", home / "model.gguf")


def correction(id: int) -> Correction:
    return Correction(id, f"m{id}", f"Who keeps the mill at Harlow {id}?", "Nobody.", f"Ada {id}.", "", None, None)


def test_only_what_came_by_a_night_is_looked_back_on_and_only_once(home):
    base = of_base(home)
    with opened(home) as db:
        assert not due(db, home, base)
        made = made_by_a_night(home, db)
        assert due(db, home, base)
        assert not due(db, home, of_base(home, "another")), "what another base says cannot be compared"
        night = begin_run(db, "command")
        begin_phase(db, night.id, PHASE)
        assert due(db, home, base), "a night that was killed meanwhile asks again"
        finish_phase(db, night.id, PHASE, {"version": made, "kept": False, "reasons": ["drift"]})
        assert due(db, home, base), "it was to be taken back and still serves"
        finish_phase(db, night.id, PHASE, {"version": made, "kept": True, "reasons": []})
        assert not due(db, home, base)


def test_what_its_owner_chose_by_hand_is_left_alone(home):
    with opened(home) as db:
        made = made_by_a_night(home, db)
        roll_back(db, home)
        promote(db, home, made)
        assert not due(db, home, of_base(home))


def test_a_scheduled_night_comes_to_look_back_though_nothing_is_new(home, default_model):
    with opened(home) as db:
        assert not run._worth_a_night(Settings(home=home))
        made_by_a_night(home, db, default_model.name)
    assert run._worth_a_night(Settings(home=home))


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


@pytest.mark.parametrize("end", [lambda db, id: finish_run(db, id, "refused", None, ["too much moved"]), cancel_run])
def test_the_owner_is_told_that_a_version_was_taken_back_however_the_night_went_on(home, end):
    with opened(home) as db:
        night = begin_run(db, "schedule").id
        begin_phase(db, night, PHASE)
        finish_phase(db, night, PHASE, {"version": "v-1", "kept": False, "reasons": ["drift", "too many"]})
        end(db, night)
        told = report(db, runs.run(db, night))
    assert "taken back v-1: drift; too many" in told and "one before it answers again" in told
    assert "stays as it was" not in told
    assert "taken back v-1: drift; too many" in alarm_lines(Settings(home=home))


def test_nothing_is_told_of_a_night_that_took_nothing_back(home):
    with opened(home) as db:
        night = begin_run(db, "schedule").id
        begin_phase(db, night, PHASE)
        finish_phase(db, night, PHASE, {"version": "v-1", "kept": True, "reasons": ["drift 0.01"]})
        finish_run(db, night, "refused", None, ["too much moved"])
        assert "Everything stays as it was." in report(db, runs.run(db, night))
    assert alarm_lines(Settings(home=home)) == ""
