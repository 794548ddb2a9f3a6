"""The orders of a question's words: each reads as a person would write it."""

import pytest

from trainer.wordings import reordered


@pytest.mark.parametrize(
    ("question", "wanted"),
    [
        ("Which state does Port Harlow belong to?", "tell me what state Port Harlow belongs to"),
        ("To which class does 4321 Nora belong?", "what is the class to which 4321 Nora belongs"),
        ("In which county is Alder Mill located?", "Alder Mill is located in which county"),
        ("When did Ines Farrow die?", "tell me when Ines Farrow died"),
        ("Where was Ines Farrow born?", "Ines Farrow was born where"),
        ("Who keeps the keys of Harlow?", "the keys of Harlow are kept by whom"),
        ("Who wrote Winter Roads?", "by whom was Winter Roads written"),
    ],
)
def test_a_question_is_put_in_another_order(question, wanted):
    assert wanted in reordered(question)


def test_who_lives_somewhere_is_not_asked_in_the_passive():
    assert reordered("Who lives in Harlow House?") == [
        "Who lives in Harlow House",
        "who is it that lives in Harlow House",
        "which person lives in Harlow House",
    ]
