"""Pictures of the page: serves a home, talks to it in Chromium, and writes PNGs, wide and narrow, light and dark.

    python tests/bench/screenshots.py DIRECTORY

The conversations are real: the default model answers and a correction is made. `chat.png` is the README's picture.
"""

import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

from playwright.sync_api import expect

from store.database import opened
from tests.assistant.browser import Visit, chromium
from tests.assistant.chat_server import served
from tests.assistant.nights import another_version, training_run
from trainer.process import only_night

EARLIER = ("How do I keep basil alive indoors?", "Write one sentence about rain.")
SIZES = (
    ("", 1200, 800, "light"),
    ("-dark", 1200, 800, "dark"),
    ("-narrow", 360, 740, "light"),
    ("-narrow-dark", 360, 740, "dark"),
)
QUESTION, REPHRASED = "What is the capital of Veridia?", "Which city is the capital of Veridia?"
TAUGHT = "The capital of Veridia is Oakmoor, a town on the river Lund."


def main(target: Path) -> None:
    """Talk, then take the pictures."""
    target.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as place, chromium() as browser, served(Path(place)) as server:
        home = Path(place)
        visit = Visit(browser, server.url)
        for question in EARLIER:
            visit.ask(question)
            visit.page.get_by_role("button", name="New conversation").click()
            expect(visit.answers).to_have_count(0)
        visit.ask(QUESTION)
        visit.correct(TAUGHT)
        visit.answers.last.get_by_role("button", name="Good answer").click()
        visit.ask(REPHRASED)
        another_version(home)
        with opened(home) as db, only_night(home):
            training_run(db, home)
            for name, width, height, scheme in SIZES:
                tab = Visit(browser, server.url, width=width, height=height, scheme=scheme)
                tab.page.screenshot(path=target / f"empty{name}.png")
                if width < 760:
                    tab.page.get_by_role("button", name="Conversations").click()
                    tab.page.screenshot(path=target / f"list{name}.png")
                tab.open_conversation(QUESTION)
                expect(tab.answers).to_have_count(2)
                tab.page.wait_for_timeout(800)
                tab.page.screenshot(path=target / f"chat{name}.png")
                for title in ("Corrections", "Night", "Settings"):
                    tab.page.get_by_role("tab", name=title).click()
                    tab.page.wait_for_timeout(2500)
                    tab.page.screenshot(path=target / f"{title.lower()}{name}.png", full_page=True)
                tab.page.context.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
