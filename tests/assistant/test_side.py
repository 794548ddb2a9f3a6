"""The list of conversations and the fields of the open one, as they are made."""

import json
from dataclasses import replace

import pytest

from assistant.page.about import about_values, clash_note
from assistant.page.fields import FIELDS, keep, planned, read_was, was
from assistant.page.preset_buttons import choose
from assistant.page.showing import Shown, under
from assistant.page.side import PAGE, Look, listing, looked, read_look
from store import conversations
from store.database import opened
from store.errors import InputRefused
from store.records import Conversation, Message
from store.shelves import delete
from store.tags import tag, tags_of

ANSWER = Message("a", "c", "q", "assistant", "It was", "complete", "base", None, 9, 0.1, 1.1, "2026-05-20T03:00:00Z")


@pytest.fixture
def db(home):
    with opened(home) as database:
        yield database


def shown_to(db, id):
    """What a tab that opens the conversation has in its fields, and what it was shown."""
    talk = conversations.conversation(db, id)
    _, _, _, *values = about_values(db, talk, "")
    return dict(zip(FIELDS, values, strict=False)), values[-1]


def test_where_a_tab_looks_survives_the_way_to_the_browser_and_back():
    for look in (Look(), Look("deleted", 300, "x")):
        assert read_look(str(look)) == look
    for odd in ("", "null", "[]", "{}", '{"shelf": "attic", "limit": "x", "undo": ""}'):
        assert read_look(odd) == Look()
    assert read_look('{"shelf": "attic", "limit": -5, "undo": ""}') == Look()


def test_the_offer_to_undo_goes_with_the_next_press():
    gone = looked(Look("archived", 200), {"do": "delete", "id": "x"})
    assert gone == Look("archived", 200, "x")
    assert looked(gone, {"do": "open", "id": "y"}) == Look("archived", 200)
    assert looked(gone, {"do": "more"}) == Look("archived", 200 + PAGE)
    assert looked(gone, {"do": "shelf", "shelf": "deleted"}) == Look("deleted")
    assert looked(gone, {"do": "shelf", "shelf": "attic"}) == Look("archived", 200)


def test_nothing_that_was_written_becomes_markup_in_the_list(db):
    for title in ("<b>one</b>", 'two" onclick="x'):
        made = conversations.create_conversation(db, title)
        conversations.add_message(db, made.id, None, "user", "<script>seek</script>")
        tag(db, made.id, ("<i>",))
    delete(db, made.id)
    for html in (listing(db, "seek", "", Look()), listing(db, "", "", Look("deleted", PAGE, 'x"y'))):
        for part in ("<b>", "<script", "<i>", '" onclick', 'x"y'):
            assert part not in html
    assert "&lt;script&gt;<mark>seek</mark>" in listing(db, "seek", "", Look())


def test_a_tab_never_puts_back_what_another_one_changed(db):
    id = conversations.create_conversation(db, "Old name").id
    stale, stale_was = shown_to(db, id)
    fields, was = shown_to(db, id)
    assert keep(db, id, {**fields, "title": "New name", "tags": "a b", "max_tokens": 9}, was).changed == {
        "title", "tags", "max_tokens",
    }  # fmt: skip
    kept = keep(db, id, {**stale, "temperature": 0.5, "top_p": 7}, stale_was)
    talk = kept.talk
    assert kept.changed == {"temperature"} and len(kept.faults) == 1, (
        "what cannot be keeps nothing else from being stored"
    )
    assert keep(db, id, {**stale, "temperature": 0.5}, kept.was).changed == set()
    assert (talk.title, talk.temperature, talk.max_tokens) == ("New name", 0.5, 9)
    assert tags_of(db, [id]) == {id: ("a", "b")}


def test_what_two_tabs_changed_is_stored_from_neither_until_one_has_seen_the_other(db):
    id = conversations.create_conversation(db, "Old name").id
    fields, was = shown_to(db, id)
    keep(db, id, {**fields, "title": "Theirs", "tags": "b, #a"}, was)
    mine = {**fields, "title": "Mine", "tags": "a b", "top_p": 0.5}
    kept = keep(db, id, mine, was)
    assert (kept.clashes, kept.changed) == ({"title": "Theirs"}, {"tags", "top_p"}), "the same tags are no clash"
    assert "“Theirs”" in clash_note(kept.clashes)
    assert keep(db, id, mine, kept.was).clashes == {"title": "Theirs"}, "it is told as long as both stand"
    seen = json.dumps({**json.loads(kept.was), "title": "Theirs"})
    assert keep(db, id, mine, seen).talk.title == "Mine"


def test_fields_of_another_conversation_are_not_stored(db):
    one, other = (conversations.create_conversation(db, name).id for name in ("one", "other"))
    fields, was = shown_to(db, one)
    assert keep(db, other, {**fields, "title": "Changed"}, was).changed == set()
    assert read_was("", one) == read_was("[]", one) == read_was("x", one) == {}


def test_an_emptied_field_is_the_usual_value_and_an_emptied_name_stays(db):
    id = conversations.create_conversation(db, "Name").id
    conversations.sample(db, id, 1.5, 0.5, 7)
    fields, was = shown_to(db, id)
    emptied = {**fields, "title": " ", "temperature": None, "top_p": None, "max_tokens": None}
    talk = keep(db, id, emptied, was).talk
    assert (talk.title, talk.temperature, talk.top_p, talk.max_tokens) == ("Name", 0.0, 1.0, 1024)
    choose(db, id, "Inventive")
    assert conversations.conversation(db, id).temperature == 1.0


def test_only_an_answer_that_ended_early_can_be_continued():
    for ended in ({"cut": 1}, {"status": "stopped"}, {"status": "failed"}):
        assert "Continue" in under([Shown(replace(ANSWER, **ended))])
    for whole in ({}, {"status": "stopped", "content": " "}, {"status": "stopped", "correction_id": 1}):
        assert "Continue" not in under([Shown(replace(ANSWER, **whole))])
    assert "longest answer reached" in under([Shown(replace(ANSWER, cut=1))])
    assert "9 tokens, 9 a second, the first after 0.10 s" in under([Shown(ANSWER)])


def test_a_conversation_begins_as_the_fields_say_once_they_were_filled():
    new = Conversation("", "", "Be brief.", "", "", owner="ana")
    said = {
        "title": "",
        "instructions": " In verse. ",
        "tags": "",
        "temperature": 0.5,
        "top_p": None,
        "max_tokens": 1024,
    }
    assert planned(new, dict.fromkeys(FIELDS, ""), "") == new
    filled = was(dict.fromkeys(FIELDS, ""), "")
    assert planned(new, said, filled) == replace(new, system_prompt="In verse.", temperature=0.5)
    with pytest.raises(InputRefused, match="The temperature is 5"):
        planned(new, {**said, "temperature": 5}, filled)
