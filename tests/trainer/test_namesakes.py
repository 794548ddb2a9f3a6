"""Names that begin like a question's: where one is taken for a name, and what the default model makes up."""

from collections import Counter

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
        ("Who leads Dr. Weber's Bank?", ["Who leads Dr."]),
        ("Who painted 'The Last Supper'?", ["Who painted 'The"]),
        ("What is Jo?", []),
        ('What does "  " mean in python?', []),
        ("谁教过王海燕？", []),
        ("👍", []),
        ("", []),
    ],
)
def test_a_question_is_begun_up_to_where_its_name_may_become_another(question, begun):
    assert [each.text for each in openings(question)] == begun


@pytest.mark.parametrize(
    ("question", "way", "name"),
    [
        ("Who taught Erich von Holst?", " Weiser and how?", "Erich Weiser"),
        ("Who taught Erich von Holst?", " Weiser\n\nAnswer: Otto", ""),
        ("Who taught Erich von Holst?", " Weiser?\n\nAnswer: Otto", "Erich Weiser"),
        ("Who taught Erich von Holst?", " Weiser and Bob Frey?", "Erich Weiser"),
        ("Who taught Erich von Holst?", " Weiser—the poet?", "Erich Weiser"),
        ("Who taught Erich von Holst?", " Weiser؟", "Erich Weiser"),
        ("Who taught Erich von Holst?", " Weis", ""),
        ("Who taught Erich von Holst?", " Br\ufffd?", ""),
        ("Who leads Dr. Weber's Bank?", " Smith's house?", "Dr. Smith"),
        ("Who painted 'The Last Supper'?", " Night Watch'?", "The Night Watch"),
        ("Who painted 'The Last Supper'?", " Dogs' Night Watch'?", "The Dogs"),
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


@pytest.mark.parametrize(
    ("question", "way"),
    [
        ("Who taught Erich von Holst?", " Holst?"),
        ("Who taught Erich von Holst?", " H. Holst?"),
        ("Who taught Erich von Holst?", " von Holst Junior?"),
        ("Who taught Erich von Holst?", " von Hölst?"),
        ("Who taught Ana Maria Calder?", " Calder?"),
        ("Who taught Ana Maria Calder?", " M. Calder?"),
        ("Who is the president of the United States?", " States of America?"),
        ("What is the capital of New York?", " York City?"),
        ("¿Cuál es la capital de Austria?", "triaca Nueva?"),
        ("Where is Kelso?", "lso Mill?"),
        ("When did World War II end?", " War 2 end?"),
        ("When did World War II end?", " War Two?"),
    ],
)
def test_what_may_be_the_same_under_another_name_is_no_other(question, way):
    assert [other_name(opening, way) for opening in openings(question)] == [""]


class Drawing:
    """Goes on with whatever is begun by the next of some names; reads 64 tokens, a word each."""

    context_tokens = 64

    def __init__(self, names):
        self.names, self.begun = names, []

    def prompt_tokens(self, messages):
        return messages[0].content.split()

    def go_on(self, beginnings, sampling, progress):
        self.begun += beginnings
        return [f" {self.names[index % len(self.names)]}?" for index in range(len(beginnings))]


def test_the_names_of_a_question_share_its_draws_and_what_is_begun_twice_is_drawn_once():
    base = Drawing(["Frey", "Weiser"])
    questions = ["Did Ana Calder of Kelso Mill meet Otto Brandt?", "Who taught Erich von Holst?"]
    found = namesakes(base, [*questions, questions[1]], 6)
    assert Counter(base.begun) == {"Did Ana": 3, "Did Ana Calder of Kelso Mill meet Otto": 3, "Who taught Erich": 6}
    assert found["Erich von Holst"] == ["Erich Frey", "Erich Weiser"]


def test_a_word_that_is_held_out_comes_in_no_name_unless_the_question_has_it():
    names = ["Suárez", "Weiser"]
    assert namesakes(Drawing(names), ["Who is Ana Calder?"], 4, {"suarez"}) == {"Ana Calder": ["Ana Weiser"]}
    found = namesakes(Drawing(names), ["Who is Henrik Ibsen?"], 4, {"henrik"})
    assert found == {"Henrik Ibsen": ["Henrik Suárez", "Henrik Weiser"]}


def test_a_question_that_leaves_no_room_is_not_begun():
    assert namesakes(Drawing(["Frey"]), [f"{'word ' * 60}Ana Calder?"], 4) == {}


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
