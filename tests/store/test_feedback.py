"""A correction points at a message, and the newest of a question counts."""

import pytest

from store.conversations import (
    add_message,
    create_conversation,
    message,
)
from store.errors import InputRefused, NotFound
from store.feedback import (
    active_corrections,
    correct,
    correction,
    correction_of,
    corrections,
    revision,
    save_vectors,
    supersede,
    vectors,
    wish_of,
    wishes,
)
from store.forgetting import forget
from store.ratings import prefer, rate

VECTOR = bytes(range(16))


def test_a_correction_holds_the_question_and_what_was_answered(db, answered):
    answer = answered("Where?", "There.")
    made = correct(db, answer.id, "\n    indented\nHere.  \n")
    assert (made.question, made.rejected, made.answer) == ("Where?", "There.", "    indented\nHere.")
    assert made.active
    assert correction(db, made.id) == correction_of(db, answer.id) == made
    assert message(db, answer.id) == answer


def test_the_same_correction_again_changes_nothing(db, answered):
    answer = answered("Where?", "There.")
    made, before = correct(db, answer.id, "Here."), revision(db)
    assert correct(db, answer.id, "Here.\n") == made
    assert revision(db) == before


def test_a_correction_supersedes_that_of_the_same_question_elsewhere(db, answered):
    one, two, other = answered("Where is  Oz?", "a"), answered("¿where is oz", "b"), answered("Where is Uz?", "c")
    first, unrelated = correct(db, one.id, "A"), correct(db, other.id, "C")
    second = correct(db, two.id, "B")
    assert correction(db, first.id).superseded_by == second.id
    assert active_corrections(db) == [unrelated, second]
    assert correction_of(db, one.id) is None
    third = correct(db, two.id, "B, rather")
    assert correction(db, second.id).superseded_by == third.id
    assert len(corrections(db)) == 4


def test_the_newest_given_here_counts_though_the_clock_was_ahead_before(db, answered):
    early = correct(db, answered("Where is Oz?", "a").id, "A")
    db["corrections"].update(early.id, {"created": "2999-01-01T00:00:00.000Z"})
    late = correct(db, answered("Where is Oz?", "b").id, "B")
    assert active_corrections(db) == [late]


def test_one_that_was_forgotten_meanwhile_takes_the_place_of_none(db, answered):
    mill = correct(db, answered("Who keeps the mill?", "a").id, "A")
    reworded = correct(db, answered("By whom is the mill kept?", "b").id, "B")
    forget(db, reworded.id)
    supersede(db, mill.id, reworded.id)
    assert active_corrections(db) == [mill]


def test_a_wish_is_kept_apart_and_the_newest_of_an_aspect_counts(db, answered):
    one, two = answered("Where is Oz?", "a"), answered("Where is Uz?", "b")
    fact = correct(db, one.id, "A")
    said = ("Answer in Spanish.", "No lists.", "Answer in German.")
    spanish, plain, german = (correct(db, two.id, text) for text in said)
    assert active_corrections(db) == [fact]
    assert wishes(db) == [plain, german]
    assert correction(db, spanish.id).superseded_by == german.id
    assert correction_of(db, two.id) is None
    assert wish_of(db, two.id) == german == correct(db, two.id, "Answer in German.")
    forget(db, german.id)
    assert wishes(db) == [plain]


def test_what_is_no_finished_answer_is_neither_rated_nor_corrected(db, answered):
    answer = answered("x?", "y")
    begun = add_message(db, answer.conversation_id, answer.parent_id, "assistant", "", status="writing")
    unasked = add_message(db, create_conversation(db).id, None, "assistant", "Welcome!")
    for made, fault in (
        (lambda: correct(db, answer.parent_id, "z"), "by the user"),
        (lambda: rate(db, answer.parent_id, 1), "by the user"),
        (lambda: correct(db, begun.id, "z"), "still being written"),
        (lambda: correct(db, unasked.id, "z"), "no question"),
        (lambda: correct(db, answer.id, " \n"), "needs a text"),
        (lambda: rate(db, answer.id, 2), "not 2"),
        (lambda: prefer(db, answer.id, unasked.id), "not two answers"),
        (lambda: prefer(db, answer.id, answer.id), "not two answers"),
    ):
        with pytest.raises(InputRefused, match=fault):
            made()
    for made in (lambda: correct(db, "nothing", "z"), lambda: rate(db, "nothing", 1), lambda: forget(db, 7)):
        with pytest.raises(NotFound):
            made()
    assert corrections(db) == []


def test_the_revision_changes_with_the_active_corrections_alone(db, answered):
    answer = answered("x?", "y")
    seen = [revision(db)]
    for change in (
        lambda: correct(db, answer.id, "a"),
        lambda: correct(db, answer.id, "b"),
        lambda: forget(db, active_corrections(db)[0].id),
    ):
        change()
        seen.append(revision(db))
    assert seen == sorted(set(seen))
    rate(db, answer.id, 1)
    save_vectors(db, "m", {})
    assert revision(db) == seen[-1]


def test_vectors_are_kept_for_active_corrections(db, answered):
    one, two = answered("x?", "y"), answered("z?", "y")
    first, second = correct(db, one.id, "a"), correct(db, two.id, "b")
    save_vectors(db, "minilm", {first.id: VECTOR, second.id: VECTOR})
    save_vectors(db, "minilm", {first.id: VECTOR[::-1], 99: VECTOR})
    assert vectors(db, "minilm") == {first.id: VECTOR[::-1], second.id: VECTOR}
    assert vectors(db, "other") == {}
    correct(db, one.id, "newer")
    assert set(vectors(db, "minilm")) == {second.id}
    forget(db, second.id)
    save_vectors(db, "minilm", {second.id: VECTOR})
    assert vectors(db, "minilm") == {}
