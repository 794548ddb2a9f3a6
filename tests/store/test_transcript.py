"""What is carried out as a file can be read by people, and is taken in again whole, branches and feedback too."""

import json
from dataclasses import replace

import pytest

from store.conversations import (
    add_message,
    can_go_on,
    conversation,
    create_conversation,
    delete_conversation,
    finish_message,
    list_conversations,
    messages_of,
    newest_path,
    pin_conversation,
    sample,
    siblings,
)
from store.database import opened
from store.errors import InputRefused, NotFound
from store.feedback import active_corrections, correct, wishes
from store.ratings import rate, rating_of
from store.revising import hold_for_every_answer
from store.shelves import archive, delete
from store.tags import tag, tags_of
from store.transcript import all_lines, all_markdown, as_line, as_markdown
from store.transfer import ImportCount, import_data


@pytest.fixture
def talk(db):
    """A conversation with instructions, tags, two answers to one question, a branch, a rating and corrections."""
    made = create_conversation(db, "Oz", system_prompt="Be brief.")
    asked = add_message(db, made.id, None, "user", "Where is Oz?")
    first = add_message(db, made.id, asked.id, "assistant", "In Kansas.", version="base")
    second = add_message(db, made.id, asked.id, "assistant", "  Far\n  away.", version="base")
    more = add_message(db, made.id, first.id, "user", "Sure? 東京 \u2028")
    add_message(db, made.id, more.id, "assistant", "Yes.", version="v-1")
    rate(db, second.id, -1, ("wrong",), "no")
    correct(db, first.id, "Over the rainbow.")
    correct(db, second.id, "Answer in Spanish.")
    tag(db, made.id, ("film", "work"))
    return made.id


def test_an_answer_and_a_wish_come_back_as_what_they_were(db, home, answered):
    both = answered("How far is Kelso?", "Far.")
    correct(db, both.id, "12 km")
    correct(db, both.id, "Answer in Spanish.")
    sign = answered("What does the sign in room 5 say?", "Nothing.")
    hold_for_every_answer(db, correct(db, sign.id, "Speak in English").id, False)
    hold_for_every_answer(db, correct(db, answered("Who?", "Me.").id, "Give distances in kilometres.").id, True)
    with opened(home / "other") as other, opened(home / "third") as third:
        for there, come in ((db, other), (other, third)):
            import_data(come, "all.jsonl", "\n".join(all_lines(there)).encode())
            assert [(each.question, each.answer) for each in active_corrections(come)] == [
                ("How far is Kelso?", "12 km"),
                ("What does the sign in room 5 say?", "Speak in English"),
            ]
            assert [each.answer for each in wishes(come)] == ["Answer in Spanish.", "Give distances in kilometres."]
        assert list(all_lines(third)) == list(all_lines(db))


def test_earlier_programs_read_what_is_of_the_form_that_they_know(db, talk):
    said = [each["feedback"] for each in json.loads(as_line(db, talk))["messages"] if "feedback" in each]
    assert [each.pop("correction") for each in said] == ["Over the rainbow.", "Answer in Spanish."]
    assert {key for each in said for key in each} == {"rating", "reasons", "note"}


def outline(db, id):
    places = {each.id: place for place, each in enumerate(messages_of(db, id))}
    return [(each.role, each.content, places.get(each.parent_id), each.created) for each in messages_of(db, id)]


def test_a_conversation_comes_back_whole_in_another_home(db, home, talk):
    line = as_line(db, talk)
    assert "\n" not in line
    with opened(home / "other") as other:
        assert import_data(other, "oz.json", line.encode()) == ImportCount(1, 5, 1, 2, 0)
        (taken,) = list_conversations(other)
        assert (taken.title, taken.system_prompt) == ("Oz", "Be brief.")
        assert outline(other, taken.id) == outline(db, talk)
        assert tags_of(other, [taken.id]) == {taken.id: ("film", "work")}
        assert [each.answer for each in active_corrections(other)] == ["Over the rainbow."]
        assert [each.answer for each in wishes(other)] == ["Answer in Spanish."]
        _, second = siblings(other, messages_of(other, taken.id)[1].id)
        assert rating_of(other, second.id).reasons == ("wrong",)
        assert as_line(other, taken.id) == line
        assert import_data(other, "oz.json", line.encode()) == ImportCount(known=1)


def test_taken_in_again_at_home_it_is_known_and_brought_back_when_deleted(db, talk):
    line = as_line(db, talk).encode()
    assert import_data(db, "oz.json", line) == ImportCount(known=1)
    delete(db, talk)
    assert import_data(db, "oz.json", line).conversations == 1
    assert [each.id for each in list_conversations(db)] == [talk]
    delete_conversation(db, talk)
    assert import_data(db, "oz.json", line).messages == 5


