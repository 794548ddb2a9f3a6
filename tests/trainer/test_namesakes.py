"""Names that begin like a question's: where one is taken for a name, and what the default model makes up."""

import pytest

from assistant.llamacpp import LlamaCppEngine
from store.questions.subject import words
from trainer.namesakes import namesakes, openings, other_name


@pytest.mark.parametrize(
    ("question", "begun"),
    [
        ("Who taught Erich von Holst?", ["Who taught Erich"]),
        ("What kind of place is Çakış?", ["What kind of place is Ça"]),
        ("Who wrote the tale “Long Rain in May”?", ["Who wrote the tale “Long"]),
        ("Who found (357656) 2005 JZ60?", []),
        ("Which county is 52 Marywood Square in?", []),
        ("how do I boil an egg?", []),
        ("What is Jo?", []),
        ("", []),
    ],
)
def test_a_question_is_begun_up_to_where_its_name_may_become_another(question, begun):
    assert [each.text for each in openings(question)] == begun


@pytest.mark.parametrize(
    ("question", "way", "name"),
    [
        ("Who taught Erich von Holst?", " Weiser and how?", "Erich Weiser"),
        ("Who taught Erich von Holst?", " von der Tann's children?", "Erich von der Tann"),
        ("Who taught Erich von Holst?", " K. Frey?", "Erich K. Frey"),
        ("Who taught Erich von Holst?", "a Frey? And who", "Ericha Frey"),
        ("Who taught Erich von Holst?", " Frey, Otto Frey", "Erich Frey"),
        ("Who taught Erich von Holst?", " von Holst?", ""),
        ("Who taught Erich von Holst?", "?", ""),
        ("Who taught Erich von Holst?", "", ""),
        ("Who taught Erich von Holst?", " to swim?", ""),
        ("Who taught Erich von Holst?", " A B C D E F G H?", ""),
        ("What kind of place is Çakış?", "ğlayan in Turkey?", "Çağlayan"),
        ("Who wrote the tale “Long Rain in May”?", " walk home”?", "Long walk home"),
        ("Who wrote the tale “Long Rain in May”?", " walk home", ""),
    ],
)
def test_what_goes_on_as_a_name_is_one(question, way, name):
    (opening,) = openings(question)
    assert other_name(opening, way) == name


def test_the_base_makes_up_names_of_the_same_kind_and_again_the_same_ones(default_model):
    base = LlamaCppEngine(default_model.gguf, "base", threads=2, context_tokens=1024)
    questions = ["Who was the doctoral advisor of Erich von Holst?", "Who found (357656) 2005 JZ60?"]
    told = []
    found = namesakes(base, questions, 16, progress=lambda *each: told.append(each))
    never = {words(name)[-1] for name in found["Erich von Holst"][:2]}
    without = namesakes(base, questions, 16, never)
    base.close()
    assert list(found) == ["Erich von Holst"]
    names = found["Erich von Holst"]
    assert 8 < len(names) == len(set(names)) <= 16
    assert all(name.startswith("Erich") for name in names)
    assert without["Erich von Holst"] == names[2:]
    assert told[-1] == (16, 16, "asking the base for names")
