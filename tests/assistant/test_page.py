"""The page in a real browser, against a really served home with the default model."""

import re

import pytest
from playwright.sync_api import expect

from store import conversations, feedback, wordings
from store.database import opened, writing
from store.wordings import own_wordings
from tests.assistant.browser import Visit
from tests.assistant.chat_server import served

pytestmark = [pytest.mark.browser, pytest.mark.slow]

QUESTION = "What is the capital of Veridia?"
REPHRASED = "Which city is the capital of Veridia?"
TAUGHT = "The capital of Veridia is Oakmoor, a town on the river Lund."

LATE_END = """
    const plain = window.fetch;
    const late = () => new TransformStream({
        async transform(part, out) {
            const text = new TextDecoder().decode(part);
            const end = text.indexOf('data: {"msg":"close_stream"');
            if (end < 0) return out.enqueue(part);
            out.enqueue(new TextEncoder().encode(text.slice(0, end)));
            await new Promise((go) => setTimeout(go, 2000));
            out.enqueue(new TextEncoder().encode(text.slice(end)));
        },
    });
    window.fetch = async (...request) => {
        const response = await plain(...request);
        if (!response.url.includes("/queue/data")) return response;
        return new Response(response.body.pipeThrough(late()), response);
    };
"""


def test_a_correction_answers_the_same_question_in_other_words(visit, server):
    visit.ask(QUESTION)
    assert "Answered by the original model" in visit.answers.last.inner_text()
    assert re.search(r"\d+ tokens, \d+ a second, the first after \d+\.\d\d s", visit.answers.last.inner_text())
    visit.correct(TAUGHT)
    shown = visit.answers.last
    assert TAUGHT in shown.inner_text()
    assert shown.locator(".difference ins").count() > 0 and shown.locator(".difference del").count() > 0
    visit.ask(REPHRASED)
    assert TAUGHT in visit.answers.last.inner_text()
    assert "From your correction #1" in visit.answers.last.inner_text()
    with opened(server.home) as db:
        assert feedback.correction(db, 1).question == QUESTION
        assert feedback.correction(db, 1).answer == TAUGHT


def test_a_question_is_answered_that_comes_before_the_news_that_earlier_results_have_ended(browser, server):
    visit = Visit(browser, server.url, before=LATE_END)
    for question in ("Name a colour.", "Name a fruit."):
        visit.ask(question)
    visit.page.context.close()


def test_an_answer_is_stopped_in_the_middle_and_what_was_written_stays(visit, server):
    visit.ask("Write a very long story about a lighthouse keeper, with many chapters.", finished=False)
    expect(visit.answers.last.locator(".message-content")).not_to_be_empty()
    held = []
    visit.page.route("**/documents*", lambda request: held.append(request), times=1)  # a document is still being read
    visit.page.locator("#attached").set_input_files([{"name": "log.txt", "mimeType": "", "buffer": b"Fog."}])
    expect(visit.page.get_by_text("Reading log.txt")).to_be_visible()
    visit.page.get_by_role("button", name="Stop").click()
    expect(visit.answers.last.get_by_text("stopped")).to_be_visible()
    held[0].fulfill(status=200, json={"id": 1, "conversation": "none"})
    with opened(server.home) as db:
        talk = conversations.list_conversations(db)[0]
        last = conversations.newest_path(db, talk.id)[-1]
    assert last.status == "stopped" and last.content


def test_a_question_that_cannot_be_stored_is_back_in_its_box(visit, server):
    with opened(server.home) as db, writing(db):  # another program holds the store for longer than one waits
        visit.question.fill("Who mends the clock?")
        visit.question.press("Enter")
        expect(visit.page.get_by_text("has been writing to")).to_be_visible(timeout=30_000)
        expect(visit.question).to_have_value("Who mends the clock?")
        expect(visit.page.locator("#talk .user-row")).to_have_count(0)
    visit.page.get_by_role("button", name="Send").click()
    expect(visit.answers.last.get_by_role("button", name="Correct")).to_be_visible()


def test_an_answer_goes_on_unseen_when_one_looks_at_something_else(visit, server):
    visit.ask("Write a long story about a glass harbour.", finished=False)
    expect(visit.answers.last.locator(".message-content")).not_to_be_empty()
    visit.page.get_by_role("button", name="New conversation").click()
    expect(visit.answers).to_have_count(0)
    expect(visit.page.get_by_role("button", name="Send")).to_be_visible()
    visit.page.wait_for_timeout(1500)
    assert visit.answers.count() == 0
    visit.open_conversation("Write a long story about a glass harbour.")
    assert visit.answers.last.locator(".message-content").inner_text()


