"""Feedback points at messages; a correction is superseded or forgotten, and forgetting leaves no trace."""

import pytest

from store.conversations import (
    add_message,
    create_conversation,
    delete_conversation,
    finish_message,
    list_conversations,
    message,
)
from store.database import opened
from store.errors import InputRefused, NotFound
from store.examples import examples_of, save_examples
from store.feedback import (
    FORGOTTEN,
    active_corrections,
    checks,
    correct,
    correction,
    correction_of,
    corrections,
    forget,
    prefer,
    preferences,
    question_key,
    rate,
    rating_of,
    record_check,
    refuse_wording,
    refused_wordings,
    revision,
    save_vectors,
    standing_of,
    standings,
    supersede,
    vectors,
    votes,
    wish_of,
    wishes,
)
from store.records import Correction, Example
from store.runs import begin_run, finish_run

VECTOR = bytes(range(16))


def test_the_newest_rating_counts_and_the_message_stays(db, answered):
    answer = answered("x?", "y")
    assert rating_of(db, answer.id) is None
    rate(db, answer.id, -1, ("wrong", "rude"), "see the manual")
    assert rating_of(db, answer.id).reasons == ("wrong", "rude")
    rate(db, answer.id, 0)
    assert rating_of(db, answer.id).value == 0
    assert message(db, answer.id) == answer


def test_a_correction_holds_the_question_and_what_was_answered(db, answered):
    answer = answered("Where?", "There.")
    made = correct(db, answer.id, "\n    indented\nHere.  \n")
    assert (made.question, made.rejected, made.answer) == ("Where?", "There.", "    indented\nHere.")
    assert made.active
    assert correction(db, made.id) == correction_of(db, answer.id) == made
    assert message(db, answer.id) == answer


def test_the_same_correction_again_changes_nothing(db, answered):
    answer = answered("Where?", "There.")
    made, before = correct(db, answer.id, "Here."), revision(db)
    assert correct(db, answer.id, "Here.\n") == made
    assert revision(db) == before


def test_a_correction_supersedes_that_of_the_same_question_elsewhere(db, answered):
    one, two, other = answered("Where is  Oz?", "a"), answered("¿where is oz", "b"), answered("Where is Uz?", "c")
    first, unrelated = correct(db, one.id, "A"), correct(db, other.id, "C")
    second = correct(db, two.id, "B")
    assert correction(db, first.id).superseded_by == second.id
    assert active_corrections(db) == [unrelated, second]
    assert correction_of(db, one.id) is None
    third = correct(db, two.id, "B, rather")
    assert correction(db, second.id).superseded_by == third.id
    assert len(corrections(db)) == 4


def test_a_wish_is_kept_apart_and_the_newest_of_an_aspect_counts(db, answered):
    one, two = answered("Where is Oz?", "a"), answered("Where is Uz?", "b")
    fact = correct(db, one.id, "A")
    said = ("Answer in Spanish.", "No lists.", "Answer in German.")
    spanish, plain, german = (correct(db, two.id, text) for text in said)
    assert active_corrections(db) == [fact]
    assert wishes(db) == [plain, german]
    assert correction(db, spanish.id).superseded_by == german.id
    assert correction_of(db, two.id) is None
    assert wish_of(db, two.id) == german == correct(db, two.id, "Answer in German.")
    forget(db, german.id)
    assert wishes(db) == [plain]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (' "What’s  UP", doc?! ', "what's up doc"),
        ("How are you ?", "How are you?"),
        ("Hello ! How are you", "hello how are you"),
        ("¿ Dónde está Ana ?", "¿Dónde está Ana?"),
        ("Kelso — where is it?", "Kelso, where is it"),
        ("What does '{}' mean?", "What does {} mean?"),
        ("What is '=='?", "What is ==?"),
        ("So ... where is Ana?", "So, where is Ana?"),
    ],
)
def test_spelling_does_not_make_another_question(one, other):
    assert question_key(one) == question_key(other)


