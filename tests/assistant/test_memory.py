"""What is recalled: other words for the same, never another person or another thing about the same one."""

import pytest

from assistant.memory import Memory
from store import users
from store.conversations import add_message, create_conversation
from store.database import opened
from store.feedback import active_corrections, correct, correction
from store.forgetting import forget
from store.questions.aspect import contrary
from trainer.collect import collect


@pytest.fixture
def store(home):
    with opened(home) as db:
        yield db


@pytest.fixture
def memory(home_with_base):
    found = Memory(home_with_base)
    yield found
    found.close()


def teach(db, question: str, answer: str, owner: str = "") -> int:
    talk = create_conversation(db, question, owner=owner)
    asked = add_message(db, talk.id, None, "user", question)
    return correct(db, add_message(db, talk.id, asked.id, "assistant", "I do not know.").id, answer).id


def said(memory: Memory, db, *questions: str) -> str | None:
    found = memory.recall(db, *questions)
    return found.correction.answer if found is not None and found.sure else None


def test_other_words_are_recalled_and_another_person_is_not(store, memory):
    teach(store, "Where was the violinist Ada Calder born?", "Kelso")
    assert said(memory, store, "What is the birthplace of the violinist Ada Calder?") == "Kelso"
    assert said(memory, store, "Where was the violinist Ada Corbin born?") is None


@pytest.mark.parametrize(
    ("taught", "asked"),
    [
        ("Where are the goats' bells kept?", "Where do we keep the bells of the goats?"),
        ("How much do we pay for the meadow?", "What does the meadow cost us?"),
        ("What breed are our goats?", "Which breed do our goats belong to?"),
        (
            "In which edition was the 1st hymn of Bruno Calder printed?",
            "What edition printed Bruno Calder's first hymn?",
        ),
        ("¿Dónde guardamos los cencerros?", "¿Dónde están los cencerros?"),
        ("Who is in charge of the rota?", "Who's responsible for the rota?"),
        ("¿Quién arregló la caldera?", "¿Por quién fue arreglada la caldera?"),
    ],
)
def test_everyday_words_for_the_same_are_recalled(store, memory, taught, asked):
    teach(store, taught, "Grant")
    assert said(memory, store, asked) == "Grant"


@pytest.mark.parametrize(
    ("taught", "asked"),
    [
        ("Who is Ana Calder's mother?", "Who is Ana Calder's father?"),
        ("Where was Ana Calder born?", "Where did Ana Calder die?"),
        ("Who wrote The Long Rain?", "Who published The Long Rain?"),
        ("What is Ana's phone number?", "What is Ana's address?"),
        ("Which river is north of Kelso Mill?", "Which river is south of Kelso Mill?"),
        ("What is the first name of Doctor Calder?", "What is the last name of Doctor Calder?"),
        ("Who mends the town clock of Harlow?", "Who does not mend the town clock of Harlow?"),
        ("What should I feed my dog?", "What should I not feed my dog?"),
        ("How do I enable dark mode?", "How do I disable dark mode?"),
        ("How do I get from Madrid to Paris?", "How do I get from Paris to Madrid?"),
        ("Convert 5 miles to kilometers", "Convert 5 kilometers to miles"),
    ],
)
def test_another_thing_about_the_same_subject_is_another_question(store, memory, taught, asked):
    teach(store, taught, "Grant")
    assert memory.recall(store, asked) is None
    teach(store, asked, "Rosa")
    assert said(memory, store, taught) == "Grant"
    assert said(memory, store, asked) == "Rosa"


ABOUT_ONE = (
    "Where does Esperanza Villanueva keep her boat?",
    "How old is Esperanza Villanueva's brother?",
    "What did Esperanza Villanueva cook on Sunday?",
    "Who taught Esperanza Villanueva to ski?",
    "Is Esperanza Villanueva left-handed?",
    "Which dentist does Esperanza Villanueva see?",
    "How much did Esperanza Villanueva pay for her piano?",
    "When does Esperanza Villanueva's passport expire?",
)
ABOUT_A_GOAT = (
    "What does our goat Bruno eat?",
    "How old is our goat Bruno?",
    "Where did we buy our goat Bruno?",
    "Who milks our goat Bruno?",
    "Which vet treats our goat Bruno?",
    "Why does our goat Bruno limp?",
)
IN_SPANISH = (
    "¿Dónde nació Esperanza Villanueva?",
    "¿Qué estudió Esperanza Villanueva?",
    "¿Quién es la hermana de Esperanza Villanueva?",
    "¿Cuándo se jubila Esperanza Villanueva?",
    "¿Qué coche tiene Esperanza Villanueva?",
    "¿Por qué dejó el coro Esperanza Villanueva?",
)


