"""Conversations are found by words and tags, with the words marked, on the shelf they are kept on."""

import pytest

from store.conversations import add_message, conversation, create_conversation, list_conversations, pin_conversation
from store.errors import NotFound
from store.export import export_data
from store.feedback import correct
from store.finding import find, marked, read_search
from store.ratings import rate, votes
from store.shelves import archive, bring_back, counts, delete, delete_for_good, purge
from store.tags import all_tags, read_tags, tag, tags_of


def talk(db, question, answer="An answer.", **more):
    into = create_conversation(db, **more)
    asked = add_message(db, into.id, None, "user", question)
    return into.id, add_message(db, into.id, asked.id, "assistant", answer).id


def titles(found):
    return [each.conversation.title for each in found]


def test_the_found_words_are_marked_in_a_snippet_and_in_the_title(db):
    talk(db, "How do I keep basil?", "Water the Basil,\nand turn it. " + "Then wait. " * 40 + "Cut it often.")
    (found,) = find(db, "turn bas")
    assert [text for text, hit in found.snippet if hit] == ["Basil", "turn"]
    assert "\n" not in "".join(text for text, _ in found.snippet)
    assert len("".join(text for text, _ in found.snippet)) < 200
    (found,) = find(db, "keep BASIL")
    assert found.title == (("How do I ", False), ("keep", True), (" ", False), ("basil", True), ("?", False))
    assert find(db)[0].snippet == ()
    assert find(db, "thyme") == []


@pytest.mark.parametrize("word", ["basil", "東京"])
def test_it_says_which_message_a_snippet_is_of(db, word):
    _, answer = talk(db, "How do I keep it?", f"Water the {word}.")
    assert [each.message for each in find(db, word)] == [answer]
    assert [each.message for each in find(db)] == [""]
    create_conversation(db, f"About {word}")
    assert {each.message for each in find(db, word)} == {answer, ""}


def test_words_in_different_messages_are_found_and_shown_where_most_of_them_stand(db):
    talk(db, "What does the plumber cost?", "The plumber wants ninety euros.", title="Repairs")
    (found,) = find(db, "repairs plumber euros")
    assert [text for text, hit in found.snippet if hit] == ["plumber", "euros"]
    assert found.title == (("Repairs", True),)
    (found,) = find(db, "cost ninety")
    assert [text for text, hit in found.snippet if hit] == ["cost"]
    assert find(db, "plumber dollars") == []


def test_a_snippet_in_a_script_without_spaces_stands_around_what_was_sought(db):
    talk(db, "雨" * 60 + "東京タワー" + "風" * 60)
    (found,) = find(db, "東京タワー")
    assert ("東京タワー", True) in found.snippet
    assert found.snippet[0][0].startswith("…") and found.snippet[-1][0].endswith("…")


@pytest.mark.parametrize("odd", ["<b>x</b>", 'a "quoted" word', "50% [of] (it)", "x' OR 1=1 --", "#nothing #", "*"])
def test_a_search_for_any_signs_finds_what_has_them(db, odd):
    talk(db, f"There is {odd} in here")
    assert len(find(db, odd)) == 1


@pytest.mark.parametrize("empty", ["", "  ", "\0", " \0 "])
def test_a_search_for_nothing_finds_everything(db, empty):
    talk(db, "There is a mill in here")
    assert [found.snippet for found in find(db, empty)] == [()]


def test_marking_leaves_the_text_as_it_was():
    for text, sought in (("aXbxc", "x"), ("", "x"), ("abc", ""), ("a.b.c", "."), ("İstanbul", "i")):
        assert "".join(piece for piece, _ in marked(text, sought)) == text


def test_tags_are_read_kept_and_found_by_their_beginning(db):
    assert read_tags("Work, #home  work,#") == ("work", "home")
    rent, _ = talk(db, "What is rent?")
    bread, _ = talk(db, "What is bread?")
    tag(db, rent, read_tags("work money"))
    tag(db, bread, read_tags("home"))
    assert tags_of(db, [rent, bread]) == {rent: ("money", "work"), bread: ("home",)}
    assert (
        titles(find(db, "#work")) == titles(find(db, "#wo what")) == titles(find(db, "#WORK #mon")) == ["What is rent?"]
    )
    assert find(db, "#work bread") == find(db, "#work #home") == []
    assert find(db, "#work")[0].tags == ("money", "work")
    tag(db, rent, ())
    assert all_tags(db) == ["home"]
    with pytest.raises(NotFound):
        tag(db, "nothing", ("x",))


def test_what_begins_no_tag_is_a_word():
    assert read_search("#1 of  C#", ["home"]) == ([], "#1 of  C#")
    assert read_search("#ho  of", ["home"]) == (["ho"], "of")


def test_an_archived_conversation_is_not_in_the_list_and_comes_back(db):
    id, _ = talk(db, "Old things")
    archive(db, id)
    assert find(db) == find(db, "old") == []
    assert titles(find(db, "old", shelf="archived")) == ["Old things"]
    assert counts(db) == {"talks": 0, "archived": 1, "deleted": 0}
    archive(db, id, archived=False)
    assert titles(find(db)) == ["Old things"]


def test_a_deleted_conversation_is_gone_everywhere_until_it_is_brought_back(db, home):
    id, answer = talk(db, "What is a fen?", "A marsh.")
    rate(db, answer, 1)
    assert len(votes(db)) == 1
    delete(db, id)
    assert find(db) == list_conversations(db) == list_conversations(db, search="fen") == votes(db) == []
    with pytest.raises(NotFound, match="Bring it back"):
        conversation(db, id)
    with pytest.raises(NotFound, match="Bring it back"):
        add_message(db, id, answer, "user", "And?")
    with pytest.raises(NotFound):
        export_data(home, "sft", home / "out.jsonl")
    assert titles(find(db, shelf="deleted")) == ["What is a fen?"]
    bring_back(db, id)
    assert titles(find(db)) == ["What is a fen?"]
    assert len(votes(db)) == 1


def test_a_correction_made_in_a_deleted_conversation_is_still_exported(db, home):
    for number, way in enumerate((delete, delete_for_good)):
        id, answer = talk(db, f"Who is number {number}?", "Nobody.")
        correct(db, answer, "Ada.")
        way(db, id)
    assert export_data(home, "sft", home / "out.jsonl") == 2


def test_what_was_deleted_long_ago_goes_for_good_and_nothing_else(db):
    ids = [talk(db, question)[0] for question in ("Long ago", "Yesterday", "Kept")]
    for id, day in zip(ids, ("2020-01-01T00:00:00.000Z", None), strict=False):
        delete(db, id)
        if day:
            db.execute("UPDATE conversations SET deleted = ? WHERE id = ?", (day, id))
    assert purge(db) == 1
    assert titles(find(db, shelf="deleted")) == ["Yesterday"]
    assert titles(find(db)) == ["Kept"]
    with pytest.raises(NotFound):
        bring_back(db, ids[0])


def test_the_list_comes_in_pages_with_the_pinned_ones_first(db):
    ids = [talk(db, f"Number {number}")[0] for number in range(7)]
    pin_conversation(db, ids[0])
    assert titles(find(db, limit=3)) == ["Number 0", "Number 6", "Number 5"]
    assert len(find(db, limit=100)) == 7
    plan = str([tuple(row) for row in db.execute("EXPLAIN QUERY PLAN SELECT * FROM conversations WHERE deleted IS NULL "
        "AND archived IS NULL ORDER BY pinned DESC, updated DESC, rowid DESC LIMIT 3")])  # fmt: skip
    assert "conversations_listed" in plan and "TEMP B-TREE" not in plan
