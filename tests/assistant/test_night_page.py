"""The night's page in a real browser: progress while one runs, its result, and going to a version and back."""

import re

import pytest
from playwright.sync_api import expect

from models.version_files import clear_files, current
from store import checks, duels, runs, versions, wordings
from store.accepted import accepted
from store.database import opened
from store.records import Version, now
from store.wordings import own_wordings
from tests.assistant.browser import Visit
from tests.assistant.nights import CANDIDATE, another_version, corrected, night_about, refused_night, training_run
from trainer.process import only_night

pytestmark = [pytest.mark.browser, pytest.mark.slow]

# What sticks out of the page to the right, and is in nothing that can be scrolled by itself.
OUTSIDE = """
    [...document.querySelectorAll("main *")]
        .filter((each) => each.checkVisibility() && each.getBoundingClientRect().right > innerWidth + 1)
        .filter((each) => !each.closest(".wide, .journal, [role=tablist], .tab-container"))
        .map((each) => each.outerHTML.slice(0, 160))
"""

# Has every compared answer begin with markup.
WRITES_MARKUP = r"""
    const plain = window.fetch;
    const markup = "Inline \\\\(x^2\\\\) and **bold**\\n\\n```\\nif x:\\n    y = 1\\n```\\n\\n"
        + "<img src=x onerror='document.title=1'><script>document.title=2</script>";
    const changed = () => new TransformStream({
        transform(part, out) {
            const text = new TextDecoder().decode(part);
            out.enqueue(new TextEncoder().encode(text.replaceAll("<!---->", (mark) => mark + "\\n\\n" + markup)));
        },
    });
    window.fetch = async (...request) => {
        const response = await plain(...request);
        if (!response.url.includes("/queue/data")) return response;
        return new Response(response.body.pipeThrough(changed()), response);
    };
"""


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
        expect(visit.page.get_by_text("Examples: 3 ")).to_be_visible()
        expect(visit.page.get_by_text("Training step 40: off by 0.08 ")).to_be_visible()
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
    wording = first.inner_text().split("Leave out")[0].strip()
    first.get_by_role("button", name="Leave out").click()
    expect(first.get_by_role("button", name="Use again")).to_be_visible()
    ahead.get_by_label("In your own words").fill("Who takes us over at Harlow?")
    page.keyboard.press("Enter")
    expect(ahead.get_by_role("listitem").first).to_contain_text("Who takes us over at Harlow? (yours)")
    with opened(server.home) as db:
        assert {wording} in wordings.refused_wordings(db).values()
        assert ("Who takes us over at Harlow?",) in own_wordings(db).values()
    ahead.get_by_role("button", name="Next").click()
    expect(ahead.get_by_role("heading", name="Who keeps the ferry of Elmira?")).to_be_visible()
    expect(ahead.get_by_label("In your own words")).to_have_value("")
    ahead.get_by_role("button", name="Back to the list").click()
    expect(ahead.get_by_role("listitem").first).to_contain_text("Who keeps the ferry of Harlow? Otto Brandt keeps it.")


def test_a_practice_question_is_reworded_and_a_correction_accepted_once_for_all(visit, server):
    page, ahead = visit.page, visit.page.locator("#ahead")
    with opened(server.home) as db:
        corrected(db, "Who mends the nets of Falk?", "Nobody does.", "Mia Calder mends them.")
    page.get_by_role("tab", name="Chat").click()
    page.get_by_role("tab", name="Night").click()
    ahead.get_by_role("button", name="Look through their practice questions").click()
    expect(ahead.get_by_role("heading", name="Who mends the nets of Falk?")).to_be_visible()
    first = ahead.get_by_role("listitem").first
    wording = first.inner_text().split("Leave out")[0].strip()
    first.get_by_text("Edit").click()
    first.get_by_role("textbox").fill("Whose hands mend the nets of Falk?")
    page.keyboard.press("Enter")
    expect(ahead.get_by_text("Whose hands mend the nets of Falk? (yours)")).to_be_visible()
    with opened(server.home) as db:
        assert {wording} in wordings.refused_wordings(db).values()
        assert ("Whose hands mend the nets of Falk?",) in own_wordings(db).values()
    ahead.get_by_role("button", name="Accept", exact=True).click()
    expect(ahead.get_by_role("heading", name="Who mends the nets of Falk?")).to_have_count(0)
    with opened(server.home) as db:
        assert accepted(db)
    expect(ahead.get_by_role("listitem").first).to_be_visible()
    if (back := ahead.get_by_role("button", name="Back to the list")).count():  # others are still to be looked at
        back.click()
    expect(ahead.get_by_role("listitem").first).to_contain_text("accepted")


