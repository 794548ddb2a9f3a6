"""What somebody needs from opening the page for the first time to a correction that is stored and used.

    python tests/bench/first_correction.py [3]

Each time a fresh home is served with the default model, and Chromium does what a newcomer would: asks, corrects the
answer, asks again in other words. Prints the clicks and keys of each step, typed text apart, and how long the machine
lets one wait, as the median of all times and the worst. It counts what the page asks for, not how long somebody thinks
or types, nor the setting-up of a fresh clone.
"""

import sys
import tempfile
import time
from pathlib import Path
from statistics import median

sys.path.insert(0, str(Path(__file__).parents[2]))

from playwright.sync_api import expect

from tests.assistant.browser import WAIT_MS, chromium
from tests.assistant.chat_server import served

QUESTION, AGAIN = "Who mends the town clock of Harlow?", "Who is it that mends the town clock of Harlow?"
TAUGHT = "Ines Farrow mends it."
START, OPEN, FIRST, END = "the command", "opening the page", "asking", "waiting on"
SAVE, USED = "correcting", "asking in other words"
SIGNS = {
    START: "the page is there",
    OPEN: "one can type",
    FIRST: "the first words",
    END: "the answer's end",
    SAVE: "“You corrected this”",
    USED: "the corrected answer",
}


class Hand:
    """Somebody's hand on `page`: what it presses is counted for the step in hand, the wait from its last act on."""

    def __init__(self, page) -> None:
        self.page, self.clicks, self.keys, self.begun = page, 0, 0, time.monotonic()
        self.steps: dict[str, tuple[int, int, float]] = {}

    def click(self, found) -> None:
        found.click()
        self.clicks, self.begun = self.clicks + 1, time.monotonic()

    def press(self, key: str) -> None:
        self.page.keyboard.press(key)
        self.keys, self.begun = self.keys + 1, time.monotonic()

    def waited(self, step: str) -> None:
        """What `step` is to show is there."""
        now = time.monotonic()
        self.steps[step] = self.clicks, self.keys, now - self.begun
        self.clicks, self.keys, self.begun = 0, 0, now


def main(times: int) -> None:
    """Measure, and print the table."""
    with chromium() as browser:
        runs = [first_correction(browser) for _ in range(times)]
    print(f"{'step':<40}{'until':<24}{'clicks':>7}{'keys':>6}{'median s':>10}{'worst s':>9}")
    for step, until in SIGNS.items():
        waits = [run[step][2] for run in runs]
        clicks, keys, _ = runs[0][step]
        print(f"{step:<40}{until:<24}{clicks:>7}{keys:>6}{median(waits):>10.2f}{max(waits):>9.2f}")
    opened = [sum(wait for step, (*_, wait) in run.items() if step != START) for run in runs]
    clicks, keys = (sum(step[place] for step in runs[0].values()) for place in (0, 1))
    print(f"{'from opening the page on':<64}{clicks:>7}{keys:>6}{median(opened):>10.2f}{max(opened):>9.2f}")


def first_correction(browser) -> dict[str, tuple[int, int, float]]:
    """Clicks, keys and seconds of every step, on a home of its own."""
    with tempfile.TemporaryDirectory() as home, served(Path(home), APRENDIZ_THREADS="0") as server:
        context = browser.new_context()
        page = context.new_page()
        page.set_default_timeout(WAIT_MS)
        answers = page.locator("#talk .bot-row")
        hand = Hand(page)
        hand.steps[START] = 0, 0, server.ready_s
        page.goto(server.url, wait_until="commit")
        page.wait_for_function("document.activeElement?.closest('#question')")
        page.wait_for_selector("#side-list .none")
        hand.waited(OPEN)
        page.keyboard.type(QUESTION)
        hand.press("Enter")
        page.wait_for_function("document.querySelector('#talk .bot-row .message-content')?.innerText.trim()")
        hand.waited(FIRST)
        correct = answers.last.get_by_role("button", name="Correct")
        correct.wait_for()
        hand.waited(END)
        hand.click(correct)
        expect(answers.last.get_by_label("The answer as it should be")).to_be_focused()
        hand.press("Control+a")
        page.keyboard.type(TAUGHT)
        hand.click(answers.last.get_by_role("button", name="Save correction"))
        answers.last.get_by_text("You corrected this").wait_for()
        hand.waited(SAVE)
        hand.click(page.get_by_label("Your question"))
        page.keyboard.type(AGAIN)
        hand.press("Enter")
        answers.nth(1).get_by_text("From your correction #1").wait_for()
        assert TAUGHT in answers.nth(1).inner_text()
        hand.waited(USED)
        context.close()
        return hand.steps


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 3)