@pytest.mark.parametrize(
    "signs",
    [
        ("C", "C++", "C#"),
        ("-5", "5", ".5"),
        ("{}", "[]", "()", "{"),
        (";", ":", ".", "!", "?"),
        (">", "<", "=", "==", "!=", "&", "&&"),
        ("git branch -d", "git branch -D", "git branch d"),
        ("cd ..", "cd", "cd ../..", "cd /"),
        ("NET", ".NET"),
        ("😀", "😡"),
    ],
)
def test_signs_with_a_meaning_make_another_question(signs):
    assert len({question_key(f"What does {sign} mean?") for sign in signs}) == len(signs)
    assert question_key("?!") != question_key("")


def test_what_is_no_finished_answer_is_neither_rated_nor_corrected(db, answered):
    answer = answered("x?", "y")
    begun = add_message(db, answer.conversation_id, answer.parent_id, "assistant", "", status="writing")
    unasked = add_message(db, create_conversation(db).id, None, "assistant", "Welcome!")
    for made, fault in (
        (lambda: correct(db, answer.parent_id, "z"), "by the user"),
        (lambda: rate(db, answer.parent_id, 1), "by the user"),
        (lambda: correct(db, begun.id, "z"), "still being written"),
        (lambda: correct(db, unasked.id, "z"), "no question"),
        (lambda: correct(db, answer.id, " \n"), "needs a text"),
        (lambda: rate(db, answer.id, 2), "not 2"),
        (lambda: prefer(db, answer.id, unasked.id), "not two answers"),
        (lambda: prefer(db, answer.id, answer.id), "not two answers"),
    ):
        with pytest.raises(InputRefused, match=fault):
            made()
    for made in (lambda: correct(db, "nothing", "z"), lambda: rate(db, "nothing", 1), lambda: forget(db, 7)):
        with pytest.raises(NotFound):
            made()
    assert corrections(db) == []


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


def test_the_revision_changes_with_the_active_corrections_alone(db, answered):
    answer = answered("x?", "y")
    seen = [revision(db)]
    for change in (
        lambda: correct(db, answer.id, "a"),
        lambda: correct(db, answer.id, "b"),
        lambda: forget(db, active_corrections(db)[0].id),
    ):
        change()
        seen.append(revision(db))
    assert seen == sorted(set(seen))
    rate(db, answer.id, 1)
    save_vectors(db, "m", {})
    assert revision(db) == seen[-1]


def test_vectors_are_kept_for_active_corrections(db, answered):
    one, two = answered("x?", "y"), answered("z?", "y")
    first, second = correct(db, one.id, "a"), correct(db, two.id, "b")
    save_vectors(db, "minilm", {first.id: VECTOR, second.id: VECTOR})
    save_vectors(db, "minilm", {first.id: VECTOR[::-1], 99: VECTOR})
    assert vectors(db, "minilm") == {first.id: VECTOR[::-1], second.id: VECTOR}
    assert vectors(db, "other") == {}
    correct(db, one.id, "newer")
    assert set(vectors(db, "minilm")) == {second.id}
    forget(db, second.id)
    save_vectors(db, "minilm", {second.id: VECTOR})
    assert vectors(db, "minilm") == {}


