"""The list of conversations and the fields of the open one, as they are made."""

from dataclasses import replace

import pytest

from assistant.page.about import FIELDS, about_values, choose, keep, read_was
from assistant.page.showing import Shown, under
from assistant.page.side import PAGE, Look, listing, looked, read_look
from store import conversations
from store.database import opened
from store.records import Message
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
    _, _, *values = about_values(db, talk, "")
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
    assert keep(db, id, {**fields, "title": "New name", "tags": "a b", "max_tokens": 9}, was)[1] == {
        "title", "tags", "max_tokens",
    }  # fmt: skip
    talk, changed, faults = keep(db, id, {**stale, "temperature": 0.5, "top_p": 7}, stale_was)
    assert changed == {"temperature"} and len(faults) == 1, "what cannot be keeps nothing else from being stored"
    assert (talk.title, talk.temperature, talk.max_tokens) == ("New name", 0.5, 9)
    assert tags_of(db, [id]) == {id: ("a", "b")}


def test_fields_of_another_conversation_are_not_stored(db):
    one, other = (conversations.create_conversation(db, name).id for name in ("one", "other"))
    fields, was = shown_to(db, one)
    assert keep(db, other, {**fields, "title": "Changed"}, was)[1] == set()
    assert read_was("", one) == read_was("[]", one) == read_was("x", one) == {}


def test_an_emptied_field_is_the_usual_value_and_an_emptied_name_stays(db):
    id = conversations.create_conversation(db, "Name").id
    conversations.sample(db, id, 1.5, 0.5, 7)
    fields, was = shown_to(db, id)
    emptied = {**fields, "title": " ", "temperature": None, "top_p": None, "max_tokens": None}
    talk, *_ = keep(db, id, emptied, was)
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
