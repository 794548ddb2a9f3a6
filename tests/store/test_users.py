"""Users, their sessions and keys, and what belongs to whom."""

import time

import pytest

from store import documents, duels, users
from store.checks import standings
from store.conversations import (
    add_message,
    conversation,
    create_conversation,
    imported_conversation,
    list_conversations,
    newest_path,
)
from store.database import opened, rows
from store.errors import InputRefused, NotFound
from store.feedback import active_corrections, correct, corrections, teachable_corrections, wishes
from store.owners import may_see, own_correction, own_document, own_duel, owner_of, require_own
from store.ratings import rate
from store.records import User
from store.transfer import import_file

PASSWORD, OTHER = "four quiet grey herons", "three loud white geese"


def answered(db, owner, question="Where?", answer="There."):
    """An answer in a conversation of `owner`."""
    talk = create_conversation(db, owner=owner)
    asked = add_message(db, talk.id, None, "user", question)
    return add_message(db, talk.id, asked.id, "assistant", answer, version="base")


def test_the_first_user_looks_after_the_home_and_takes_over_what_was_nobodys(db):
    before = answered(db, "")
    correct(db, before.id, "Here.")
    assert users.add_user(db, "ana", PASSWORD) == User("ana", True)
    assert users.add_user(db, "ben", OTHER) == User("ben", False)
    assert users.users(db) == [User("ana", True), User("ben", False)] and users.main_owner(db) == "ana"
    assert owner_of(db, before.id) == "ana" and [each.by for each in corrections(db)] == ["ana"]
    assert list_conversations(db) == [] and len(list_conversations(db, owner="ana")) == 1


def test_a_session_begins_with_the_right_password_only_and_ends_with_it(db):
    users.add_user(db, "ana", PASSWORD)
    assert users.begin_session(db, "ana", PASSWORD + "!") is None
    assert users.begin_session(db, "nobody", PASSWORD) is None
    token, second = users.begin_session(db, "ana", PASSWORD), users.begin_session(db, "ana", PASSWORD)
    assert token != second and users.of_session(db, token) == User("ana", True)
    users.end_session(db, token)
    assert users.of_session(db, token) is None and users.of_session(db, second) is not None
    users.set_password(db, "ana", OTHER)
    assert users.of_session(db, second) is None
    assert users.begin_session(db, "ana", PASSWORD) is None and users.begin_session(db, "ana", OTHER)


def test_a_session_ends_by_itself_after_its_time(db):
    users.add_user(db, "ana", PASSWORD)
    token = users.begin_session(db, "ana", PASSWORD)
    db.execute("UPDATE sessions SET expires = ?", ("2020-01-01T00:00:00.000Z",))
    assert users.of_session(db, token) is None
    users.begin_session(db, "ana", PASSWORD)
    assert [row["expires"] > "2026" for row in rows(db, "SELECT expires FROM sessions")] == [True]


def test_an_unknown_name_takes_as_long_as_a_wrong_password(db):
    users.add_user(db, "ana", PASSWORD)

    def seconds(name):
        began = time.perf_counter()
        users.begin_session(db, name, OTHER)
        return time.perf_counter() - began

    known, unknown = zip(*((seconds("ana"), seconds("nobody")) for _ in range(5)), strict=True)
    assert 0.5 < min(known) / min(unknown) < 2


def test_a_key_opens_for_its_user_until_there_is_a_new_one(db):
    users.add_user(db, "ana", PASSWORD)
    key = users.new_key(db, "ana")
    assert users.of_key(db, key) == User("ana", True) and users.of_key(db, key[:-1]) is None
    again = users.new_key(db, "ana")
    assert users.of_key(db, key) is None and users.of_key(db, again)
    with pytest.raises(NotFound, match="There are: ana"):
        users.new_key(db, "ben")


def test_no_password_token_or_key_can_be_read_in_the_files(home):
    with opened(home) as db:
        users.add_user(db, "ana", PASSWORD)
        secrets = [PASSWORD, users.begin_session(db, "ana", PASSWORD), users.new_key(db, "ana")]
        kept = b"".join(path.read_bytes() for path in home.glob("store.db*"))
    assert b"scrypt$" in kept
    assert not [secret for secret in secrets if secret.encode() in kept]


def test_two_equal_passwords_are_kept_differently(db):
    users.add_user(db, "ana", PASSWORD)
    users.add_user(db, "ben", PASSWORD)
    kept = {row["password"] for row in rows(db, "SELECT password FROM users")}
    assert len(kept) == 2 and all(users.matches(PASSWORD, each) for each in kept)


