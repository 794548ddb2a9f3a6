"""Ratings and preferences point at messages, and become votes."""

from store.conversations import add_message, message
from store.feedback import correct
from store.ratings import prefer, preferences, rate, rating_of, votes


def test_the_newest_rating_counts_and_the_message_stays(db, answered):
    answer = answered("x?", "y")
    assert rating_of(db, answer.id) is None
    rate(db, answer.id, -1, ("wrong", "rude"), "see the manual")
    assert rating_of(db, answer.id).reasons == ("wrong", "rude")
    rate(db, answer.id, 0)
    assert rating_of(db, answer.id).value == 0
    assert message(db, answer.id) == answer


def test_a_preference_can_be_turned_round(db, answered):
    one = answered("x?", "y")
    two = add_message(db, one.conversation_id, one.parent_id, "assistant", "z")
    prefer(db, one.id, two.id)
    prefer(db, one.id, two.id)
    assert preferences(db) == [(one.id, two.id)]
    prefer(db, two.id, one.id)
    assert preferences(db) == [(two.id, one.id)]


def test_ratings_and_preferences_are_votes_and_what_was_corrected_is_none(db, answered):
    liked, disliked, undone, fixed = (answered(f"{n}?", f"said {n}") for n in ("a", "b", "c", "d"))
    rate(db, liked.id, -1)
    rate(db, liked.id, 1)
    rate(db, disliked.id, -1)
    rate(db, undone.id, 1)
    rate(db, undone.id, 0)
    rate(db, fixed.id, -1)
    correct(db, fixed.id, "z")
    other = add_message(db, disliked.conversation_id, disliked.parent_id, "assistant", "said again")
    prefer(db, other.id, disliked.id)
    assert {(v.question, v.answer, v.value) for v in votes(db)} == {
        ("a?", "said a", 1),
        ("b?", "said b", -1),
        ("b?", "said again", 1),
    }
