"""Switching between the answers to one question shows the whole branch below."""

from store.branches import branch_through
from store.conversations import add_message, create_conversation


def test_a_branch_goes_through_the_message_down_to_the_newest_below_it(db):
    talk = create_conversation(db)
    asked = add_message(db, talk.id, None, "user", "one?")
    first = add_message(db, talk.id, asked.id, "assistant", "a")
    follow = add_message(db, talk.id, first.id, "user", "two?")
    end = add_message(db, talk.id, follow.id, "assistant", "b")
    second = add_message(db, talk.id, asked.id, "assistant", "c")
    assert [each.id for each in branch_through(db, first.id)] == [asked.id, first.id, follow.id, end.id]
    assert [each.id for each in branch_through(db, second.id)] == [asked.id, second.id]