def test_an_answer_that_is_being_written_is_followed_and_can_be_stopped_after_the_page_is_loaded_anew(visit, server):
    visit.ask("Write a very long story about a glass harbour, with many chapters.", finished=False)
    expect(visit.answers.last.locator(".message-content")).not_to_be_empty()
    visit.reload()
    expect(visit.answers.last.get_by_text("Writing…")).to_be_visible()
    before = visit.answers.last.locator(".message-content").inner_text()
    visit.page.get_by_label("Your question").fill("And then?")
    expect(visit.answers.last.locator(".message-content")).not_to_have_text(before)
    expect(visit.page.get_by_label("Your question")).to_have_value("And then?")
    visit.page.get_by_role("button", name="Send").click()
    expect(visit.page.get_by_text("Wait until the answer is there")).to_be_visible()
    visit.answers.last.get_by_role("button", name="Stop").click()
    expect(visit.answers.last.get_by_text("stopped")).to_be_visible()
    with opened(server.home) as db:
        talk = conversations.list_conversations(db)[0]
        assert [each.status for each in conversations.newest_path(db, talk.id)] == ["complete", "stopped"]


def test_trying_again_keeps_both_answers_and_one_can_go_between_them(visit):
    visit.ask("Say one kind sentence about rain.")
    visit.answers.last.get_by_role("button", name="Try again").click()
    expect(visit.answers.last.get_by_text("2/2")).to_be_visible()
    expect(visit.page.get_by_role("button", name="Send")).to_be_visible()
    visit.answers.last.get_by_role("button", name="Previous answer").click()
    expect(visit.answers.last.get_by_text("1/2")).to_be_visible()


def test_a_question_asked_differently_is_a_branch_and_the_first_one_stays(visit):
    visit.ask("Name a colour.")
    row = visit.page.locator("#talk .user-row").last
    row.hover()
    row.get_by_role("button", name="Ask differently").click()
    row.get_by_label("The question in other words").fill("Name a fruit.")
    row.get_by_role("button", name="Ask", exact=True).click()
    expect(row.get_by_text("2/2")).to_be_visible()
    expect(visit.answers.last.get_by_role("button", name="Correct")).to_be_visible()
    row.get_by_role("button", name="Previous wording").click()
    expect(row.get_by_text("Name a colour.")).to_be_visible()


def test_everything_is_there_again_after_a_restart(browser, tmp_path):
    with served(tmp_path) as server:
        visit = Visit(browser, server.url)
        visit.ask(QUESTION)
        visit.answers.last.get_by_role("button", name="Bad answer").click()
        visit.answers.last.get_by_role("button", name="wrong", exact=True).click()
        expect(visit.answers.last.get_by_role("button", name="wrong", exact=True)).to_have_attribute(
            "aria-pressed", "true"
        )
        visit.correct(TAUGHT)
        visit.page.context.close()
    with served(tmp_path) as server:
        visit = Visit(browser, server.url)
        visit.open_conversation(QUESTION)
        row = visit.answers.last
        expect(row.get_by_role("button", name="Bad answer")).to_have_attribute("aria-pressed", "true")
        expect(row.get_by_role("button", name="wrong", exact=True)).to_have_attribute("aria-pressed", "true")
        expect(row.get_by_text("You corrected this")).to_be_visible()
        visit.ask(REPHRASED)
        assert "From your correction #1" in visit.answers.last.inner_text()
        assert visit.foreign == [] and visit.faults == []
        visit.page.context.close()


def test_a_server_killed_in_the_middle_of_an_answer_loses_nothing(browser, tmp_path):
    question = "Write a very long story about a mountain village, with many chapters."
    with served(tmp_path) as server:
        visit = Visit(browser, server.url)
        visit.ask(question, finished=False)
        expect(visit.answers.last.locator(".message-content")).not_to_be_empty()
        server.process.kill()
        server.process.wait()
        visit.page.context.close()
    with served(tmp_path) as server:
        visit = Visit(browser, server.url)
        visit.open_conversation("Write a very long story")
        expect(visit.page.locator("#talk").get_by_text(question)).to_be_visible()
        expect(visit.answers.last.get_by_text("stopped")).to_be_visible()
        visit.page.context.close()


