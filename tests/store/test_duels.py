"""Blind choices between two versions."""

import pytest

from store.duels import begin_duel, decide_duel, duel, score
from store.errors import InputRefused, NotFound
from store.records import Score


def test_choices_are_counted_whatever_the_order_they_were_shown_in(db):
    for first, second, side in (
        ("base", "v-1", "second"),
        ("v-1", "base", "first"),
        ("v-1", "base", "second"),
        ("base", "v-1", "neither"),
        ("base", "v-2", "first"),
    ):
        decide_duel(db, begin_duel(db, "Who?", first, second).id, side)
    begin_duel(db, "Never answered?", "base", "v-1")
    assert score(db, "v-1", "base") == Score(2, 1, 1)
    assert score(db, "base", "v-1") == Score(1, 2, 1)


def test_the_first_choice_stays_and_what_is_no_choice_is_refused(db):
    made = begin_duel(db, "Who?", "base", "v-1")
    assert made.preferred is None
    with pytest.raises(InputRefused, match="third"):
        decide_duel(db, made.id, "third")
    assert decide_duel(db, made.id, "first").preferred == "base"
    assert decide_duel(db, made.id, "second") == duel(db, made.id)
    assert duel(db, made.id).preferred == "base"
    with pytest.raises(NotFound):
        decide_duel(db, 99, "first")
