"""Conversations are trees, found again by any word, and nothing in them is overwritten."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from store.conversations import (
    add_message,
    conversation,
    create_conversation,
    delete_conversation,
    finish_message,
    instruct,
    list_conversations,
    message,
    message_condition,
    newest_path,
    path_to,
    pin_conversation,
    rename_conversation,
    siblings,
    sought_words,
    title_from,
    write_progress,
)
from store.database import storable
from store.errors import InputRefused, NotFound
from store.feedback import correct, corrections
from store.light_sqlite_utils import Database
from store.migrations import migrations
from store.ratings import rate


def contents(messages):
    return [each.content for each in messages]


def test_a_retry_is_a_sibling_and_an_edited_question_a_branch(db):
    into = create_conversation(db)
    asked = add_message(db, into.id, None, "user", "one?")
    first = add_message(db, into.id, asked.id, "assistant", "1")
    second = add_message(db, into.id, asked.id, "assistant", "2")
    edited = add_message(db, into.id, None, "user", "two?")
    assert contents(siblings(db, second.id)) == ["1", "2"]
    assert contents(siblings(db, edited.id)) == ["one?", "two?"]
    assert contents(path_to(db, first.id)) == ["one?", "1"]
    assert contents(newest_path(db, into.id)) == ["two?"]
    third = add_message(db, into.id, first.id, "user", "and?")
    assert contents(newest_path(db, into.id)) == ["one?", "1", "and?"]
    assert path_to(db, third.id)[-1] == third


def test_a_long_conversation_is_read_in_order(db):
    into = create_conversation(db)
    parent = None
    for number in range(300):
        parent = add_message(db, into.id, parent, "user", str(number)).id
    assert contents(newest_path(db, into.id)) == [str(number) for number in range(300)]


def test_roots_of_other_conversations_are_no_siblings(db):
    for _ in range(2):
        made = create_conversation(db)
        asked = add_message(db, made.id, None, "user", "x")
    assert siblings(db, asked.id) == [asked]


def test_an_answer_is_written_bit_by_bit_and_ends_once(db):
    into = create_conversation(db)
    asked = add_message(db, into.id, None, "user", "x")
    begun = add_message(db, into.id, asked.id, "assistant", "", status="writing", version="v-1")
    assert write_progress(db, begun.id, "half").content == "half"
    ended = finish_message(db, begun.id, "half of it", "stopped", tokens=3, first_token_s=0.1, seconds=0.5)
    assert (ended.content, ended.status, ended.version, ended.tokens) == ("half of it", "stopped", "v-1", 3)
    assert (ended.first_token_s, ended.seconds) == (0.1, 0.5)
    assert write_progress(db, begun.id, "late") == ended
    assert finish_message(db, begun.id, "later", "complete") == ended
    with pytest.raises(NotFound):
        finish_message(db, "nothing", "", "complete")


def test_the_last_changed_conversation_is_listed_first(db):
    first, second = create_conversation(db, "first"), create_conversation(db, "second")
    assert [each.title for each in list_conversations(db)] == ["second", "first"]
    add_message(db, first.id, None, "user", "x", created="2999-01-01T00:00:00.000Z")
    add_message(db, second.id, None, "user", "x")
    assert [each.title for each in list_conversations(db)] == ["first", "second"]
    assert len(list_conversations(db, limit=1)) == 1


def test_an_untitled_conversation_is_called_after_its_first_question(db):
    into = create_conversation(db)
    add_message(db, into.id, None, "user", "\n  Where is it?\nI mean the key.")
    add_message(db, into.id, None, "user", "Another")
    assert conversation(db, into.id).title == "Where is it?"
    rename_conversation(db, into.id, " Keys ")
    assert conversation(db, into.id).title == "Keys"
    assert title_from("word " * 20) == "word " * 11 + "word…"
    assert title_from("w" * 70) == "w" * 60 + "…"


def test_a_pinned_conversation_stays_at_the_head_of_the_list(db):
    first, *_rest = [create_conversation(db, title) for title in ("first", "second", "third")]
    pin_conversation(db, first.id)
    assert [talk.title for talk in list_conversations(db)] == ["first", "third", "second"]
    pin_conversation(db, first.id, pinned=False)
    assert [talk.title for talk in list_conversations(db)] == ["third", "second", "first"]


def test_a_conversation_is_given_instructions_and_freed_of_them(db):
    into = create_conversation(db)
    for text, kept in ((" Be brief.\n", "Be brief."), ("", "")):
        instruct(db, into.id, text)
        assert conversation(db, into.id).system_prompt == kept


ODD = [
    'C++ and "quotes" and it\'s',
    "naïve café, Straße, İstanbul",
    "x NOT y AND (z OR w) NEAR/2 col:term ^start",
    "100% of snake_case! [brackets] {braces} -minus *star* `code`",
    "東京タワーはどこ",
    "😀 smile 👨‍👩‍👧",
    "null \x00 inside",
    "हिन्दी में",
    "line\u2028separator and\ttabs\r\n",
    "'; DROP TABLE messages; --",
]


@pytest.mark.parametrize("text", ODD)
def test_any_text_is_kept_and_found_by_itself_and_by_each_of_its_words(db, text):
    into = create_conversation(db, "t")
    other = create_conversation(db, "u")
    add_message(db, other.id, None, "user", "something else")
    kept = add_message(db, into.id, None, "user", text)
    assert message(db, kept.id).content == text
    for search in (text, *text.split()):
        found = [each.id for each in list_conversations(db, search=search)]
        if any(map(str.isalnum, search)) and "\x00" not in search:
            assert found == [into.id], search


@pytest.mark.parametrize(
    "search", ['"', '""', "*", "NEAR(", "AND", "(", "a:b", "x\x00", "\ud83d", "-", "^", "%", "_", "!", "a" * 5000]
)
def test_a_search_for_anything_finds_nothing_rather_than_fails(db, search):
    into = create_conversation(db, "t")
    add_message(db, into.id, None, "user", "plain words")
    assert list_conversations(db, search=search) == []


@settings(max_examples=150, deadline=None)
@given(st.text(st.characters(exclude_categories=[])))
def test_whatever_is_written_is_kept_and_whatever_is_searched_for_is_answered(text):
    db = Database(memory=True)
    migrations.apply(db)
    into = create_conversation(db, text)
    kept = add_message(db, into.id, None, "user", text)
    assert message(db, kept.id).content == storable(text)
    list_conversations(db, search=text)
    db.execute("INSERT INTO messages_fts (messages_fts) VALUES ('integrity-check')")
    db.close()


def test_a_search_wants_all_words_in_whichever_messages_or_the_title(db):
    one, two = create_conversation(db, "Recipes of old"), create_conversation(db, "50% off_")
    add_message(db, one.id, None, "user", "What does the plumber cost?")
    add_message(db, one.id, None, "assistant", "Ninety euros.")
    add_message(db, two.id, None, "user", "The plumber?")

    def found(search):
        return [each.title for each in list_conversations(db, search=search)]

    assert found("plumber euros") == found("EURO plumb recip") == ["Recipes of old"]
    assert found("old recipes") == ["Recipes of old"]
    assert sorted(found("plumber")) == ["50% off_", "Recipes of old"]
    assert found("plumber dollars") == []
    assert found("0% off_ plumber") == ["50% off_"]
    assert found("50x") == []
    assert found("plumber euros " * 2000) == ["Recipes of old"]


def test_the_words_of_a_search_are_told_apart_and_quoted():
    assert sought_words('say "hi" -- say') == ["say", '"hi"']
    assert sought_words("-- \0 ?") == ["--", "?"]
    assert message_condition('"hi"')[1] == '"""hi"""*'


def test_what_is_being_written_is_found_once_it_is_written(db):
    into = create_conversation(db, "t")
    begun = add_message(db, into.id, None, "assistant", "", status="writing")
    write_progress(db, begun.id, "zebra")
    assert list_conversations(db, search="zebra") == []
    finish_message(db, begun.id, "zebra crossing", "complete")
    assert list_conversations(db, search="zebra") == [conversation(db, into.id)]


def test_deleting_a_conversation_deletes_its_messages_and_ratings_but_not_what_was_taught(db, answered):
    answer = answered("Unusualword?", "No.")
    rate(db, answer.id, -1)
    correct(db, answer.id, "Yes.")
    delete_conversation(db, answer.conversation_id)
    assert list_conversations(db, search="unusualword") == []
    assert [db.table(name).count for name in ("messages", "ratings")] == [0, 0]
    assert [each.answer for each in corrections(db)] == ["Yes."]
    with pytest.raises(NotFound):
        message(db, answer.id)


def test_unknown_and_foreign_ids_are_told(db):
    known, other = create_conversation(db), create_conversation(db)
    elsewhere = add_message(db, other.id, None, "user", "x")
    with pytest.raises(InputRefused, match="another conversation"):
        add_message(db, known.id, elsewhere.id, "assistant", "y")
    with pytest.raises(NotFound, match="no conversation 'nothing'"):
        conversation(db, "nothing")
    for asked in (rename_conversation, instruct):
        with pytest.raises(NotFound):
            asked(db, "nothing", "title")
    for asked in (delete_conversation, pin_conversation):
        with pytest.raises(NotFound):
            asked(db, "nothing")
    with pytest.raises(NotFound):
        add_message(db, "nothing", None, "user", "x")
    with pytest.raises(NotFound):
        path_to(db, "nothing")