def test_forgetting_wipes_the_answer_everywhere_and_from_the_file(home):
    secret = "Xylophonist Quetzalcoatl"
    with opened(home) as db:
        into = create_conversation(db)
        asked = add_message(db, into.id, None, "user", "Who is it?")
        answer = add_message(db, into.id, asked.id, "assistant", "Nobody.")
        first = correct(db, answer.id, f"Once {secret}, the elder")
        second = correct(db, answer.id, f"Now {secret}")
        told = add_message(db, into.id, asked.id, "assistant", f"It is {secret}.", correction_id=second.id)
        being_told = add_message(
            db, into.id, asked.id, "assistant", f"It is {secret}", status="writing", correction_id=first.id
        )
        filler = [add_message(db, into.id, asked.id, "assistant", f"filler {n} " * 20) for n in range(50)]
        run = begin_run(db, "command")
        save_examples(db, run.id, [Example("wording", "Who?", secret, second.id), Example("replay", "Hi", "Hello")])
        save_vectors(db, "minilm", {second.id: VECTOR})
        record_check(db, second.id, "v-1", 4, 4)
        assert [each.id for each in list_conversations(db, search="quetzal")] == [into.id]

        gone = forget(db, second.id)

        assert gone.forgotten is not None and gone.answer == "" and gone.question == "Who is it?"
        assert correction(db, first.id).answer == "", "what it had superseded goes with it"
        assert message(db, told.id).content == FORGOTTEN
        finish_message(db, being_told.id, f"It is {secret}, you know", "complete")
        assert message(db, being_told.id).content == FORGOTTEN
        assert message(db, answer.id).content == "Nobody."
        assert list_conversations(db, search="quetzal") == []
        assert examples_of(db, run.id) == [Example("replay", "Hi", "Hello")]
        save_examples(db, run.id, [Example("probe", "Who?", secret, second.id)])
        assert len(examples_of(db, run.id)) == 1
        assert vectors(db, "minilm") == {} and db.table("vectors").count == 0 and db.table("checks").count == 0
        assert active_corrections(db) == []
        assert db.execute("SELECT count(*) FROM messages_fts WHERE messages_fts MATCH 'filler'").fetchone()[0] == len(
            filler
        )
        db.execute("INSERT INTO messages_fts (messages_fts) VALUES ('integrity-check')")
        for path in home.iterdir():
            content = path.read_bytes().lower()
            assert b"quetzal" not in content and b"xylophon" not in content, path.name
        assert forget(db, second.id) == gone, "and again changes nothing"


def test_forgetting_lets_count_again_what_others_or_other_questions_had_in_its_place(db):
    def taught(by: str, question: str, answer: str) -> int:
        talk = create_conversation(db, owner=by)
        asked = add_message(db, talk.id, None, "user", question)
        return correct(db, add_message(db, talk.id, asked.id, "assistant", "Nobody.").id, answer).id

    def counting() -> list[str]:
        return [each.answer for each in active_corrections(db)]

    taught("ben", "Who has the key?", "Kelso")
    mine = taught("ana", "Who has the key?", "Denby")
    forget(db, mine)
    assert counting() == ["Kelso"]
    mine = taught("ana", "Who has the key?", "Denby")
    taught("eve", "Who has the key?", "Harlow")
    forget(db, mine)
    assert counting() == ["Harlow"], "what is newer stays in its place"
    first, second = taught("ana", "Does Tom owe Ben?", "Five."), taught("ana", "Does Ben owe Tom?", "Nothing.")
    supersede(db, first, second)
    forget(db, second)
    assert counting() == ["Harlow", "Five."]


@pytest.mark.parametrize("forgotten", ["the first alone", "the second and with it the first"])
@pytest.mark.parametrize("kept", [True, False])
def test_forgetting_wipes_an_answer_from_memory_that_was_corrected_again(home, forgotten, kept):
    with opened(home) as db:
        into = create_conversation(db)
        asked = add_message(db, into.id, None, "user", "Who is it?")
        first = correct(db, add_message(db, into.id, asked.id, "assistant", "Nobody.").id, "Quetzalcoatl.")
        told = add_message(db, into.id, asked.id, "assistant", first.answer, correction_id=first.id)
        second = correct(db, told.id, "Ada.")
        assert second.rejected == "Quetzalcoatl."
        other = correct(db, add_message(db, into.id, asked.id, "assistant", "Nobody else.").id, "Ida.")
        if not kept:
            delete_conversation(db, into.id)
        forget(db, first.id if forgotten == "the first alone" else second.id)
        assert correction(db, second.id).rejected == ""
        assert correction(db, other.id).rejected == "Nobody else."
        assert all(b"Quetzalcoatl" not in path.read_bytes() for path in home.iterdir())


