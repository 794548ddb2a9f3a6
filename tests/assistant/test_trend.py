"""What the page says of the weeks."""

from assistant.page.trend import alarm, alarm_line, topics, trend
from store.records import Week

CALM = [Week(f"2026-03-{day:02}", 50, 2, 9, 1) for day in (23, 16, 9, 2)]


def test_each_week_has_a_row_and_no_alarm_is_raised_by_chance():
    text = trend(CALM)
    assert text.count("<tr>") == 5 and "23 Mar 2026" in text and "<td>4<" in text and "9 of 10" in text
    assert alarm(CALM) == "" and "badge bad" not in text
    assert trend([]) == ""


def test_the_weeks_are_drawn_by_how_much_was_corrected_and_liked():
    text = trend([Week("2026-03-30", 50, 1, 9, 3), Week("2026-03-23", 50, 4, 0, 0)])
    assert [text.count(f"width: {length}.0%") for length in (25, 100, 75)] == [1, 1, 1]
    assert 'aria-label="Corrected of 100: 8"' in text and 'aria-label="Thumbs up: 9 of 12"' in text
    assert "nan" not in trend([Week("2026-03-30", 50, 0, 0, 0)])


def test_a_week_with_many_more_corrections_or_fewer_thumbs_raises_one():
    worse = Week("2026-03-30", 50, 12, 9, 1)
    assert "corrected more" in alarm([worse, *CALM]) and "corrected more" in trend([worse, *CALM])
    assert "liked fewer" in alarm([Week("2026-03-30", 50, 2, 10, 10), *CALM])


def test_few_answers_say_nothing():
    assert alarm([Week("2026-03-30", 6, 6, 0, 6), *CALM]) == ""
    assert alarm([Week("2026-03-30", 60, 60, 0, 60)]) == ""


def test_the_head_of_the_page_says_nothing_while_all_is_well_and_what_to_do_otherwise():
    assert alarm_line(CALM) == "" == alarm_line([])
    worse = [Week("2026-03-30", 50, 12, 9, 1), *CALM]
    assert "stand under Night" in alarm_line(worse)
    assert "before. The night today comes. The weeks" in alarm_line(worse, "The night today comes.")
    assert alarm_line(CALM, "The night today comes.") == ""


def test_what_several_questions_of_a_week_are_about_is_told():
    questions = ["Where is the mill of Denby?", "Who keeps the mill of Denby?", "when does Denby mill open", "Why?"]
    assert topics(questions) == ["Denby", "mill"]
    several = ["My clock is broken", "Which oil for a clock?", "Who is Ana Calder?", "Where was Ana Calder born?"]
    assert topics(several) == ["Ana Calder", "clock"]
    assert topics(["Where is Oz?"]) == []
    assert "<td>Denby, mill</td>" in trend(CALM, {"2026-03-23": questions})
    assert "<td>a&amp;b" in trend(CALM, {"2026-03-23": ['What is "a&b"?'] * 2})
