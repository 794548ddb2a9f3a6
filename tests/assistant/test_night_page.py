"""The night's page in a real browser: progress while one runs, its result, and going to a version and back."""

import re

import pytest
from playwright.sync_api import expect

from models.version_files import current
from store import duels, feedback, runs, versions
from store.database import opened
from store.wordings import own_wordings
from tests.assistant.browser import Visit
from tests.assistant.nights import another_version, corrected, night_about, training_run
from trainer.process import only_night

pytestmark = [pytest.mark.browser, pytest.mark.slow]


@pytest.fixture
def visit(browser, server):
    made = Visit(browser, server.url)
    made.page.get_by_role("tab", name="Night").click()
    yield made
    made.page.context.close()
    assert made.foreign == [] and made.faults == []


def test_a_running_night_shows_its_step_the_time_left_and_the_loss_curve(visit, server):
    with opened(server.home) as db, only_night(server.home):
        run = training_run(db, server.home)
        expect(visit.page.get_by_role("heading", name="Training", exact=True)).to_be_visible()
        expect(visit.page.get_by_text("step 4 of 8")).to_be_visible()
        expect(visit.page.get_by_text("left", exact=False).first).to_be_visible()
        expect(visit.page.locator(".vega-embed canvas, .vega-embed svg").first).to_be_visible()
        expect(visit.page.get_by_role("button", name="Cancel this night")).to_be_visible()
        runs.finish_run(db, run, "refused", None, ["18 of 20 general answers changed", "2 answers loop"])
    expect(visit.page.get_by_text("did not pass its examination")).to_be_visible()
    expect(visit.page.get_by_text("2 answers loop")).to_be_visible()
    expect(visit.page.get_by_role("button", name="Run the night now")).to_be_visible()


def test_what_the_next_night_is_about_is_told_before_it_comes(visit):
    page = visit.page
    page.get_by_role("tab", name="Chat").click()
    visit.ask("Who winds the clock of Denby?")
    visit.correct("Ines Farrow winds it.")
    page.get_by_role("tab", name="Night").click()
    expect(page.get_by_role("heading", name="What the next night is about")).to_be_visible()
    expect(page.locator("#ahead li").first).to_contain_text("Who winds the clock of Denby? Ines Farrow winds it.")


def test_what_is_new_is_looked_through_before_the_night(visit, server):
    page, ahead = visit.page, visit.page.locator("#ahead")
    page.get_by_role("tab", name="Chat").click()
    for who, place in (("Ada Calder", "Elmira"), ("Otto Brandt", "Harlow")):
        visit.ask(f"Who keeps the ferry of {place}?")
        visit.correct(f"{who} keeps it.")
    page.get_by_role("tab", name="Night").click()
    expect(ahead.get_by_role("listitem").first).to_contain_text("Who keeps the ferry of Harlow?")
    ahead.get_by_role("button", name="Look through their practice questions").click()
    expect(ahead.get_by_role("heading", name="Who keeps the ferry of Harlow?")).to_be_visible()
    expect(ahead.get_by_role("status")).to_contain_text("1 of ")
    first = ahead.get_by_role("listitem").first
    wording = first.inner_text().removesuffix("Leave out").strip()
    first.get_by_role("button", name="Leave out").click()
    expect(first.get_by_role("button", name="Use again")).to_be_visible()
    ahead.get_by_label("In your own words").fill("Who takes us over at Harlow?")
    page.keyboard.press("Enter")
    expect(ahead.get_by_role("listitem").first).to_contain_text("Who takes us over at Harlow? (yours)")
    with opened(server.home) as db:
        assert {wording} in feedback.refused_wordings(db).values()
        assert ("Who takes us over at Harlow?",) in own_wordings(db).values()
    ahead.get_by_role("button", name="Next").click()
    expect(ahead.get_by_role("heading", name="Who keeps the ferry of Elmira?")).to_be_visible()
    expect(ahead.get_by_label("In your own words")).to_have_value("")
    ahead.get_by_role("button", name=re.compile("^(Back to the list|Done)$")).click()
    expect(ahead.get_by_role("listitem").first).to_contain_text("Who keeps the ferry of Harlow? Otto Brandt keeps it.")


