"""Corrections worded anew, and held for an answer or for a wish, without loss."""

import pytest

from store.errors import InputRefused
from store.feedback import active_corrections, correct, correction, save_vectors, vectors, wishes
from store.forgetting import forget
from store.revising import hold_for_every_answer, revise
from store.wordings import refuse_wording, refused_wordings


def test_the_newest_wording_counts_and_the_old_one_is_superseded(db, answered):
    first = correct(db, answered("Who keeps the mill?", "Nobody.").id, "Ada.")
    refuse_wording(db, first.id, "Who is it that keeps the mill?")
    second = revise(db, first.id, "Ada Calder.")
    assert correction(db, first.id).superseded_by == second.id
    assert active_corrections(db) == [second]
    assert (second.question, second.rejected, second.answer) == ("Who keeps the mill?", "Nobody.", "Ada Calder.")
    assert refused_wordings(db)[second.id] == {"Who is it that keeps the mill?"}
    assert revise(db, second.id, "Ada Calder.") == second


def test_it_can_be_worded_anew_when_its_conversation_is_gone(db, answered):
    from store.conversations import delete_conversation

    said = answered("Who?", "Nobody.")
    made = correct(db, said.id, "Ada.")
    delete_conversation(db, said.conversation_id)
    assert revise(db, made.id, "Eva.").answer == "Eva."


def test_what_does_not_count_any_more_cannot_be_changed_nor_emptied(db, answered):
    first = correct(db, answered("Who?", "Nobody.").id, "Ada.")
    second = revise(db, first.id, "Eva.")
    with pytest.raises(InputRefused, match="does not count"):
        revise(db, first.id, "Otto.")
    with pytest.raises(InputRefused, match="forget"):
        revise(db, second.id, " \n")
    forget(db, second.id)
    assert correction(db, first.id).answer == ""
    with pytest.raises(InputRefused):
        hold_for_every_answer(db, second.id, True)


def test_an_answer_that_was_taken_for_a_wish_becomes_one_and_the_other_way_round_without_loss(db, answered):
    lists = correct(db, answered("Why?", "So.").id, "No lists.")
    mistaken = correct(db, answered("What is on the page?", "Links.").id, "No lists!")
    assert wishes(db) == [mistaken] and correction(db, lists.id).superseded_by == mistaken.id
    answer = hold_for_every_answer(db, mistaken.id, False)
    assert active_corrections(db) == [answer] and answer.manner == ""
    assert wishes(db) == [lists]
    assert hold_for_every_answer(db, mistaken.id, True) == mistaken
    assert wishes(db) == [mistaken] and not active_corrections(db)


def test_a_fact_that_a_wish_had_replaced_counts_again(db, answered):
    said = answered("Who keeps the mill?", "Nobody.")
    fact = correct(db, said.id, "Ada.")
    wish = correct(db, said.id, "Name your source each time.")
    save_vectors(db, "m", {wish.id: b"1"})
    assert active_corrections(db) == [wish]
    wish = hold_for_every_answer(db, wish.id, True)
    assert wish.manner == "own" and wishes(db) == [wish]
    assert active_corrections(db) == [fact]
    back = hold_for_every_answer(db, wish.id, False)
    assert active_corrections(db) == [back] and correction(db, fact.id).superseded_by == back.id
    assert vectors(db, "m") == {}


def test_the_earlier_wording_of_the_same_correction_does_not_come_back(db, answered):
    said = answered("Who keeps the mill?", "Nobody.")
    fact = correct(db, said.id, "Ada.")
    draft = correct(db, said.id, "Name sources.")
    wish = revise(db, draft.id, "Name your sources.")
    hold_for_every_answer(db, wish.id, True)
    assert active_corrections(db) == [fact]
    assert [each.id for each in wishes(db)] == [wish.id]


def test_own_wishes_stand_beside_each_other(db, answered):
    made = [correct(db, answered(f"Q{n}?", "So.").id, f"Wish number {n}.") for n in range(2)]
    for each in made:
        hold_for_every_answer(db, each.id, True)
    assert [each.id for each in wishes(db)] == [each.id for each in made]
    reworded = revise(db, made[0].id, "No lists.")
    assert reworded.manner == "list"
    assert [each.answer for each in wishes(db)] == ["Wish number 1.", "No lists."]


def test_a_later_correction_of_the_same_question_goes_on_counting(db, answered):
    said = answered("Who keeps the mill?", "Nobody.")
    first = correct(db, said.id, "Name your source.")
    hold_for_every_answer(db, first.id, True)
    later = correct(db, said.id, "Ada.")
    hold_for_every_answer(db, first.id, False)
    assert active_corrections(db) == [later]
