"""Teaching and the morning in a real browser: notes, kinds, editing, lineage, pausing, the report, choosing."""

from pathlib import Path

import pytest
from playwright.sync_api import expect

from models.promotion import promote, roll_back
from models.version_files import current
from store import checks, conversations, duels, examples, feedback, pausing, ratings, runs, versions
from store.database import opened
from store.records import Example, Score, Version, now
from tests.assistant.browser import Visit
from tests.assistant.chat_server import served
from tests.assistant.nights import another_version, refused_night, training_run
from trainer.process import only_night

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def test_a_thumb_takes_a_note_which_stays_while_a_reason_is_chosen(visit, server):
    visit.ask("Name a colour.")
    row = visit.answers.last
    row.get_by_role("button", name="Bad answer").click()
    row.get_by_label("Note").fill("it was a <smell>")
    row.get_by_role("button", name="wrong", exact=True).click()
    expect(row.get_by_role("button", name="wrong", exact=True)).to_have_attribute("aria-pressed", "true")
    expect(row.get_by_label("Note")).to_have_value("it was a <smell>")
    row.get_by_label("Note").press("Enter")
    expect(row.get_by_role("button", name="Change note")).to_be_visible()
    with opened(server.home) as db:
        talk = conversations.list_conversations(db)[0]
        rating = ratings.rating_of(db, conversations.newest_path(db, talk.id)[-1].id)
    assert (rating.value, rating.reasons, rating.note) == (-1, ("wrong",), "it was a <smell>")


def test_what_a_correction_is_can_be_said_in_place_there_and_back(visit, server):
    visit.ask("What is on the page of the Elmira club?")
    visit.correct("It names its sources.")
    row = visit.answers.last
    row.get_by_role("button", name="my way of wanting answers").click()
    expect(row.get_by_text("You wish of every answer")).to_be_visible()
    with opened(server.home) as db:
        assert [wish.answer for wish in feedback.wishes(db)] == ["It names its sources."]
    row.get_by_role("button", name="this answer", exact=True).click()
    expect(row.get_by_text("You corrected this")).to_be_visible()
    with opened(server.home) as db:
        assert feedback.wishes(db) == [] and feedback.active_corrections(db)[-1].answer == "It names its sources."


def test_a_correction_is_edited_where_it_stands_and_found_by_its_standing(visit, server):
    fact = taught(server.home, "Who keeps the Perrin archive?", "Otto Perrin.")
    page = visit.page
    page.get_by_role("tab", name="Corrections").click()
    card = page.locator("article.card").filter(has_text="Who keeps the Perrin archive?").first
    card.get_by_role("button", name="Edit").click()
    field = card.get_by_label("As it should be")
    expect(field).to_have_value("Otto Perrin.")
    field.fill("Ada Perrin.")
    field.press("Control+Enter")
    expect(card.get_by_text("Ada Perrin.")).to_be_visible()
    with opened(server.home) as db:
        assert feedback.active_corrections(db)[-1].answer == "Ada Perrin."
        assert not feedback.correction(db, fact).active
    page.get_by_label("Which corrections").click()
    page.get_by_role("option", name="superseded", exact=True).click()
    expect(page.locator("article.card").filter(has_text="Otto Perrin.")).to_be_visible()
    expect(page.locator("article.card").filter(has_text="Ada Perrin.")).to_have_count(0)


def test_each_correction_says_whether_the_version_that_answers_has_learned_it(visit, server):
    one, other, third = (
        taught(server.home, f"Who rings the bell of {place}?", "Mia.") for place in ("Ons", "Tyn", "Ry")
    )
    made = another_version(server.home)
    with opened(server.home) as db, only_night(server.home):
        promote(db, server.home, made)
        checks.record_check(db, one, made, 3, 3, "Mia rings it.")
        checks.record_check(db, other, made, 3, 0, "A wizard rings it.")
        run = runs.begin_run(db, "page").id
        examples.save_examples(db, run, [Example("wording", "Who rings at Ry?", "Mia.", third)])
        page = visit.page
        visit.tab("Corrections")
        for place, standing in (("Ons", "stuck"), ("Tyn", "not stuck"), ("Ry", "in training")):
            card = page.locator("article.card").filter(has_text=f"the bell of {place}?")
            expect(card.get_by_text(standing, exact=True)).to_be_visible()
        expect(page.get_by_text("A wizard rings it.")).to_be_visible()
        page.get_by_label("Which corrections").click()
        page.get_by_role("option", name="not stuck").click()
        expect(page.locator("article.card")).to_have_count(1)
        roll_back(db, server.home)
        runs.finish_run(db, run, "refused", None, ["not tried"])


