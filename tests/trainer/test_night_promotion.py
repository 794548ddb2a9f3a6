"""The last step of a night and its first, where the pointer is moved: what the owner chose meanwhile stays."""

import pytest

from assistant.page.report import report
from models.promotion import promote, roll_back
from models.version_files import BASE, current, point_to, seal_version
from store import runs, versions
from store.database import opened
from store.errors import AprendizError
from store.records import Version, now
from store.settings import Settings
from tests.assistant.nights import corrected
from tests.trainer.test_review import of_base
from trainer.night import run_night


@pytest.fixture
def db(home):
    with opened(home) as db:
        for content in (b"one", b"two", b"three"):
            staging = home / content.decode()
            staging.mkdir()
            (staging / "model.gguf").write_bytes(content)
            made = seal_version(home, staging)
            versions.add_version(db, Version(made, BASE, None, now(), "promoted", ("it knows more",), {}))
        yield db


def begun(db, **phases) -> str:
    """A run that was killed after these phases. Gives its id."""
    run = runs.begin_run(db, "page").id
    for name, result in phases.items():
        runs.begin_phase(db, run, name)
        runs.finish_phase(db, run, name, result)
    return run


def decided(db, version: str, incumbent: str) -> str:
    """A run that was killed when it had decided for `version`. Gives its id."""
    id = corrected(db, "Who keeps the mill?", "Nobody.", "Ada.").id
    return begun(
        db,
        collect={"incumbent": incumbent, "corrections": [id], "new": [id], "withdrawn": []},
        synthesise={},
        finetune={},
        merge={"version": version},
        examine={"candidate": {}},
        decide={"promoted": True, "reasons": ["it knows more"]},
    )


def finished(home):
    """The end of a night that needs no model any more."""
    return run_night(Settings(home=home), of_base(home), lambda path, version: None, "command")


def test_a_night_promotes_what_it_decided_for_also_when_it_was_killed_after_the_pointer_had_moved(db, home):
    first, second, _ = (v.id for v in versions.versions(db))
    promote(db, home, first)
    decided(db, second, first)
    point_to(home, second)
    assert (finished(home).decision, current(home)) == ("promoted", second)
    assert [(m.previous, m.version, m.by) for m in versions.promotions(db)][1:] == [(first, second, "night")]


def test_a_night_does_not_take_the_place_of_a_version_that_was_chosen_by_hand_meanwhile(db, home):
    first, second, chosen = (v.id for v in versions.versions(db))
    promote(db, home, first)
    run = decided(db, second, first)
    promote(db, home, chosen)
    ended = finished(home)
    assert (ended.decision, ended.version, current(home)) == ("refused", second, chosen)
    assert ended.reasons == (f"{chosen} was put into service by hand while the night ran",)
    told = report(db, runs.run(db, run))
    assert "passed its examination, and does not answer" in told and "did not pass" not in told
    assert promote(db, home, second) == chosen, "it is a good one and can be chosen"


def test_a_night_does_not_promote_again_what_was_taken_back_by_hand(db, home):
    first, second, _ = (v.id for v in versions.versions(db))
    promote(db, home, first)
    decided(db, second, first)
    promote(db, home, second, "night")  # and there it was killed
    roll_back(db, home)
    assert (finished(home).decision, current(home)) == ("refused", first)


def test_a_night_for_which_nothing_is_left_goes_to_the_base_unless_another_was_chosen_by_hand(db, home):
    first, _, chosen = (v.id for v in versions.versions(db))
    nothing = {"incumbent": first, "corrections": [], "new": [], "withdrawn": [1]}
    promote(db, home, first)
    begun(db, collect=nothing)
    assert (finished(home).decision, current(home)) == ("promoted", BASE)
    promote(db, home, chosen)
    begun(db, collect=nothing)
    assert (finished(home).decision, current(home)) == ("nothing learned", chosen)


def test_a_night_of_which_all_was_corrected_again_goes_not_to_the_base_and_collects_anew(db, home):
    first, *_ = (v.id for v in versions.versions(db))
    promote(db, home, first)
    id = corrected(db, "Who keeps the mill?", "Nobody.", "Ada.").id
    run = begun(db, collect={"incumbent": first, "corrections": [id], "new": [id], "withdrawn": []})
    again = corrected(db, "Who keeps the mill?", "Nobody.", "Nadia.").id
    with pytest.raises(AprendizError):  # there is no model to ask
        finished(home)
    assert (runs.finished_phase(db, run, "collect")["corrections"], current(home)) == ([again], first)


def test_a_night_that_was_begun_with_another_model_begins_anew(db, home):
    id = corrected(db, "Who keeps the mill?", "Nobody.", "Ada.").id
    run = begun(db, collect={"base": "another", "incumbent": BASE, "corrections": [id], "new": [id], "withdrawn": []},
                synthesise={}, finetune={})  # fmt: skip
    (home / "runs" / run / "checkpoints").mkdir(parents=True)
    with pytest.raises(AprendizError):
        finished(home)
    assert runs.finished_phase(db, run, "collect")["base"] == "a-base"
    assert runs.finished_phase(db, run, "finetune") is None and not (home / "runs" / run / "checkpoints").exists()


def test_what_was_taken_back_when_the_night_was_killed_is_taken_back_once(db, home):
    first, bad, _ = (v.id for v in versions.versions(db))
    promote(db, home, first, "night")
    promote(db, home, bad, "night")
    begun(db, review={"version": bad, "kept": False, "reasons": ["drift"]})
    point_to(home, first)
    finished(home)
    assert current(home) == first
    last = versions.promotions(db)[-1]
    assert (last.previous, last.version, last.by) == (bad, first, "rollback")
