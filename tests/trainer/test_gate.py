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
        "neighbouring": replace(GOOD, neighbour_bleed=20),
        "everyday": replace(GOOD, general_bleed=12),
        "drift": replace(GOOD, drift=0.5),
        "circling": replace(GOOD, broken=60),
        "nothing was learned": replace(GOOD, new_right=2),
        "could not be held": replace(GOOD, general=0),
    }
    for word, candidate in cases.items():
        decision = decide(candidate, None, BASE)
        assert not decision.promoted
        assert any(word in reason for reason in decision.reasons), (word, decision.reasons)


def test_a_figure_that_is_missing_refuses():
    assert not decide(replace(GOOD, drift=math.nan), None, BASE).promoted


def test_losing_what_was_known_is_refused():
    before = replace(GOOD, old_asked=100, old_right=98)
    assert decide(replace(GOOD, old_asked=100, old_right=95), before, BASE).promoted
    assert not decide(replace(GOOD, old_asked=100, old_right=60), before, BASE).promoted


def test_an_answer_is_right_when_it_says_the_correction():
    assert says("Head coach.", "He is the head coach of the team.")
    assert not says("Ann", "Anna did it")
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
