"""What one asks of oneself, and what only looks like it."""

import pytest

from store.questions.personal import personal


@pytest.mark.parametrize(
    "question",
    [
        "What is my name?",
        "When should I take my pills?",
        "what's my dog's name",
        "MY ADDRESS?",
        "What Is My Name?",
        "My wife's birthday?",
        "When was I born?",
        "am i allergic to nuts",
        "Where did I park the car?",
        "Who am I?",
        "Which of the cars is mine?",
        "What do you know about me?",
        "¿Cómo se llama mi perro?",
        "¿Cuándo nací?",
        "Mi número de teléfono?",
    ],
)
def test_it_is_asked_of_oneself(question):
    assert personal(question)
    assert personal("How old is he?", f"{question}\nhow old is he")


@pytest.mark.parametrize(
    "question",
    [
        "Who wrote My Ántonia?",
        "In Python, how do I reverse my list?",
        "¿Dónde está el evento en vivo?",
        "Which band released My Generation?",
        "How do I wash my car?",
        "When should I water tomatoes?",
        "What do I need to deploy?",
        "What is our street?",
        "Who was Napoleon I married to?",
        "What is the myth of Io?",
        "¿Cómo puedo cambiar mi contraseña?",
    ],
)
def test_it_is_asked_of_what_is_the_same_for_everybody(question):
    assert not personal(question)
