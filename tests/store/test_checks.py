"""What a version knows of a correction, and where that stands."""

import pytest

from store.checks import checks, record_check, standing_of, standings
from store.errors import NotFound
from store.examples import save_examples
from store.feedback import (
    correct,
)
from store.forgetting import forget
from store.records import Correction, Example
from store.runs import begin_run, finish_run

VECTOR = bytes(range(16))


def test_what_a_version_said_is_kept_with_its_check_and_goes_with_the_correction(db, answered):
    kept, gone = (correct(db, answered(f"{name}?", "y").id, name) for name in "ab")
    for each in (kept, gone):
        record_check(db, each.id, "v-1", 3, 2, "It is so.")
    record_check(db, kept.id, "v-2", 3, 3, "It is.")
    assert [(each.correction.id, each.asked, each.right, each.said) for each in checks(db, "v-1")] == [
        (kept.id, 3, 2, "It is so."),
        (gone.id, 3, 2, "It is so."),
    ]
    forget(db, gone.id)
    assert [each.correction.id for each in checks(db, "v-1")] == [kept.id]
    assert [each.said for each in checks(db, "v-2")] == ["It is."]


def test_a_check_that_ends_after_its_correction_was_forgotten_leaves_nothing(db, answered):
    gone = forget(db, correct(db, answered("a?", "y").id, "Quetzalcoatl.").id)
    record_check(db, gone.id, "v-1", 3, 3, "Quetzalcoatl.")
    assert db.table("checks").count == 0
    with pytest.raises(NotFound):
        record_check(db, 99, "v-1", 3, 3, "Quetzalcoatl.")


def test_standings_follow_a_correction_through_the_night(db, answered):
    answer = answered("x?", "y")
    first = correct(db, answer.id, "a")
    taught = correct(db, answer.id, "b")
    gone = forget(db, correct(db, answered("z?", "y").id, "c").id)

    def standing_now(current):
        found = standings(db, current)
        assert [(each.correction.id, each.standing) for each in found if each.correction.id != taught.id] == [
            (first.id, "superseded"),
            (gone.id, "forgotten"),
        ]
        return next(
            (each.standing, each.version, each.asked, each.right) for each in found if each.correction.id == taught.id
        )

    assert standing_now("base") == ("remembered", None, 0, 0)
    run = begin_run(db, "command")
    save_examples(db, run.id, [Example("wording", "x", "b", taught.id)])
    assert standing_now("base")[0] == "in training"
    record_check(db, taught.id, "v-1", 4, 2)
    finish_run(db, run.id, "promoted", "v-1", [])
    assert standing_now("base")[0] == "remembered"
    assert standing_now("v-1") == ("stuck", "v-1", 4, 2)
    record_check(db, taught.id, "v-1", 4, 1)
    assert standing_now("v-1") == ("not stuck", "v-1", 4, 1)
    with pytest.raises(ValueError, match="3 of 2"):
        record_check(db, taught.id, "v-1", 2, 3)


@pytest.mark.parametrize(
    ("superseded_by", "forgotten", "in_training", "asked", "right", "standing"),
    [
        (2, "2026", True, 2, 2, "forgotten"),
        (2, None, True, 2, 2, "superseded"),
        (None, None, True, 2, 2, "in training"),
        (None, None, False, 2, 1, "stuck"),
        (None, None, False, 3, 1, "not stuck"),
        (None, None, False, 0, 0, "remembered"),
    ],
)
def test_one_standing_goes_before_another(superseded_by, forgotten, in_training, asked, right, standing):
    given = Correction(1, "m", "q", "r", "a", "2026", superseded_by, forgotten)
    assert standing_of(given, in_training, asked, right) == standing