def test_a_password_is_the_same_however_its_letters_are_typed():
    assert users.matches("die größte Brücke", users.hashed("die größte Bru\u0308cke"))


def test_names_and_passwords_that_will_not_do_are_refused_and_nothing_is_kept(db):
    for name in ("", "Ana", "a b", "../ana", "-ana", "a" * 33, "ana\n", "añа"):
        with pytest.raises(InputRefused, match="cannot be a user's name"):
            users.add_user(db, name, PASSWORD)
    for password in ("", "too short", "x" * 257):
        with pytest.raises(InputRefused, match="10 to 256 characters"):
            users.add_user(db, "ana", password)
    users.add_user(db, "ana", PASSWORD)
    with pytest.raises(InputRefused, match="already"):
        users.add_user(db, "ana", OTHER)
    assert users.users(db) == [User("ana", True)] and users.begin_session(db, "ana", OTHER) is None


def test_who_is_removed_comes_in_no_more_and_their_conversations_are_gone_but_what_they_taught_stays(db):
    users.add_user(db, "ana", PASSWORD)
    users.add_user(db, "ben", OTHER)
    token, key = users.begin_session(db, "ben", OTHER), users.new_key(db, "ben")
    correct(db, answered(db, "ben").id, "Here.")
    users.remove_user(db, "ben")
    assert users.of_session(db, token) is None and users.of_key(db, key) is None
    assert list_conversations(db, owner="ben") == [] and rows(db, "SELECT 1 FROM messages") == []
    assert [(each.by, each.active) for each in corrections(db)] == [("ben", True)]
    with pytest.raises(InputRefused, match="Choose another name"):
        users.add_user(db, "ben", PASSWORD)


def test_who_cannot_be_removed_wholly_is_not_removed_at_all(db, monkeypatch):
    users.add_user(db, "ana", PASSWORD)
    users.add_user(db, "ben", OTHER)
    answered(db, "ben")
    monkeypatch.setattr(users, "delete_conversations_of", raising)
    with pytest.raises(KeyboardInterrupt):
        users.remove_user(db, "ben")
    assert [each.name for each in users.users(db)] == ["ana", "ben"] and list_conversations(db, owner="ben")


def raising(db, name):
    raise KeyboardInterrupt


def test_the_first_user_goes_last_and_then_everything_is_nobodys_again(db, home):
    users.add_user(db, "ana", PASSWORD)
    users.add_user(db, "ben", OTHER)
    with pytest.raises(InputRefused, match="remove the others first: ben"):
        users.remove_user(db, "ana")
    talk = create_conversation(db, owner="ana", source="a file")
    users.remove_user(db, "ben")
    users.remove_user(db, "ana")
    assert users.users(db) == [] and [each.id for each in list_conversations(db)] == [talk.id]
    assert imported_conversation(db, "a file").id == talk.id


def test_two_users_import_the_same_file_and_each_has_it(db, home):
    file = home / "talks.jsonl"
    file.write_text(
        '{"conversation": "one", "feedback": {"correction": "B"}, '
        '"messages": [{"role": "user", "content": "Q"}, {"role": "assistant", "content": "A"}]}\n'
    )
    import_file(db, file)
    users.add_user(db, "ana", PASSWORD)
    users.add_user(db, "ben", OTHER)
    assert import_file(db, file, "ana").known == 1
    assert import_file(db, file, "ben").conversations == 1 and import_file(db, file, "ben").known == 1
    assert [len(list_conversations(db, owner=name)) for name in ("ana", "ben", "")] == [1, 1, 0]
    assert [each.by for each in corrections(db)] == ["ana", "ben"]


def test_what_is_anothers_is_refused_by_id_and_what_is_no_id_passes(db):
    mine, theirs = answered(db, "ana"), answered(db, "ben")
    require_own(db, "ana", ["", "no id", mine.id, mine.conversation_id, mine.parent_id, "\0", "\ud800"])
    for id in (theirs.id, theirs.conversation_id, theirs.parent_id):
        with pytest.raises(NotFound):
            require_own(db, "ana", [mine.id, id])
        with pytest.raises(NotFound):
            require_own(db, "", [id])


def test_a_search_and_an_unknown_id_show_nothing_of_others(db):
    mine, theirs = answered(db, "ana", "My heron?"), answered(db, "ben", "Your heron?")
    assert [each.id for each in list_conversations(db, owner="ana", search="heron")] == [mine.conversation_id]
    assert [each.id for each in list_conversations(db, owner="ana", search="%")] == []
    with pytest.raises(NotFound) as told:
        conversation(db, "unknown")
    assert theirs.conversation_id not in str(told.value)