def test_a_version_is_chosen_and_the_one_before_it_is_one_click_away(visit, server):
    made = another_version(server.home)
    page, asked = visit.page, []
    page.on("dialog", lambda dialog: asked.append(dialog.message))
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
    expect(page.get_by_role("row", name=made)).to_contain_text("answered")
    with opened(server.home) as db:
        assert [(move.version, move.previous, move.by) for move in versions.promotions(db)] == [
            (made, "base", "promote"),
            ("base", made, "rollback"),
        ]
    assert asked == []


def test_a_version_that_did_not_pass_answers_only_after_a_warning(visit, server):
    failed = another_version(server.home, refused=("it forgot what it knew",))
    page, asked = visit.page, []
    visit.reload()
    page.on("dialog", lambda dialog: asked.append(dialog.message))
    page.get_by_role("tab", name="Night").click()
    page.get_by_role("button", name=f"Use version {failed.removeprefix('v-')}").click()
    expect(page.get_by_role("row", name=failed)).to_contain_text("answers now")
    assert "it forgot what it knew. Have it answer all the same?" in asked[0]
    page.get_by_role("button", name="Go back to the version before").click()
    expect(page.get_by_role("button", name=f"Use version {failed.removeprefix('v-')}")).to_be_visible()
    assert current(server.home) == "base"


def test_a_version_whose_files_were_cleared_away_is_offered_nowhere(visit, server):
    kept, cleared = another_version(server.home), another_version(server.home, different=True)
    clear_files(server.home, cleared)
    page = visit.page
    visit.reload()
    page.get_by_role("tab", name="Night").click()
    expect(page.get_by_role("row", name=cleared).get_by_text("its files were cleared away")).to_be_visible()
    expect(page.get_by_role("button", name=f"Use version {cleared.removeprefix('v-')}")).to_have_count(0)
    page.get_by_role("tab", name="Compare").click()
    page.get_by_label("One version").click()
    expect(page.get_by_role("option", name=f"version {kept.removeprefix('v-')}")).to_be_visible()
    expect(page.get_by_role("option", name=f"version {cleared.removeprefix('v-')}")).to_have_count(0)


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
        asked = []
        visit.page.on("dialog", lambda dialog: asked.append(dialog.message))
        visit.page.get_by_role("button", name="Cancel this night").click()
        expect(visit.page.get_by_role("button", name="Cancel this night")).to_have_count(0)
        expect(visit.page.get_by_text("The night was cancelled.")).to_be_visible()
        assert runs.run(db, run).state == "cancelled"
        assert len(asked) == 1 and "corrections, your votes and the version that answers stay" in asked[0]


def test_the_morning_shows_what_was_taught_with_the_answer_before_and_after(visit, server):
    with opened(server.home) as db:
        taught = corrected(db, "Who keeps the Elmira mill?", "A wizard keeps it.", "Ada Calder.")
        run = night_about(db, taught)
        checks.record_check(db, taught.id, "v-lesson", 3, 3, "It is Ada Calder who does.")
        runs.finish_run(db, run, "promoted", "v-lesson", ["new corrections: 3 of 3 answered as they should"])
    card = visit.page.locator("article.card").filter(has_text="Who keeps the Elmira mill?").last
    for text in ("A wizard keeps it.", "It is Ada Calder who does.", "learned", "3 of 3 test questions right"):
        expect(card.get_by_text(text)).to_be_visible()


def test_a_night_without_anything_new_leaves_the_report_before_it_to_be_read(visit, server):
    with opened(server.home) as db:
        refused_night(db, server.home)
        runs.finish_run(db, runs.begin_run(db, "page").id, "nothing learned", None, ["nothing was corrected"])
    page = visit.page
    expect(page.get_by_text("There was nothing new to learn.")).to_be_visible()
    expect(page.get_by_role("heading", name="The last night that examined a version")).to_be_visible()
    expect(page.get_by_text("too many neighbours moved")).to_be_visible()
    expect(page.get_by_text("76 of 80 were left alone")).to_be_visible()
    expect(page.get_by_role("link", name="Print or save this report")).to_have_count(2)


def test_two_versions_are_asked_the_same_side_by_side(visit, server):
    made = another_version(server.home)
    page = visit.page
    visit.reload()
    page.get_by_role("tab", name="Compare").click()
    page.get_by_label("Question to both").fill("What is the capital of France?")
    page.get_by_role("button", name="Ask both").click()
    expect(page.get_by_text("Both are the same version")).to_be_visible()
    _choose(page, "One version", f"version {made.removeprefix('v-')}")
    page.get_by_role("button", name="Ask both").click()
    expect(page.locator(".pair").get_by_role("heading", name="the original model")).to_be_visible()
    expect(page.locator(".pair").get_by_role("heading", name=f"version {made.removeprefix('v-')}")).to_be_visible()
    expect(page.get_by_text("Word for word the same.")).to_be_visible()