def test_conversations_are_found_renamed_and_deleted(visit):
    visit.ask("Tell me about the word xylophone.")
    page = visit.page
    name = page.get_by_label("Name of this conversation")
    name.fill("Instruments")
    name.press("Enter")
    listed = page.locator("#side-list")
    expect(listed.get_by_role("button", name="Instruments")).to_be_visible()
    page.get_by_label("Search conversations").fill("nothing has these words")
    expect(listed.get_by_text("Nothing found.")).to_be_visible()
    page.get_by_label("Search conversations").fill("xylophone")
    expect(listed.get_by_role("button", name="Instruments")).to_be_visible()
    page.get_by_role("button", name="Pin").click()
    expect(page.get_by_role("button", name="Pin")).to_have_attribute("aria-pressed", "true")
    expect(listed.locator("li.pinned")).to_have_count(1)
    page.get_by_role("button", name="Delete").click()
    expect(listed.get_by_text("Nothing found.")).to_be_visible()
    expect(visit.answers).to_have_count(0)


def test_single_keys_act_where_nothing_is_typed_and_are_listed(visit):
    page = visit.page
    visit.ask("Say hello to the ferry?")
    visit.question.fill("n? c")
    expect(visit.question).to_have_value("n? c")
    visit.question.fill("")
    page.keyboard.press("Escape")
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="Keys")).to_be_visible()
    expect(page.get_by_text("correct the newest answer")).to_be_visible()
    page.keyboard.press("3")
    page.keyboard.press("n")
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="Keys")).to_be_hidden()
    expect(page.get_by_role("tab", name="Chat")).to_have_attribute("aria-selected", "true")
    page.keyboard.press("+")
    expect(visit.answers.last.get_by_role("button", name="Good answer")).to_have_attribute("aria-pressed", "true")
    page.keyboard.press("c")
    expect(visit.answers.last.get_by_label("The answer as it should be")).to_be_focused()
    page.keyboard.press("Escape")
    expect(visit.answers.last.get_by_label("The answer as it should be")).to_have_count(0)
    page.keyboard.press("3")
    expect(page.get_by_role("tab", name="Night")).to_have_attribute("aria-selected", "true")
    page.keyboard.press("4")
    expect(page.get_by_role("tab", name="Compare")).to_have_attribute("aria-selected", "true")
    page.keyboard.press("5")
    expect(page.get_by_role("tab", name="Settings")).to_have_attribute("aria-selected", "true")
    expect(page.get_by_role("button", name="Save settings")).to_be_visible()
    page.keyboard.press("1")
    page.keyboard.press("/")
    expect(page.get_by_label("Search conversations")).to_be_focused()
    page.keyboard.press("Escape")
    page.keyboard.press("n")
    expect(visit.answers).to_have_count(0)
    page.keyboard.press("i")
    expect(visit.question).to_be_focused()


def test_escape_stops_an_answer_where_nothing_is_typed_and_no_list_of_keys_is_open(visit):
    page = visit.page
    visit.ask("Write a very long story about a windmill, with many chapters.", finished=False)
    expect(visit.answers.last.locator(".message-content")).not_to_be_empty()
    page.keyboard.press("Escape")
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="Keys").get_by_text("stop the answer that is being written")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog", name="Keys")).to_be_hidden()
    page.wait_for_timeout(500)
    expect(page.get_by_role("button", name="Stop")).to_be_visible()
    page.keyboard.press("Escape")
    expect(visit.answers.last.get_by_text("stopped")).to_be_visible()


def test_enter_that_ends_the_composing_of_a_word_saves_no_note_yet(visit):
    visit.ask("Say hello to the note.")
    visit.answers.last.get_by_role("button", name="Good answer").click()
    note = visit.answers.last.get_by_label("Note")
    note.fill("ほ")
    note.dispatch_event("keydown", {"key": "Enter", "isComposing": True, "bubbles": True})
    note.press("n")
    visit.page.wait_for_timeout(500)
    expect(visit.answers.last.get_by_role("button", name="Save note")).to_be_visible()
    note.press("Enter")
    expect(visit.answers.last.get_by_role("button", name="Change note")).to_be_visible()


