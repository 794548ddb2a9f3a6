"""What the model reads."""

from assistant.prompt import with_wishes
from store.records import ChatMessage, Correction

ASKED = ChatMessage("user", "Who was Ada?")


def wish(text: str) -> Correction:
    return Correction(1, "m", "q", "r", text, "2026", None, None, "language")


def test_wishes_stand_after_the_last_question():
    wishes = [wish("Answer in Spanish."), wish("Call me Ana.")]
    before = [ChatMessage("system", "Be a poet."), ASKED, ChatMessage("assistant", "A countess.")]
    wished = ChatMessage("user", "Who was Ada?\n\nAnswer in Spanish. Call me Ana.")
    assert with_wishes([*before, ASKED], wishes) == [*before, wished]
    assert with_wishes([*before, ASKED], []) == [*before, ASKED]
