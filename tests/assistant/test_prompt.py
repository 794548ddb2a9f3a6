"""What the model reads."""

from assistant.prompt import with_wishes
from store.records import ChatMessage, Correction

ASKED = ChatMessage("user", "Who was Ada?")


def wish(text: str) -> Correction:
    return Correction(1, "m", "q", "r", text, "2026", None, None, "language")


def test_wishes_stand_at_the_end_of_the_system_prompt():
    wishes = [wish("Answer in Spanish."), wish("Call me Ana.")]
    both = "Answer in Spanish. Call me Ana."
    assert with_wishes([ASKED], wishes) == [ChatMessage("system", both), ASKED]
    own = ChatMessage("system", "Be a poet.")
    assert with_wishes([own, ASKED], wishes) == [ChatMessage("system", f"Be a poet.\n\n{both}"), ASKED]
    assert with_wishes([own, ASKED], []) == [own, ASKED]