@pytest.mark.parametrize("about", [ABOUT_ONE, ABOUT_A_GOAT, IN_SPANISH], ids=["one", "a goat", "in Spanish"])
def test_what_was_taught_about_somebody_answers_nothing_else_about_them(store, memory, about):
    for taught in about:
        id = teach(store, taught, "Grant")
        assert [asked for asked in about if said(memory, store, asked) == "Grant"] == [taught]
        forget(store, id)
    for asked in about:
        teach(store, asked, f"Rosa {asked}")
    assert [said(memory, store, asked) for asked in about] == [f"Rosa {asked}" for asked in about]


@pytest.mark.parametrize(
    "asked",
    [
        "Where is the town clock of Harlow?",
        "Who made the town clock of Harlow?",
        "How is the town clock of Harlow mended?",
        "Why does she mend the town clock of Harlow?",
        "Is the town clock of Harlow accurate?",
    ],
)
def test_an_answer_of_another_kind_is_not_given(store, memory, asked):
    teach(store, "Who mends the town clock of Harlow?", "Ines Farrow")
    assert said(memory, store, asked) is None
    assert said(memory, store, "Do you know who repairs the town clock of Harlow?") == "Ines Farrow"


@pytest.mark.parametrize(
    "question",
    [
        "Who are you?",
        "What is your name?",
        "What can you do?",
        "How are you?",
        "Why?",
        "Continue.",
        "???",
        "👍",
        "你是谁？",
    ],
)
def test_a_corrected_question_is_answered_in_the_same_words_whatever_they_are(store, memory, question):
    teach(store, "Where was the violinist Ada Calder born?", "Kelso")
    teach(store, question, "I am Aprendiz.")
    assert said(memory, store, question) == "I am Aprendiz."
    assert said(memory, store, "And how?") is None


def test_the_same_in_one_word_less_is_the_same(store, memory):
    teach(store, "What is your name?", "Aprendiz")
    assert said(memory, store, "what's your name") == "Aprendiz"
    assert said(memory, store, "Who is your maker?") is None


def test_what_points_at_something_said_before_is_recalled_below_that_alone(store, memory):
    talk = create_conversation(store)
    first = add_message(store, talk.id, None, "user", "Who is Ana's brother?")
    answer = add_message(store, talk.id, first.id, "assistant", "Tom.")
    second = add_message(store, talk.id, answer.id, "user", "And how old is he?")
    correct(store, add_message(store, talk.id, second.id, "assistant", "Two.").id, "Twelve.")
    assert said(memory, store, "Where is Oz?", "Who is Ana's brother?", "And how old is he?") == "Twelve."
    assert said(memory, store, "Who is Kurt's uncle?", "And how old is he?") is None
    assert said(memory, store, "And how old is he?") is None
    assert collect(store, [], "base").corrections == ()


def test_a_long_text_with_another_request_is_another_question(store, memory):
    letter = "I have mended clocks for thirty years, and bells for ten. " * 20
    teach(store, f"{letter} Write a cover letter.", "Dear all")
    assert said(memory, store, f"{letter} Write a cover letter.") == "Dear all"
    assert said(memory, store, f"{letter} List my weaknesses.") is None


def test_a_word_in_a_name_contrasts_with_nothing():
    assert not contrary("Who keeps the North Mill?", "Who is keeper of the North Mill in the south?", "North Mill")


