"""Switching between the answers to one question shows the whole branch below."""

import pytest

from store.branches import branch_at, branch_through
from store.conversations import add_message, create_conversation
from store.errors import NotFound


def test_a_branch_goes_through_the_message_down_to_the_newest_below_it(db):
    talk = create_conversation(db)
    asked = add_message(db, talk.id, None, "user", "one?")
    first = add_message(db, talk.id, asked.id, "assistant", "a")
    follow = add_message(db, talk.id, first.id, "user", "two?")
    end = add_message(db, talk.id, follow.id, "assistant", "b")
    second = add_message(db, talk.id, asked.id, "assistant", "c")
    assert [each.id for each in branch_through(db, first.id)] == [asked.id, first.id, follow.id, end.id]
    assert [each.id for each in branch_through(db, second.id)] == [asked.id, second.id]


def test_a_conversation_opens_at_a_message_of_it_and_otherwise_at_its_newest(db):
    talk, other = create_conversation(db), create_conversation(db)
    asked = add_message(db, talk.id, None, "user", "one?")
    first = add_message(db, talk.id, asked.id, "assistant", "a")
    second = add_message(db, talk.id, asked.id, "assistant", "b")
    elsewhere = add_message(db, other.id, None, "user", "two?")
    assert [each.id for each in branch_at(db, talk.id, first.id)] == [asked.id, first.id]
    for bad in ("", "0123", elsewhere.id):
        assert [each.id for each in branch_at(db, talk.id, bad)] == [asked.id, second.id]
    with pytest.raises(NotFound):
        branch_at(db, "0123", first.id)