def test_a_correction_that_is_too_long_for_a_night_says_so(visit, server):
    taught(server.home, "Who signed the letter of Nash? " + "The mill was sold to the baker in spring. " * 120, "Ada.")
    taught(server.home, "Who signed the letter of Tamsin?", "Ada.")
    visit.page.get_by_role("tab", name="Corrections").click()
    long, short = (visit.page.locator("article.card").filter(has_text=name).first for name in ("Nash", "Tamsin"))
    expect(long.get_by_text("it is too long for a night to teach")).to_be_visible()
    expect(short.get_by_text("the model learns it in the next night")).to_be_visible()


def test_beyond_a_hundred_corrections_one_turns_the_page(browser, tmp_path):
    for number in range(1, 104):
        taught(tmp_path, f"Who keeps mill {number}?", "Ada.")
    with served(tmp_path) as server:
        visit = Visit(browser, server.url)
        page = visit.page
        page.get_by_role("tab", name="Corrections").click()
        expect(page.get_by_text("1 to 100 of 103")).to_be_visible()
        page.get_by_role("button", name="Older").click()
        expect(page.get_by_role("heading", name="Who keeps mill 1?", exact=True)).to_be_visible()
        page.get_by_role("button", name="Newer").click()
        expect(page.get_by_role("heading", name="Who keeps mill 103?")).to_be_visible()
        visit.page.context.close()
        assert visit.faults == []


def test_a_correction_says_where_it_went_and_a_version_what_is_in_it(visit, server):
    fact = taught(server.home, "Who mends the Kestrel clock?", "Ines Farrow.")
    version = "v-0123456789ab"
    with opened(server.home) as db:
        run = runs.begin_run(db, "command").id
        runs.begin_phase(db, run, "collect")
        runs.finish_phase(db, run, "collect", {"new": [fact]})
        examples.save_examples(db, run, [Example("wording", "Who is it that mends it?", "Ines Farrow.", fact)])
        checks.record_check(db, fact, version, 3, 3, "Ines Farrow does.")
        runs.finish_run(db, run, "refused", version, ["it moved elsewhere"])
        figures = {"corrections": [fact], "new_asked": 3, "new_right": 3}
        versions.add_version(db, Version(version, "base", run, now(), "refused", ("it moved elsewhere",), figures))
    page = visit.page
    page.get_by_role("tab", name="Corrections").click()
    card = page.locator("article.card").filter(has_text="Who mends the Kestrel clock?").first
    card.get_by_role("button", name="Where it went").click()
    expect(card.get_by_text("version 0123456789ab")).to_be_visible()
    card.get_by_text("1 example made of it").click()
    expect(card.get_by_text("Who is it that mends it?")).to_be_visible()
    page.get_by_role("tab", name="Night").click()
    page.get_by_role("button", name="What is in version 0123456789ab").click()
    expect(page.get_by_role("heading", name="What is in version 0123456789ab")).to_be_visible()
    held = page.locator("article.card").filter(has_text="practised in 1 wording")
    expect(held.get_by_text("knew it")).to_be_visible()


def test_a_night_is_paused_stays_so_without_its_process_and_is_resumed_or_cancelled(visit, server):
    page = visit.page
    page.get_by_role("tab", name="Night").click()
    with opened(server.home) as db:
        with only_night(server.home):
            run = training_run(db, server.home)
            page.get_by_role("button", name="Pause", exact=True).click()
            expect(page.get_by_text("Paused since")).to_be_visible()
            expect(page.get_by_text("piece of work in hand")).to_be_visible()
            assert pausing.is_paused(server.home)
            page.get_by_role("button", name="Resume").click()
            expect(page.get_by_role("button", name="Pause", exact=True)).to_be_visible()
            assert not pausing.is_paused(server.home)
            page.get_by_role("button", name="Pause", exact=True).click()
            expect(page.get_by_role("button", name="Resume")).to_be_visible()
        expect(page.get_by_text("also over a restart")).to_be_visible()
        page.get_by_role("tab", name="Chat").click()
        expect(page.get_by_text("The night is paused.")).to_be_visible()
        page.get_by_role("tab", name="Night").click()
        page.get_by_role("button", name="What happened").click()
        expect(page.locator(".journal").get_by_text("Paused.").first).to_be_visible()
        expect(page.locator(".journal").get_by_text("Training: begun.")).to_be_visible()
        page.get_by_role("button", name="Cancel this night").click()
        expect(page.get_by_role("button", name="Run the night now")).to_be_visible()
        assert runs.run(db, run).state == "cancelled" and not pausing.is_paused(server.home)


