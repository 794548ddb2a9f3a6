"""Neighbours ask about somebody else, and never what another correction asks."""

import random
import re

import pytest

from models.subject import subject
from trainer.neighbours import HELD_OUT_NAMES, may_ask_the_same, neighbours
from trainer.wordings import wordings

PEOPLE = "Ana", "Bruno", "Carla", "Diego", "Elena"


def near(question, others, count=24, names=None):
    texts = wordings(question, 24, random.Random(1))
    names = {} if names is None else {"names": names}
    subjects = [subject(each) for each in others]
    return neighbours(question, texts, subjects, count, random.Random(2), **names, taught=others)


@pytest.mark.parametrize(
    "form",
    [
        "What is the phone number of {}?",
        "What is {}'s phone number?",
        "Where does {} live?",
        "When was {} born?",
        "What is the price of the {} plan?",
        "Who is the boss of {}?",
    ],
)
def test_corrections_of_one_kind_do_not_ask_one_another(form):
    asked = [form.format(name) for name in PEOPLE]
    for question in asked:
        found = near(question, [each for each in asked if each != question])
        assert len(found) == 24
        assert not [text for text in found for name in PEOPLE if re.search(rf"\b{name}\b", text)]


def test_numbered_things_do_not_ask_one_another():
    asked = [f"What is the code of Door {number}?" for number in range(2, 8)]
    found = near(asked[0], asked[1:])
    assert len(found) == 24
    assert not [text for text in found if re.search(r"\bDoor [2-7]\b", text)]


def test_the_same_in_other_words_is_not_asked_either():
    assert not any("Bruno" in text for text in near("What is Ana's phone number?", ["How can I reach Bruno by phone?"]))
    assert not any("bruno" in text.lower() for text in near("Where does Ana live?", ["what is bruno's address?"]))


def test_somebody_of_whom_something_else_is_known_is_asked_about():
    assert any("Bruno" in text for text in near("What is the phone number of Ana?", ["When is Bruno's birthday?"]))


def test_a_name_that_another_correction_has_is_not_made_up():
    other = [f"What is the phone number of {name}?" for name in HELD_OUT_NAMES[:-9]]
    found = near("What is the phone number of Ana?", other, 9, HELD_OUT_NAMES)
    assert len(found) == 9
    assert not [text for text in found for name in HELD_OUT_NAMES[:-9] if re.search(rf"\b{name}\b", text)]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("What is Ana's phone number?", "How can I reach Bruno by phone?"),
        ("Where does Ana live?", "What is Bruno's address?"),
        ("Who wrote Winter Roads?", "Who is the author of The Long Rain?"),
        ("When was Ana born?", "What is Bruno's birthday?"),
        ("What is Ana's occupation?", "What does Otto Brandt do for a living?"),
        ("Where is Alder Mill?", "In which county is Kelso?"),
        ("¿Dónde vive Ana?", "¿Cuál es la dirección de Bruno?"),
    ],
)
def test_in_doubt_two_questions_may_ask_the_same(one, other):
    assert may_ask_the_same(one, other)
    assert may_ask_the_same(other, one)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("What is Ana's phone number?", "When is Bruno's birthday?"),
        ("Where does Ana live?", "Where does Bruno work?"),
        ("Who wrote Winter Roads?", "When was The Long Rain written?"),
        ("In which county is Alder Mill located?", "In which country is Harlow located?"),
        ("Who is Ana's mother?", "Who is Bruno's father?"),
        ("What is the capital of Veridia?", "Who founded Harlow?"),
    ],
)
def test_questions_for_different_things_are_told_apart(one, other):
    assert not may_ask_the_same(one, other)
    assert not may_ask_the_same(other, one)