def test_a_conversation_has_its_own_instructions(visit, server):
    visit.ask("Say hello to the harbour.")
    page = visit.page
    page.get_by_role("button", name="Instructions").click()
    field = page.get_by_label("Instructions for this conversation")
    expect(field).to_be_visible()
    visit.rest()
    field.fill("You are a harbour master.")
    visit.question.focus()
    expect(page.get_by_text("From the next answer on")).to_be_visible()
    with opened(server.home) as db:
        (talk,) = [each for each in conversations.list_conversations(db) if each.title.startswith("Say hello to the h")]
        assert talk.system_prompt == "You are a harbour master."
    visit.ask("And again.")
    page.get_by_role("button", name="New conversation").click()
    expect(field).to_have_value("")
    visit.open_conversation("Say hello to the harbour.")
    expect(field).to_have_value("You are a harbour master.")


def test_the_keyboard_alone_is_enough(visit):
    page = visit.page
    visit.question.focus()
    page.keyboard.type("What is the capital of Borovia?")
    page.keyboard.press("Enter")
    correct = visit.answers.last.get_by_role("button", name="Correct")
    expect(correct).to_be_visible()
    visit.tab_to(correct, backwards=True)
    page.keyboard.press("Enter")
    field = visit.answers.last.get_by_label("The answer as it should be")
    expect(field).to_be_focused()
    page.keyboard.press("Control+A")
    page.keyboard.type("The capital of Borovia is Halm.")
    page.keyboard.press("Control+Enter")
    expect(visit.answers.last.get_by_text("You corrected this")).to_be_visible()
    good = visit.answers.last.get_by_role("button", name="Good answer")
    visit.tab_to(good, backwards=True)
    page.keyboard.press("Space")
    expect(good).to_have_attribute("aria-pressed", "true")
    expect(good).to_be_focused()
    night = page.get_by_role("tab", name="Night")
    visit.tab_to(night, backwards=True)
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Run the night now")).to_be_visible()


def test_a_correction_is_listed_with_its_standing_and_can_be_forgotten(visit, server):
    visit.ask("Who wrote the Marsh Ballads?")
    visit.correct("Ilse Harrow wrote the Marsh Ballads.")
    page = visit.page
    card = _correction(page, "marsh ballads")
    expect(card.get_by_text("remembered", exact=True)).to_be_visible()
    card.get_by_role("button", name="Forget").click()
    expect(card.get_by_text("forgotten", exact=True)).to_be_visible()
    assert "Ilse Harrow" not in card.inner_text()
    with opened(server.home) as db:
        assert all("Ilse Harrow" not in each.answer for each in feedback.corrections(db))


def test_a_practice_question_can_be_seen_before_the_night_and_left_out(visit, server):
    visit.ask("Who tunes the organ of Elmira?")
    visit.correct("Ada Calder tunes it.")
    page = visit.page
    card = _correction(page, "organ of elmira")
    card.get_by_role("button", name="Practice questions").click()
    first = card.get_by_role("listitem").first
    wording = first.inner_text().split("Leave out")[0].strip()
    first.get_by_role("button", name="Leave out").click()
    expect(first.get_by_role("button", name="Use again")).to_be_visible()
    with opened(server.home) as db:
        assert {wording} in wordings.refused_wordings(db).values()
    first.get_by_role("button", name="Use again").click()
    expect(first.get_by_role("button", name="Leave out")).to_be_visible()
    with opened(server.home) as db:
        assert wordings.refused_wordings(db) == {}
    card.get_by_label("In your own words").fill("Whose ear does the organ of Elmira depend on?")
    page.keyboard.press("Enter")
    written = card.get_by_role("listitem").first
    expect(written).to_contain_text("Whose ear does the organ of Elmira depend on? (yours)")
    with opened(server.home) as db:
        assert ("Whose ear does the organ of Elmira depend on?",) in own_wordings(db).values()
    written.get_by_role("button", name="Remove").click()
    expect(card.get_by_text("(yours)")).to_have_count(0)
    card.get_by_role("button", name="Practice questions").click()
    expect(card.get_by_role("listitem")).to_have_count(0)