def test_compared_answers_are_shown_as_in_the_chat_and_say_where_they_were_cut(browser, server):
    made, visit = another_version(server.home), Visit(browser, server.url, before=WRITES_MARKUP)
    page = visit.page
    page.get_by_role("tab", name="Compare").click()
    _choose(page, "One version", f"version {made.removeprefix('v-')}")
    page.get_by_label("Question to both").fill("Write a very long story about a lighthouse keeper, with many chapters.")
    page.get_by_role("button", name="Ask both").click()
    pair = page.locator(".pair")
    expect(pair.locator("strong", has_text="bold")).to_have_count(2)
    expect(pair.locator(".katex")).to_have_count(2)
    assert "    y = 1" in pair.locator("pre code").first.inner_text()
    assert pair.locator("[onerror], script").count() == 0 and page.title() == "Aprendiz"
    expect(pair.get_by_text("it goes on beyond 256 tokens")).to_have_count(2)
    page.context.close()
    assert visit.foreign == []


def test_the_address_names_the_open_tab_and_opens_it_again(visit, server):
    page = visit.page
    page.get_by_role("tab", name="Compare").click()
    expect(page).to_have_url(re.compile("#compare$"))
    visit.reload()
    expect(page.get_by_role("tab", name="Compare")).to_have_attribute("aria-selected", "true")
    expect(page.get_by_label("Question to both")).to_be_visible()
    page.evaluate("location.hash = 'corrections'")
    expect(page.get_by_role("tab", name="Corrections")).to_have_attribute("aria-selected", "true")
    page.get_by_role("tab", name="Chat").click()
    expect(page).to_have_url(re.compile(r"^[^#]*$"))


def test_blind_the_names_come_after_the_choice_and_choices_are_counted(visit, server):
    made = another_version(server.home, different=True)
    page = visit.page
    visit.reload()
    page.get_by_role("tab", name="Compare").click()
    _choose(page, "One version", f"version {made.removeprefix('v-')}")
    page.get_by_label("Question to both").fill("What is the capital of France?")
    page.get_by_role("button", name="Ask both").click()
    expect(page.get_by_text("Which answer is better?")).to_be_visible()
    expect(page.locator(".pair h3")).to_have_text(["A", "B"])
    assert made.removeprefix("v-") not in page.locator(".pair").inner_text()
    page.get_by_role("button", name="A is better").click()
    expect(page.get_by_text("You preferred")).to_be_visible()
    expect(page.get_by_text("Too few to tell")).to_be_visible()
    with opened(server.home) as db:
        counted = duels.score(db, made, "base")
    assert (counted.one + counted.other, counted.neither) == (1, 0)


def test_the_filled_page_and_the_settings_fit_a_narrow_screen(browser, server):
    made = another_version(server.home, different=True)
    with opened(server.home) as db:
        night = refused_night(db, server.home)
        reasons = ("earlier corrections: 5 of 6 answered as they should, 1 lost and 0 gained since the version before",)
        versions.add_version(db, Version("v-222222222222", made, night, now(), "refused", reasons, CANDIDATE))
        duels.decide_duel(db, duels.begin_duel(db, "Where is the weir?", "base", made).id, "second")
    visit = Visit(browser, server.url, width=360, height=760)
    page = visit.page
    for tab, filled in (("Night", "The last night"), ("Compare", "Your choices so far"), ("Settings", "Nights")):
        page.get_by_role("tab", name=tab).click()
        expect(page.get_by_role("heading", name=filled).first).to_be_visible()
        if tab == "Night":
            expect(page.get_by_text("too many neighbours moved")).to_be_visible()
            expect(page.get_by_role("heading", name="What the next night is about")).to_be_visible()
            page.get_by_role("button", name="What is in version 222222222222").click()
            expect(page.get_by_role("heading", name="What is in version 222222222222")).to_be_visible()
        assert page.evaluate("document.documentElement.scrollWidth") <= 360, tab
        outside = page.evaluate(OUTSIDE)
        assert outside == [], (tab, outside)
    page.context.close()


def _choose(page, label, version):
    """Choose in a list by typing, since the list stays where it was when something above it is filled."""
    page.get_by_label(label).click()
    expect(page.get_by_role("option", name=version)).to_be_attached()
    page.get_by_label(label).fill(version)
    page.get_by_label(label).press("Enter")
    expect(page.get_by_label(label)).not_to_be_focused()  # it has chosen; the text alone tells nothing
    expect(page.get_by_label(label)).to_have_value(version)
