"""What stands under an answer, and among the corrections."""

from dataclasses import replace

from assistant.page.showing import Shown, chat_value, under
from assistant.page.teaching import corrections_html
from assistant.reasoning import parted
from store.records import Correction, CorrectionStanding, Message

ANSWER = Message(
    "a", "c", "q", "assistant", "Ada is a <b>.", "complete", "base", None, None, None, None, "2026-05-20T03:00:00Z"
)
WISH = Correction(
    4, "a", "Who is Ada?", "Ada is a <b>.", "No <i> lists.", "2026-05-20T03:00:00.000Z", None, None, "list"
)


def test_a_wish_leaves_the_answer_as_it_was_and_is_named_under_it():
    wished = Shown(ANSWER, wish=WISH)
    assert chat_value([wished])[0]["content"][0]["text"] == ANSWER.content
    html = under([wished])
    assert "You wish of every answer" in html
    assert "No &lt;i&gt; lists." in html
    assert "You corrected this" not in html
    assert "You wish" not in under([replace(wished, wish=None)])


def test_a_formula_is_marked_where_it_is_shown_and_the_text_stands_under_it_as_it_was_written():
    priced = replace(ANSWER, content='"$x$" is $5 or $10.')
    assert chat_value([Shown(priced)])[0]["content"][0]["text"] == '"\\(x\\)" is $5 or $10.'
    assert 'data-text="&quot;$x$&quot; is $5 or $10."' in under([Shown(priced)])
    assert "data-text" not in under([Shown(replace(priced, status="writing"))])


def test_of_what_is_not_stuck_it_shows_what_the_model_says_by_itself():
    fact = replace(WISH, manner="", answer="Ada <3.")
    html = corrections_html([CorrectionStanding(fact, "not stuck", "v-1", 3, 1, "Otto <3.")], "")
    assert "By itself" in html and "Otto &lt;3." in html
    assert "By itself" not in corrections_html([CorrectionStanding(fact, "stuck", "v-1", 3, 3, "Ada <3.")], "")


def test_a_wish_is_told_apart_among_the_corrections():
    html = corrections_html([CorrectionStanding(WISH, "remembered", None, 0, 0)], "")
    assert "It is not trained." in html
    assert "the model learns it in the next night" not in html


def test_what_was_thought_aloud_is_folded_and_neither_corrected_nor_read_again():
    thinking = replace(ANSWER, content="<think>\nA <name>?\n</think>\n\nAda is a ferry.")
    assert parted(thinking.content) == ("A <name>?", "Ada is a ferry.")
    assert chat_value([Shown(thinking)])[0]["content"][0]["text"] == "Ada is a ferry."
    assert "<summary>Reasoning</summary><blockquote>A &lt;name&gt;?</blockquote>" in under([Shown(thinking)])
    corrected = replace(WISH, manner="", answer="Ada is a mill.")
    assert "think" not in under([Shown(thinking, correction=corrected)]).split("</details>")[1]
    assert "Reasoning" not in under([Shown(ANSWER)])
    begun = replace(thinking, content="<think>A", status="writing")
    assert chat_value([Shown(begun)])[0]["content"][0]["text"] == "…" and "<blockquote>A<" in under([Shown(begun)])
    asked = replace(thinking, role="user")
    assert chat_value([Shown(asked)])[0]["content"][0]["text"] == thinking.content
