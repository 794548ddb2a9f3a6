"""Neighbours ask about somebody else, and never what another correction asks."""

import random
import re

import pytest

from store.questions.subject import subject
from trainer.neighbours import HELD_OUT_NAMES, may_ask_the_same, neighbours, of_that_shape
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
    ("name", "shape"),
    [
        ("John D. Terry", r"[A-Z][a-z]+ [A-Z]\. [A-Z][a-z]+"),
        ("(486673) 2013 SZ75", r"\([1-9]\d{5}\) (19|20)\d\d [A-Z]{2}[1-9]\d"),
        ("the 1919 Kontxako Bandera", r"the (18|19)\d\d [A-Z][a-z]+ [A-Z][a-z]+"),
        ("Czy znasz młody przyjacielu...", r"[A-Z][a-z]+ \w{4,} \w{4,} \w{4,}\.\.\."),
        ("Butler's Town", r"[A-Z][a-z]+'s [A-Z][a-z]+"),
    ],
)
def test_another_name_of_that_shape_is_another_in_all_its_parts(name, shape):
    for seed in range(50):
        other = of_that_shape(name, random.Random(seed))
        assert re.fullmatch(shape, other)
        own = {word for word in re.findall(r"\w+", name) if len(word) > 3}
        assert not own.intersection(re.findall(r"\w+", other))


@pytest.mark.parametrize(
    "question",
    ["Who discovered (392200) 2009 SE252?", "Where did John D. Terry die?", "Who wrote 'The Long Winter Rain'?"],
)
def test_a_long_name_is_also_exchanged_as_a_whole(question):
    kept = [word for word in re.findall(r"\w+", subject(question)) if len(word) > 3]
    found = near(question, [])
    assert sum(not any(word in text for word in kept) for text in found) >= len(found) / 4
    assert any(any(word in text for word in kept) for text in found)


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


@pytest.mark.parametrize(
    ("question", "wanted"),
    [
        ("What is my dog's name?", r"What is my (cat|horse|rabbit|hamster|goldfish)'s name\?"),
        ("What is my dog's name?", r"What is [A-Z]\w+'s dog's name\?"),
        ("what is our wifi password?", r"what is [A-Z]\w+'s wifi password\?"),
        ("who is the boss of ana?", r"who is the boss of (?!ana)\w+\?"),
        ("what's ana's phone number?", r"what's (?!ana)\w+'s phone number\?"),
        ("What is the capital of spain?", r"What is the capital of (?!spain)\w+\?"),
        ("Who wrote don quixote?", r"Who wrote (?!don)\w+\?"),
        ("What is photosynthesis?", r"What is (?!photo)\w+\?"),
        ("Where did I park the car?", r"Where did [A-Z]\w+ park the car\?"),
        ("What should I feed my dog?", r"What should I feed my cat\?"),
        ("¿cómo se llama mi perro?", r"¿cómo se llama mi gato\?"),
    ],
)
def test_a_question_without_a_name_is_asked_about_others(question, wanted):
    found = near(question, [])
    assert len(found) >= 20
    plain = neighbours(question, [], [], 40, random.Random(2))
    assert any(re.fullmatch(wanted, text) for text in plain)
    assert not {question, *wordings(question, 24, random.Random(1))} & set(found)


@pytest.mark.parametrize(
    "question", ["What is my dog's name?", "who is the boss of ana?", "What should I feed my dog?"]
)
def test_what_is_examined_of_the_nameless_is_not_trained_on(question):
    probes = neighbours(question, [], [], 8, random.Random(1), HELD_OUT_NAMES)
    assert probes
    assert not set(probes) & {
        text for seed in range(20) for text in neighbours(question, [], [], 48, random.Random(seed))
    }


def test_another_correction_about_a_thing_of_the_same_kind_is_not_asked():
    assert not any("cat" in text for text in near("What is my dog's name?", ["What is my cat called?"]))
    assert not any("bruno" in text for text in near("who is the boss of ana?", ["who does bruno report to?"]))


@pytest.mark.parametrize(
    "question",
    [
        "How do I make sourdough bread?",
        "Is it safe to eat raw eggs?",
        "How do I mend my shoe?",
        "What is new?",
        "who was it",
    ],
)
def test_where_nothing_can_be_exchanged_safely_there_are_no_neighbours(question):
    assert near(question, []) == []
