"""The rest of a question as a statement, where it is sure."""

import pytest

from trainer.statement import statement


@pytest.mark.parametrize(
    ("auxiliary", "rest", "said"),
    [
        ("is", "Ines Farrow buried", "Ines Farrow is buried"),
        ("does", "Ines Farrow live in Harlow", "Ines Farrow lives in Harlow"),
        ("does", "Ines Farrow teach", "Ines Farrow teaches"),
        ("does", "Ines Farrow study at Harlow", "Ines Farrow studies at Harlow"),
        ("does", "Ines Farrow have", "Ines Farrow has"),
        ("did", "Ines Farrow write", "Ines Farrow wrote"),
        ("did", "I park the car", "I parked the car"),
        ("do", "you say it", "you say it"),
        ("is", "Ines Farrow's car", "Ines Farrow's car is"),
        ("does", "Ines Farrow's train leave", "Ines Farrow's train leaves"),
        ("did", "Otto meet Ines Farrow", "Otto met Ines Farrow"),
        ("was", "the Ines Farrow archive founded", "the Ines Farrow archive was founded"),
        ("does", "the Ines Farrow library open", "the Ines Farrow library opens"),
        ("was", '"Ines Farrow" published', '"Ines Farrow" was published'),
        ("does", "the Harlow fair take place", "the Harlow fair takes place"),
        ("is", "the mill of Ines Farrow", "the mill of Ines Farrow is"),
    ],
)
def test_the_rest_of_a_question_becomes_a_statement(auxiliary, rest, said):
    assert statement(auxiliary, rest, "Ines Farrow") == said


@pytest.mark.parametrize(
    ("auxiliary", "rest"),
    [
        ("did", "my boss meet Ines Farrow last week"),
        ("did", "the dog like Ines Farrow"),
        ("does", "ines farrow live"),
        ("did", "the cat sleep"),
        ("is", "Ines Farrow's job at Harlow"),
        ("has", "Ines Farrow a car"),
        ("does", "Ines Farrow qxzz"),
        ("is", "spoken in Harlow"),
        ("was", "prescribed by Ines Farrow"),
    ],
)
def test_there_is_no_statement_where_subject_or_verb_is_not_sure(auxiliary, rest):
    assert statement(auxiliary, rest, "Ines Farrow") == ""
