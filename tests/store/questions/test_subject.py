"""Which words of a question are names, and which questions are about the same."""

import pytest

from store.questions.figures import same_signs
from store.questions.subject import content_words, name_words, same_subject, subject, terms


@pytest.mark.parametrize(
    "question",
    [
        "What's for dinner?",
        "Who's at the door?",
        "Don't you know my name?",
        "Summarise the letter.",
        "Recommend a book about bees.",
        "Hello. Convert it, please.",
        "¿Quién repara el reloj?",
        "Dime dónde vive mi hermana.",
        "Hola, ¿cuándo abre la piscina?",
        "Hey Aprendiz, what is the wifi password?",
        "Comment s'appelle mon chien ?",
        "À quelle heure ouvre la boulangerie ?",
        "Chi ripara l'orologio?",
    ],
)
def test_how_a_question_begins_is_no_name(question):
    assert name_words(question) == set()
    assert subject(question) == ""


def test_what_follows_the_beginning_is():
    assert name_words("What's Ana's address?") == name_words("¿Cuál es la dirección de Ana?") == {"ana"}
    assert subject("¿Dónde nació Ana Calder?") == "Ana Calder"
    assert subject("I live in Madrid. What is the name of the vet we go to?") == "Madrid"
    assert subject("Who founded Acme Inc.?") == "Acme Inc."
    assert content_words("¿Quién es la hermana de Ana?") == {"hermana", "ana"}


def test_words_are_compared_without_accents_and_numbers_whole():
    assert terms("José paid $1,200 and 3.5% on 3.5.2024") == [
        *("jose", "paid", "1200", "dollars", "and", "3.5", "percent", "on", "3", "5", "2024"),
    ]


@pytest.mark.parametrize(
    ("known", "asked"),
    [
        ("Where was José Álvarez born?", "where was jose alvarez born"),
        ("What is the wifi password?", "What's the Wi-Fi password?"),
        ("How do I restart the printer?", "How to reboot the printer"),
        ("What is the capital of the US?", "What is the capital of the U.S.?"),
        ("What is the capital of the USA?", "What is the capital of the U.S.A.?"),
        ("What is the wifi password?", "TELL ME OUR WIFI PASSWORD!"),
        ("What is 12 × 7?", "What is 12 x 7?"),
        ("What is 5% of $20?", "What's 5 % of 20 dollars?"),
        ("Who is Ana?", "Who is Ana ?"),
        ("How long is the Kelso fair, 3-5 May?", "How long is the Kelso fair, 3 to 5 May?"),
    ],
)
def test_the_same_written_in_another_way_is_the_same(known, asked):
    assert same_subject(known, asked)
    assert same_subject(asked, known)


@pytest.mark.parametrize(
    ("known", "asked"),
    [
        ("What is the wifi password?", "What is the wifi password at Luigi's?"),
        ("When does the pool open?", "When does the pool in Denby open?"),
        ("how old is my cat?", "How old is Ana's cat?"),
        ("what time is dinner?", "What time is dinner on Sunday?"),
        ("How many grams are in 1.5 pounds?", "How many grams are in 5.1 pounds?"),
        ("What is 10 * 10?", "What is 10 + 10?"),
        ("What is 20 - 5?", "What is 5 - 20?"),
        ("What is -5 + 3?", "What is 5 + 3?"),
        ("What is 12/4?", "What is 4/12?"),
        ("How much is $100 in yen?", "How much is EUR 100 in yen?"),
        ("Who created C?", "Who created C++?"),
        ("What does > mean in R?", "What does < mean in R?"),
        ("What does git branch -d do?", "What does git branch -D do?"),
        ("Ai là má?", "Ai là mà?"),
    ],
)
def test_another_name_number_or_sign_is_another_subject(known, asked):
    assert not same_subject(known, asked)
    assert not same_subject(asked, known)


def test_what_a_sentence_ends_with_is_no_sign():
    assert same_signs("Where is Ana?", "Where is Ana ?!")
    assert same_signs("Where is Ana?", "Where is Ana? 🙂")
    assert same_signs("Kelso - where is it?", "Kelso: where is it?")
