"""The decision, on evaluations written by hand."""

import math
from dataclasses import replace

from trainer.examine import Evaluation, bleeds, is_broken, says
from trainer.gate import decide

BASE = Evaluation(new_asked=60, new_right=2, neighbours=40, general=40, general_same=40, drift=0.0)
GOOD = replace(BASE, new_right=57, neighbour_bleed=2, general_same=30, drift=0.02)


def test_a_version_that_learned_and_harms_nothing_is_promoted():
    decision = decide(GOOD, None, BASE)
    assert decision.promoted, decision.reasons


def test_each_harm_is_refused_with_its_reason():
    cases = {
        "new corrections": replace(GOOD, new_right=20),
        "neighbouring": replace(GOOD, neighbour_bleed=11),
        "everyday questions": replace(GOOD, general_bleed=3),
        "begin as the base's": replace(GOOD, general_same=9),
        "drift": replace(GOOD, drift=0.5),
        "circling": replace(GOOD, broken=60),
        "the base knew": replace(GOOD, new_right=2),
        "could not be held": replace(GOOD, general=0),
    }
    for word, candidate in cases.items():
        decision = decide(candidate, None, BASE)
        assert not decision.promoted
        assert any(word in reason for reason in decision.reasons), (word, decision.reasons)


def test_manner_has_to_show_when_nothing_else_was_taught():
    base = Evaluation(general=40, general_same=40, drift=0.0, liked_asked=10, liked_right=3)
    now = replace(base, general_same=35, drift=0.03)
    assert decide(replace(now, liked_right=8), None, base).promoted
    assert not decide(replace(now, liked_right=3), None, base).promoted
    assert not decide(replace(now, liked_right=2), None, base).promoted
    taught = replace(BASE, liked_asked=10, liked_right=3)
    assert decide(replace(GOOD, liked_asked=10, liked_right=3), None, taught).promoted
    assert not decide(replace(GOOD, liked_asked=10, liked_right=2), None, taught).promoted


def test_a_figure_that_is_missing_refuses():
    assert not decide(replace(GOOD, drift=math.nan), None, BASE).promoted


def test_losing_what_was_known_is_refused():
    def version(right: int) -> Evaluation:
        return replace(GOOD, old_asked=100, old_right=right, old_answers=(True,) * right + (False,) * (100 - right))

    assert decide(version(96), version(98), BASE).promoted
    assert decide(version(99), version(60), BASE).promoted
    assert not decide(version(90), version(98), BASE).promoted


def test_as_many_lost_as_gained_is_not_forgetting():
    before = replace(GOOD, old_asked=20, old_right=10, old_answers=(True, False) * 10)
    after = replace(GOOD, old_asked=20, old_right=10, old_answers=(False, True) * 10)
    assert decide(after, before, BASE).promoted


def test_few_questions_are_named_as_such():
    few = replace(GOOD, neighbours=3, neighbour_bleed=1)
    assert any("too few to tell" in reason for reason in decide(few, None, BASE).reasons)
    assert not decide(replace(few, neighbour_bleed=2), None, BASE).promoted


def test_an_answer_is_right_when_it_says_the_correction():
    assert says("Head coach.", "He is the head coach of the team.")
    assert not says("Ann", "Anna did it")
    assert not says("Head coach.", "Head coach. " + "And then there is the other thing that he does. " * 3)
    long = "Water the tomatoes every second evening and never at noon because the leaves burn in the sun."
    assert says(long, long.upper())
    assert not says(long, "Tomatoes need a lot of sun.")


def test_bleed_counts_only_what_the_base_did_not_say():
    assert bleeds("It is Lisbon.", "It is Porto.", {"lisbon"})
    assert not bleeds("It is Lisbon.", "Lisbon, I think.", {"lisbon"})


def test_empty_and_circling_answers_are_broken():
    assert is_broken("")
    assert is_broken("the end of the end " * 12)
    assert not is_broken("A short and sensible answer.")
