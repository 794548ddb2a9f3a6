"""Which questions point at what was said before, and what a correction of one is bound to."""

import pytest

from store.conversations import add_message, create_conversation
from store.documents import NewPassage, add_document
from store.feedback import active_corrections, correct, correction
from store.questions.context import context_of, contexts_of, refers_back


@pytest.mark.parametrize(
    "question",
    [
        "And how old is he?",
        "How far is it?",
        "Is it close to the station?",
        "How do I get there?",
        "Who is the author?",
        "What happened next?",
        "When did she win the Nobel prize?",
        "Can you make it shorter?",
        "Translate that into Spanish.",
        "Give me an example.",
        "Continue.",
        "Who wrote it?",
        "What does that mean?",
        "And in German?",
        "In German, please",
        "What about Kelso?",
        "Are you sure?",
        "Thanks",
        "Why?",
        "Summarise this document.",
        "¿Y cuántos años tiene?",
        "¿Por qué?",
        "What is the population?",
        "What is the last step?",
        "How old?",
        "What year?",
        "Explícamelo otra vez",
        "Which one is better?",
        "How does the story end?",
        "Do they open on Sunday?",
        "¿Cuándo nació?",
        "¿Dónde vive ella?",
        "¿Dónde está?",
        "¿Cuánto mide?",
        "¿Qué edad tiene?",
        "¿Cuál es su capital?",
        "¿Cuántos habitantes tiene?",
        "¿Quién lo escribió?",
        "¿Quién es?",
    ],
)
def test_it_points_at_what_was_said_before(question):
    assert refers_back(question)


@pytest.mark.parametrize(
    "question",
    [
        "Who are you?",
        "¿Quién es el alcalde de Kelso?",
        "¿Cuántos habitantes tiene Kelso?",
        "Who is on duty this Saturday?",
        "What does this error mean: EACCES?",
        "Where does grandma keep her keys?",
        "How far is it from Kelso to Denby?",
        "When is it best to plant tomatoes?",
        "How hot does it get in Seville?",
        "What language do they speak in Denby?",
        "What does this mean: 404?",
        "What is your name?",
        "What is my name?",
        "What can you do?",
        "Where are you from?",
        "What is photosynthesis?",
        "What is the capital of France?",
        "What time is it in Tokyo?",
        "How long does it take to boil an egg?",
        "Who is Ana Calder and where was she born?",
        "When a cat is cold, where does it go?",
        "Which river is it that flows through Paris?",
        "What do you do this week?",
        "Does the miller live in his mill?",
        "Summarise this: The cat sat on the mat.",
        "¿Quién escribió La lluvia larga?",
        "Why do cats purr when they sleep?",
        "How do birds find their way home?",
        "Do bees die when they sting?",
        "What do people do when they retire?",
        "Why does it rain so much in Kelso?",
        "Is it far from Kelso to Denby?",
        "What is the wifi password?",
        "What is the population of Kelso?",
        "What is the first step of baking bread?",
        "Which one is better, tea or coffee?",
        "¿Cómo te llamas?",
        "¿Dónde vives?",
        "¿Dónde vivo?",
        "¿Cómo estás?",
        "¿Cuándo nació Ana?",
        "¿Cuándo abre la piscina?",
    ],
)
def test_it_is_understood_by_itself(question):
    assert not refers_back(question)


def test_a_question_is_bound_to_those_above_it_back_to_one_of_its_own():
    talk = ["Where is Oz?", "Who is Ana's brother?", "And how old is he?", "Why?"]
    assert context_of(talk[:1]) == context_of(talk[:2]) == ""
    assert context_of(talk) == "who is ana's brother\nand how old is he\n".rstrip()
    assert contexts_of(talk) == {context_of(talk)}
    assert contexts_of(["Where is Oz?", "What is photosynthesis?"]) == {""}
    assert context_of(["Thanks"]) == ""


def test_a_question_that_names_nothing_is_about_the_documents_of_its_conversation():
    assert context_of(["What is the notice period?"], ["ab", "12"]) == "document 12\ndocument ab"
    assert context_of(["Where is Oz?"], ["ab"]) == ""
    assert contexts_of(["What is the notice period?"], ["ab"]) == {"document ab", ""}
    assert contexts_of(["Summarise this document."], ["ab"]) == {"document ab"}
    assert contexts_of(["Hello", "What is the conclusion?"], ["ab"]) == {"document ab"}


@pytest.mark.parametrize(
    ("above", "other", "asked"),
    [
        ("Tell me about Kelso.", "Tell me about Denby.", "What is the population?"),
        ("Compare Acme and Zenith.", "Compare Kelso and Denby.", "Which one is better?"),
        ("¿Quién es Ana Calder?", "¿Quién es Luis Farrow?", "¿Cuándo nació?"),
    ],
)
def test_what_names_nothing_is_bound_to_what_was_said_above(above, other, asked):
    assert context_of([above, asked]) not in contexts_of([other, asked]) | contexts_of([asked])
    assert context_of([above, asked]) in contexts_of(["Hello there, Ana", above, asked])


def below(db, *questions: str) -> str:
    """The id of the answer to the last of some questions in one conversation."""
    talk, last = create_conversation(db), None
    for question in questions:
        asked = add_message(db, talk.id, last, "user", question)
        last = add_message(db, talk.id, asked.id, "assistant", "I do not know.").id
    return last


def test_a_follow_up_is_another_question_in_another_conversation(db):
    tom = correct(db, below(db, "Who is Ana's brother?", "And how old is he?"), "Twelve.")
    ed = correct(db, below(db, "Who is Kurt's uncle?", "And how old is he?"), "Seventy.")
    assert active_corrections(db) == [tom, ed]
    again = correct(db, below(db, "who is Ana's brother", "And how old is he?"), "Thirteen.")
    assert correction(db, tom.id).superseded_by == again.id
    assert active_corrections(db) == [ed, again]


def test_what_is_said_of_a_document_counts_for_that_document(db):
    answers = []
    for digest in ("ab", "cd"):
        answers.append(below(db, "Summarise this document."))
        talk = db.execute("SELECT conversation_id FROM messages WHERE id = ?", (answers[-1],)).fetchone()[0]
        add_document(db, "a.txt", digest, [NewPassage("", "text", b"")], "m", talk)
    bees, mills = correct(db, answers[0], "It is about bees."), correct(db, answers[1], "It is about mills.")
    assert (bees.context, mills.context) == ("document ab", "document cd")
    assert active_corrections(db) == [bees, mills]
