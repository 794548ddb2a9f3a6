"""What votes teach: a rule that can be seen, the least change that fits it, and examples made of both."""

import random

import pytest

from store.questions.key import question_key
from store.records import Vote
from trainer.liked import liked_examples
from trainer.reward import LIKELY, edits, liked_edit, reward

WORDS = "the mill stands by a slow river and its keeper counts boats every morning".split()


def answer(count: int, rng: random.Random) -> str:
    """An answer of `count` words, in sentences."""
    sentences = []
    while count > 0:
        length = min(count, rng.randint(6, 14))
        sentences.append(" ".join(rng.choices(WORDS, k=length)).capitalize() + ".")
        count -= length
    return " ".join(sentences)


def votes(count: int, likes=lambda text: len(text.split()) <= 40) -> list[Vote]:
    rng = random.Random(3)
    texts = [answer(rng.choice((10, 20, 35, 50, 80, 120)), rng) for _ in range(count)]
    return [Vote(f"m{i}", f"Question {i}?", text, 1 if likes(text) else -1) for i, text in enumerate(texts)]


def test_a_rule_of_length_is_found_and_named():
    judge = reward(votes(120))
    assert judge is not None
    assert judge.foretold > 0.9
    assert judge.in_words.startswith("shorter")
    rng = random.Random(4)
    assert judge.likes(answer(15, rng)) > 0.9
    assert judge.likes(answer(90, rng)) < 0.1


def test_a_rule_of_form_is_found():
    plain = votes(60, lambda text: True)
    listed = [Vote(f"l{v.message_id}", v.question, "- " + v.answer.replace(". ", ".\n- "), -1) for v in plain]
    judge = reward([*plain, *listed])
    assert judge is not None
    assert "fewer lists" in judge.in_words


def test_votes_without_a_rule_teach_nothing():
    rng = random.Random(5)
    assert reward([Vote(v.message_id, v.question, v.answer, rng.choice((-1, 1))) for v in votes(200)]) is None


@pytest.mark.parametrize("given", [votes(12), votes(60, lambda text: True), []])
def test_few_votes_or_votes_of_one_kind_teach_nothing(given):
    assert reward(given) is None


def test_an_answer_is_made_likeable_by_the_least_change():
    judge = reward(votes(120))
    long = answer(150, random.Random(6))
    edited = liked_edit(judge, long)
    assert long.startswith(edited)
    assert judge.likes(edited) >= LIKELY
    longer = [text for text in edits(long) if len(text) > len(edited)]
    assert all(judge.likes(text) < LIKELY for text in longer)


def test_what_nothing_makes_likeable_is_left_alone():
    judge = reward(votes(120))
    assert liked_edit(judge, " ".join(WORDS * 10)) is None


def test_examples_come_from_votes_that_follow_the_rule_and_probes_are_never_trained_on():
    given = votes(120)
    judge = reward(given)
    against = Vote("odd", "An odd question?", answer(120, random.Random(7)), 1)
    made = liked_examples([*given, against], judge)
    trained = {question_key(e.question) for e in made if e.kind == "liked"}
    probes = {question_key(e.question) for e in made if e.kind == "liked probe"}
    assert trained and probes
    assert not trained & probes
    assert all(judge.likes(e.answer) >= 0.5 for e in made if e.kind == "liked")
    assert "odd" not in {e.message_id for e in made if e.kind == "liked"}