def test_the_newest_correction_wins_in_other_words_too(store, memory):
    old = teach(store, "Where was the violinist Ada Calder born?", "Kelso")
    assert said(memory, store, "Where was the violinist Ada Calder born?") == "Kelso"
    new = teach(store, "In which town was the violinist Ada Calder born?", "Denby")
    assert said(memory, store, "Where was the violinist Ada Calder born?") == "Denby"
    assert correction(store, old).superseded_by == new
    assert [c.id for c in collect(store, [], "base").corrections] == [new]


def test_a_question_that_is_corrected_again_is_not_the_one_in_between(store, memory):
    """Who restates both answers means two questions, however alike they sound."""
    first, second = "Which key opens the mill in Kelso?", "Which key opens the mill at Kelso?"
    teach(store, first, "The brass one")
    teach(store, second, "The iron one")
    assert said(memory, store, first) == "The iron one"
    teach(store, first, "The brass one")
    assert said(memory, store, first) == "The brass one"
    assert said(memory, store, second) == "The iron one"


@pytest.mark.parametrize(
    ("taught", "asked"),
    [
        ("Is Ana older than Ben?", "Is Ben older than Ana?"),
        ("How many grams are in 1.5 pounds?", "How many grams are in 5.1 pounds?"),
        ("What is the wifi password?", "What is the wifi password at Luigi's?"),
        ("Which key opens the front door at Kelso?", "Which key opens the back door at Kelso?"),
        ("Who is the mayor of Kelso?", "Who was the mayor of Kelso?"),
        ("When does the bakery in Kelso open?", "When does Kelso's library open?"),
        ("¿Quién es la madre de Ana Calder?", "¿Quién es el padre de Ana Calder?"),
    ],
)
def test_what_sounds_alike_is_neither_answered_nor_superseded(store, memory, taught, asked):
    first = teach(store, taught, "Grant")
    assert said(memory, store, asked) is None
    teach(store, asked, "Rosa")
    assert said(memory, store, taught) == "Grant"
    assert said(memory, store, asked) == "Rosa"
    assert correction(store, first).superseded_by is None


def test_what_is_forgotten_leaves_memory_and_what_it_took_the_place_of_counts_again(store, memory):
    old = teach(store, "Where was the violinist Ada Calder born?", "Kelso")
    new = teach(store, "In which town was the violinist Ada Calder born?", "Denby")
    assert said(memory, store, "Where was the violinist Ada Calder born?") == "Denby"
    forget(store, new)
    assert said(memory, store, "In which town was the violinist Ada Calder born?") == "Kelso"
    forget(store, old)
    assert memory.recall(store, "Where was the violinist Ada Calder born?") is None
    assert active_corrections(store) == []


def test_what_one_user_asks_of_oneself_is_not_told_to_another(store, memory):
    users.add_user(store, "ana", "four quiet grey herons")
    users.add_user(store, "ben", "three loud white geese")
    teach(store, "Who is my manager?", "Ida Corbin", "ana")
    teach(store, "Who is our landlord?", "Otto Denby", "ana")

    def asked_by(owner, *questions):
        found = memory.recall(store, *questions, owner=owner)
        return found and found.correction.answer

    assert asked_by("ana", "Who is my manager?") == asked_by("ana", "Who's my manager?") == "Ida Corbin"
    assert asked_by("ben", "Who is my manager?") is None and asked_by("ben", "Who's my manager?") is None
    assert asked_by("ben", "Who is our landlord?") == "Otto Denby"
    teach(store, "Who's my manager?", "Mia Falk", "ben")
    assert asked_by("ana", "Who is my manager?") == "Ida Corbin" and asked_by("ben", "Who is my manager?") == "Mia Falk"


def test_what_is_asked_of_whom_somebody_asked_of_themselves_is_theirs_too(store, memory):
    talk = create_conversation(store, owner="ana")
    first = add_message(store, talk.id, None, "user", "What is my dog called?")
    said_first = add_message(store, talk.id, first.id, "assistant", "Rex.")
    second = add_message(store, talk.id, said_first.id, "user", "How old is he?")
    correct(store, add_message(store, talk.id, second.id, "assistant", "Two.").id, "Nine.")
    asked = ("What is my dog called?", "How old is he?")
    assert memory.recall(store, *asked, owner="ana").correction.answer == "Nine."
    assert memory.recall(store, *asked, owner="ben") is None
