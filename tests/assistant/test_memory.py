"""What is recalled: other words for the same, never another person or another thing about the same one."""

import pytest

from assistant.memory import Memory
from models.aspect import contrary
from store.conversations import add_message, create_conversation
from store.database import opened
from store.feedback import active_corrections, correct, correction, forget
from trainer.collect import collect


@pytest.fixture
def store(home):
    with opened(home) as db:
        yield db


@pytest.fixture
def memory(home):
    found = Memory(home)
    yield found
    found.close()


def teach(db, question: str, answer: str) -> int:
    talk = create_conversation(db, question)
    asked = add_message(db, talk.id, None, "user", question)
    return correct(db, add_message(db, talk.id, asked.id, "assistant", "I do not know.").id, answer).id


def said(memory: Memory, db, question: str) -> str | None:
    found = memory.recall(db, question)
    return found.correction.answer if found is not None and found.sure else None


def test_other_words_are_recalled_and_another_person_is_not(store, memory):
    teach(store, "Where was the violinist Ada Calder born?", "Kelso")
    assert said(memory, store, "What is the birthplace of the violinist Ada Calder?") == "Kelso"
    assert said(memory, store, "Where was the violinist Ada Corbin born?") is None


@pytest.mark.parametrize(
    ("taught", "asked"),
    [
        ("Who is Ana Calder's mother?", "Who is Ana Calder's father?"),
        ("Where was Ana Calder born?", "Where did Ana Calder die?"),
        ("Who wrote The Long Rain?", "Who published The Long Rain?"),
        ("What is Ana's phone number?", "What is Ana's address?"),
        ("Which river is north of Kelso Mill?", "Which river is south of Kelso Mill?"),
        ("What is the first name of Doctor Calder?", "What is the last name of Doctor Calder?"),
    ],
)
def test_another_thing_about_the_same_subject_is_another_question(store, memory, taught, asked):
    teach(store, taught, "Grant")
    assert memory.recall(store, asked) is None
    teach(store, asked, "Rosa")
    assert said(memory, store, taught) == "Grant"
    assert said(memory, store, asked) == "Rosa"


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


def test_what_is_forgotten_leaves_memory_with_what_it_superseded(store, memory):
    teach(store, "Where was the violinist Ada Calder born?", "Kelso")
    new = teach(store, "In which town was the violinist Ada Calder born?", "Denby")
    assert said(memory, store, "Where was the violinist Ada Calder born?") == "Denby"
    forget(store, new)
    assert memory.recall(store, "Where was the violinist Ada Calder born?") is None
    assert active_corrections(store) == []
