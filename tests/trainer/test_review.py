"""Looking back on the version that answers: when, with which questions, and what becomes of a bad one."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
from scipy.stats import binom

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
from tests.assistant.nights import NO_NIGHT
from tests.trainer.test_gate import BASE as OF_BASE
from tests.trainer.test_gate import GOOD
from trainer.gate import decide, still_good
from trainer.review import NEIGHBOURS, PHASE, TAUGHT, due, knew, questions


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
        "neighbouring": replace(seen, neighbour_bleed=18),
        "everyday questions": replace(seen, general_bleed=4),
        "begin as the base's": replace(seen, general_same=9),
        "nats": replace(seen, drift=0.18),
        "drift": replace(seen, drift=float("nan")),
        "circling": replace(seen, broken=30),
    }.items():
        decision = still_good(found, OF_BASE)
        assert not decision.promoted and [reason for reason in decision.reasons if word in reason], word


def test_what_the_gate_let_pass_is_not_taken_back_for_being_as_it_was():
    own = replace(GOOD, new_asked=9, new_right=9, old_asked=300, old_right=150, old_answers=(True, False) * 150)
    assert decide(own, own, replace(OF_BASE, new_asked=9)).promoted
    seen = replace(GOOD, new_asked=0, new_right=0, old_asked=20, old_right=10)
    assert not still_good(seen, OF_BASE).promoted
    assert still_good(seen, OF_BASE, knew(own.as_dict())).promoted, "half of it is what it knew"
    assert not still_good(replace(seen, old_right=4), OF_BASE, knew(own.as_dict())).promoted
    assert not still_good(replace(seen, old_right=8), OF_BASE, 0.95).promoted, "no more is asked for than by the gate"
    assert still_good(replace(seen, old_right=12), OF_BASE, 0.95).promoted
    assert still_good(replace(seen, old_right=0), OF_BASE, 0.0).promoted
    assert knew({"corrections": [1]}) == 1.0


def test_a_count_that_chance_explains_takes_no_version_back():
    one = replace(GOOD, new_asked=0, new_right=0, old_asked=1, old_right=1, neighbours=8, general_same=40)
    assert still_good(replace(one, neighbour_bleed=3), OF_BASE).promoted, "one taught correction, eight neighbours"
    assert not still_good(replace(one, neighbour_bleed=5), OF_BASE).promoted
    assert still_good(replace(one, neighbours=0, neighbour_bleed=0), OF_BASE).promoted
    reasons = still_good(replace(one, neighbours=3, neighbour_bleed=3), OF_BASE).reasons
    assert reasons == ("neighbouring questions given a corrected answer: 3 of 3",)


@pytest.mark.parametrize(
    ("share", "least", "most"), [(0.1, 0, 0.001), (0.16, 0, 0.001), (0.25, 0, 0.05), (0.4, 0.5, 1), (0.5, 0.9, 1)]
)
def test_how_surely_a_share_of_bleeding_neighbours_takes_a_version_back(share, least, most):
    seen = replace(GOOD, new_asked=0, new_right=0, neighbours=40, general_same=40)
    taken_back = [n for n in range(41) if not still_good(replace(seen, neighbour_bleed=n), OF_BASE).promoted]
    assert taken_back == list(range(16, 41))
    assert least <= sum(binom.pmf(n, 40, share) for n in taken_back) <= most


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
    assert "taken back v-1: drift; too many" in alarm_lines(Settings(home=home), NO_NIGHT)


def test_nothing_is_told_of_a_night_that_took_nothing_back(home):
    with opened(home) as db:
        night = begin_run(db, "schedule").id
        begin_phase(db, night, PHASE)
        finish_phase(db, night, PHASE, {"version": "v-1", "kept": True, "reasons": ["drift 0.01"]})
        finish_run(db, night, "refused", None, ["too much moved"])
        assert "Everything stays as it was." in report(db, runs.run(db, night))
    assert alarm_lines(Settings(home=home), NO_NIGHT) == ""
