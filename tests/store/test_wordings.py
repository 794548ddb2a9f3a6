"""Wordings that the owner wrote for a correction's question."""

import pytest

from store.errors import InputRefused, NotFound
from store.feedback import correct, forget
from store.revising import revise
from store.wordings import LONGEST, MOST, add_wording, own_wordings, remove_wording


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
