"""The page as a whole: its head and its tabs."""

from datetime import UTC, datetime, timedelta
from html import escape

import gradio as gr

from assistant.conversation import Assistant
from assistant.page.chat import chat_tab, status_line
from assistant.page.compare import compare_tab
from assistant.page.keys import keys
from assistant.page.morning import morning_tab
from assistant.page.night_control import NightControl
from assistant.page.options import settings_tab
from assistant.page.pressed import in_order
from assistant.page.problems import problems_shown
from assistant.page.progress import paused_line
from assistant.page.setting_control import SettingControl
from assistant.page.speech import ENGLISH, LANGUAGES, say, speaking
from assistant.page.teaching import teaching_tab
from assistant.page.trend import alarm_line
from assistant.page.whose import Page, who
from assistant.page.words import alarm_night_words, taken_back_line
from store import pausing, runs
from store.database import opened
from store.light_sqlite_utils import Database
from store.records import TakenBack, at
from store.settings import Settings
from store.trends import drift, weeks

TOLD_FOR = timedelta(days=7)


def page(settings: Settings, assistant: Assistant, night: NightControl, options: SettingControl) -> gr.Blocks:
    """The Blocks of the page; one for a server, which knows its texts in every language."""
    made = dict[str, gr.Blocks]()
    for language in LANGUAGES:
        with speaking(language):
            made[language] = _page(settings, assistant, night, options)
    served = made.pop(ENGLISH)
    served.speaks(made)
    return served


def _page(settings: Settings, assistant: Assistant, night: NightControl, options: SettingControl) -> gr.Blocks:
    """The page, with the texts that stay in the language spoken now."""
    with Page(settings.home, title="Aprendiz", analytics_enabled=False, fill_width=True) as blocks:

        def alarms(request: gr.Request) -> str:
            return alarm_lines(settings, night) if who(request).admin else ""

        with gr.Row(elem_id="head"):
            head = gr.HTML()
            gr.HTML(keys(), elem_id="keys-way")
            visitor = gr.HTML(elem_id="visitor")
        alarm = gr.HTML(elem_id="alarm")
        with gr.Tabs():
            with gr.Tab(say("Chat"), elem_id="chat-tab") as chat:
                fill_chat = chat_tab(assistant, chat)
            with gr.Tab(say("Corrections"), elem_id="corrections-tab") as teaching:
                fill_teaching = teaching_tab(settings, night, teaching)
            with blocks.for_admin():
                with gr.Tab(say("Night"), elem_id="night-tab") as morning:
                    pass  # filled below, since it is told when a tab after it is opened
                with gr.Tab(say("Compare"), elem_id="compare-tab") as comparing:
                    compare_tab(assistant, comparing)
                with gr.Tab(say("Settings"), elem_id="settings-tab") as setting:
                    settings_tab(settings, options, setting)
                with morning:
                    morning_tab(settings, night, morning, [chat, teaching, comparing, setting])
        arrived = fill_chat(blocks)  # before all others: the list of conversations is what one waits for
        fill_teaching(blocks)
        for shown in (arrived.then, chat.select):
            shown(lambda: status_line(assistant), None, head, api_visibility="private", show_progress="hidden")
            shown(alarms, None, alarm, **in_order("alarm"))
        for shown in (arrived.then, arrived.failure):
            shown(visitor_line, None, visitor, api_visibility="private", show_progress="hidden")
    return blocks


def alarm_lines(settings: Settings, night: NightControl) -> str:
    """What the first user should know wherever they are: a worse week, a night that waits, a version taken back."""
    with problems_shown(), opened(settings.home) as db:
        paused = paused_line(pausing.paused_run(db, settings.home))
        found = weeks(db)
        coming = drift(found) and night.planned().alarm
        brought = alarm_night_words(night.next_run(), datetime.now(UTC)) if coming else ""
        return alarm_line(found, brought) + paused + taken_back_line(_taken_back(db))


def _taken_back(db: Database) -> TakenBack | None:
    """What a night of the last days took back, the newest."""
    lately = [run for run in runs.runs(db, 20) if run.started >= at(datetime.now(UTC) - TOLD_FOR)]
    return next((back for run in lately if (back := runs.taken_back(db, run.id))), None)


def visitor_line(request: gr.Request) -> str:
    """Who is logged in, with the way out; nothing without users. By its class the style sheet hides tabs from guests,
    since Gradio hides none that was not opened yet; `Page.for_admin` is what keeps them out."""
    user = who(request)
    leave = f'<button class="press plain">{say("Log out")}</button>'
    kind = "" if user.admin else ' class="guest"'
    form = f'<form method="post" action="/logout"{kind}><span>{escape(user.name)}</span> {leave}</form>'
    return form if user.name else ""
