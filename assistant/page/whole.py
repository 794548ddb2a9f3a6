"""The page as a whole: its head and its tabs."""

from html import escape

import gradio as gr

from assistant.conversation import Assistant
from assistant.page.chat import chat_tab, status_line
from assistant.page.compare import compare
from assistant.page.keys import keys
from assistant.page.morning import morning_tab
from assistant.page.night_control import NightControl
from assistant.page.options import settings_tab
from assistant.page.setting_control import SettingControl
from assistant.page.teaching import teaching_tab
from assistant.page.whose import Page, who
from store.settings import Settings


def page(settings: Settings, assistant: Assistant, night: NightControl, options: SettingControl) -> gr.Blocks:
    """The Blocks of the page; one for a server."""
    with Page(settings.home, title="Aprendiz", analytics_enabled=False, fill_width=True) as blocks:
        with gr.Row(elem_id="head"):
            head, visitor = gr.HTML(), gr.HTML(elem_id="visitor")
        gr.HTML(keys())
        with gr.Tabs():
            with gr.Tab("Chat") as chat:
                fill_chat = chat_tab(assistant)
            with gr.Tab("Corrections") as teaching:
                fill_teaching = teaching_tab(settings, night, teaching)
            with blocks.for_admin():
                with gr.Tab("Night") as morning:
                    pass  # filled below, since it is told when the tab after it is opened
                with gr.Tab("Settings") as setting:
                    settings_tab(settings, options, setting)
                with morning:
                    morning_tab(settings, night, morning, [chat, teaching, setting])
                    compare(assistant, morning)
        for fill in (fill_chat, fill_teaching):
            fill(blocks)
        for shown in (blocks.load, chat.select):
            shown(lambda: status_line(assistant), None, head, api_visibility="private", show_progress="hidden")
        blocks.load(visitor_line, None, [visitor, morning, setting], api_visibility="private", show_progress="hidden")
    return blocks


def visitor_line(request: gr.Request) -> tuple[str, gr.Tab, gr.Tab]:
    """Who is logged in, with the way out, and whether night and settings are for them; nothing without users."""
    user = who(request)
    leave = '<button class="press plain">Log out</button>'
    form = f'<form method="post" action="/logout"><span>{escape(user.name)}</span> {leave}</form>'
    return form if user.name else "", gr.Tab(visible=user.admin), gr.Tab(visible=user.admin)