def test_a_correction_knows_who_made_it_and_is_shown_to_them_and_to_the_first_user(db):
    ana, ben, eva = User("ana", True), User("ben", False), User("eva", False)
    made = correct(db, answered(db, "ben").id, "Here.")
    assert made.by == "ben" and made.active
    assert may_see(ana, made) and may_see(ben, made) and not may_see(eva, made)
    assert own_correction(db, ben, made.id) == made
    with pytest.raises(NotFound):
        own_correction(db, eva, made.id)


def test_the_newest_correction_counts_whoever_made_it_but_a_wish_is_ones_own(db):
    first, second = correct(db, answered(db, "ana").id, "Here."), correct(db, answered(db, "ben").id, "Yonder.")
    assert [each.active for each in corrections(db)] == [False, True] and second.id > first.id
    for name, wish in (("ana", "Answer in Spanish."), ("ben", "Answer in French.")):
        correct(db, answered(db, name).id, wish)
    assert [[each.answer for each in wishes(db, name)] for name in ("ana", "ben", "eva")] == [
        ["Answer in Spanish."],
        ["Answer in French."],
        [],
    ]


def test_ratings_stay_with_the_message_of_their_owner(db):
    theirs = answered(db, "ben")
    rate(db, theirs.id, 1)
    assert newest_path(db, theirs.conversation_id)[-1].id == theirs.id and owner_of(db, theirs.id) == "ben"


def test_what_somebody_gave_to_all_is_the_first_users_once_they_are_gone(db):
    for each in ("ana", "ben"):
        users.add_user(db, each, PASSWORD)
    made = documents.add_document(
        db, "c.md", "3", [documents.NewPassage("", "text", b"0")], "model", create_conversation(db, owner="ben").id
    )
    documents.share_document(db, made.id)
    users.remove_user(db, "ben")
    users.add_user(db, "ben", PASSWORD)
    with pytest.raises(NotFound, match="first user"):
        own_document(db, User("ben", False), made.id)
    assert own_document(db, User("ana", True), made.id).by == ""


def test_a_document_and_a_choice_are_changed_by_their_owner_alone(db):
    ana, ben = User("ana", True), User("ben", False)
    talk = create_conversation(db, owner="ana")
    own = documents.add_document(db, "a.md", "1", [documents.NewPassage("", "text", b"0")], "model", talk.id)
    shared = documents.add_document(db, "b.md", "2", [documents.NewPassage("", "text", b"0")], "model", None)
    asked = add_message(db, talk.id, None, "user", "Which?")
    answers = [add_message(db, talk.id, asked.id, "assistant", text).id for text in ("This.", "That.")]
    made = duels.begin_duel(db, "", "base", "v-1", messages=(answers[0], answers[1]))
    for each in (own, shared):
        assert own_document(db, ana, each.id).id == each.id
        with pytest.raises(NotFound):
            own_document(db, ben, each.id)
    own_duel(db, ana, made.id)
    bens = create_conversation(db, owner="ben")
    given = documents.add_document(db, "c.md", "3", [documents.NewPassage("", "text", b"0")], "model", bens.id)
    documents.share_document(db, given.id)
    assert own_document(db, ben, given.id).by == "ben" and own_document(db, ana, given.id)
    with pytest.raises(NotFound):
        own_document(db, User("cleo", False), given.id)
    compared = duels.begin_duel(db, "Which?", "base", "v-1")
    for each in (made, compared):
        with pytest.raises(NotFound):
            own_duel(db, ben, each.id)


def test_what_users_ask_of_themselves_is_each_ones_own_and_no_nights(db):
    mine = correct(db, answered(db, "", "What is my name?").id, "Ana.")
    assert teachable_corrections(db) == [mine]
    users.add_user(db, "ana", PASSWORD)
    assert [each.id for each in teachable_corrections(db)] == [mine.id]
    users.add_user(db, "ben", OTHER)
    theirs = correct(db, answered(db, "ben", "What is my name?").id, "Ben.")
    ours = correct(db, answered(db, "ben", "What is our street?").id, "Mill Lane.")
    assert [each.id for each in active_corrections(db)] == [mine.id, theirs.id, ours.id]
    assert [each.id for each in teachable_corrections(db)] == [ours.id]
    assert [each.alone for each in standings(db, "base")] == [True, True, False]
    again = correct(db, answered(db, "ben", "what is my name").id, "Benedict.")
    assert [each.id for each in active_corrections(db)] == [mine.id, ours.id, again.id]
    users.remove_user(db, "ben")
    assert mine.id in [each.id for each in teachable_corrections(db)]
