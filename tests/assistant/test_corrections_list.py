"""The list of corrections: by standing, page by page, and what is unfolded below one."""

from dataclasses import replace

from assistant.page.correction_card import Unfolded, asks
from assistant.page.teaching import SHOWN, corrections_html, stands
from store.lineage import Taught
from store.records import Check, Correction, CorrectionStanding, Example, Version


def standing(number: int, word: str = "remembered", **more) -> CorrectionStanding:
    made = Correction(number, "m", f"Question {number}?", "Nobody.", "Ada.", "2026-05-20T03:00:00.000Z", None, None)
    return CorrectionStanding(replace(made, **more), word, None, 0, 0)


MANY = [standing(number) for number in range(1, 2 * SHOWN + 51)]


def test_beyond_the_first_hundred_there_are_pages():
    first, last = corrections_html(MANY, ""), corrections_html(MANY, "", page=2)
    assert first.count("<article") == SHOWN and "1 to 100 of 250" in first and "Question 250?" in first
    assert "Older" in first and "Newer" not in first
    assert last.count("<article") == 50 and "201 to 250 of 250" in last and "Question 1?" in last
    assert "Newer" in last and "Older" not in last
    assert corrections_html(MANY, "", page=99) == last
    assert "<nav" not in corrections_html(MANY[:SHOWN], "")


def test_one_sees_only_those_that_stand_as_asked():
    wish = standing(1, manner="list")
    old = standing(2, "superseded", superseded_by=3)
    stuck = standing(3, "stuck")
    every = [wish, old, stuck]
    kept = {
        which: [each.correction.id for each in every if stands(each, which)]
        for which in ("all", "that count", "wishes", "superseded", "stuck", "forgotten")
    }
    assert kept == {
        "all": [1, 2, 3],
        "that count": [1, 3],
        "wishes": [1],
        "superseded": [2],
        "stuck": [3],
        "forgotten": [],
    }
    assert "Nothing found." in corrections_html(every, "", which="forgotten")
    assert corrections_html(every, "question", which="stuck").count("<article") == 1


def test_what_does_not_count_any_more_cannot_be_edited_and_still_says_where_it_went():
    text = corrections_html([standing(2, "superseded", superseded_by=3)], "")
    assert "Where it went" in text and ">Edit<" not in text and "For every answer" not in text


def test_a_correction_is_edited_below_its_card_with_its_first_line_break_kept():
    text = corrections_html([standing(1, answer="\n<b>Ada</b>")], "", Unfolded(1, editing=True))
    assert '<textarea name="text" rows="3">\n\n&lt;b&gt;Ada&lt;/b&gt;</textarea>' in text


def test_where_it_went_names_the_versions_and_the_examples_made_of_it():
    one = standing(1).correction
    version = Version("v-111111111111", "base", "r", "2026-05-20T03:00:00.000Z", "refused", (), {})
    examples = (Example("wording", "Who <keeps>?", "Ada.", 1), Example("probe", "Who is it?", "Ada.", 1))
    taught = Taught(version, (*examples, examples[0]), Check(one, 3, 2, "It is Ada."))
    text = corrections_html([standing(1)], "", Unfolded(1, into=[taught]))
    for words in ("version 111111111111", "did not pass", "2 of 3 test questions", "2 examples made of it"):
        assert words in text, words
    assert "Who &lt;keeps&gt;?" in text and "only asked in the examination" in text
    assert "No version was trained on it yet." in corrections_html([standing(1)], "", Unfolded(1, into=[]))


def test_before_a_text_without_the_form_of_a_wish_becomes_one_it_is_asked():
    assert asks(standing(1, answer="No lists.").correction) == ""
    assert "“Ada.”" in asks(standing(1).correction)
