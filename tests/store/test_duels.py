"""Blind choices between two versions."""

import pytest

from store.conversations import add_message, delete_conversation, message
from store.duels import begin_duel, decide_duel, duel, duel_of, score, scores
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


def test_a_choice_in_a_chat_is_found_from_both_answers_and_outlives_them_in_the_score(db, answered):
    first = answered("Who?", "Ada.")
    second = add_message(db, first.conversation_id, first.parent_id, "assistant", "Otto.")
    assert duel_of(db, first.id) is None
    made = begin_duel(db, "", "base", "v-1", messages=(first.id, second.id))
    assert duel_of(db, first.id) == duel_of(db, second.id) == made
    decide_duel(db, made.id, "second")
    delete_conversation(db, message(db, first.id).conversation_id)
    assert duel(db, made.id).first_message is None
    assert score(db, "v-1", "base") == Score(1, 0, 0)


def test_every_pair_has_its_score_the_newest_first(db):
    for first, second, side in (("v-2", "v-1", "first"), ("v-1", "v-2", "first"), ("base", "v-1", "neither")):
        decide_duel(db, begin_duel(db, "Who?", first, second).id, side)
    begin_duel(db, "Undecided?", "base", "v-2")
    assert list(scores(db).items()) == [(("base", "v-1"), Score(0, 0, 1)), (("v-1", "v-2"), Score(1, 1, 0))]