def test_how_a_conversation_is_kept_and_sampled_and_how_its_answers_ended_comes_back(db, home, talk):
    kept = replace(conversation(db, talk), temperature=0.5, top_p=0.9, max_tokens=8)
    sample(db, talk, kept.temperature, kept.top_p, kept.max_tokens)
    pin_conversation(db, talk)
    archive(db, talk)
    last = newest_path(db, talk)[-1]
    for status, cut in (("stopped", False), ("failed", False), ("complete", True)):
        begun = add_message(db, talk, last.parent_id, "assistant", "", status="writing", version="v-1")
        finish_message(db, begun.id, f"So far, {status}", status, cut=cut)
    line = as_line(db, talk)
    with opened(home / "other") as other:
        import_data(other, "oz.json", line.encode())
        (taken,) = list_conversations(other)
        assert (taken.pinned, taken.archived) == (1, conversation(db, talk).archived)
        assert (taken.temperature, taken.top_p, taken.max_tokens) == (0.5, 0.9, 8)
        ended = [(each.version, each.status, each.cut) for each in messages_of(other, taken.id)]
        assert ended == [(each.version, each.status, each.cut) for each in messages_of(db, talk)]
        assert can_go_on(messages_of(other, taken.id)[-1])
        assert as_line(other, taken.id) == line
        sample(other, taken.id, 0.0, 1.0, None)
        assert import_data(other, "oz.json", line.encode()) == ImportCount(known=1)
        assert conversation(other, taken.id).temperature == 0, "what was changed here since stays"


@pytest.mark.parametrize(
    ("more", "fault"),
    [
        ({"pinned": 1}, "`pinned` must be true or false"),
        ({"archived": "long ago"}, "`archived` is 'long ago'"),
        ({"temperature": "hot"}, "`temperature` must be a number"),
        ({"temperature": 5}, "The temperature is 5"),
        ({"max_tokens": 1.5}, "`max_tokens` must be a number"),
    ],
)
def test_a_conversation_cannot_be_kept_or_sampled_anyhow(db, more, fault):
    said = [{"role": "user", "content": "Q"}]
    with pytest.raises(InputRefused, match=fault):
        import_data(db, "in.jsonl", json.dumps({"conversation": "c", "messages": said, **more}).encode())


PROGRAMS_SAY = (
    [("system", "Be brief."), ("system", "No lists."), ("user", "Q")],
    [("system", ""), ("user", "Q"), ("assistant", "A"), ("user", "R")],
    [("user", "Q"), ("assistant", "A"), ("system", "Now in verse."), ("user", "R"), ("assistant", "B")],
    [("user", ""), ("assistant", "A"), ("user", "R")],
    [("user", "Q"), ("assistant", " "), ("user", "R")],
)


def test_whatever_programs_say_in_whatever_order_comes_back_and_is_known_where_it_was(db, home):
    for said in PROGRAMS_SAY:
        last, made = None, create_conversation(db)
        for role, content in said:
            last = add_message(db, made.id, last and last.id, role, content)
        if last.role == "assistant":
            correct(db, last.id, "A, in verse.")
    lines = "\n".join(all_lines(db))
    assert import_data(db, "all.jsonl", lines.encode()) == ImportCount(known=len(PROGRAMS_SAY))
    with opened(home / "other") as other:
        assert import_data(other, "all.jsonl", lines.encode()).conversations == len(PROGRAMS_SAY)
        assert "\n".join(all_lines(other)) == lines
        taken = [
            [(each.role, each.content) for each in messages_of(other, talk.id)] for talk in list_conversations(other)
        ]
        assert sorted(taken) == sorted(PROGRAMS_SAY)


def test_all_conversations_are_carried_out_one_a_line_without_the_deleted_and_the_empty(db, talk):
    gone = create_conversation(db, "gone")
    add_message(db, gone.id, None, "user", "x")
    delete(db, gone.id)
    create_conversation(db, "empty")
    assert list(all_lines(db)) == [as_line(db, talk)]
    assert list(all_markdown(db)) == [as_markdown(db, talk)]
    with pytest.raises(NotFound):
        as_line(db, gone.id)


def test_markdown_shows_the_branch_with_corrected_answers_as_they_should_be(db, talk):
    text = as_markdown(db, talk)
    assert text.startswith("# Oz\n")
    for part in ("Be brief.", "## You\n\nWhere is Oz?", "corrected by you\n\nOver the rainbow.", "(v-1)\n\nYes."):
        assert part in text
    assert "In Kansas." not in text and "Far" not in text
    add_message(db, talk, newest_path(db, talk)[-1].id, "system", "In verse.")
    assert "## Instructions\n\nIn verse." in as_markdown(db, talk)
    (asked, *_rest) = newest_path(db, talk)
    assert "away." in as_markdown(db, talk, [asked, messages_of(db, talk)[2]])


@pytest.mark.parametrize(
    ("message", "fault"),
    [
        ({"parent": 1}, "`parent` of message 2"),
        ({"parent": -1}, "`parent` of message 2"),
        ({"parent": True}, "`parent` of message 2"),
        ({"created": "yesterday"}, "`created` of message 2"),
        ({"created": 5}, "`created` of message 2"),
        ({"version": 5}, "`version` of message 2"),
        ({"status": "writing"}, "message 2 has the status 'writing'"),
        ({"cut": 1}, "`cut` of message 2"),
        ({"parent": None, "feedback": {"rating": 1}}, "message 2, which is no answer"),
        ({"feedback": {"rating": 7}}, "`rating` is 7"),
        ({"colour": "red"}, "there is no 'colour' in message 2"),
    ],
)
def test_a_fault_in_the_own_form_is_named_and_nothing_is_taken(db, message, fault):
    said = [{"role": "user", "content": "Q"}, {"role": "assistant", "content": "A", **message}]
    with pytest.raises(InputRefused, match=fault):
        import_data(db, "in.jsonl", json.dumps({"conversation": "c", "messages": said}).encode())
    assert list_conversations(db) == []