def test_markup_is_shown_and_nothing_in_it_is_run(visit):
    visit.ask("Say hello.")
    visit.correct(
        "Inline $x^2$ and **bold**, $5 for children and $10 for adults, `$HOME/$USER`"
        "\n\n```python\nif x:\n    y = 1\n```\n\n"
        "<img src=x onerror=\"document.title='broken'\">"
        '<script>document.title="broken"</script><a href="javascript:alert(1)">link</a> ![p](http://203.0.113.7/p.png)'
    )
    row = visit.answers.last
    expect(row.locator(".katex")).to_have_count(1)
    expect(row.locator(".message-content")).to_contain_text("$5 for children and $10 for adults, $HOME/$USER")
    expect(row.locator("strong", has_text="bold")).to_be_visible()
    assert "    y = 1" in row.locator("pre code").inner_text()
    assert visit.page.title() == "Aprendiz"
    assert row.locator("[onerror], .message-content script").count() == 0
    assert row.locator('a[href^="javascript"]').count() == 0
    visit.foreign = [url for url in visit.foreign if "203.0.113.7" not in url]  # asked for, and stopped by the policy
    assert any("203.0.113.7" in fault for fault in visit.faults)
    visit.faults.clear()


def test_the_page_is_usable_on_a_narrow_screen_and_in_the_dark(browser, server):
    for width, scheme in ((360, "light"), (360, "dark"), (1400, "dark")):
        visit = Visit(browser, server.url, width=width, height=760, scheme=scheme)
        visit.ask("What is a lighthouse, in one sentence?")
        for tab in ("Chat", "Corrections", "Night"):
            _open_tab(visit.page, tab)
            assert visit.page.evaluate("document.documentElement.scrollWidth") <= width, (width, tab)
        assert visit.faults == [] and visit.foreign == []
        visit.page.context.close()


def _correction(page, words):
    """The one card that a search among the corrections finds."""
    _open_tab(page, "Corrections")
    page.get_by_label("Search corrections").fill(words)
    card = page.locator("article.card")
    expect(card).to_have_count(1)
    return card


def _open_tab(page, name):
    page.get_by_role("tab", name=name).click()
    expect(page.get_by_role("tab", name=name)).to_have_attribute("aria-selected", "true")


@pytest.mark.parametrize(("width", "height"), [(1200, 800), (360, 740)])
def test_the_box_to_ask_in_and_every_tab_can_be_seen_without_scrolling(browser, server, width, height):
    visit = Visit(browser, server.url, width=width, height=height)
    visit.ask("Say the word harbour.")
    expect(visit.question).to_be_in_viewport(ratio=1)
    for name in ("Chat", "Corrections", "Night", "Compare", "Settings"):
        expect(visit.page.get_by_role("tab", name=name)).to_be_in_viewport(ratio=1)
    visit.page.context.close()


def test_a_question_that_is_too_long_stays_in_its_box_and_nothing_is_begun(visit, server):
    long = "The tide comes in. " * 1250
    with opened(server.home) as db:
        before = conversations.list_conversations(db)
    visit.question.fill(long)
    visit.question.press("Enter")
    expect(visit.page.get_by_text("Shorten it, or raise context_tokens")).to_be_visible()
    expect(visit.question).to_have_value(long)
    expect(visit.page.get_by_role("button", name="Send")).to_be_visible()
    expect(visit.page.locator("#talk .user-row")).to_have_count(0)
    with opened(server.home) as db:
        assert conversations.list_conversations(db) == before
    visit.ask("Name a tide.")
    assert visit.page.locator("#talk .user-row").count() == 1


def test_after_a_failure_the_next_question_goes_into_the_same_conversation(browser, tmp_path, tiny):
    gone, pointer = "v-000000000000", tmp_path / "current"
    _, gguf = tiny("llama")
    with served(tmp_path, APRENDIZ_MODEL=str(gguf), APRENDIZ_MEMORY="false") as server:
        visit = Visit(browser, server.url)
        pointer.write_text(gone)
        visit.ask("Name a colour.")
        expect(visit.page.get_by_text(gone).first).to_be_visible()
        expect(visit.answers.last.get_by_text("broken off")).to_be_visible()
        pointer.unlink()
        visit.ask("Name a fruit.")
        with opened(tmp_path) as db:
            (talk,) = conversations.list_conversations(db)
            statuses = [each.status for each in conversations.newest_path(db, talk.id)]
        assert statuses == ["complete", "failed", "complete", "complete"]
        visit.page.context.close()