def test_a_version_is_chosen_and_the_one_before_it_is_one_click_away(visit, server):
    made = another_version(server.home)
    page = visit.page
    page.get_by_role("tab", name="Chat").click()
    page.get_by_role("tab", name="Night").click()
    page.get_by_role("button", name=f"Use version {made.removeprefix('v-')}").click()
    expect(page.get_by_role("button", name="Go back to the version before")).to_be_visible()
    assert current(server.home) == made
    page.get_by_role("tab", name="Chat").click()
    visit.ask("Say hello.")
    page.get_by_role("tab", name="Night").click()
    expect(page.get_by_role("heading", name="The weeks")).to_be_visible()
    page.get_by_role("button", name="Go back to the version before").click()
    expect(page.get_by_role("button", name="Use the original model")).to_have_count(0)
    assert current(server.home) == "base"
    with opened(server.home) as db:
        assert [(move.version, move.previous, move.by) for move in versions.promotions(db)] == [
            (made, "base", "promote"),
            ("base", made, "rollback"),
        ]


def test_while_a_night_runs_it_can_be_cancelled_and_afterwards_started(visit, server):
    with only_night(server.home):
        page = visit.page
        expect(page.get_by_role("button", name="Cancel this night")).to_be_visible()
    expect(page.get_by_role("button", name="Run the night now")).to_be_visible()


def test_a_night_whose_process_is_gone_can_be_cancelled_too(visit, server):
    with opened(server.home) as db:
        run = training_run(db, server.home)
        expect(visit.page.get_by_text("The last night was interrupted.")).to_be_visible()
        expect(visit.page.get_by_role("button", name="Run the night now")).to_be_visible()
        visit.page.get_by_role("button", name="Cancel this night").click()
        expect(visit.page.get_by_role("button", name="Cancel this night")).to_have_count(0)
        expect(visit.page.get_by_text("The night was cancelled.")).to_be_visible()
        assert runs.run(db, run).state == "cancelled"


def test_the_morning_shows_what_was_taught_with_the_answer_before_and_after(visit, server):
    with opened(server.home) as db:
        taught = corrected(db, "Who keeps the Elmira mill?", "A wizard keeps it.", "Ada Calder.")
        run = night_about(db, taught)
        feedback.record_check(db, taught.id, "v-lesson", 3, 3, "It is Ada Calder who does.")
        runs.finish_run(db, run, "promoted", "v-lesson", ["new corrections: 3 of 3 answered as they should"])
    card = visit.page.locator("article.card").filter(has_text="Who keeps the Elmira mill?").last
    for text in ("A wizard keeps it.", "It is Ada Calder who does.", "learned", "3 of 3 test questions right"):
        expect(card.get_by_text(text)).to_be_visible()


def test_two_versions_are_asked_the_same_side_by_side(visit, server):
    made = another_version(server.home)
    page = visit.page
    page.get_by_role("tab", name="Chat").click()
    page.get_by_role("tab", name="Night").click()
    page.get_by_label("Question to both").fill("What is the capital of France?")
    page.get_by_role("button", name="Ask both").click()
    expect(page.get_by_text("Both are the same version")).to_be_visible()
    page.get_by_label("One version").click()
    page.get_by_role("option", name=f"version {made.removeprefix('v-')}").click()
    page.get_by_role("button", name="Ask both").click()
    expect(page.locator(".pair .said")).to_have_count(2)
    expect(page.locator(".pair").get_by_role("heading", name="the original model")).to_be_visible()
    expect(page.get_by_text("Word for word the same.")).to_be_visible()


def test_blind_the_names_come_after_the_choice_and_choices_are_counted(visit, server):
    made = another_version(server.home, different=True)
    page = visit.page
    page.get_by_role("tab", name="Chat").click()
    page.get_by_role("tab", name="Night").click()
    page.get_by_label("One version").click()
    page.get_by_role("option", name=f"version {made.removeprefix('v-')}").click()
    page.get_by_label("Question to both").fill("What is the capital of France?")
    page.get_by_role("button", name="Ask both").click()
    expect(page.locator(".pair .said")).to_have_count(2)
    assert made.removeprefix("v-") not in page.locator(".pair").inner_text()
    page.get_by_role("button", name="A is better").click()
    expect(page.get_by_text("You preferred")).to_be_visible()
    expect(page.get_by_text("Too few to tell")).to_be_visible()
    with opened(server.home) as db:
        counted = duels.score(db, made, "base")
    assert (counted.one + counted.other, counted.neither) == (1, 0)
