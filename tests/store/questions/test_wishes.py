"""Wishes are told apart from answers."""

import pytest

from store.questions.wishes import manner

WISHES = {
    "language": ("Answer in Spanish", "Please answer in Spanish.", "In German, please", "Antworte auf Deutsch",
                 "Responde en español", "Réponds-moi en français", "from now on, write in Polish", "Speak German.",
                 "You should always answer in Spanish."),
    "length": ("Keep it short.", "be brief", "Shorter, please!", "Answer in one sentence.",
               "At most two sentences, please", "keep your answers to ten words", "Use fewer words"),
    "list": ("no lists", "No lists!", "Don't make lists", "do not use lists or tables"),
    "emoji": ("Never use emojis.", "stop using emojis"),
    "name": ("Call me Ana", "call me Ana, please", "Address me as Dr. Novak.", "Call me Ana-Lucía O'Neill."),
    "tone": ("be more formal", "Please be polite"),
    "plainness": ("Use simple words", "Explain like I'm five", "in plain English, please"),
}  # fmt: skip


@pytest.mark.parametrize(("aspect", "text"), [(aspect, text) for aspect, texts in WISHES.items() for text in texts])
def test_a_wish_is_known_by_its_form(aspect, text):
    assert manner(text) == aspect


@pytest.mark.parametrize(
    "text",
    [
        "In German.", "Lima.", "Spanish", "Two sentences.", "Five words", "He was called Ana.", "Lists are ordered.",
        "Write it on the first page, then sign.", "Speak to the doctor.", "Be", "No.", "No lists were kept there.",
        "Answer in Spanish and then in German, and add a table.", "The shorter one.", "Call the police.", "",
        "Call me back.", "Call me tomorrow.", "Call me at 5.", "Call me on 555 1234.", "Call me when you are there.",
    ],
)  # fmt: skip
def test_an_answer_is_no_wish(text):
    assert manner(text) == ""
