"""Other forms of a question: of each kind those that people use, with the subject kept and the grammar right."""

import pytest

from trainer.families import relatives, statement


@pytest.mark.parametrize(
    ("question", "wanted"),
    [
        ("In which county is Alder Mill located?", "what is the name of the county where Alder Mill is located"),
        ("In which county is Alder Mill located?", "what county is home to Alder Mill"),
        ("Which county is Alder Mill located in?", "in which county can Alder Mill be found"),
        ("What type of settlement is Harlow considered to be?", "how is Harlow classified as a settlement"),
        ("What category does Harlow belong to?", "under what category does Harlow fall"),
        ("Who is the author of Winter Roads?", "by whom was Winter Roads written"),
        ("Who wrote Winter Roads?", "who is the author of Winter Roads"),
        ("Who mends the town clock of Harlow?", "by whom is the town clock of Harlow mended"),
        ("Where was Ines Farrow born?", "what is the birthplace of Ines Farrow"),
        ("From which country does Ines Farrow originate?", "what is the country of origin of Ines Farrow"),
        ("Which party is Ines Farrow a member of?", "to which party does Ines Farrow belong"),
        ("Who is Port Harlow named after?", "after whom is Port Harlow named"),
        ("What is Ines Farrow's occupation?", "what does Ines Farrow do for a living"),
        ("Which company owns Harlow Mill?", "by which company is Harlow Mill owned"),
        ("Who keeps the keys of Harlow?", "by whom are the keys of Harlow kept"),
        ("Which local firm built Harlow Mill?", "by which local firm was Harlow Mill built"),
        ("Which river flows through Harlow?", "what is the name of the river that flows through Harlow"),
        ("Who lives in Harlow House?", "which individual lives in Harlow House"),
        ("What is the capital of Veridia?", "what capital does Veridia have"),
        ('In which journal was "Winter Roads" published?', 'what is the journal where "Winter Roads" was published'),
    ],
)
def test_a_question_has_the_other_form_that_people_use(question, wanted):
    assert wanted in relatives(question)


@pytest.mark.parametrize(
    ("auxiliary", "rest", "said"),
    [
        ("is", "Ines Farrow buried", "Ines Farrow is buried"),
        ("does", "Ines Farrow live in Harlow", "Ines Farrow lives in Harlow"),
        ("does", "Ines Farrow teach", "Ines Farrow teaches"),
        ("does", "Ines Farrow study at Harlow", "Ines Farrow studies at Harlow"),
        ("does", "Ines Farrow have", "Ines Farrow has"),
        ("did", "Ines Farrow write", "Ines Farrow wrote"),
    ],
)
def test_the_rest_of_a_question_becomes_a_statement(auxiliary, rest, said):
    assert statement(auxiliary, rest, "Ines Farrow") == said


@pytest.mark.parametrize(
    "question",
    [
        "Who lives in Harlow House?",
        "Which river flows through Harlow?",
        "Who has Harlow Mill?",
        "Who will lead Harlow?",
    ],
)
def test_what_has_no_passive_gets_none(question):
    assert not [each for each in relatives(question) if each.startswith(("by", "Harlow", "in"))]


def test_a_name_is_not_taken_for_a_verb():
    assert relatives("Which planets orbit Mars today?") == []


def test_what_names_nothing_has_no_relatives():
    assert relatives("what is the time?") == []
    assert relatives("") == []
