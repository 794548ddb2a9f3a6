"""The page as a whole: its head and its three tabs."""

import gradio as gr

from assistant.conversation import Assistant
from assistant.page.chat import chat_tab, status_line
from assistant.page.compare import compare
from assistant.page.keys import keys
from assistant.page.morning import morning_tab
from assistant.page.night_control import NightControl
from assistant.page.pressed import in_order
from assistant.page.problems import told
from assistant.page.progress import paused_line
from assistant.page.teaching import teaching_tab
from assistant.page.trend import alarm_line
from store import pausing
from store.database import opened
from store.settings import Settings
from store.trends import weeks


def page(settings: Settings, assistant: Assistant, night: NightControl) -> gr.Blocks:
    """The Blocks of the page; one for a server."""
    with gr.Blocks(title="Aprendiz", analytics_enabled=False, fill_width=True) as blocks:
        head, alarm = gr.HTML(), gr.HTML()
        gr.HTML(keys())
        with gr.Tabs():
            with gr.Tab("Chat") as chat:
                fill_chat = chat_tab(assistant)
            with gr.Tab("Corrections") as teaching:
                fill_teaching = teaching_tab(settings, night, teaching)
            with gr.Tab("Night") as morning:
                morning_tab(settings, night, morning, [chat, teaching])
                compare(assistant, morning)
        for fill in (fill_chat, fill_teaching):
            fill(blocks)
        for shown in (blocks.load, chat.select):
            shown(lambda: status_line(assistant), None, head, api_visibility="private", show_progress="hidden")
            shown(lambda: alarms(settings), None, alarm, **in_order("alarm"))
    return blocks


def alarms(settings: Settings) -> str:
    """What the owner should know wherever they are: a week worse than those before, a night that waits for them."""
    with told(), opened(settings.home) as db:
        return alarm_line(weeks(db)) + paused_line(pausing.paused_run(db, settings.home))
