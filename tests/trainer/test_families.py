"""Other forms of a question: of each kind those that people use, with the subject kept and the grammar right."""

import pytest

from trainer.families import relatives


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
    ("question", "wanted", "unwanted"),
    [
        ("Who was the mayor of Harlow?", "which person was the mayor of Harlow", "which person is the mayor of Harlow"),
        ("Who is the owner of Harlow Mill?", "by whom is Harlow Mill owned", "Harlow Mill is the work of whom"),
        ("What was the score of Harlow?", "what score did Harlow have", "what score does Harlow have"),
        ("On what day was Ines born?", "the day on which Ines was born", "what is the day where Ines was born"),
        ("What class does Ines teach?", "what is the class that Ines teaches", "to what class does Ines belong"),
        ("What job did Ines give Otto?", "what is the job that Ines gave Otto", "what does Ines do for a living"),
        ("What is Ines's dog's name?", "what is the name of Ines's dog", "what dog's name does Ines have"),
        (
            "In which county was Alder Mill located?",
            "what county was home to Alder Mill",
            "which county contains Alder Mill",
        ),
    ],
)
def test_what_is_asked_and_its_time_are_kept(question, wanted, unwanted):
    found = relatives(question)
    assert wanted in found
    assert unwanted not in found


@pytest.mark.parametrize(
    "question",
    [
        "Who is not a member of Harlow?",
        "What would Ines do if Otto left?",
        "Which river flows through no town of Harlow?",
        "Who hasn't left Harlow?",
    ],
)
def test_what_is_denied_or_supposed_has_no_relatives(question):
    assert relatives(question) == []


def test_a_name_denies_nothing():
    assert relatives('Who wrote "Never Again"?')


@pytest.mark.parametrize(
    "question",
    [
        "Who lives in Harlow House?",
        "Which river flows through Harlow?",
        "Who has Harlow Mill?",
        "Who will lead Harlow?",
        "Who became Mayor Farrow?",
    ],
)
def test_what_has_no_passive_gets_none(question):
    assert not [each for each in relatives(question) if each.startswith(("by", "Harlow", "in"))]


def test_a_name_is_not_taken_for_a_verb():
    assert relatives("Which planets orbit Mars today?") == []


def test_what_names_nothing_has_no_relatives():
    assert relatives("what is the time?") == []
    assert relatives("") == []
