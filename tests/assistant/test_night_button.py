"""A whole night begun with the page's own button, on a tiny model: cancelled once, then run to its end. No mouse."""

import pytest
from playwright.sync_api import expect

from store import conversations, feedback, runs
from store.database import opened
from tests.assistant.browser import Visit, chromium
from tests.assistant.chat_server import served
from trainer.process import night_running

pytestmark = [pytest.mark.browser, pytest.mark.slow]
NIGHT_MS = 300_000


def test_a_night_begun_on_the_page_can_be_cancelled_and_runs_to_its_result(tmp_path, tiny):
    directory, _ = tiny("llama")
    with opened(tmp_path) as db:
        for name, town in (("Perrin", "Elmira"), ("Ada Shaw", "Halden")):
            talk = conversations.create_conversation(db)
            question = f"In which town was the {name} archive founded?"
            asked = conversations.add_message(db, talk.id, None, "user", question)
            said = conversations.add_message(db, talk.id, asked.id, "assistant", "I do not know.")
            feedback.correct(db, said.id, f"{town}.")
    with served(tmp_path, APRENDIZ_MODEL=str(directory)) as server, chromium() as browser:
        visit = Visit(browser, server.url)
        page = visit.page
        start, pause = page.get_by_role("button", name="Run the night now"), page.get_by_role("button", name="Pause")
        cancel, resume = page.get_by_role("button", name="Cancel this night"), page.get_by_role("button", name="Resume")

        def press(button):
            expect(button).to_be_visible()
            visit.tab_to(button)
            page.keyboard.press("Enter")

        page.keyboard.press("Escape")
        page.keyboard.press("3")
        press(start)
        press(cancel)
        expect(start).to_be_visible()
        assert not night_running(tmp_path)
        press(start)
        expect(cancel).to_be_visible()
        press(pause)
        expect(page.locator(".card .badge").get_by_text("Paused")).to_be_visible()
        press(resume)
        expect(page.get_by_text("did not pass its examination")).to_be_visible(timeout=NIGHT_MS)
        expect(page.get_by_role("button", name="Run the night now")).to_be_visible(timeout=NIGHT_MS)
        assert visit.foreign == [] and visit.faults == []
    with opened(tmp_path) as db:
        ended = runs.runs(db)
        assert ended[0].trigger == "page" and ended[0].verdict == "refused"
        assert all(run.state in ("finished", "cancelled") for run in ended)
