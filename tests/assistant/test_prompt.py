"""What the model reads."""

from assistant.prompt import as_it_went, with_wishes
from store.conversations import add_message, create_conversation, path_to
from store.database import opened
from store.feedback import correct
from store.records import ChatMessage, Correction

ASKED = ChatMessage("user", "Who was Ada?")


def wish(text: str) -> Correction:
    return Correction(1, "m", "q", "r", text, "2026", None, None, "language")


def test_a_question_without_a_word_for_an_answer_is_left_out_with_it(home):
    with opened(home) as db:
        into = create_conversation(db)
        first = add_message(db, into.id, None, "user", "Who was Ada?")
        stopped = add_message(db, into.id, first.id, "assistant", "", status="stopped")
        again = add_message(db, into.id, stopped.id, "user", "Who was Ada?")
        assert as_it_went(db, path_to(db, again.id)) == [ASKED]
        correct(db, stopped.id, "A countess.")
        assert as_it_went(db, path_to(db, again.id)) == [ASKED, ChatMessage("assistant", "A countess."), ASKED]


def test_wishes_stand_after_the_last_question():
    wishes = [wish("Answer in Spanish."), wish("Call me Ana.")]
    before = [ChatMessage("system", "Be a poet."), ASKED, ChatMessage("assistant", "A countess.")]
    wished = ChatMessage("user", "Who was Ada?\n\nAnswer in Spanish. Call me Ana.")
    assert with_wishes([*before, ASKED], wishes) == [*before, wished]
    assert with_wishes([*before, ASKED], []) == [*before, ASKED]