def test_the_report_says_what_was_checked_and_is_printed_as_a_page(visit, server):
    with opened(server.home) as db:
        refused_night(db, server.home)
    page = visit.page
    page.get_by_role("tab", name="Night").click()
    expect(page.get_by_text("76 of 80 were left alone")).to_be_visible()
    expect(page.get_by_role("heading", name="How long it took")).to_be_visible()
    with page.context.expect_page() as opening:
        page.get_by_role("link", name="Print or save this report").click()
    printed = opening.value
    expect(printed.get_by_role("heading", name="The night of")).to_be_visible()
    expect(printed.get_by_text("It still says what it said before.")).to_be_visible()
    expect(printed.get_by_role("img", name="How far the model was off")).to_be_visible()
    printed.wait_for_load_state()
    printed.evaluate("() => { window.print = () => { window.printed = true; }; }")
    printed.get_by_role("button", name="Print this page").click()
    assert printed.evaluate("window.printed") is True
    assert (
        printed.evaluate("getComputedStyle(document.querySelector('.bar > span')).backgroundColor") == "rgb(4, 120, 87)"
    )


@pytest.mark.parametrize(
    ("worse", "told"),
    [
        ("corrections", "You corrected more answers this week than before."),
        ("thumbs", "You liked fewer answers this week than before."),
    ],
)
def test_a_week_that_was_worse_is_told_at_the_head_of_the_chat(browser, tmp_path, worse, told):
    with opened(tmp_path) as db:
        talk = conversations.create_conversation(db, "weeks")
        for number in range(60):
            time = "2026-01-06T10:00:00.000Z" if number < 30 else now()
            question = f"How high is the tower of Elmira, for the {number}th time?"
            asked = conversations.add_message(db, talk.id, None, "user", question, created=time)
            said = conversations.add_message(db, talk.id, asked.id, "assistant", "So.", created=time)
            if worse == "corrections" and number >= 40:
                feedback.correct(db, said.id, "Not so.")
            if worse == "thumbs":
                ratings.rate(db, said.id, 1 if number < 35 else -1)
    with served(tmp_path) as server:
        visit = Visit(browser, server.url)
        alarm = visit.page.locator("#alarm")
        expect(alarm).to_contain_text(told)
        visit.tab("Night")
        weeks = visit.page.locator(".card", has_text="Corrected of 100").get_by_role("row")
        expect(weeks).to_have_count(3)
        expect(weeks.nth(1)).to_contain_text("67" if worse == "corrections" else "5 of 30")
        expect(weeks.nth(2)).to_contain_text("Elmira")
        expect(weeks.nth(2)).to_contain_text("30" if worse == "corrections" else "30 of 30")
        visit.page.context.close()
        assert visit.faults == []


def test_two_versions_answer_in_the_chat_and_one_click_chooses(browser, tmp_path):
    with served(tmp_path, APRENDIZ_SECOND_ANSWERS="1") as server:
        visit = Visit(browser, server.url)
        made = another_version(server.home, different=True)
        with opened(server.home) as db:
            promote(db, server.home, made)
        page = visit.page
        visit.ask("What is the capital of France?", finished=False)
        row, shown = visit.answers.last, page.locator("#talk")
        expect(row.get_by_role("button", name="B is better")).to_be_visible()
        expect(shown.locator(".message-row:has(.rival)")).to_have_count(2)
        assert made.removeprefix("v-") not in shown.inner_text() and "Answered by" not in shown.inner_text()
        expect(page.get_by_role("button", name="Send")).to_be_visible()
        row.get_by_role("button", name="B is better").click()
        expect(visit.answers.last.get_by_text("You preferred this answer by")).to_be_visible()
        expect(visit.answers.last.get_by_text("no difference 0. Too few to tell")).to_be_visible()
        expect(visit.answers.last.get_by_text("2/2")).to_be_visible()
        with opened(server.home) as db:
            counted = duels.score(db, made, "base")
            assert counted in (Score(1, 0, 0), Score(0, 1, 0)) and len(ratings.preferences(db)) == 1
        with page.context.expect_page() as opening:
            visit.answers.last.get_by_role("link", name="All choices so far").click()
        expect(opening.value.get_by_role("heading", name="Choices between versions")).to_be_visible()
        expect(opening.value.get_by_text("1 : 0, no difference 0")).to_be_visible()
        page.get_by_role("tab", name="Compare").click()
        expect(page.get_by_role("heading", name="Your choices so far")).to_be_visible()
        expect(page.get_by_text("not certain yet")).to_be_visible()
        visit.page.context.close()
        assert visit.faults == [] and current(server.home) == made


def taught(home: Path, question: str, answer: str) -> int:
    """A correction of an answer in a conversation of its own. Gives its id."""
    with opened(home) as db:
        talk = conversations.create_conversation(db)
        asked = conversations.add_message(db, talk.id, None, "user", question)
        said = conversations.add_message(db, talk.id, asked.id, "assistant", "A wizard does.")
        return feedback.correct(db, said.id, answer).id
