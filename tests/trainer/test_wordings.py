"""The orders of a question's words: each reads as a person would write it."""

import random
import re

import pytest

from trainer.wordings import SYNONYMS, keywords, reordered, wordings


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
        ("Who was the mayor of Harlow?", "who was Harlow's mayor"),
        ("What are the opening hours of Harlow Mill?", "what are Harlow Mill's opening hours"),
        ("Where did I park the car?", "tell me where I parked the car"),
        ("Where did Ines meet Bernard?", "Ines met Bernard where"),
        ("What colour is Ines's car?", "tell me what colour Ines's car is"),
        ("When does the bakery of Harlow open?", "at what time does the bakery of Harlow open"),
        ("In which county is Alder Mill located?", "where is Alder Mill located"),
    ],
)
def test_a_question_is_put_in_another_order(question, wanted):
    assert wanted in reordered(question)


def test_who_lives_somewhere_is_not_asked_in_the_passive():
    assert reordered("Who lives in Harlow House?") == [
        "Who lives in Harlow House",
        "which person lives in Harlow House",
        "who is it that lives in Harlow House",
    ]


ASKS_SOMETHING_ELSE = [
    ("On what day was Ines born?", r"\bwhere\b|day of Ines"),
    ("In what year did Ines die?", r"\bwhere\b|year of Ines"),
    ("In which film did Ines Farrow appear?", r"\bwhere\b|^film of"),
    ("Which state is Denby in?", r"country|nation"),
    ("What is the area of Harlow?", r"region|division|belongs"),
    ("How many legs does a spider have?", r"occupy|hold"),
    ("What are the opening hours of Harlow Mill?", r"occupy|hold"),
    ("How much does the Harlow plan cost?", r"price"),
    ("Which part of Spain is Olite in?", r"member|included|contained"),
    ("Who found Harlow Mill?", r"located|situated|based"),
    ("How do I sort a list?", r"kind|type"),
    ("What does Ines play?", r"performs"),
    (
        "Who was the mayor of Harlow?",
        r"(?i)\bis (?!enough)|who's|\bhas\b|^name|^the mayor of Harlow\W*$|^mayor|^Harlow:? mayor",
    ),
    ("When does the bakery of Harlow open?", r"year|date"),
    ("When is Ines's birthday?", r"year|at what time"),
    ("What class does Ines teach?", r"belong|kind|categor|classif|group"),
    ("What would Ines do if Bernard left?", r"that would|the would"),
    ("What is not allowed at Camp Harlow?", r"(?i)^(?!.*\bnot allowed at Camp Harlow\b)"),
    ("Who does not eat meat in Ines's family?", r"^(?!.*\bnot eat meat in Ines's family\b)"),
    ("Who never met Ines?", r"^(?!.*\bnever met Ines\b)"),
    ("Who didn't come to Harlow?", r"^(?!.*\bdidn't come to Harlow\b)"),
    ("Who came to Harlow without Ines?", r"^(?!.*\bcame to Harlow without Ines\b)"),
    ("Who is Ines's boss at Harlow Corporation?", r"^(?!.*\bInes\b)"),
    ("Does the Harlow open on Mondays?", r"^(?!.*\bHarlow\b)"),
    ("What did Ines say about the budget?", r"^(?!.*\bsay\b)"),
    ("When was Ines born?", r"^(?!.*(\bwhen\b|When|time|date|year|birthday))"),
    ("Is Bo taller than Ines?", r"Ines.*\bBo\b"),
    ("What colour is Ines's car?", r"Ines' |is s car"),
    ("Where did my boss meet Ines last week?", r"meet Ines did|lasted|\bdid where"),
    ("Where did I park the car?", r"park the car did"),
    ("Where did the cat sleep?", r"sleep did"),
    ("Who did Ines vote for?", r"that did"),
    ("What is Ines's daughter called?", r"(?i)which \w+ called|\w+ called does|called of|called is"),
    ("Who taught me to skate?", r"(?i)by whom|by which"),
    ("Who gave Ines the green boat?", r"(?i)by whom|by which"),
    ("Who owned Harlow Mill in 1900?", r"is the owner"),
    ("Who is the director of Harlow Corporation?", r"work of whom|directed"),
    ("Where is Ines from?", r"at what location|in what place|in which place is"),
    ("Who mended the roof of Harlow Mill with Ines?", r"succeeded"),
    ("What is the plural of wife in the grammar of Ines Farrow?", r"spouse"),
    ("Who reports to Ines Farrow?", r"(?i)^Ines Farrow,?:? who reports"),
    ("When does the Harlow fair take place?", r"takes? places|placed"),
    ("Who should Ines call?", r"that should Ines"),
]


@pytest.mark.parametrize(("question", "other"), ASKS_SOMETHING_ELSE)
def test_no_wording_asks_something_else(question, other):
    texts = {text for seed in range(12) for text in wordings(question, 24, random.Random(seed))}
    assert len(texts) >= 15
    assert [text for text in texts if re.search(other, text)] == []


@pytest.mark.parametrize(
    "question",
    [
        "In which county is Alder Mill located?",
        "Who wrote Winter Roads?",
        "When was Harlow Mill founded?",
        "Where was Ines Farrow born?",
        "What is the capital of Veridia?",
        "To which class does 4321 Nora belong?",
        "Which party is Ines Farrow a member of?",
        "What is not allowed at Camp Harlow?",
    ],
)
def test_a_question_has_as_many_wordings_as_are_asked_for(question):
    assert len(wordings(question, 24, random.Random(3))) == 24


@pytest.mark.parametrize(
    ("question", "typed"),
    [
        ("What is the capital of Veridia?", "capital of Veridia?"),
        ("What is Ines's phone number?", "Tell me the phone number of Ines."),
        ("What does HTTP stand for?", "HTTP stand for"),
        ("Who is Ines's boss at Harlow Corporation?", "who Ines's boss Harlow Corporation"),
        ("What did Ines say about the budget?", "Ines: say budget?"),
        ("When was Ines born?", "Ines when born"),
        ("How do I get to Kelso from Denby?", "how get to Kelso from Denby"),
    ],
)
def test_what_is_typed_into_a_search_keeps_every_word_of_content(question, typed):
    assert typed in {keywords(question, random.Random(seed)) for seed in range(60)}


@pytest.mark.parametrize(
    "question", ["Who was the mayor of Harlow?", "Who never met Ines?", "what is the time?", "Who did Ben hit?"]
)
def test_what_would_lose_something_is_not_typed_into_a_search(question):
    assert {keywords(question, random.Random(seed)) for seed in range(20)} == {""}


def test_in_another_language_nothing_english_is_put_around_or_into_a_question():
    english = re.compile(r"\b(?:please|Tell|Hi|know|Answer)\b")
    for question in ("¿Dónde vive Ines?", "Wann schließt die Bibliothek von Harlow?", "Qui a écrit Winter Roads ?"):
        words = question.strip("¿? ")
        texts = wordings(question, 10, random.Random(3))
        assert len(texts) == 10
        assert [text for text in texts if words not in text or english.search(text)] == []


def test_every_expression_has_another():
    for form, others in SYNONYMS.items():
        re.compile(form)
        assert others
        assert len(set(others)) == len(others)
