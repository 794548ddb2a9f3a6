"""What the page of the morning says of each correction that a night taught."""

from dataclasses import replace

from assistant.page.compare import ANSWER, Said, beside, revealed, unnamed
from assistant.page.lessons import SHOWN, lessons
from assistant.page.score import interval, score_table
from store.records import Check, Correction, Duel, Score


def taught(number: int, right: int) -> Check:
    correction = Correction(number, "m", f"Who keeps mill <{number}>?", "Nobody & all.", "Ada.", "", None, None)
    return Check(correction, 3, right, "It is Ada." if right else "I <b>wonder</b>.")


def test_before_and_after_are_shown_and_what_was_not_learned_comes_first():
    text = lessons([taught(1, 3), taught(2, 0)], promoted=True)
    assert "The new version knows 1 of 2 by itself." in text
    assert (
        text.index("mill &lt;2&gt;")
        < text.index("not yet")
        < text.index("mill &lt;1&gt;")
        < text.index("learned</span>")
    )
    assert "Nobody &amp; all." in text and "It is Ada." in text and "I &lt;b&gt;wonder&lt;/b&gt;." in text
    assert "0 of 3 test questions right" in text


def test_of_a_refused_version_it_says_that_it_did_not_pass():
    assert "The version that did not pass knows 1 of 1" in lessons([taught(1, 2)], promoted=False)


def test_after_a_blind_choice_both_are_named_and_the_score_says_how_sure_it_is():
    made = Duel(1, "Who?", "v-1", "base", "v-1")
    few = revealed(made, Score(2, 1, 4))
    assert "You preferred version 1" in few and "A was version 1, B was the original model" in few
    assert "version 1 2, the original model 1, no difference 4" in few and "Too few to tell" in few
    assert "49% to 94%" in revealed(made, Score(8, 2, 0))
    assert "You saw no difference" in revealed(replace(made, preferred=""), Score(0, 0, 1))
    assert "version" not in unnamed(made)


def test_a_compared_answer_that_was_cut_says_so_and_what_was_thought_is_folded():
    name, text, end = beside("<A>", Said("<think>Hm.</think>It costs $2$.", True))
    assert name.startswith("<h3>&lt;A&gt;</h3><details") and "Hm." in name and "Hm." not in text
    assert text.endswith("\n\nIt costs \\(2\\).")
    assert f"it goes on beyond {ANSWER.max_tokens} tokens" in end
    assert beside("A", Said("So.", False))[2] == ""
    name, text, _ = beside("A", Said("<think>Hm", True))
    assert "Hm" in name and not text.rstrip().endswith("Hm")


def test_every_pair_of_versions_has_its_share_with_an_interval_the_better_one_first():
    text = score_table({("base", "v-1"): Score(2, 18, 1), ("v-1", "v-2"): Score(1, 1, 0), ("a", "b"): Score(0, 0, 2)})
    assert text.index("version 1</td><td>the original model") < text.index("18 : 2, no difference 1")
    low, high = interval(18, 20)
    assert (round(low, 3), round(high, 3)) == (0.699, 0.972)  # Wilson (1927), 18 of 20
    assert "90% of the questions (70% to 97% with 95 % certainty)" in text
    assert "50% of the questions" in text and "not certain yet" in text and "no choice was made for either" in text
    assert score_table({}) == ""


def test_many_are_cut_and_none_say_nothing():
    text = lessons([taught(n, 3) for n in range(SHOWN + 5)], promoted=True)
    assert text.count("<article") == SHOWN and "and 5 more" in text
    assert lessons([], promoted=True) == ""


def test_an_answer_without_end_is_cut():
    long = Check(taught(1, 3).correction, 3, 3, "word " * 200)
    assert len(lessons([long], promoted=True)) < 1500
