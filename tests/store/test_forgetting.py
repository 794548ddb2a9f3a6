"""Forgetting leaves no trace of an answer, and takes nothing that others said."""

import pytest

from store.checks import record_check
from store.conversations import (
    add_message,
    create_conversation,
    delete_conversation,
    finish_message,
    list_conversations,
    message,
)
from store.database import opened
from store.examples import examples_of, save_examples
from store.feedback import (
    active_corrections,
    correct,
    correction,
    save_vectors,
    supersede,
    vectors,
)
from store.forgetting import FORGOTTEN, forget
from store.records import Example
from store.runs import begin_run

VECTOR = bytes(range(16))


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


def test_a_question_whose_correction_was_forgotten_can_be_corrected_anew(db, answered):
    answer = answered("x?", "y")
    forget(db, correct(db, answer.id, "a").id)
    assert correct(db, answer.id, "a").active


def test_an_example_of_a_message_that_was_deleted_meanwhile_is_left_out(db, answered):
    run, liked = begin_run(db, "command"), answered("Who is it?", "Nobody.")
    delete_conversation(db, liked.conversation_id)
    kept = Example("replay", "Hi", "Hello")
    save_examples(db, run.id, [Example("liked", "Who is it?", "Nobody.", message_id=liked.id), kept])
    assert examples_of(db, run.id) == [kept]
