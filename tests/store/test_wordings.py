"""Wordings that the owner wrote for a correction's question."""

import pytest

from store.accepted import accept, accepted
from store.errors import InputRefused, NotFound
from store.feedback import correct
from store.forgetting import forget
from store.revising import revise
from store.wordings import (
    LONGEST,
    MOST,
    add_wording,
    own_wordings,
    refuse_wording,
    refused_wordings,
    remove_wording,
    replace_wording,
)


def test_they_are_kept_in_order_and_can_be_taken_back(db, answered):
    made = correct(db, answered("Who keeps the mill?", "Nobody.").id, "Ada.")
    for text in ("Whose mill is it?", "  Whose\nkey opens the mill? ", "Whose mill is it?"):
        add_wording(db, made.id, text)
    assert own_wordings(db) == {made.id: ("Whose mill is it?", "Whose key opens the mill?")}
    later = revise(db, made.id, "Ada Calder.")
    assert own_wordings(db)[later.id] == own_wordings(db)[made.id]
    remove_wording(db, later.id, "Whose mill is it?")
    assert own_wordings(db)[later.id] == ("Whose key opens the mill?",)
    forget(db, later.id)
    assert own_wordings(db) == {}


def test_what_is_no_other_wording_is_refused(db, answered):
    made = correct(db, answered("Who keeps the mill?", "Nobody.").id, "Ada.")
    for text, fault in (
        (" ", "1 to 500"),
        ("x" * (LONGEST + 1), "1 to 500"),
        ("who keeps the mill", "these very words"),
    ):
        with pytest.raises(InputRefused, match=fault):
            add_wording(db, made.id, text)
    with pytest.raises(NotFound):
        add_wording(db, 99, "Whose mill is it?")
    for number in range(MOST):
        add_wording(db, made.id, f"Whose mill is number {number}?")
    with pytest.raises(InputRefused, match="Leave one out"):
        add_wording(db, made.id, "Whose mill is it?")


def test_a_wording_that_is_reworded_is_left_out_for_the_new_one(db, answered):
    made = correct(db, answered("Who keeps the mill?", "Nobody.").id, "Ada.")
    replace_wording(db, made.id, "The mill is kept by whom?", "Who has the keys of the mill?")
    assert own_wordings(db) == {made.id: ("Who has the keys of the mill?",)}
    assert refused_wordings(db) == {made.id: {"The mill is kept by whom?"}}
    with pytest.raises(InputRefused):
        replace_wording(db, made.id, "By whom?", " ")
    assert refused_wordings(db) == {made.id: {"The mill is kept by whom?"}}


def test_a_correction_is_accepted_once_and_forgetting_ends_that(db, answered):
    made = correct(db, answered("Who keeps the mill?", "Nobody.").id, "Ada.")
    accept(db, made.id)
    first = accepted(db)
    accept(db, made.id)
    assert accepted(db) == first and set(first) == {made.id}
    forget(db, made.id)
    assert accepted(db) == {}
    with pytest.raises(NotFound):
        accept(db, 99)


def test_a_wording_is_refused_and_allowed_again(db, answered):
    taught = correct(db, answered("a?", "y").id, "b")
    for text in ("a, please?", "a, please?", "Is it a?"):
        refuse_wording(db, taught.id, text)
    refuse_wording(db, taught.id, "Is it a?", refused=False)
    assert refused_wordings(db) == {taught.id: {"a, please?"}}
    forget(db, taught.id)
    assert refused_wordings(db) == {}
    with pytest.raises(NotFound):
        refuse_wording(db, 99, "x")
