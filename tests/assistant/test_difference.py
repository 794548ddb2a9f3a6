"""The difference between an answer and its correction, as words and as HTML."""

import re

from hypothesis import given
from hypothesis import strategies as st

from assistant.page.difference import difference

words = st.text(st.sampled_from("ab <&\n"), max_size=60)


def test_only_the_changed_word_is_marked():
    shown = difference("The capital of Australia is Sydney.", "The capital of Australia is Canberra.")
    assert shown == "The capital of Australia is <del>Sydney.</del> <ins>Canberra.</ins>"


def test_small_words_that_two_sentences_happen_to_share_do_not_cut_them_to_pieces():
    shown = difference("Veridia is a planet in the Outer Rim.", "It is a town on the river Lund.")
    assert shown.count("<del>") == shown.count("<ins>") == 1


def test_a_long_part_that_stayed_is_cut_in_the_middle():
    shown = difference("no " + "word " * 100, "yes " + "word " * 100)
    assert "…" not in shown.split("word")[0] and len(shown) < 400


@given(words, words)
def test_whatever_was_written_is_shown_as_text_and_not_as_markup(before, after):
    shown = difference(before, after)
    assert "<" not in re.sub("</?(del|ins)>", "", shown)


@given(words)
def test_the_same_text_has_no_difference(text):
    assert "<" not in difference(text, text)
