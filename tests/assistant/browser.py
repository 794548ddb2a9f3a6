"""Chromium, and a page that remembers whatever it asked of other hosts and whatever went wrong in it."""

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

import pytest
from playwright.sync_api import Browser, Error, Locator, Page, Response, expect, sync_playwright

from assistant.page.speech import preferred, say, speaking

WAIT_MS = 60_000
_ABORTED = ("AbortError", "Unexpected error Connection errored out", "Failed to load resource: net::ERR_ABORTED")
expect.set_options(timeout=WAIT_MS)


@contextmanager
def chromium() -> Iterator[Browser]:
    """The browser of this computer. Skips the test without one, except in CI, where there must be one."""
    path = shutil.which("chromium") or shutil.which("google-chrome")
    if path is None:
        told = "no chromium or google-chrome was found"
        pytest.fail(told) if os.environ.get("CI") == "true" else pytest.skip(told)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        try:
            yield browser
        finally:
            browser.close()


class Visit:
    """One tab. `foreign` are requests to other hosts, `faults` what the console and the page called errors."""

    def __init__(
        self,
        browser: Browser,
        url: str,
        width: int = 1200,
        height: int = 800,
        scheme: str = "light",
        before: str = "",
        login: tuple[str, str] | None = None,
        locale: str = "en-US",
    ) -> None:
        """Open `url`; `before` is a script that runs in the page before its own, `login` a name and its password.

        `locale` is the browser's language; texts of the page are given to this class in English all the same.
        """
        context = browser.new_context(viewport={"width": width, "height": height}, color_scheme=scheme, locale=locale)
        self._language = preferred(locale)
        self.page: Page = context.new_page()
        self.page.add_init_script(before)
        self.page.set_default_timeout(WAIT_MS)
        self.foreign: list[str] = []
        self.faults: list[str] = []
        self.page.on("request", lambda sent: self.foreign.append(sent.url) if not _ours(sent.url, url) else None)
        self.page.on("console", lambda said: self.faults.append(said.text) if said.type == "error" else None)
        self.page.on("pageerror", lambda error: self.faults.append(str(error)))
        self.page.on("dialog", lambda dialog: dialog.accept())
        self.page.goto(url)
        if login:
            expect(self.page.get_by_label("Name")).to_be_focused()
            self.page.keyboard.type(login[0])
            self.page.keyboard.press("Tab")
            self.page.keyboard.type(login[1])
            self.page.keyboard.press("Enter")
        expect(self.question).to_be_visible()
        expect(self.page.locator("#side-list")).not_to_be_empty()  # filled by the page's first call: it is alive

    def reload(self) -> None:
        """Load the page again."""
        self._load(self.page.reload)

    def go(self, url: str) -> None:
        """Load the page at another address of the same server."""
        self._load(lambda: self.page.goto(url))

    def _load(self, loading: Callable[[], object]) -> None:
        """The page that is left ends its stream, and may still ask for it and say that it is gone: that is no fault."""
        before = len(self.faults)

        def left(response: Response) -> None:
            if response.request.is_navigation_request():
                del self.faults[before:]

        self.page.on("response", left)
        with suppress(Error):  # the page may be loading itself again at that very moment, which serves as well
            loading()
        expect(self.page.locator("#side-list")).not_to_be_empty()
        self.page.remove_listener("response", left)
        self.faults[before:] = [fault for fault in self.faults[before:] if not fault.startswith(_ABORTED)]

    def rest(self) -> None:
        """Let the page draw twice: Gradio fills a field that has just been unfolded only after it was drawn."""
        self.page.evaluate("new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn)))")

    def tab_to(self, target: Locator, *, backwards: bool = False) -> None:
        """Press Tab until `target` has the focus, as somebody without a mouse does."""
        for _ in range(80):
            if target.evaluate("element => element === document.activeElement"):
                return
            self.page.keyboard.press("Shift+Tab" if backwards else "Tab")
        raise AssertionError("the keyboard does not reach it")

    def text(self, english: str) -> str:
        """A text of the page as this browser shows it."""
        with speaking(self._language):
            return say(english)

    def tab(self, english: str) -> None:
        """Open a tab of the page."""
        self.page.get_by_role("tab", name=self.text(english), exact=True).click()

    @property
    def question(self):
        return self.page.get_by_label(self.text("Your question"))

    @property
    def answers(self):
        return self.page.locator("#talk .bot-row")

    def ask(self, text: str, *, finished: bool = True) -> None:
        """Ask, and wait for the answer's end; afterwards the newest answer is `answers.last`."""
        before = self.answers.count()
        self.question.fill(text)
        self.question.press("Enter")
        expect(self.answers).to_have_count(before + 1)
        if finished:
            expect(self.answers.last.get_by_role("button", name=self.text("Correct"))).to_be_visible()
            expect(self.page.get_by_role("button", name=self.text("Send"))).to_be_visible()

    def correct(self, text: str) -> None:
        """Correct the newest answer: two clicks and the text between them."""
        row = self.answers.last
        row.get_by_role("button", name=self.text("Correct")).click()
        row.get_by_label(self.text("The answer as it should be")).fill(text)
        row.get_by_role("button", name=self.text("Save correction")).click()
        expect(row.get_by_text(self.text("You corrected this"))).to_be_visible()

    def open_conversation(self, title: str) -> None:
        self.page.get_by_role("button", name=title).first.click()
        expect(self.answers.last).to_be_visible()


def _ours(url: str, home: str) -> bool:
    return url.startswith((home.split("?")[0], "data:", "blob:"))