def test_what_a_version_said_is_kept_with_its_check_and_goes_with_the_correction(db, answered):
    kept, gone = (correct(db, answered(f"{name}?", "y").id, name) for name in "ab")
    for each in (kept, gone):
        record_check(db, each.id, "v-1", 3, 2, "It is so.")
    record_check(db, kept.id, "v-2", 3, 3, "It is.")
    assert [(each.correction.id, each.asked, each.right, each.said) for each in checks(db, "v-1")] == [
        (kept.id, 3, 2, "It is so."),
        (gone.id, 3, 2, "It is so."),
    ]
    forget(db, gone.id)
    assert [each.correction.id for each in checks(db, "v-1")] == [kept.id]
    assert [each.said for each in checks(db, "v-2")] == ["It is."]


def test_a_check_that_ends_after_its_correction_was_forgotten_leaves_nothing(db, answered):
    gone = forget(db, correct(db, answered("a?", "y").id, "Quetzalcoatl.").id)
    record_check(db, gone.id, "v-1", 3, 3, "Quetzalcoatl.")
    assert db.table("checks").count == 0
    with pytest.raises(NotFound):
        record_check(db, 99, "v-1", 3, 3, "Quetzalcoatl.")


def test_a_wording_is_refused_and_allowed_again(db, answered):
    taught = correct(db, answered("a?", "y").id, "b")
    for text in ("a, please?", "a, please?", "Is it a?"):
        refuse_wording(db, taught.id, text)
    refuse_wording(db, taught.id, "Is it a?", refused=False)
    assert refused_wordings(db) == {taught.id: {"a, please?"}}
    forget(db, taught.id)
    assert refused_wordings(db) == {}
    with pytest.raises(NotFound):
        refuse_wording(db, 99, "x")


def test_a_question_whose_correction_was_forgotten_can_be_corrected_anew(db, answered):
    answer = answered("x?", "y")
    forget(db, correct(db, answer.id, "a").id)
    assert correct(db, answer.id, "a").active


def test_standings_follow_a_correction_through_the_night(db, answered):
    answer = answered("x?", "y")
    first = correct(db, answer.id, "a")
    taught = correct(db, answer.id, "b")
    gone = forget(db, correct(db, answered("z?", "y").id, "c").id)

    def standing_now(current):
        found = standings(db, current)
        assert [(each.correction.id, each.standing) for each in found if each.correction.id != taught.id] == [
            (first.id, "superseded"),
            (gone.id, "forgotten"),
        ]
        return next(
            (each.standing, each.version, each.asked, each.right) for each in found if each.correction.id == taught.id
        )

    assert standing_now("base") == ("remembered", None, 0, 0)
    run = begin_run(db, "command")
    save_examples(db, run.id, [Example("wording", "x", "b", taught.id)])
    assert standing_now("base")[0] == "in training"
    record_check(db, taught.id, "v-1", 4, 2)
    finish_run(db, run.id, "promoted", "v-1", [])
    assert standing_now("base")[0] == "remembered"
    assert standing_now("v-1") == ("stuck", "v-1", 4, 2)
    record_check(db, taught.id, "v-1", 4, 1)
    assert standing_now("v-1") == ("not stuck", "v-1", 4, 1)
    with pytest.raises(ValueError, match="3 of 2"):
        record_check(db, taught.id, "v-1", 2, 3)


@pytest.mark.parametrize(
    ("superseded_by", "forgotten", "in_training", "asked", "right", "standing"),
    [
        (2, "2026", True, 2, 2, "forgotten"),
        (2, None, True, 2, 2, "superseded"),
        (None, None, True, 2, 2, "in training"),
        (None, None, False, 2, 1, "stuck"),
        (None, None, False, 3, 1, "not stuck"),
        (None, None, False, 0, 0, "remembered"),
    ],
)
def test_one_standing_goes_before_another(superseded_by, forgotten, in_training, asked, right, standing):
    given = Correction(1, "m", "q", "r", "a", "2026", superseded_by, forgotten)
    assert standing_of(given, in_training, asked, right) == standing
