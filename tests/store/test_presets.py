"""Presets of one's own: kept from a conversation, used in another, each user's apart."""

import pytest

from store import conversations, users
from store.conversations import conversation, create_conversation
from store.errors import InputRefused, NotFound
from store.presets import LONGEST, MOST, keep_preset, presets, remove_preset, use_preset
from store.records import OwnPreset


def told(db, instructions, temperature=0.0, owner=""):
    """A conversation with these instructions."""
    id = create_conversation(db, owner=owner).id
    conversations.instruct(db, id, instructions)
    conversations.sample(db, id, temperature, 0.9, 200)
    return id


def test_a_preset_is_kept_used_elsewhere_and_stays_as_it_was(db):
    first, other = told(db, "Answer as a cook.", 0.8), told(db, "")
    keep_preset(db, first, "  The   cook ")
    assert presets(db, "") == [OwnPreset("The cook", "Answer as a cook.", 0.8, 0.9, 200)]
    conversations.instruct(db, first, "Answer as a gardener.")
    use_preset(db, other, "The cook")
    assert (conversation(db, other).system_prompt, conversation(db, other).temperature) == ("Answer as a cook.", 0.8)
    keep_preset(db, first, "The cook")
    assert [each.instructions for each in presets(db, "")] == ["Answer as a gardener."]
    remove_preset(db, "", "The cook")
    assert presets(db, "") == [] and conversation(db, other).system_prompt == "Answer as a cook."


def test_what_cannot_be_kept_or_used_is_refused_in_words(db):
    id = told(db, "Be brief.")
    for wrong in ("", "  ", "a" * (LONGEST + 1)):
        with pytest.raises(InputRefused, match=f"1 to {LONGEST}"):
            keep_preset(db, id, wrong)
    for number in range(MOST):
        keep_preset(db, id, f"Number {number}")
    keep_preset(db, id, "Number 3")
    with pytest.raises(InputRefused, match="Remove one"):
        keep_preset(db, id, "One more")
    with pytest.raises(NotFound):
        keep_preset(db, "nowhere", "Number 3")
    with pytest.raises(NotFound, match="Gone"):
        use_preset(db, id, "Gone")


def test_each_user_has_their_own_and_they_go_with_who_leaves(db):
    keep_preset(db, told(db, "Before anybody."), "First")
    users.add_user(db, "ana", "a long password")
    users.add_user(db, "ben", "another password")
    keep_preset(db, told(db, "As Ben likes it.", owner="ben"), "First")
    assert [each.instructions for each in presets(db, "ana")] == ["Before anybody."]
    assert [each.instructions for each in presets(db, "ben")] == ["As Ben likes it."]
    with pytest.raises(NotFound):
        use_preset(db, told(db, "", owner="ben"), "Second")
    users.remove_user(db, "ben")
    assert presets(db, "ben") == []
    users.remove_user(db, "ana")
    assert [each.instructions for each in presets(db, "")] == ["Before anybody."]
