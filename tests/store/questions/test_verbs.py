"""Forms of verbs: those of irregular ones too, and none of words that are no verbs in their third person or past."""

import pytest

from store.questions.verbs import passive, past, third_person, verb


@pytest.mark.parametrize(
    ("word", "participle", "auxiliary"),
    [
        ("keeps", "kept", "is"),
        ("wrote", "written", "was"),
        ("found", "found", "was"),
        ("bore", "borne", "was"),
        ("carries", "carried", "is"),
        ("runs", "run", "is"),
        ("mended", "mended", "was"),
    ],
)
def test_a_verb_has_its_participle_and_the_auxiliary_of_its_tense(word, participle, auxiliary):
    assert verb(word) == (participle, auxiliary)


@pytest.mark.parametrize("word", ["planets", "the", "keep", "is", "does", "has", "would", "", "qxzzs"])
def test_what_is_no_finite_verb_has_none(word):
    assert verb(word) is None


def test_what_a_preposition_follows_has_no_passive():
    assert passive("lives", "in Harlow House") is None
    assert passive("Keeps", "Harlow Mill") == ("kept", "is")


@pytest.mark.parametrize(
    ("thing", "auxiliary"),
    [("the keys of Harlow", "were"), ("the town clock", "was"), ("Winter Roads", "was"), ("the Harlow news", "was")],
)
def test_many_things_were_done(thing, auxiliary):
    assert passive("kept", thing) == ("kept", auxiliary)


@pytest.mark.parametrize(
    ("lemma", "said"), [("study", "studies"), ("have", "has"), ("be", "is"), ("teach", "teaches"), ("qxzz", "qxzzs")]
)
def test_a_verb_has_its_third_person(lemma, said):
    assert third_person(lemma) == said


@pytest.mark.parametrize(("lemma", "said"), [("write", "wrote"), ("die", "died"), ("be", "was"), ("qxzz", "did qxzz")])
def test_a_verb_has_its_past(lemma, said):
    assert past(lemma) == said
